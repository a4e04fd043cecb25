import Events
import GitStore
import Journal
import RecordSchema
import Records

/// A plan as people read it.
enum PlanText {
  static func text(_ plan: Plan) -> String {
    var lines = [heading(plan)]
    lines += plan.lines.map { "  \($0)" }
    if plan.omitted > 0 { lines.append("  ... and \(plan.omitted) more") }
    for (target, events) in plan.endpoints.sorted(by: { $0.key < $1.key }) {
      lines.append("\(target): \(counted(events.values.reduce(0, +), "event")) to send")
    }
    for export in plan.exports {
      lines.append("\(export.target): a set of \(counted(export.rows, "person", "people"))\(wait(export, "; "))")
    }
    for reading in plan.guards where reading.isTripped {
      lines.append("GUARD \(guardLine(reading))\(consent(plan, reading))")
    }
    for table in plan.refusedTables {
      lines.append("\(table.target): \(table.file) could not be written\(table.reason):")
      lines += table.lines.map { "  \($0)" }
    }
    for held in plan.held { lines.append("Held: \(held.kind.rawValue) \(held.key): \(held.reason)") }
    return lines.joined(separator: "\n")
  }

  /// The comment on a pull request.
  static func markdown(_ plan: Plan) -> String {
    var lines = ["### What publishing this will do", "", heading(plan), ""]
    for reading in plan.guards where reading.isTripped {
      lines.append("> **Guard:** \(guardLine(reading))\(consent(plan, reading)).")
      lines.append("")
    }
    if !plan.events.isEmpty {
      lines += ["| Event | Count |", "|---|---:|"]
      lines += plan.events.sorted { $0.key < $1.key }.map { "| `\($0.key)` | \($0.value) |" }
      lines += ["", "| Endpoint | Events |", "|---|---:|"]
      lines += plan.endpoints.sorted { $0.key < $1.key }.map { "| `\($0.key)` | \($0.value.values.reduce(0, +)) |" }
      lines += ["", "<details><summary>Event by event</summary>", "", "```"] + plan.lines
      if plan.omitted > 0 { lines.append("... and \(plan.omitted) more") }
      lines += ["```", "</details>"]
    }
    if !plan.exports.isEmpty {
      lines += ["", "| Files | People | Written |", "|---|---:|---|"]
      lines += plan.exports.map { "| `\($0.target)` | \($0.rows) | \($0.isWritten ? "at once" : wait($0, "")) |" }
    }
    for table in plan.refusedTables {
      lines += [
        "", "> **\(table.target):** `\(table.file)` could not be written\(table.reason):",
        "",
        "```",
      ]
      lines += table.lines + ["```"]
    }
    for held in plan.held { lines += ["", "- Held: `\(held.path.printable.replacing("`", with: "'"))`"] }
    return lines.joined(separator: "\n")
  }

  private static func heading(_ plan: Plan) -> String {
    let total = plan.events.values.reduce(0, +)
    let range = plan.base.map { "\($0.short)..\(plan.head.short)" } ?? "the first publication, at \(plan.head.short)"
    if plan.base == nil { return "\(range): a baseline; nothing is sent for what was there before." }
    return "\(range): \(counted(plan.commits, "commit")), \(counted(total, "event"))"
  }

  /// What keeps files from being written with this publication.
  private static func wait(_ export: Plan.Export, _ before: String) -> String {
    if export.isWritten { return "" }
    if export.schedule == .everyCommit { return "\(before)nothing new" }
    let next = export.next.map { ", next \($0)" } ?? ""
    return "\(before)not now but \(export.schedule)\(next)"
  }

  private static func consent(_ plan: Plan, _ reading: GuardReading) -> String {
    plan.approvedGuards.contains(reading.limit.name)
      ? "; it is approved" : "; it needs an approval, else the branch is held here"
  }

  private static func guardLine(_ reading: GuardReading) -> String {
    "\(reading.limit.name)\(reading.target.map { " for \($0)" } ?? ""): \(reading.count) of \(reading.of), more than \(reading.limit.count) and \(reading.limit.percent) %"
  }
}

enum EventText {
  static func line(_ event: Event) -> String {
    let changes = event.changes.map(\.name).joined(separator: ", ")
    let unit = event.unit?["code"].flatMap { if case .string(let code) = $0 { code } else { nil } }
    let detail = unit ?? changes
    return "\(event.name.rawValue)  \(event.subject.printable)\(detail.isEmpty ? "" : "  (\(detail))")"
  }
}

extension Plan {
  var json: JSON {
    [
      "base": .optional(base?.description), "head": .string(head.description), "commits": .int(commits),
      "events": .object(events.sorted { $0.key < $1.key }.map { .init($0.key, .int($0.value)) }),
      "endpoints": .array(
        endpoints.sorted { $0.key < $1.key }.map { target, events in
          [
            "target": .string(target), "events": .int(events.values.reduce(0, +)),
            "by_event": .object(events.sorted { $0.key < $1.key }.map { .init($0.key, .int($0.value)) }),
          ]
        }),
      "exports": .array(
        exports.map {
          [
            "target": .string($0.target), "rows": .int($0.rows), "schedule": .string($0.schedule.description),
            "written": .bool($0.isWritten), "next_run": .optional($0.next?.description),
          ]
        }),
      "guards": .array(
        guards.map {
          [
            "guard": .string($0.limit.name), "target": .optional($0.target), "count": .int($0.count), "of": .int($0.of),
            "limit": ["count": .int($0.limit.count), "percent": .int($0.limit.percent)],
            "tripped": .bool($0.isTripped), "approved": .bool(approvedGuards.contains($0.limit.name)),
          ]
        }),
      "refused_tables": .array(
        refusedTables.map {
          [
            "target": .string($0.target), "file": .string($0.file), "cells": .int($0.count),
            "first": .array($0.lines.map(JSON.string)),
          ]
        }),
      "held": .array(held.map(\.json)),
    ]
  }
}
