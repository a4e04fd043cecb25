import RecordSchema
import YAMLReader

/// An approval's file.
enum ApprovalDecoder {
  static func read(path: String, document: YAMLDocument) -> Reading<Approval> {
    var reader = FieldReader(file: path)
    let stem = fileStem(of: path)
    reader.subject = stem
    let known = ["guard", "limit", "expires", "reason"]
    guard let fields = reader.rootFields(of: document, known: known, what: "An approval", own: "guard") else {
      return .unreadable(path: path, stem: stem, lines: [], findings: reader.findings)
    }
    var approval = Approval(name: stem)
    approval.guardName = reader.word(fields["guard"], "guard", known: Configuration.defaultGuards.map(\.name)) ?? ""
    approval.limit = reader.identifier(fields["limit"], "limit") ?? 0
    approval.expires = reader.date(fields["expires"], "expires")
    approval.reason = reader.text(fields["reason"], "reason", length: 1...1000)
    for name in known where fields[name].map({ name == "reason" ? $0.isEmpty : $0.isNull }) ?? true {
      reader.missing(name, what: "An approval")
      reader.isBlocked = true
    }
    let isHeld = reader.isBlocked || !document.problems.isEmpty
    return Reading(
      path: path, stem: stem, draft: approval, isWhole: !isHeld, claimedID: nil,
      saysInactive: false,
      findings: reader.findings)
  }
}
