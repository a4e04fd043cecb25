import Addresses
import ArgumentParser
import FileStore
import GitStore
import Glibc
import Journal
import Ledger
import Publishers
import RecordSchema
import Records

/// The daemon: follows the branch and the calendar, and delivers without pause.
///
/// Everything happens on one thread, in turns, but for writing export files. A push wakes it by the change of a file; a look
/// now and then makes up for what no file told. It holds the publishing lock as long as it lives.
final class Watching {
  struct Options {
    /// Where the numbers for monitoring are written, again and again.
    var metrics: String?
  }

  private let open: @Sendable () throws -> Workspace
  private let options: Options
  private let clock: RunningClock
  private let watch = FolderWatch()
  private let bell = BellRinger()
  private let writing = BackgroundExports()
  private var workspace: Workspace
  private var ledger: Ledger
  private var ledgerFile: FileIdentity?
  private var courier: Courier?
  private var settings: Settings?
  private var published: Published?
  private var lookedAt: OID?
  private var looks = Timer(every: 10)
  private var exports = Timer(every: 60)
  private var sends = Timer(every: 2)
  private let desk = SendDesk()
  private var alarms = Timer(every: 15)
  private var metrics = Timer(every: 15)
  private var pruning = Timer(every: 86_400)
  private var midnight: Instant?
  /// When the next system's schedule has files written.
  private var nextExport: Instant?
  /// Somebody asked by hand: files are written whatever the schedules say.
  private var wantsAllExports = false
  /// What keeps it from publishing, and since when it is tried again in ever longer pauses.
  private var failure: (text: String, pause: Int64)?

  /// - Parameter open: opens the repository anew: its settings may have changed.
  init(_ options: Options, open: @escaping @Sendable () throws -> Workspace) throws {
    self.options = options
    self.open = open
    clock = RunningClock(started: Clock.now())
    workspace = try open()
    ledger = try Ledger.open(workspace.ledgerPath)
    ledgerFile = FileIdentity(workspace.ledgerPath)
  }

  /// Until the program is asked to end.
  func run() throws {
    Stopping.listen()
    Terminal.message("watching \(try workspace.branch()) in \(workspace.repository.gitDirectory) (process \(getpid()))")
    while !Stopping.isAsked {
      attempt(turn)
      do {
        try deliver()
      } catch {
        fail(error)
        Descriptors.wait(on: [Stopping.descriptor], milliseconds: 1000)
      }
    }
    Terminal.message("ending; what is under way is finished first")
    desk.end()
    let end = Clock.monotonicMilliseconds() + 25_000
    try courier?.drain(milliseconds: 25_000)
    guard writing.finish(milliseconds: max(1000, end - Clock.monotonicMilliseconds())) else {
      // What is half written nobody sees, and the next run removes it. Until the process is gone, so is nobody else let in.
      Terminal.warning("export files under way are given up; the next run writes them")
      exit(0)
    }
    try reportExports()
  }

  // MARK: One turn

  private func turn() throws {
    let now = clock.now
    let somethingChanged = watch.drain() || midnight.map { now >= $0 } ?? false
    // What failed is tried again after its pause, not whenever a file changes: trying may change one.
    if somethingChanged, failure == nil { looks.hurry() }
    if looks.isDue(at: now) {
      try look(now)
      try runErrands(now)
    }
    try reportExports()
    if writing.since == nil, exports.isDue(at: now) || nextExport.map({ now >= $0 }) ?? false { try export(now) }
    if sends.isDue(at: now) { try send() }
    if alarms.isDue(at: now) { try ring(now) }
    if let path = options.metrics, metrics.isDue(at: now) { try writeMetrics(path, now) }
    if pruning.isDue(at: now) { try ledger.prune(before: now.adding(seconds: -86_400 * Int64(workspace.keptDays()))) }
  }

  /// Compares the journal with the branch and the calendar, and publishes what is new.
  private func look(_ now: Instant) throws {
    workspace = try open()
    follow()
    try reopenLostLedger()
    let tip = try workspace.tip()
    try renewCourier()
    if lookedAt != tip.commit || midnight.map({ now >= $0 }) ?? true { try publish(tip, now) }
    courier?.update(endpoints: try endpoints(now))
    recover()
  }

  /// The errand of whoever calls `publish` beside a daemon.
  static let tryNow = "publish"
  /// Said with it: files by their schedules only.
  static let scheduled = "scheduled"

