import RecordSchema
import YAMLReader

extension FieldReader {
  mutating func warnIfAmbiguous(_ node: YAMLNode) {
    guard case .scalar(let text, isPlain: true) = node.content, mayBeAmbiguous(text),
      let reading = otherReading(of: text)
    else { return }
    report(
      .ambiguousScalar, "Other YAML programs read \(excerpt(text)) without quotes as \(reading).", at: node.range,
      // Whoever writes null may mean nothing, and then the line should go.
      fix: Diagnostic.Fix(title: "Put it in quotes", writing: text, at: node.range, isSafe: reading != "nothing"))
  }
}

extension Diagnostic.Fix {
  /// Replaces a value by a text in double quotes, or without where that is the same to every reader.
  init(title: String, writing text: String, at range: SourceRange, isSafe: Bool = true) {
    self.init(title: title, edits: [.init(range: range, text: quoted(text))], isSafe: isSafe)
  }
}

/// A text as a YAML scalar in double quotes.
public func quoted(_ text: String) -> String {
  "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
}

/// Every program reads the text, written without quotes, as this text.
public func hasOneReading(_ text: String) -> Bool { !mayBeAmbiguous(text) || otherReading(of: text) == nil }

/// Nearly every text shows by its first byte and its length that it is one to everybody.
private func mayBeAmbiguous(_ text: String) -> Bool {
  let bytes = text.utf8
  guard let first = bytes.first, bytes.count <= longestAmbiguous else { return false }
  if (first | 0x20) &- UInt8(ascii: "a") < 26 { return bytes.count <= 5 }
  guard first < 0x80 else { return false }
  // A number as programs write it.
  return first == UInt8(ascii: "0") || !bytes.allSatisfy { $0 &- UInt8(ascii: "0") < 10 }
}

/// In bytes; dates with a time and a zone have some thirty.
private let longestAmbiguous = 32

/// What YAML 1.1 or 1.2 makes of a plain scalar that is not the same text again; `nil` for texts. A number written as
/// programs write it, such as 1004, stays the same and is no matter.
///
/// Sources: YAML 1.2.2, section 10.3.2; the types int, float, bool, null, timestamp and merge of yaml.org/type for 1.1.
func otherReading(of text: String) -> String? {
  let bytes = Array(text.utf8)
  guard let first = bytes.first else { return nil }
  switch first {
  case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."):
    return number(text, bytes)
  case UInt8(ascii: "~"): return bytes.count == 1 ? "nothing" : nil
  case UInt8(ascii: "="), UInt8(ascii: "<"): return text == "=" || text == "<<" ? "an instruction" : nil
  default: return bytes.count <= 5 ? word(text) : nil
  }
}

private func word(_ text: String) -> String? {
  // YAML knows each word in small letters, in capitals, and with a capital first.
  let small = text.lowercased()
  guard text == small || text == text.uppercased() || text.dropFirst() == small.dropFirst() else { return nil }
  switch small {
  case "y", "yes", "on", "true": return "true"
  case "n", "no", "off", "false": return "false"
  case "null": return "nothing"
  default: return nil
  }
}

private func number(_ text: String, _ bytes: [UInt8]) -> String? {
  let isSigned = bytes[0] == UInt8(ascii: "+") || bytes[0] == UInt8(ascii: "-")
  let rest = bytes.dropFirst(isSigned ? 1 : 0)
  func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }
  guard let first = rest.first else { return nil }
  if rest.allSatisfy(isDigit) {
    return isSigned && bytes[0] == UInt8(ascii: "+") || (rest.count > 1 && first == UInt8(ascii: "0"))
      ? "the number \(Int(text).map(String.init) ?? "that these digits are")" : nil
  }
  if !isSigned, isTimestamp(text) { return "a date" }
  if text.dropFirst(isSigned ? 1 : 0).lowercased() == ".inf" || text.lowercased() == ".nan" { return "a number" }
  let prefix = rest.prefix(2)
  let digits = rest.dropFirst(2).filter { $0 != UInt8(ascii: "_") }
  if prefix.elementsEqual("0x".utf8), !digits.isEmpty, digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }) {
    return "a number"
  }
  if prefix.elementsEqual("0o".utf8) || prefix.elementsEqual("0b".utf8), !digits.isEmpty, digits.allSatisfy(isDigit) {
    return "a number"
  }
  if isSexagesimal(rest) { return "a number in sixties" }
  return isDecimal(rest.filter { $0 != UInt8(ascii: "_") }) && rest.contains(where: isDigit) ? "a number" : nil
}

/// `1:30`, `12:30:45.5`: digits, then parts up to 59.
private func isSexagesimal(_ bytes: ArraySlice<UInt8>) -> Bool {
  let parts = bytes.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
  guard parts.count > 1 else { return false }
  return parts.enumerated().allSatisfy { number, part in
    let whole = part.prefix { $0 != UInt8(ascii: ".") }
    guard let value = Int(String(decoding: whole, as: UTF8.self)), whole.first != UInt8(ascii: "-") else {
      return false
    }
    return number == 0 ? whole.count == part.count : value < 60 && whole.count <= 2
  }
}

/// `1_000`, `1.5`, `1e3`, `.5`: digits with at most one point, then perhaps an exponent.
private func isDecimal(_ bytes: some Collection<UInt8>) -> Bool {
  var (digits, points) = (0, 0)
  var rest = Array(bytes)[...]
  while let byte = rest.first, byte &- UInt8(ascii: "0") < 10 || byte == UInt8(ascii: ".") {
    if byte == UInt8(ascii: ".") { points += 1 } else { digits += 1 }
    rest.removeFirst()
  }
  guard digits > 0, points <= 1 else { return false }
  guard let exponent = rest.popFirst() else { return true }
  guard exponent | 0x20 == UInt8(ascii: "e") else { return false }
  if rest.first == UInt8(ascii: "+") || rest.first == UInt8(ascii: "-") { rest.removeFirst() }
  return !rest.isEmpty && rest.allSatisfy { $0 &- UInt8(ascii: "0") < 10 }
}

/// `2026-01-15` and, for YAML 1.1, `2026-1-5` and dates with a time.
private func isTimestamp(_ text: String) -> Bool {
  let day = text.prefix { $0 != "T" && $0 != "t" && $0 != " " }
  let parts = day.split(separator: "-", omittingEmptySubsequences: false)
  guard parts.count == 3, parts[0].count == 4, (1...2).contains(parts[1].count), (1...2).contains(parts[2].count) else {
    return false
  }
  return parts.allSatisfy { $0.allSatisfy { $0.isASCII && $0.isNumber } }
}
