import RecordSchema
import YAMLReader

extension FieldReader {
  /// The fields of a whole file; `nil`, with findings, when it is no mapping.
  ///
  /// - Parameter own: a field that every record of this kind has, and none of another.
  mutating func rootFields(of document: YAMLDocument, known: [String], what: String, own: String) -> FieldNodes? {
    if isMisplaced(document, unless: own) { return nil }
    for problem in document.problems + document.remarks { report(problem.rule, problem.message, at: problem.range) }
    if document.problems.isEmpty, let root = document.root, root.entries != nil {
      return fields(root, known: known, what: what)
    }
    // Where the text breaks off, what was read before would only look like a record with missing fields.
    let breaksOff: [Rule] = [
      .yamlSyntax, .yamlEncoding, .yamlTooLarge, .yamlTooDeep, .yamlSeveralDocuments, .mergeConflict,
    ]
    if document.problems.contains(where: { breaksOff.contains($0.rule) }) { return nil }
    guard let root = document.root, root.entries != nil else {
      if document.problems.isEmpty {
        let message = document.root == nil ? "The file is empty." : "The file holds no `field: value` lines."
        report(.yamlNotAMapping, message, at: document.root?.range ?? .fileStart)
      }
      return nil
    }
    return fields(root, known: known, what: what)
  }
}

extension Reading {
  /// A file of which nothing but, perhaps, `is_active: false` can be made out.
  static func unreadable(path: String, stem: String, lines: [UInt8], findings: [Diagnostic]) -> Reading {
    Reading(
      path: path, stem: stem, draft: nil, isWhole: false, claimedID: nil, saysInactive: deactivates(lines),
      findings: findings)
  }

  /// Whether the file says `is_active: false`, in quotes or not.
  static func saysInactive(_ document: YAMLDocument, _ lines: [UInt8]) -> Bool {
    // Of a field that stands twice, both must say so.
    let said = (document.root?.entries ?? []).filter { $0.key == "is_active" }.map { $0.value.scalar ?? "" }
    guard !said.isEmpty else { return document.problems.isEmpty ? false : deactivates(lines) }
    return said.allSatisfy { ["false", "False", "FALSE"].contains($0) }
  }

  /// Whether a line of its own says `is_active: false`, and none says otherwise. A leaver's record that is broken further
  /// down still takes the access away.
  static func deactivates(_ bytes: [UInt8]) -> Bool {
    let values = texts(of: "is_active", in: bytes)
    return !values.isEmpty && values.allSatisfy { ["false", "False", "FALSE"].contains($0) }
  }
}

/// What lines of their own say of a field, whatever the rest of the file is: without blanks and what follows a `#`.
func texts(of field: String, in bytes: [UInt8]) -> [String] {
  let lines = bytes.split(whereSeparator: { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") })
  return lines.compactMap { line in
    let text = String(decoding: line, as: UTF8.self)
    guard text.hasPrefix("\(field):") else { return nil }
    return text.dropFirst(field.count + 1).split(separator: "#").first.map { $0.filter { $0 != " " && $0 != "\t" } }
      ?? ""
  }
}
