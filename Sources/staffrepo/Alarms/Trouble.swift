import Journal
import Ledger
import Publishers
import RecordSchema
import Records

/// Something that is wrong and that somebody has to know of.
struct Trouble: Sendable {
  /// The same for the same trouble, however it goes on.
  let key: String
  var target: String?
  let text: String
}

extension Trouble {
  /// Everything that is wrong with publishing.
  static func all(
    _ workspace: Workspace, _ journal: JournalEntry?, _ targets: Targets, in ledger: Ledger, at now: Instant
  ) throws -> [Trouble] {
    var troubles: [Trouble] = []
    if let hold = journal?.hold { troubles.append(Trouble(key: "hold", text: HoldText.text(hold))) }
    let held = journal?.held ?? []
    if let first = held.first {
      let more = held.count > 1 ? ", and \(held.count - 1) more" : ""
      troubles.append(
        Trouble(
          key: "records",
          text:
            "\(counted(held.count, "record")) cannot be taken as they stand, so their last good state stays in force: \(first.path) (\(first.reason))\(more). See: staffrepo validate"
        ))
    }
    for subscription in targets.subscriptions where subscription.isActive {
      troubles += try all(of: subscription, workspace, targets, in: ledger, at: now)
    }
    for system in targets.systems where system.isEnabled {
      troubles += try all(of: system, workspace, journal, targets, in: ledger, at: now)
    }
    for system in targets.systems where system.isEnabled {
      if let trouble = try undelivered("export/\(system.name)", workspace, in: ledger, at: now) {
        troubles.append(trouble)
      }
    }
    return troubles
  }

  private static func all(
    of subscription: Subscription, _ workspace: Workspace, _ targets: Targets, in ledger: Ledger, at now: Instant
  ) throws -> [Trouble] {
    let target = subscription.target
    var troubles: [Trouble] = []
    func add(_ kind: String, _ text: String) {
      troubles.append(Trouble(key: "\(kind)/\(target)", target: target, text: "\(target): \(text)"))
    }
    let fault = Endpoints(workspace: workspace, targets: targets).endpoint(subscription).fault
    if let fault { add("fault", "\(fault). Nothing is sent there") }
    let disabled = try ledger.disabledReason(of: target)
    if let disabled { add("disabled", disabled) }
    let counts = try ledger.counts(of: target)
    if let dead = counts[.dead], dead > 0 {
      add(
        "dead",
        "\(counted(dead, "delivery", "deliveries")) given up after every try failed. When the endpoint works again: staffrepo redeliver --failed --to \(target)"
      )
    }
    if let text = try deactivations(of: target, isClosed: fault != nil || disabled != nil, in: ledger, at: now) {
      add("blocked", text)
    }
    let freshness = try workspace.freshness()
    if let oldest = try ledger.oldestWaiting(for: target), now.seconds - oldest.seconds > Int64(freshness) {
      add("late", "something waits there since \(oldest), longer than the promised \(duration(freshness))")
    }
    return troubles
  }

  /// A person.deactivated that did not get through: it failed, waits behind what failed, waits for an endpoint that nothing
  /// is sent to, waits for more than a minute, or was given up.
  private static func deactivations(
    of target: String, isClosed: Bool, in ledger: Ledger, at now: Instant
  ) throws -> String? {
    let dead = try ledger.deadDeactivations(for: target)
    let failed = try ledger.blockedUrgent().filter { $0.target == target }
    var (count, example) = (dead.count + failed.count, dead.first ?? failed.first)
    if let waiting = try ledger.waitingDeactivations(for: target),
      try isClosed || ledger.oldestWaiting(for: target).map({ now.seconds - $0.seconds > 60 }) ?? false
    {
      (count, example) = (dead.count + waiting.count, example ?? waiting.oldest)
    }
    guard let example else { return nil }
    let why = example.lastError.map { ", \($0)" } ?? ""
    return
      "\(counted(count, "person.deactivated", "person.deactivated")) could not be delivered, so people who left may still have access there (\(example.kind):\(example.recordID)\(why))"
  }

  private static func all(
    of system: Configuration.SystemSettings, _ workspace: Workspace, _ journal: JournalEntry?, _ targets: Targets,
    in ledger: Ledger, at now: Instant
  ) throws -> [Trouble] {
    let target = "export/\(system.name)"
    let turn = try targets.turn(of: system, after: journal, in: ledger, at: now)
    if let error = turn.failed?.error {
      return [
        Trouble(
          key: "failed/\(target)", target: target,
          text: "\(target): the files were not written: \(ExportFaults.withoutPeople(error))")
      ]
    }
    guard try turn.isOverdue(at: now, freshness: workspace.freshness()), let since = turn.lacking(at: now) else {
      return []
    }
    let have = turn.last.map { "the files are of \($0.at); newer ones" } ?? "there are no files yet; some"
    return [
      Trouble(
        key: "late/\(target)", target: target,
        text:
          "\(target): \(have) were due at \(since) by the schedule (\(system.schedule)). Does anything publish? See: staffrepo status"
      )
    ]
  }

  /// A destination that does not take its files.
  private static func undelivered(
    _ target: String, _ workspace: Workspace, in ledger: Ledger, at now: Instant
  ) throws -> Trouble? {
    let freshness = try workspace.freshness()
    guard let send = try ledger.newestSend(to: target), send.state == .pending, let since = send.failingSince,
      now.seconds - since.seconds > Int64(freshness)
    else { return nil }
    return Trouble(
      key: "undelivered/\(target)", target: target,
      text:
        "\(target): no files could be sent to \(send.place) since \(since), longer than the promised \(duration(freshness)): \(send.error ?? "no answer"). See: staffrepo deliveries --to \(target)"
    )
  }

  private static func duration(_ seconds: Int) -> String {
    seconds % 86_400 == 0
      ? counted(seconds / 86_400, "day")
      : seconds % 3600 == 0
        ? counted(seconds / 3600, "hour")
        : seconds % 60 == 0 ? counted(seconds / 60, "minute") : counted(seconds, "second")
  }
}
