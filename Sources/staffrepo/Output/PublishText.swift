import GitStore
import Journal
import Ledger
import Publishers
import RecordSchema
import Records

/// What a publication did, as people read it.
enum PublishText {
  /// For a log.
  static func tell(_ recorded: Recording.Recorded) {
    let entry = recorded.entry
    Terminal.message(
      heading(recorded),
      [
        .init("position", .int(entry.position)), .init("commit", .string(entry.to.description)),
        .init("events", .int(recorded.events.values.reduce(0, +))), .init("deliveries", .int(recorded.deliveries)),
        .init("held", .bool(entry.hold != nil)),
      ])
  }

  private static func heading(_ recorded: Recording.Recorded) -> String {
    let entry = recorded.entry
    let what = entry.kind == .baseline ? "the baseline" : counted(recorded.events.values.reduce(0, +), "event")
    return "Publication \(entry.position) (\(entry.kind.rawValue)) to \(entry.to.short): \(what)"
  }

  static func text(_ report: PublishReport) -> String {
    var lines: [String] = []
    for recorded in report.recorded {
      lines.append(heading(recorded))
      for (name, count) in recorded.events.sorted(by: { $0.key < $1.key }) { lines.append("  \(name): \(count)") }
    }
    if report.recorded.isEmpty { lines.append("Nothing new on \(report.branch) since publication \(report.position).") }
    let sent = report.deliveries
    if sent != Courier.Summary() {
      var parts = ["\(sent.delivered) delivered"]
      if sent.failed > 0 { parts.append("\(sent.failed) failed, to be tried again") }
      if sent.superseded > 0 { parts.append("\(sent.superseded) superseded") }
      if sent.dead > 0 { parts.append("\(sent.dead) given up") }
      lines.append("Deliveries: \(parts.joined(separator: ", "))")
    }
    for run in report.exports {
      lines.append(
        run.error.map { "\(run.target): failed: \($0)" }
          ?? "\(run.target): \(counted(run.files ?? 0, "file")), \(counted(run.rows ?? 0, "row"))")
    }
    lines += report.sends.map(SendText.text)
    for send in report.unsent where !report.sends.contains(where: { $0.target == send.target }) {
      lines.append(SendText.text(send))
    }
    if let hold = report.hold { lines.append(HoldText.text(hold)) }
    for held in report.held {
      lines.append("Held: \(held.kind.rawValue) \(held.key): \(held.reason); the last good state stays in force.")
    }
    if !report.waiting.isEmpty {
      lines.append("Waiting: \(report.waiting.joined(separator: ", ")). See: staffrepo deliveries --state pending")
    }
    if !report.givenUp.isEmpty {
      lines.append(
        "Given up: \(report.givenUp.joined(separator: ", ")). When it works again: staffrepo redeliver --failed")
    }
    return lines.joined(separator: "\n")
  }
}

extension PublishReport {
  var json: JSON {
    [
      "branch": .string(branch), "commit": .string(commit.description), "position": .int(position),
      "publications": .array(
        recorded.map { recorded in
          [
            "position": .int(recorded.entry.position), "kind": .string(recorded.entry.kind.rawValue),
            "from": .optional(recorded.entry.from?.description), "to": .string(recorded.entry.to.description),
            "settled": .string(recorded.entry.settled.description),
            "events": .object(recorded.events.sorted { $0.key < $1.key }.map { .init($0.key, .int($0.value)) }),
            "deliveries": .int(recorded.deliveries),
          ]
        }),
      "deliveries": [
        "delivered": .int(deliveries.delivered), "failed": .int(deliveries.failed), "dead": .int(deliveries.dead),
        "superseded": .int(deliveries.superseded),
      ],
      "exports": .array(exports.map(\.json)), "sends": .array(sends.map(\.json)),
      "unsent": .array(unsent.map { .string($0.target) }), "held": .array(held.map(\.json)),
      "hold": hold?.json ?? .null, "waiting": .array(waiting.map(JSON.string)),
      "given_up": .array(givenUp.map(JSON.string)),
    ]
  }
}

extension ExportRun {
  var json: JSON {
    [
      "target": .string(target), "status": .string(error == nil ? "written" : "failed"), "position": .int(position),
      "commit": .string(commit), "as_of": .string(asOf.description), "folder": .optional(folder),
      "files": .optional(files), "rows": .optional(rows), "bytes": .optional(bytes),
      "duration_ms": .int(milliseconds), "error": .optional(error),
    ]
  }
}
