import Editing
import FileStore
import RecordSchema
import Validators
import YAMLReader

/// Makes the safe fixes of findings in the work tree's files. Comments and everything else stay as they are.
struct Fixing {
  let root: String

  struct Outcome {
    var fixes = 0
    var files: Set<String> = []
  }

  /// Fixes what a report offers. Those that overlap wait for the next report.
  func apply(_ diagnostics: [Diagnostic]) throws -> Outcome {
    var outcome = Outcome()
    for (file, group) in Dictionary(grouping: diagnostics.filter { $0.fix?.isSafe == true }, by: \.file) {
      let bytes = try FileStore.read(root + file)
      var text = FileText(bytes)
      var made = 0
      let fixes = group.compactMap(\.fix).sorted {
        ($0.edits.first?.range.start ?? .first) > ($1.edits.first?.range.start ?? .first)
      }
      var lowest = SourcePosition(line: .max, column: 1)
      for fix in fixes {
        let edits = fix.edits.sorted { $0.range.start > $1.range.start }
        guard let last = edits.first, let first = edits.last, last.range.end <= lowest else { continue }
        guard edits.allSatisfy({ text.holds($0.range) }) else { continue }
        for edit in edits { text.replace(edit.range, with: edit.text) }
        lowest = first.range.start
        made += 1
      }
      guard text.bytes != bytes else { continue }
      guard keepsRecord(bytes, text.bytes) else { continue }
      try FileStore.write(text.bytes, to: root + file, keepingMode: true)
      outcome.files.insert(file)
      outcome.fixes += made
    }
    return outcome
  }
}

/// A last look: the file has the same fields as before, and nothing new is wrong with its text. Lines that end otherwise
/// than with a line feed are counted otherwise by YAML, so that an edit would go astray.
private func keepsRecord(_ old: [UInt8], _ new: [UInt8]) -> Bool {
  guard FileText.countsLinesAsYAMLDoes(old) else { return false }
  let (before, after) = (YAMLReader.read(old), YAMLReader.read(new))
  return after.problems.count <= before.problems.count
    && (before.root?.entries ?? []).count == (after.root?.entries ?? []).count
}

extension SourcePosition {
  fileprivate static let first = SourcePosition(line: 1, column: 1)
}
