import Events
import GitStore
import Journal
import Ledger
import Publishers
import RecordSchema
import Records
import Validators

/// What publishing would do.
struct Plan {
  var base: OID?
  var head: OID
  var commits = 0
  var events: [String: Int] = [:]
  /// Target to event name to count.
  var endpoints: [String: [String: Int]] = [:]
  var exports: [Export] = []
  var guards: [GuardReading] = []
  /// The guards that trip and that somebody who may has approved.
  var approvedGuards: Set<String> = []
  /// Tables that could not be written as the records stand.
  var refusedTables: [RefusedTable] = []
  var held: [HeldRecord] = []
  /// What the events are about, in order, for people who read the plan.
  var lines: [String] = []
  /// How many lines more there would be.
  var omitted = 0

  struct RefusedTable {
    let target: String
    let file: String
    /// Of cells.
    let count: Int
    /// The first of them.
    let lines: [String]

    var reason: String { count == 0 ? "" : ", because of \(counted(count, "cell"))" }
  }

  static let lineLimit = 200

  /// One system's files.
  struct Export {
    let target: String
    let rows: Int
    let schedule: Schedule
    /// This run would write them; else they wait for their schedule, or there is nothing new.
    let isWritten: Bool
    /// When the schedule has them written next; `nil`: with a publication, or nobody knows.
    let next: Instant?
  }
}

/// Works out a plan without writing or sending anything.
struct Planning {
  let workspace: Workspace
  let now: Instant

  /// What `publish` would do now.
  func plan(_ options: Pipeline.Options = Pipeline.Options()) throws -> Plan {
    let tip = try workspace.tip()
    let recording = Recording(workspace: workspace, from: options.from, now: now)
    let journal = try Journal(workspace.repository)
    var plan = Plan(base: journal.last?.to, head: tip.commit)
    var line = workspace.line(journal.entries)
    var entry = try recording.nextEntry(after: journal, tip: tip.commit)
    var staff: Staff?
    if let baseline = entry, baseline.kind == .baseline, baseline.to != tip.commit {
      // With --from: the baseline there, then everything after it.
      line = workspace.line(JournalEntries([baseline]))
      plan.base = baseline.to
      let today = try zone(tip.commit).date(at: now)
      entry = JournalEntry(
        position: 2, kind: .forward, from: baseline.to, to: tip.commit, settled: today, held: [], approvals: [],
        acknowledged: [:], rewrittenAt: nil)
    }
    if let entry {
      plan.commits = try workspace.repository.firstParentChain(from: entry.from, to: entry.to)?.count ?? 0
      staff = try Telling(line: line, entry: entry).tell { item in add(item, to: &plan) }
      if entry.kind != .baseline, let last = entry.from {
        plan.guards = try guards(line, from: line.staff(at: last), to: entry.to, on: entry.settled)
        let rules = journal.last?.hold?.rules ?? last
        plan.approvedGuards = try approved(plan.guards, from: rules, to: entry.to, on: entry.settled)
      }
    }
    try finish(&plan, staff ?? line.staff(at: tip.commit)) { system, targets, ledger in
      let turn = try targets.turn(of: system, after: entry ?? journal.last, in: ledger, at: now)
      return export(turn, followsSchedule: options.followsSchedule)
    }
    return plan
  }

  /// What publishing a range of commits would do: a pull request's, say.
  func plan(from base: OID, to head: OID) throws -> Plan {
    var plan = Plan(base: base, head: head)
    let repository = workspace.repository
    // A pull request is merged: the branch's tip is compared with it as it would be after that.
    let line = workspace.line()
    let before = try line.staff(at: base)
    let settled = try line.settledDay(at: base, before.configuration.organisation.timeZone)
    let follows = try repository.firstParentChain(from: base, to: head)
    plan.commits = follows?.count ?? 1
    let baseline = JournalEntry(
      position: 1, kind: .baseline, from: nil, to: base, settled: settled, held: [], approvals: [], acknowledged: [:],
      rewrittenAt: nil)
    let today = max(settled, try zone(head).date(at: now))
    let entry = JournalEntry(
      position: 2, kind: follows == nil ? .rewrite : .forward, from: base, to: head, settled: today, held: [],
      approvals: [], acknowledged: [:], rewrittenAt: nil)
    let staff = try Telling(line: workspace.line(JournalEntries([baseline])), entry: entry).tell { item in
      add(item, to: &plan)
    }
    plan.guards = try guards(line, from: before, to: head, on: today)
    plan.approvedGuards = try approved(plan.guards, from: base, to: head, on: today)
    try finish(&plan, staff) { system, targets, ledger in
      // A clone knows no earlier runs: they are taken to have been on time.
      guard let ledger else { return export(system, in: targets.zone) }
      return export(try targets.turn(of: system, after: entry, in: ledger, at: now), followsSchedule: true)
    }
    return plan
  }

