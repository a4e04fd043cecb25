import Publishers
import RecordSchema
import Records

/// What is wrong with a table's cells, with the files in which the values stand.
enum ExportFaults {
  static func text(_ refusal: TableRefusal, _ staff: Staff) -> String {
    let lines = refusal.faults.map { "  \(line($0, staff))" }
    let more = refusal.count > refusal.faults.count ? ["  and \(refusal.count - refusal.faults.count) more"] : []
    return (["\(refusal.file) is not written, because of \(counted(refusal.count, "cell")):"] + lines + more)
      .joined(separator: "\n")
  }

  /// The same without names and values, for logs and alarms.
  static func withoutPeople(_ text: String) -> String {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    return lines.count > 1 ? "\(lines[0].drop(while: { $0 == " " })) staffrepo status names them" : text
  }

  static func line(_ fault: TableFault, _ staff: Staff) -> String {
    let entry = fault.person.flatMap { try? staff.person($0) }
    return "\(entry.map { "\($0.path): " } ?? "")\(fault.text)".printable
  }
}
