import FileStore
import RecordSchema
import Validators

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
      var text = FileText(try FileStore.read(root + file))
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
        outcome.fixes += 1
        outcome.files.insert(file)
      }
      if outcome.files.contains(file) { try FileStore.write(text.bytes, to: root + file) }
    }
    return outcome
  }
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