  private func zone(_ commit: OID) throws -> TimeZoneRules {
    try workspace.configuration(at: commit).organisation.timeZone
  }

  private func add(_ item: Telling.Item, to plan: inout Plan) {
    switch item {
    case .event(let event, _):
      plan.events[event.name.rawValue, default: 0] += 1
      if plan.lines.count < Plan.lineLimit {
        plan.lines.append(EventText.line(event))
      } else {
        plan.omitted += 1
      }
    case .delivery(let delivery, _):
      plan.endpoints[delivery.target, default: [:]][delivery.name, default: 0] += 1
    }
  }

  private func finish(
    _ plan: inout Plan, _ staff: Staff,
    _ export: (Configuration.SystemSettings, Targets, Ledger?) throws -> (isWritten: Bool, next: Instant?)
  ) throws {
    for subscription in staff.subscriptions where subscription.isActive {
      plan.endpoints[subscription.target] = plan.endpoints[subscription.target] ?? [:]
    }
    let count = try staff.personIDs().count
    let targets = Targets(staff)
    let ledger = try Ledger.openForReading(workspace.ledgerPath)
    plan.exports = try targets.systems.filter(\.isEnabled).map { system in
      let (isWritten, next) = try export(system, targets, ledger)
      return Plan.Export(
        target: "export/\(system.name)", rows: count, schedule: system.schedule, isWritten: isWritten, next: next)
    }
    plan.held = staff.held
    plan.refusedTables = try refusedTables(of: targets.systems.filter(\.isEnabled), staff)
  }

  /// The tables that could not be written, because of some people's cells.
  private func refusedTables(of systems: [Configuration.SystemSettings], _ staff: Staff) throws -> [Plan.RefusedTable] {
    let list = try staff.list(on: staff.configuration.organisation.timeZone.date(at: now))
    var refused: [Plan.RefusedTable] = []
    func trials(of system: Configuration.SystemSettings) -> [(String, TableTrial)] {
      do {
        return try SystemFiles(system, of: staff.configuration).tables().map {
          (system.name, try TableTrial($0, list.context))
        }
      } catch {
        refused.append(
          Plan.RefusedTable(target: "export/\(system.name)", file: "the set", count: 0, lines: ["\(error)"]))
        return []
      }
    }
    let trials = systems.flatMap(trials)
    guard !trials.isEmpty else { return refused }
    try list.forEachPart { members in
      for (_, trial) in trials { trial.take(members) }
    }
    return refused
      + trials.compactMap { name, trial in
        trial.finish().map { refusal in
          Plan.RefusedTable(
            target: "export/\(name)", file: refusal.file, count: refusal.count,
            lines: refusal.faults.map { ExportFaults.line($0, staff) })
        }
      }
  }

  /// Whether this run would write a system's files, and else when its schedule does.
  private func export(
    _ turn: ExportTurn, followsSchedule: Bool
  ) -> (isWritten: Bool, next: Instant?) {
    let isWritten = followsSchedule ? turn.answer(at: now, isThere: true) == .write : !turn.isCurrent
    return (isWritten, isWritten ? nil : turn.nextRun(at: now))
  }

  private func export(
    _ system: Configuration.SystemSettings, in zone: TimeZoneRules
  ) -> (isWritten: Bool, next: Instant?) {
    // When the last run was is not known, so neither is what comes so many seconds after it.
    if case .every = system.schedule { return (false, nil) }
    return (system.schedule == .everyCommit, system.schedule.nextRun(after: now, in: zone))
  }

  /// The tripped guards that somebody who may has approved.
  private func approved(
    _ guards: [GuardReading], from base: OID, to head: OID, on date: CalendarDate
  ) throws -> Set<String> {
    let tripped = guards.filter(\.isTripped)
    if tripped.isEmpty { return [] }
    let gate = try Gate(workspace, rules: base, tip: head, today: date)
    return try Set(tripped.filter { try gate.approvals(of: [$0]) != nil }.map(\.limit.name))
  }

  private func guards(
    _ line: PublishedLine, from before: Staff, to head: OID, on date: CalendarDate
  ) throws -> [GuardReading] {
    try line.guards(from: before, through: [head], by: before.configuration, on: date, isComplete: true)
  }
}
