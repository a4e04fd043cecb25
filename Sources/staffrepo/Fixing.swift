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
  let text = String(decoding: old, as: UTF8.self)
  let oddEnds: Set<Unicode.Scalar> = ["\u{85}", "\u{2028}", "\u{2029}"]
  let hasLoneReturn = zip(old, old.dropFirst() + [0]).contains { $0 == 0x0D && $1 != 0x0A }
  if hasLoneReturn || text.unicodeScalars.contains(where: oddEnds.contains) { return false }
  let (before, after) = (YAMLReader.read(old), YAMLReader.read(new))
  return after.problems.count <= before.problems.count
    && (before.root?.entries ?? []).count == (after.root?.entries ?? []).count
}

extension SourcePosition {
  fileprivate static let first = SourcePosition(line: 1, column: 1)
}

/// A file's bytes, edited by line and column.
private struct FileText {
  private(set) var bytes: [UInt8]

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  func holds(_ range: SourceRange) -> Bool { offset(of: range.start) != nil && offset(of: range.end) != nil }

  mutating func replace(_ range: SourceRange, with text: String) {
    guard let start = offset(of: range.start), let end = offset(of: range.end), start <= end else { return }
    bytes.replaceSubrange(start..<end, with: text.utf8)
  }

  /// Lines end with a line feed; columns count characters, of which a byte order mark is none.
  private func offset(of position: SourcePosition) -> Int? {
    var index = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    var line = 1
    while line < position.line {
      guard let end = bytes[index...].firstIndex(of: UInt8(ascii: "\n")) else { return nil }
      index = end + 1
      line += 1
    }
    var column = 1
    while column < position.column {
      guard index < bytes.count, bytes[index] != UInt8(ascii: "\n") else { return nil }
      index += 1
      while index < bytes.count, bytes[index] & 0xC0 == 0x80 { index += 1 }
      column += 1
    }
    return index
  }
}
