import GitStore
import RecordSchema
import Records
import YAMLReader

/// What `validate` found in one tree.
public struct ValidationReport: Sendable {
  public let commit: String?
  public let people: Int
  public let units: Int
  /// Sorted by file and place.
  public let diagnostics: [Diagnostic]

  public var errors: Int { diagnostics.count { $0.severity == .error } }
  public var warnings: Int { diagnostics.count { $0.severity == .warning } }

  public var json: JSON {
    [
      "commit": .optional(commit), "checked": ["people": .int(people), "units": .int(units)],
      "summary": ["errors": .int(errors), "warnings": .int(warnings)],
      "diagnostics": .array(diagnostics.map(\.json)),
    ]
  }
}

/// Judges a whole tree: what each file says, and how the records relate.
public func validate(_ records: RecordSet, in source: some RecordSource) -> ValidationReport {
  let index = RecordIndex(records)
  let findings = RuleRegistry.relations.flatMap { $0.check(index) }
  let diagnostics = records.findings + located(findings, records, in: source)
  return ValidationReport(
    commit: records.commit?.description, people: records.people.count, units: records.units.count,
    diagnostics: diagnostics.sorted {
      ($0.file, $0.range.start, $0.rule.code, $0.message) < ($1.file, $1.range.start, $1.rule.code, $1.message)
    })
}

/// Looks up lines and columns, reading each file that has findings once more.
private func located(_ findings: [Finding], _ records: RecordSet, in source: some RecordSource) -> [Diagnostic] {
  let entries = Dictionary(records.entries.map { ($0.path, $0) }, uniquingKeysWith: { first, _ in first })
  return Dictionary(grouping: findings, by: \.file).flatMap { file, findings -> [Diagnostic] in
    let bytes = entries[file].flatMap { entry in
      findings.allSatisfy { $0.field == .record } ? nil : try? source.read(entry)
    }
    let root = bytes.flatMap { YAMLReader.read($0).root }
    return findings.map { finding in
      let node = finding.field == .record ? nil : root.flatMap { place(of: finding.field, in: $0) }
      let range = node?.range ?? .fileStart
      let fix = finding.replacement.flatMap { text in
        node.map { Diagnostic.Fix(title: "Write \(text)", edits: [.init(range: $0.range, text: text)]) }
      }
      return Diagnostic(
        finding.rule, finding.message, file: finding.file, range: range, subject: finding.subject, help: finding.help,
        fix: fix)
    }
  }
}

/// The node that a path leads to. A unit may be written as its code alone, so the last step may not be there.
private func place(of field: FieldPath, in root: YAMLNode) -> YAMLNode? {
  if let node = root.node(at: field) { return node }
  let nearest = root.nearest(to: field)
  return nearest.scalar == nil ? nil : nearest
}
