import RecordSchema
import YAMLReader

extension Rule {
  public static let typographicQuotes = Rule(
    "S017", "typographic-quotes", severity: .warning,
    explanation:
      "The text stands in curly quotes, as word processors write them. YAML takes straight ones only, so the curly ones are part of the name in every system.",
    example: .person("first_name: «\u{201C}Grace\u{201D}»", right: "first_name: Grace"),
    help: "Remove the quotes, or write straight ones.")
}

extension FieldReader {
  mutating func warnOfTypographicQuotes(_ text: String, _ field: String, _ node: YAMLNode) {
    let scalars = text.unicodeScalars
    guard scalars.count > 2, let first = scalars.first, let last = scalars.last, Self.opening.contains(first),
      Self.closing.contains(last)
    else { return }
    report(
      .typographicQuotes, "\(field) stands in curly quotes, which become part of it.", at: node.range,
      fix: Diagnostic.Fix(
        title: "Write straight quotes", writing: String(String.UnicodeScalarView(scalars.dropFirst().dropLast())),
        at: node.range))
  }

  // English, German, French and Polish ones.
  private static let opening: Set<Unicode.Scalar> = ["\u{201C}", "\u{201E}", "\u{2018}", "\u{201A}", "\u{AB}"]
  private static let closing: Set<Unicode.Scalar> = ["\u{201D}", "\u{201C}", "\u{2019}", "\u{2018}", "\u{BB}"]
}
