import RecordSchema
import Records
import YAMLReader

/// A text as one YAML scalar.
public enum YAMLScalar {
  /// As a careful person writes it: in quotes only where it would else be another text, or none, to some reader.
  ///
  /// - Parameter isInFlow: between brackets or braces, where commas and brackets have a meaning.
  public static func written(_ text: String, isInFlow: Bool = false) -> String {
    isPlain(text) && !(isInFlow && text.contains { ",[]{}".contains($0) }) ? text : quoted(text)
  }

  /// In double quotes, whatever the text.
  public static func quoted(_ text: String) -> String {
    var written = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": written += "\\\""
      case "\\": written += "\\\\"
      case "\n": written += "\\n"
      case "\r": written += "\\r"
      case "\t": written += "\\t"
      // Line ends to YAML, or nothing to the eye.
      case _ where isUnprintable(scalar):
        let digits = String(scalar.value, radix: 16, uppercase: true)
        let width = scalar.value > 0xFFFF ? 8 : 4
        written += (width == 8 ? "\\U" : "\\u") + String(repeating: "0", count: width - digits.count) + digits
      default: written.unicodeScalars.append(scalar)
      }
    }
    return written + "\""
  }

  private static func isPlain(_ text: String) -> Bool {
    let bytes = text.utf8
    guard let first = bytes.first, let last = bytes.last else { return false }
    if " \t-?:,[]{}#&*!|>'\"%@`".utf8.contains(first) || " \t:".utf8.contains(last) || text.hasPrefix("...") {
      return false
    }
    if text.contains(": ") || text.contains(" #") || text.unicodeScalars.contains(where: isUnprintable) { return false }
    // Digits alone stay the same text, but a table's program would make a number of them.
    return hasOneReading(text) && !bytes.allSatisfy { $0 &- UInt8(ascii: "0") < 10 }
  }

  private static func isUnprintable(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7F...0x9F, 0x2028, 0x2029, 0xFEFF, 0xFFFE, 0xFFFF: true
    case ..<0x80: false
    default: scalar.isHidden
    }
  }
}
