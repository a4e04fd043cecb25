import RecordSchema
import YAMLReader

/// The known fields of a mapping.
struct FieldNodes {
  private let entries: [YAMLEntry]

  init(_ entries: [YAMLEntry] = []) { self.entries = entries }

  /// Of a field that stands twice, the later one. Records have a dozen fields: looking through them beats hashing.
  subscript(name: String) -> YAMLNode? {
    let count = name.utf8.count
    return entries.last { $0.key.utf8.count == count && $0.key == name }?.value
  }
}

/// Takes values out of nodes as the schema types them, and collects what is wrong.
///
/// A value of the right type that breaks a rule (too long, blank at its end) is returned all the same: the finding stops
/// a pull request, but must not keep a record that has landed from being published.
struct FieldReader {
  let file: String
  var subject: String?
  var findings: [Diagnostic] = []
  /// Set when a value that decides identity or access cannot be read: the record is then held.
  var isBlocked = false
  /// How many words are still looked for: a file in which everything is misspelt is no record.
  private var suggestionsLeft = 50

  init(file: String) {
    self.file = file
  }

  /// The word that was probably meant.
  mutating func near(_ word: String, among words: some Sequence<String>) -> String? {
    guard suggestionsLeft > 0 else { return nil }
    suggestionsLeft -= 1
    return closest(to: word, among: words)
  }

  mutating func report(
    _ rule: Rule, _ message: String, at range: SourceRange, help: String? = nil, fix: Diagnostic.Fix? = nil
  ) {
    // A text over several lines has ends that no edit of its value may touch.
    let fix = range.start.line == range.end.line ? fix : nil
    findings.append(
      Diagnostic(rule, message, file: file, range: range, subject: subject, help: help, fix: fix))
  }

  /// The fields of a mapping, each checked to be known.
  mutating func fields(_ node: YAMLNode, known: [String], what: String) -> FieldNodes? {
    guard let entries = node.entries else { return nil }
    // Records are mostly written in the schema's order, so the next name is mostly the next one that is known.
    var expected = 0
    var unknown: Set<Int> = []
    for (number, entry) in entries.enumerated() {
      if let position = position(of: entry.key, in: known, from: expected) {
        expected = position + 1
      } else {
        unknown.insert(number)
        let near = near(entry.key, among: known)
        let hint = near.map { " Did you mean '\($0)'?" } ?? ""
        report(
          .unknownField, "\(what) has no field '\(entry.key)'.\(hint)", at: entry.keyRange,
          fix: near.map {
            .init(title: "Rename the field to \($0)", edits: [.init(range: entry.keyRange, text: $0)])
          })
      }
    }
    return FieldNodes(unknown.isEmpty ? entries : entries.indices.filter { !unknown.contains($0) }.map { entries[$0] })
  }

  private func position(of name: String, in known: [String], from start: Int) -> Int? {
    known[start...].firstIndex(of: name) ?? known[..<start].firstIndex(of: name)
  }

  /// The raw text; `nil` when nothing was written, or when it is a list or mapping.
  mutating func scalar(_ node: YAMLNode?, _ field: String) -> String? {
    guard let node, !node.isEmpty else { return nil }
    guard let text = node.scalar else {
      report(
        .wrongType, "\(field) takes a text, not a \(node.items == nil ? "group of fields" : "list").", at: node.range)
      return nil
    }
    return text
  }

  /// - Parameter isMoment: what looks like a date is one.
  mutating func text(
    _ node: YAMLNode?, _ field: String, length: ClosedRange<Int>, isMoment: Bool = false
  ) -> String? {
    guard let node, let text = scalar(node, field) else { return nil }
    if !isMoment { warnIfAmbiguous(node) }
    if isOrdinary(text), length.contains(text.utf8.count) { return text }
    let count = text.unicodeScalars.count
    if !length.contains(count) {
      let fault = count == 0 ? "is empty" : "has \(count) characters"
      report(.wrongLength, "\(field) \(fault); it takes \(length.lowerBound) to \(length.upperBound).", at: node.range)
    }
    if let first = text.unicodeScalars.first, let last = text.unicodeScalars.last,
      isBlank(first) || isBlank(last)
    {
      report(
        .blankAtEnd, "\(field) begins or ends with a blank.", at: node.range,
        fix: trimming(text).map { Diagnostic.Fix(title: "Remove the blanks", writing: $0, at: node.range) })
    } else if let scalar = text.unicodeScalars.first(where: isForbidden) {
      let code = String(scalar.value, radix: 16, uppercase: true)
      report(
        .controlCharacter, "\(field) holds the invisible character U+\(padded(code)).", at: node.range)
    }
    warnIfDecomposed(text, field, node)
    warnOfTypographicQuotes(text, field, node)
    return text
  }

  private func padded(_ code: String) -> String { String(repeating: "0", count: max(0, 4 - code.count)) + code }

