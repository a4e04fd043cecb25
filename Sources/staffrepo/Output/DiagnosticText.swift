import GitStore
import Validators
import RecordSchema
import Records

/// Findings as people read them: what is wrong, the line with a mark under the place, and how to mend it.
struct DiagnosticText {
  /// The bytes of a file of the tree that was judged.
  private let read: (String) -> [UInt8]?
  private var lines: [String: [String]] = [:]

  init(_ source: some RecordSource) {
    read = { path in (try? source.entry(at: path)).flatMap { try? source.read($0) } }
  }

  mutating func text(_ diagnostic: Diagnostic) -> String {
    let style: Terminal.Colour = diagnostic.severity == .error ? .red : .yellow
    let start = diagnostic.range.start
    var text =
      Terminal.styled("\(diagnostic.severity.rawValue)[\(diagnostic.rule.code)]", style)
      + Terminal.styled(": \(diagnostic.message.printable)", .bold)
    text += "\n  --> \(diagnostic.file.printable):\(start.line):\(start.column)"
    // The line itself may be a secret.
    let mayHoldSecret = diagnostic.file.contains("/apikeys/") || diagnostic.file.contains("/webhooks/")
    if !mayHoldSecret, !isSecret(diagnostic), diagnostic.range != .fileStart,
      let line = line(start.line, of: diagnostic.file)
    {
      let number = String(start.line)
      let margin = String(repeating: " ", count: number.count)
      let end = diagnostic.range.end
      let width =
        end.line == start.line
        ? max(1, end.column - start.column) : max(1, line.unicodeScalars.count - start.column + 1)
      let mark = String(repeating: " ", count: start.column - 1) + String(repeating: "^", count: min(width, 200))
      text += "\n \(margin) |\n \(number) | \(line)\n \(margin) | \(Terminal.styled(mark, style))"
    }
    if let help = diagnostic.help { text += "\n  = help: \(help)" }
    if let fix = diagnostic.fix { text += "\n  = fix: \(fix.title)" }
    return text
  }

  /// Whether the place may hold a secret that is not to be shown once more: a log of a push is read by many.
  private mutating func isSecret(_ diagnostic: Diagnostic) -> Bool {
    if [.literalKey, .literalSecret, .literalCredential, .urlWithPassword].contains(diagnostic.rule) { return true }
    guard let line = line(diagnostic.range.start.line, of: diagnostic.file) else { return false }
    let words = ["password", "passwd", "stf_", "whsec_", "whsk_", "PRIVATE KEY"]
    return words.contains { line.lowercased().contains($0.lowercased()) }
  }

  private mutating func line(_ number: Int, of file: String) -> String? {
    if lines[file] == nil {
      let text = (read(file) ?? []).split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      lines[file] = text.map {
        // A tab would shift the mark, and nobody would see it; so would a control character.
        String(
          String(decoding: $0, as: UTF8.self).prefix(200).map {
            $0 == "\t"
              ? "\u{2192}"
              : $0 == "\u{A0}" ? "\u{2423}" : $0.isWhitespace || String($0).printable != String($0) ? " " : $0
          })
      }
    }
    guard let all = lines[file], all.indices.contains(number - 1) else { return nil }
    return all[number - 1]
  }
}

extension ValidationReport {
  /// `44 people, 12 units: no errors, 1 warning`
  var summary: String {
    "\(counted(people, "person", "people")), \(counted(units, "unit")): \(errors == 0 ? "no errors" : counted(errors, "error")), \(warnings == 0 ? "no warnings" : counted(warnings, "warning"))"
  }
}

/// `1 error`, `2 errors`
func counted(_ number: Int, _ one: String, _ many: String? = nil) -> String {
  "\(number) \(number == 1 ? one : many ?? one + "s")"
}
