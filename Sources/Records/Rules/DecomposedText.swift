import RecordSchema
@_spi(_Unicode) import Swift
import YAMLReader

extension Rule {
  public static let decomposedText = Rule(
    "S016", "decomposed-text", severity: .warning,
    explanation:
      "An accented letter is written as two characters, letter and accent. It looks the same, but systems that compare names byte by byte see another name. Source: Unicode Standard Annex 15, normalisation form C.",
    example: .person("first_name: «Zoe\u{308}»", right: "first_name: Zo\u{EB}"),
    help: "Type the letter anew, or let validate --fix do it.")
}

extension FieldReader {
  mutating func warnIfDecomposed(_ text: String, _ field: String, _ node: YAMLNode) {
    // Below the accents that stand alone, and where letters come with theirs, nothing is decomposed.
    if text.unicodeScalars.allSatisfy({ $0.value < 0x300 || (0x1E00...0x1EFF).contains($0.value) }) { return }
    var normal = String.UnicodeScalarView()
    normal.append(contentsOf: text._nfc)
    // Swift's own comparison would call the two equal.
    guard !normal.elementsEqual(text.unicodeScalars) else { return }
    let isPlain = if case .scalar(_, isPlain: true) = node.content { true } else { false }
    let written = isPlain && !String(normal).contains("\"") ? String(normal) : quoted(String(normal))
    report(
      .decomposedText, "\(field) writes an accented letter as two characters.", at: node.range,
      fix: Diagnostic.Fix(
        title: "Write each letter as one character", edits: [.init(range: node.range, text: written)], isSafe: true))
  }
}