  private func runErrands(_ now: Instant) throws {
    try Errand.runAll(in: workspace) { words in
      do {
        if words.first == Self.tryNow {
          lookedAt = nil
          wantsAllExports = wantsAllExports || !words.contains(Self.scheduled)
          exports.hurry()
          try look(now)
          try ledger.hurry(nil, at: now)
          for send in try ledger.sendsWaiting() {
            _ = try ledger.hurrySend(to: send.target, isForced: false, at: now)
          }
          sends.hurry()
          // A new one: circuits are closed, and everything that waits is looked at again.
          settings = nil
          try renewCourier()
          courier?.update(endpoints: try endpoints(now))
          return ("", 0)
        }
        let answer = try Redeliver.parse(words).perform(workspace, ledger, at: now)
        courier?.wake()
        courier?.update(endpoints: try endpoints(now))
        sends.hurry()
        return answer
      } catch {
        return (Redeliver.message(for: error), 1)
      }
    }
  }

  private func publish(_ tip: (branch: String, commit: OID), _ now: Instant) throws {
    try? workspace.remember(branch: tip.branch)
    let published = try Recording(workspace: workspace, from: nil, now: now).run(upTo: tip.commit, in: ledger)
    for recorded in published.recorded { PublishText.tell(recorded) }
    if !published.recorded.isEmpty {
      courier?.wake()
      exports.hurry()
      alarms.hurry()
    }
    self.published = published
    lookedAt = tip.commit
    let zone = try workspace.configuration(at: tip.commit).organisation.timeZone
    midnight = zone.firstInstant(of: zone.date(at: now).adding(days: 1))
  }

  /// Somebody may have moved the ledger away: writing into it would reach nobody.
  private func reopenLostLedger() throws {
    let file = FileIdentity(workspace.ledgerPath)
    guard file == nil || file != ledgerFile else { return }
    Terminal.warning("the ledger is another file than before; it is opened anew")
    try courier?.drain(milliseconds: 25_000)
    courier = nil
    ledger = try Ledger.open(workspace.ledgerPath)
    ledgerFile = FileIdentity(workspace.ledgerPath)
    lookedAt = nil
  }

  /// What the host decides about connections; another choice wants a new courier.
  private struct Settings: Equatable {
    let networks: [Network]
    let timeout: Int
  }

  private func renewCourier() throws {
    let policy = try workspace.addressPolicy()
    let wanted = Settings(networks: policy.allowed, timeout: try workspace.requestTimeout())
    guard courier == nil || wanted != settings else { return }
    try courier?.drain(milliseconds: 25_000)
    let clock = clock
    let courier = Courier(
      ledger: ledger, endpoints: [], policy: policy, timeout: wanted.timeout, clock: { clock.now },
      random: { Double.random(in: 0...1) })
    courier.report = { [unowned self] delivery, status, error in
      if let error { DeliveryText.tell(delivery, status, error) }
      guard error != nil || delivery.attempts > 0 else { return }
      if delivery.name == EventName.personDeactivated.rawValue { alarms.hurry() }
    }
    (self.courier, settings) = (courier, wanted)
  }

  private func endpoints(_ now: Instant) throws -> [Endpoint] {
    let targets = try Targets(workspace)
    return try Endpoints(workspace: workspace, targets: targets).usable(in: ledger, at: now) { target, fault in
      if faults[target] != fault { Terminal.problem("\(target): \(fault)") }
      faults[target] = fault
    }
  }

  /// What was said of endpoints already.
  private var faults: [String: String] = [:]

  /// Has the files written that are due, beside everything else.
  private func export(_ now: Instant) throws {
    guard let published, let position = published.entry?.position else { return }
    let exporting = Exporting(workspace: workspace, target: nil, followsSchedule: !wantsAllExports, now: now)
    (wantsAllExports, nextExport) = (false, nil)
    let due = try exporting.due(published, position: position, in: ledger)
    nextExport = try exporting.nextTurn(published, position: position, in: ledger)
    guard !due.isEmpty else { return }
    let (open, ledger, followsSchedule) = (open, ledger, exporting.followsSchedule)
    writing.begin(at: now) {
      // Handles of its own: neither the repository nor the staff is for two threads.
      let workspace = try open()
      let journal = try Journal(workspace.repository)
      guard let entry = journal.last else { return [] }
      let published = Published(staff: try workspace.line(journal.entries).staff(after: entry), entry: entry)
      return try Exporting(workspace: workspace, target: nil, followsSchedule: followsSchedule, now: now)
        .run(published, position: entry.position, in: ledger)
    }
  }

  /// Says what became of the files.
  private func reportExports() throws {
    guard let outcome = writing.takeOutcome() else { return }
    alarms.hurry()
    let runs = try outcome.get()
    if let published, let position = published.entry?.position {
      // What was published meanwhile.
      if runs.contains(where: { $0.position != position }) { exports.hurry() }
      let exporting = Exporting(workspace: workspace, target: nil, followsSchedule: true, now: clock.now)
      nextExport = try exporting.nextTurn(published, position: position, in: ledger)
    }
    for run in runs where run.error == nil {
      Terminal.message(
        "\(run.target): \(counted(run.files ?? 0, "file")), \(counted(run.rows ?? 0, "row"))",
        [.init("target", .string(run.target)), .init("rows", .optional(run.rows))])
    }
    sends.hurry()
  }

