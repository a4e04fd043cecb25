import RecordSchema
import Recruitment

/// What a table of people did, or would do, for people.
enum PeopleText {
  /// - Parameter written: how many files were written into the work tree; `nil`: none were to be.
  static func text(_ report: PeopleReport, written: Int?) -> String {
    var lines = report.rows.flatMap(self.lines)
    let columns = report.columns.map { $0.column.printable + ($0.field == $0.column ? "" : " as \($0.field)") }
    lines.append("Columns: \(columns.joined(separator: ", ")).")
    if !report.ignored.isEmpty {
      lines.append("Not taken: \(report.ignored.map(\.printable).joined(separator: ", ")).")
      if report.ignored.contains(where: { $0.lowercased() == "id" }) {
        lines.append(
          "  For the other system's own number, say whose it is: --source NAME. For the id of a person here: --column id=id."
        )
      }
    }
    lines += report.warnings.map { "warning \($0.code): \($0.message.printable)" }
    let would = report.isDryRun ? "would be " : ""
    lines.append(
      "\(report.rows.count) rows: \(report.count(.created)) \(would)created, \(report.count(.updated)) \(would)updated, \(report.count(.skipped)) \(would)skipped, \(report.count(.refused)) \(would)refused."
    )
    if let branch = report.branch {
      lines.append("The branch \(branch) waits for somebody to merge it: git diff HEAD...\(branch)")
    }
    if let written { lines.append("\(counted(written, "file")) written into the work tree: git status shows them.") }
    return lines.joined(separator: "\n")
  }

  private static func lines(of row: PeopleReport.Row) -> [String] {
    let who = [row.reference, row.person.map { "id \($0.rawValue)" }].compactMap(\.self).joined(separator: ", ")
    let start = row.line.map { "line \($0)" } ?? "row \(row.number)"
    let outcome =
      switch row.outcome {
      case .skipped where row.changes.isEmpty: "skipped, the same"
      case .skipped: "skipped, differs"
      default: row.outcome.rawValue
      }
    var lines = ["\(start): \(outcome)\(who.isEmpty ? "" : " (\(who.printable))")"]
    lines += row.changes.map {
      "  \($0.field): \($0.old.isEmpty ? "nothing" : $0.old.printable) -> \($0.new.printable)"
    }
    lines +=
      row.findings.map { finding($0, "error") }
      + row.warnings.filter { $0.rule != "differs" }.map { finding($0, "warning") }
    return lines
  }

  private static func finding(_ finding: ImportFinding, _ severity: String) -> String {
    let place = [finding.line.map { "line \($0)" }, finding.column.map { "column \($0)" }, finding.field]
      .compactMap(\.self).joined(separator: ", ")
    let help = finding.help.map { "\n    \($0.printable)" } ?? ""
    return "  \(severity) \(finding.code): \(place.isEmpty ? "" : place + ": ")\(finding.message.printable)\(help)"
  }
}
