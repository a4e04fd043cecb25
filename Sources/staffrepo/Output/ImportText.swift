import RecordSchema
import Recruitment

/// What became of an import, for people.
enum ImportText {
  static func text(_ answer: ImportAnswer) -> String {
    let body = answer.body
    var lines: [String] = []
    if case .array(let rows)? = body["rows"] {
      for row in rows { lines += self.lines(of: row, "row \(word(row["row"]))\(place(row)): ") }
    } else if body["state"] != nil {
      lines += self.lines(of: body, "")
    }
    if body["rows"] == nil, case .array(let errors)? = body["errors"] { lines += errors.map { finding($0, "error") } }
    if body["rows"] != nil, case .array(let warnings)? = body["warnings"] {
      lines += warnings.map { finding($0, "warning") }
    }
    if answer.isProblem { lines.append("\(word(body["title"])): \(word(body["detail"]))\(place(body))") }
    if body["dry_run"] != nil { lines.append("Nothing was changed: this was a dry run.") }
    return lines.joined(separator: "\n")
  }

  private static func lines(of hire: JSON, _ prefix: String) -> [String] {
    let who = "\(word(hire["employee_reference"])) (id \(word(hire["person_id"])))"
    let repeated = hire["repeated"] == nil ? "" : ", as before"
    let state =
      switch word(hire["state"]) {
      case "accepted": "\(who) is on the branch\(repeated)"
      case "pending_review": "\(who) waits for review on \(word(hire["branch"]))\(repeated)"
      case "rejected": "turned down in review\(repeated)"
      case "refused": "refused"
      default: word(hire["state"])
      }
    var lines = [prefix + state]
    if case .array(let errors)? = hire["errors"], hire["row"] != nil { lines += errors.map { finding($0, "error") } }
    if case .array(let warnings)? = hire["warnings"] { lines += warnings.map { finding($0, "warning") } }
    return lines
  }

  private static func finding(_ finding: JSON, _ severity: String) -> String {
    let place = [
      finding["pointer"].map(word), finding["line"].map { "line \(word($0))" },
      finding["column"].map { "column \(word($0))" },
    ]
    .compactMap(\.self).joined(separator: ", ")
    let help = finding["help"].map { "\n    \(word($0))" } ?? ""
    return
      "  \(severity) \(word(finding["code"])): \(place.isEmpty ? "" : place + ": ")\(word(finding["message"]))\(help)"
  }

  private static func place(_ json: JSON) -> String { json["line"].map { " (line \(word($0)))" } ?? "" }

  private static func word(_ json: JSON?) -> String {
    switch json {
    case .string(let text)?: text.printable
    case .int(let number)?: String(number)
    default: ""
    }
  }
}