  /// Starts to send what is due; it goes on beside everything else.
  private func send() throws {
    guard let staff = published?.staff, let commit = lookedAt else { return }
    let sending = Sending(workspace, staff, at: commit, clock: clock)
    for job in try sending.jobs(in: ledger, isEager: false, besides: desk.busy) {
      desk.start(job, in: ledger) { SendText.tell($0) }
    }
  }

  private func writeMetrics(_ path: String, _ now: Instant) throws {
    let text = MetricsText.text(try Standing(workspace, at: now), at: now)
    do {
      try FileStore.write(text.utf8, to: path, mode: 0o644)
      faults[path] = nil
    } catch {
      // No reason not to publish.
      if faults[path] == nil { Terminal.problem("\(error)") }
      faults[path] = "\(error)"
    }
  }

  private func ring(_ now: Instant) throws {
    var troubles = try Trouble.all(
      workspace, published?.entry, Targets(workspace), in: ledger, at: now)
    if try isCatchingUp(now) {
      let lasting = Set(try ledger.alarms().map(\.key))
      troubles.removeAll { $0.key.hasPrefix("late/export/") && !lasting.contains($0.key) }
    }
    bell.ring(troubles, by: workspace.alarmCommand, in: ledger, at: now)
  }

  /// Files are about to be written, after a pause of the machine, say: nobody need be called for that.
  private func isCatchingUp(_ now: Instant) throws -> Bool {
    guard let since = writing.since else { return exports.isHurried }
    return try now.seconds - since.seconds <= Int64(workspace.freshness())
  }

  private func deliver() throws {
    let descriptors = [watch.descriptor, Stopping.descriptor].filter { $0 >= 0 }
    let wait: Int32 = looks.isHurried || exports.isHurried && writing.since == nil ? 20 : 500
    guard let courier else { return Descriptors.wait(on: descriptors, milliseconds: wait) }
    try courier.advance(waiting: wait, alsoOn: descriptors, isEager: false)
  }

  /// Folders in which a push shows: where references are, and our own, into which others write to wake us.
  private func follow() {
    let folder = workspace.repository.gitDirectory
    watch.add(folder)
    watch.add(workspace.folder)
    watch.add("\(workspace.folder)/errands")
    var parts = ((try? workspace.branch()) ?? "main").split(separator: "/").dropLast()[...]
    var path = "\(folder)refs/heads"
    watch.add(path)
    while let part = parts.popFirst() {
      path += "/\(part)"
      watch.add(path)
    }
  }

  // MARK: Trouble

  private func attempt(_ work: () throws -> Void) {
    do {
      try work()
    } catch {
      fail(error)
    }
  }

  /// Says what is wrong, once, has the host told, and tries again after a pause.
  private func fail(_ error: any Error) {
    let text = "\(error)"
    let isNew = failure?.text != text
    failure = (text, min(60, (failure?.pause ?? 2) * 2))
    lookedAt = nil
    looks.postpone(seconds: failure?.pause ?? 60, from: clock.now)
    guard isNew else { return }
    Terminal.problem("\(text)\(text.hasSuffix(".") ? "" : ".") It is tried again.")
    call(.raised, "Publishing does not go on: \(text)")
  }

  /// Has the host told, but not by way of the ledger, which may be what is broken.
  private func call(_ state: AlarmCommand.State, _ text: String) {
    bell.tell(state, key: "publishing", text, by: workspace.alarmCommand, at: clock.now)
  }

  private func recover() {
    guard let last = failure else { return }
    failure = nil
    Terminal.message("publishing works again")
    call(.over, "Publishing goes on again. It had failed: \(last.text)")
  }
}

/// Something to be done again and again, or at once.
private struct Timer {
  private let interval: Int64
  private var next: Instant?
  private(set) var isHurried = true

  /// - Parameter seconds: between two times.
  init(every seconds: Int64) { interval = seconds }

  /// Whether it is time; then the next time is set.
  mutating func isDue(at now: Instant) -> Bool {
    // Further away than one interval: the clock was set back.
    let isTime = next.map { now >= $0 || $0.milliseconds - now.milliseconds > interval * 1000 } ?? true
    guard isHurried || isTime else { return false }
    isHurried = false
    next = now.adding(seconds: interval)
    return true
  }

  mutating func hurry() { isHurried = true }

  mutating func postpone(seconds: Int64, from now: Instant) {
    isHurried = false
    next = now.adding(seconds: seconds)
  }
}