  /// Printable ASCII without blanks at its ends: nearly every text, and nothing is wrong with it.
  private func isOrdinary(_ text: String) -> Bool {
    let bytes = text.utf8
    guard let first = bytes.first, let last = bytes.last, first != 0x20, last != 0x20 else { return false }
    return bytes.allSatisfy { $0 >= 0x20 && $0 < 0x7F }
  }

  /// Unicode's properties are slow to look up, and nearly every letter is ASCII.
  private func isBlank(_ scalar: Unicode.Scalar) -> Bool {
    scalar.isASCII ? scalar.value <= 0x20 : scalar.properties.isWhitespace
  }

  private func isForbidden(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7F...0x9F: true
    default: scalar.isHidden
    }
  }

  /// The text without blanks at its ends; `nil` when nothing would be left, or a line break is inside.
  private func trimming(_ text: String) -> String? {
    let scalars = text.unicodeScalars
    guard let first = scalars.firstIndex(where: { !isBlank($0) }),
      let last = scalars.lastIndex(where: { !isBlank($0) }),
      !scalars[first...last].contains(where: isForbidden)
    else { return nil }
    return String(scalars[first...last])
  }

  /// `nil` is also nothing written, `null` and `~`.
  private mutating func typed(_ node: YAMLNode?, _ field: String) -> (text: String, node: YAMLNode)? {
    guard let node, let text = scalar(node, field) else {
      if let node, !node.isEmpty { isBlocked = true }
      return nil
    }
    return node.isNull ? nil : (text, node)
  }

  /// A whole number from 1 on.
  mutating func identifier(_ node: YAMLNode?, _ field: String) -> Int? {
    guard let (text, node) = typed(node, field) else { return nil }
    // Beyond 2^53 consumers that read JSON numbers as floating point would see another id.
    if let number = Int(text), (1...9_007_199_254_740_991).contains(number), !text.hasPrefix("+"), !text.hasPrefix("0")
    {
      return number
    }
    isBlocked = true
    report(.notAnInteger, "\(field) takes a whole number from 1 on, not '\(excerpt(text))'.", at: node.range)
    return nil
  }

  mutating func date(_ node: YAMLNode?, _ field: String) -> CalendarDate? {
    guard let (text, node) = typed(node, field) else { return nil }
    if let date = CalendarDate(text) { return date }
    isBlocked = true
    let digits = text.utf8.map { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") ? UInt8(ascii: "9") : $0 }
    let looksRight = String(decoding: digits, as: UTF8.self) == "9999-99-99"
    let message =
      looksRight
      ? "\(field): there is no day \(text) in the calendar."
      : "\(field) takes a date written YYYY-MM-DD, not '\(excerpt(text))'."
    report(.notADate, message, at: node.range)
    return nil
  }

  mutating func boolean(_ node: YAMLNode?, _ field: String) -> Bool? {
    guard let (text, node) = typed(node, field) else { return nil }
    switch text {
    case "true", "True", "TRUE": return true
    case "false", "False", "FALSE": return false
    default: break
    }
    isBlocked = true
    let meant = ["yes": "true", "on": "true", "y": "true", "no": "false", "off": "false", "n": "false"]
    let word = meant[text.lowercased()] ?? (["true", "false"].contains(text.lowercased()) ? text.lowercased() : nil)
    report(
      .notABoolean, "\(field) takes true or false, not '\(excerpt(text))'.", at: node.range,
      fix: word.map { .init(title: "Write \($0)", edits: [.init(range: node.range, text: $0)], isSafe: true) })
    return nil
  }

  mutating func choice<Choice: RawRepresentable & CaseIterable>(
    _ node: YAMLNode?, _ field: String, of type: Choice.Type, blocks: Bool = false
  ) -> Choice? where Choice.RawValue == String {
    guard let node, let text = scalar(node, field) else {
      if let node, !node.isEmpty, blocks { isBlocked = true }
      return nil
    }
    if let choice = Choice(rawValue: text) { return choice }
    if blocks { isBlocked = true }
    let words = Choice.allCases.map(\.rawValue)
    let near = near(text, among: words)
    report(
      .unknownValue, "\(field) takes \(words.joined(separator: ", ")); not '\(excerpt(text))'.", at: node.range,
      fix: near.map { .init(title: "Write \($0)", edits: [.init(range: node.range, text: $0)]) })
    return nil
  }

  /// - Parameter isWritten: its line is there, without a value.
  mutating func missing(
    _ field: String, what: String, severity: Diagnostic.Severity? = nil, isWritten: Bool = false
  ) {
    let misspelt = findings.contains { $0.rule == .unknownField && $0.fix?.edits.first?.text == field }
    let help =
      misspelt
      ? "The line is there, but its name is misspelt: see below."
      : isWritten ? "Write its value after \(field): on the line that is there." : "Add a line: \(field): ..."
    findings.append(
      Diagnostic(
        .missingField, "\(what) needs \(field).", file: file, range: .fileStart, subject: subject,
        severity: severity, help: help))
  }

  func excerpt(_ text: String) -> String {
    text.count > 40 ? text.prefix(40) + "..." : text
  }
}
