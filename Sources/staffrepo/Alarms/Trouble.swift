import Journal
import Ledger
import RecordSchema
import Records

/// Something that is wrong and that somebody has to know of.
struct Trouble {
  /// The same for the same trouble, however it goes on.
  let key: String
  var target: String?
  let text: String
}

extension Trouble {
  /// Everything that is wrong with publishing.
  ///
  /// - Parameter freshness: seconds within which an endpoint is to have what landed.
  static func all(
    _ hold: Hold?, _ held: [HeldRecord], _ targets: Targets, in ledger: Ledger, freshness: Int, at now: Instant
  ) throws -> [Trouble] {
    var troubles: [Trouble] = []
    if let hold { troubles.append(Trouble(key: "hold", text: HoldText.text(hold))) }
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
      troubles += try all(of: subscription.target, in: ledger, freshness: freshness, at: now)
    }
    for system in targets.systems where system.isEnabled && !system.isApp {
      troubles += try all(of: system, in: ledger, at: now)
    }
    return troubles
  }

  private static func all(
    of target: String, in ledger: Ledger, freshness: Int, at now: Instant
  ) throws -> [Trouble] {
    var troubles: [Trouble] = []
    func add(_ kind: String, _ text: String) {
      troubles.append(Trouble(key: "\(kind)/\(target)", target: target, text: "\(target): \(text)"))
    }
    if let reason = try ledger.disabledReason(of: target) { add("disabled", reason) }
    let counts = try ledger.counts(of: target)
    if let dead = counts[.dead], dead > 0 {
      add(
        "dead",
        "\(counted(dead, "delivery", "deliveries")) given up after every try failed. When the endpoint works again: staffrepo redeliver --failed --to \(target)"
      )
    }
    let blocked = try ledger.blockedUrgent().filter { $0.target == target }
    if let first = blocked.first {
      add(
        "blocked",
        "\(counted(blocked.count, "person.deactivated", "person.deactivated")) could not be delivered, so people who left may still have access there (\(first.kind):\(first.recordID)\(first.lastError.map { ", \($0)" } ?? ""))"
      )
    }
    if let oldest = try ledger.oldestWaiting(for: target), now.seconds - oldest.seconds > Int64(freshness) {
      add("late", "something waits there since \(oldest), longer than the promised \(duration(freshness))")
    }
    return troubles
  }

  private static func all(
    of system: Configuration.SystemSettings, in ledger: Ledger, at now: Instant
  ) throws -> [Trouble] {
    let target = "export/\(system.name)"
    let last = try ledger.newestExport(of: target)
    if let error = last?.error {
      return [Trouble(key: "failed/\(target)", target: target, text: "\(target): the files were not written: \(error)")]
    }
    // Whoever writes once a day is late after a day and an hour.
    guard let last, system.schedule.interval > 0 else { return [] }
    let promised = system.schedule.interval + 3600
    guard now.seconds - last.at.seconds > Int64(promised) else { return [] }
    return [
      Trouble(
        key: "late/\(target)", target: target,
        text:
          "\(target): the files are of \(last.at), older than the promised \(duration(system.schedule.interval)). Does anything publish? See: staffrepo status"
      )
    ]
  }

  private static func duration(_ seconds: Int) -> String {
    seconds % 86_400 == 0
      ? counted(seconds / 86_400, "day")
      : seconds % 3600 == 0
        ? counted(seconds / 3600, "hour")
        : seconds % 60 == 0 ? counted(seconds / 60, "minute") : counted(seconds, "second")
  }
}
