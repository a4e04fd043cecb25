import ArgumentParser
import GitStore
import Glibc
import Journal
import Ledger
import RecordSchema

struct Redeliver: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "redeliver",
    abstract: "Send again what was sent or given up, under the same ids.",
    discussion: """
      What is older than the newest event of that person which the endpoint has acknowledged is left out, unless --force
      says otherwise: it would put an old state over a newer one. An endpoint that lost its data needs no more than the
      newest event of each person, which carries the whole record. Sending happens with the next publish, or at once
      where a daemon runs.

      EXAMPLES:
        staffrepo redeliver --failed                             everything that was given up
        staffrepo redeliver --to webhook/digital-id              what waits there is tried as soon as it can be
        staffrepo redeliver --failed --to webhook/digital-id --dismiss-older
        staffrepo redeliver --to webhook/digital-id --since 2026-11-01   after a loss of data there
        staffrepo redeliver --to webhook/new-app --since HEAD~20         what was before its time
        staffrepo redeliver --to export/hr                       the newest set of files, whatever is there
        staffrepo redeliver 5b6ab1ac-7fd0-5dcd-9ef3-1c59a6a5a0b2
      """)

  @Argument(help: "Ids of events.")
  var ids: [String] = []

  @Option(help: "Only to this endpoint, such as webhook/digital-id.")
  var to: String?

  @Flag(help: "Only what was given up.")
  var failed = false

  @Option(help: "What was published since a day, a UTC time, a commit, or a publication's number.")
  var since: String?

  @Flag(help: "Also what is older than the newest event of that person which the endpoint has acknowledged.")
  var force = false

  @Flag(help: "Record what was given up and is older as superseded: it is not needed any more.")
  var dismissOlder = false

  @Flag(help: "Say what would be sent; change nothing.")
  var dryRun = false

  @OptionGroup var ledger: LedgerOptions

  func validate() throws {
    guard !ids.isEmpty || failed || since != nil || to != nil else {
      throw ValidationError(
        "Say what to send again: ids of events, --failed, or --since; or --to alone, for what waits for an endpoint.")
    }
    if let to, !to.hasPrefix("webhook/"), !to.hasPrefix("export/") {
      throw ValidationError(
        "--to takes a target such as webhook/digital-id or export/hr; 'staffrepo status' lists them.")
    }
    if let to, to.hasPrefix("export/"), !ids.isEmpty || failed || since != nil || force || dismissOlder {
      throw ValidationError("Of files only the newest set can be sent again: redeliver --to \(to)")
    }
    if since != nil, to == nil, !failed {
      throw ValidationError("--since wants --to with the endpoint that is to hear it again, or --failed.")
    }
  }

  func run() throws {
    let workspace = try Workspace.open(ledger: ledger.ledger)
    guard let lock = try workspace.publishingLock(waiting: workspace.daemon() == nil ? 30 : 0) else {
      guard workspace.daemon() != nil else { throw Refusal("Another process publishes; try again when it is done.") }
      let answer = try Errand.send(words, in: workspace)
      Terminal.print(answer.text)
      if answer.status != 0 { throw ExitCode(answer.status) }
      return
    }
    defer { withExtendedLifetime(lock) {} }
    let (text, status) = try perform(workspace, Ledger.open(workspace.ledgerPath), at: Clock.now())
    Terminal.print(text)
    if status != 0 { throw ExitCode(status) }
  }

  /// The same command, for the daemon.
  private var words: [String] {
    var words = ids + (failed ? ["--failed"] : []) + (force ? ["--force"] : [])
    words += (dismissOlder ? ["--dismiss-older"] : []) + (dryRun ? ["--dry-run"] : [])
    if let to { words += ["--to", to] }
    if let since { words += ["--since", since] }
    return words
  }

  func perform(_ workspace: Workspace, _ ledger: Ledger, at now: Instant) throws -> (text: String, status: Int32) {
    if let to, to.hasPrefix("export/") { return try sendAgain(to, ledger, at: now) }
    let known = try Targets(workspace).subscriptions.map(\.target)
    if let to, !known.contains(to) {
      throw Refusal("There is no endpoint \(to). There are: \(known.joined(separator: ", ")).")
    }
    var selection = Redelivering.Selection()
    selection.target = to
    selection.eventIDs = ids.isEmpty ? nil : ids.map { $0.lowercased() }
    selection.onlyFailed = failed
    selection.isForced = force
    selection.dismissesOlder = dismissOlder
    selection.isRehearsal = dryRun
    if let since { selection.position = try position(since, workspace, ledger) }
    if ids.isEmpty, !failed, since == nil, let to { return try hurry(to, ledger, at: now) }
    let result = try Redelivering(workspace: workspace, ledger: ledger, now: now).run(selection)
    return (text(result), status(result))
  }

  /// What waits for an endpoint is tried as soon as it can be, also if it had asked never to be called again.
  private func hurry(_ target: String, _ ledger: Ledger, at now: Instant) throws -> (text: String, status: Int32) {
    let waiting = try ledger.counts(of: target)[.pending] ?? 0
    let wasDisabled = try ledger.disabledReason(of: target) != nil
    let text =
      "\(dryRun ? "Would be tried" : "Tried") as soon as it can be: \(counted(waiting, "delivery", "deliveries")) waiting for \(target)."
      + (wasDisabled ? "\n\(target) had answered 410 Gone; it is called again." : "")
    if dryRun { return (text, 0) }
    try ledger.enable(target)
    try ledger.hurry(target, at: now)
    return (text, 0)
  }

  /// The newest set of files, also if its destination seems to have it.
  private func sendAgain(_ target: String, _ ledger: Ledger, at now: Instant) throws -> (text: String, status: Int32) {
    guard let newest = try ledger.newestSend(to: target), newest.state != .cancelled else {
      throw Refusal("No set of files was ever to be sent to \(target). Has it a destination? See: staffrepo status")
    }
    if !dryRun { _ = try ledger.hurrySend(to: target, isForced: true, at: now) }
    return ("\(dryRun ? "Would be sent" : "To be sent") again: \(newest.set) to \(newest.place).", 0)
  }

  /// Events that were named and are left out: refused.
  private func status(_ result: Redelivering.Result) -> Int32 {
    if ids.isEmpty { return 0 }
    return result.queued == 0 || !result.older.isEmpty ? 1 : 0
  }

  private func text(_ result: Redelivering.Result) -> String {
    var lines: [String] = []
    let what = counted(result.queued, "delivery", "deliveries")
    lines.append(
      (dryRun ? "Would be sent again: \(what)" : "To be sent again: \(what)")
        + (result.new > 0 ? ", \(result.new) of them for the first time." : "."))
    if result.queued == 0, !ids.isEmpty, result.older.isEmpty {
      lines.append("No endpoint was ever sent such an event, or it waits already. See: staffrepo deliveries")
    }
    let left = result.older.count - result.dismissed + result.olderMissing
    if left > 0 {
      lines.append(
        "Left out: \(counted(left, "delivery", "deliveries")) older than what the endpoint has acknowledged of the same record since. With --force they are sent all the same."
      )
    }
    if result.dismissed > 0 {
      lines.append(
        "\(dryRun ? "Would be recorded" : "Recorded") as superseded: \(counted(result.dismissed, "delivery", "deliveries"))."
      )
    }
    for target in result.enabled { lines.append("\(target) had answered 410 Gone; it is called again.") }
    return lines.joined(separator: "\n")
  }

  /// The first publication that is meant.
  private func position(_ text: String, _ workspace: Workspace, _ ledger: Ledger) throws -> Int {
    let journal = try Journal(workspace.repository)
    if let number = Int(text), text.count < 7 {
      guard (1...max(1, journal.entries.count)).contains(number) else {
        throw Refusal("There is no publication \(number); the last is \(journal.entries.count).")
      }
      return number
    }
    let zone = try workspace.configuration(at: workspace.tip().commit).organisation.timeZone
    let instant = Instant(text) ?? CalendarDate(text).map(zone.firstInstant)
    if let instant { return try ledger.position(since: instant) }
    let commit = try workspace.repository.commit(named: text)
    // The publication that came after the one which had the commit already.
    let entries = try journal.entries.entries(from: 1)
    let before = try entries.last { try workspace.repository.firstParentChain(from: $0.to, to: commit) != nil }
    return (before?.position ?? 0) + 1
  }
}
