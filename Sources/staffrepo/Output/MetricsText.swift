import Journal
import RecordSchema

/// Numbers for monitoring, in the text format of Prometheus.
enum MetricsText {
  static func text(_ standing: Standing, at now: Instant) -> String {
    var metrics = Metrics()
    metrics.add("staffrepo_journal_position", "gauge", "Publications made.", standing.journal?.position ?? 0)
    metrics.add(
      "staffrepo_commits_behind", "gauge", "Commits of the branch that are not published.", standing.behind ?? 1)
    metrics.add(
      "staffrepo_held", "gauge", "1 while a guard holds the branch.", standing.journal?.hold == nil ? 0 : 1)
    metrics.add(
      "staffrepo_held_records", "gauge", "Records whose last good state stays in force.", standing.held.count)
    metrics.add(
      "staffrepo_unsettled_days", "gauge", "Days that have begun and of which nothing was told.",
      max(0, standing.unsettledDays ?? 0))
    metrics.add("staffrepo_daemon_up", "gauge", "1 while a daemon follows the branch.", standing.daemon == nil ? 0 : 1)
    metrics.add("staffrepo_alarms", "gauge", "Alarms that last.", standing.alarms.count)
    for target in standing.targets { add(target, to: &metrics, now) }
    return metrics.text
  }

  private static func add(_ target: Standing.Target, to metrics: inout Metrics, _ now: Instant) {
    let name = target.name.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    let label = "target=\"\(name)\""
    metrics.add(
      "staffrepo_target_up", "gauge",
      "1 while a target is active or pending, 0 when it failed, is overdue or is disabled.",
      target.state == .active || target.state == .pending ? 1 : 0, label)
    metrics.add(
      "staffrepo_target_enabled", "gauge", "0 while the records switch a target off: that it is not up is meant.",
      target.isSwitchedOff ? 0 : 1, label)
    if let sync = target.lastSync {
      metrics.add(
        "staffrepo_target_last_sync_timestamp_seconds", "gauge", "When the target took something last.",
        Int(sync.seconds), label)
    }
    metrics.add(
      "staffrepo_target_lag_seconds", "gauge", "For how long the oldest of what the target lacks has waited.",
      target.lag ?? 0, label)
    if target.name.hasPrefix("export/") {
      metrics.add(
        "staffrepo_export_overdue", "gauge", "1 while files are later than their schedule and the freshness allow.",
        target.state == .overdue ? 1 : 0, label)
    }
    if let next = target.nextRun {
      metrics.add(
        "staffrepo_export_next_run_timestamp_seconds", "gauge", "When files are written next by their schedule.",
        Int(next.seconds), label)
    }
    for member in target.metadata {
      guard case .int(let number) = member.value else { continue }
      if ["delivered", "dead", "superseded", "cancelled"].contains(member.name) {
        metrics.add(
          "staffrepo_deliveries", "gauge", "Deliveries by what became of them.", number,
          "\(label),state=\"\(member.name)\"")
      } else if member.name == "pending" {
        metrics.add("staffrepo_deliveries_pending", "gauge", "Deliveries that wait.", number, label)
      } else {
        metrics.add(
          "staffrepo_export_\(member.name)", "gauge", "Of the newest set of files: \(member.name).", number, label)
      }
    }
  }

  private struct Metrics {
    private var families: [(name: String, head: String, lines: [String])] = []

    mutating func add(_ name: String, _ kind: String, _ help: String, _ value: Int, _ labels: String = "") {
      let line = "\(name)\(labels.isEmpty ? "" : "{\(labels)}") \(value)"
      if let index = families.firstIndex(where: { $0.name == name }) {
        families[index].lines.append(line)
      } else {
        families.append((name, "# HELP \(name) \(help)\n# TYPE \(name) \(kind)", [line]))
      }
    }

    var text: String { families.map { ([$0.head] + $0.lines).joined(separator: "\n") + "\n" }.joined() }
  }
}
