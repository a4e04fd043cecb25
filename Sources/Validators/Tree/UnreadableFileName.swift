import GitStore
import RecordSchema
import Records
import YAMLReader

/// Files have names that people can read and every system can hold.
enum UnreadableFileName: FileRule {
  static let rule = Rule(
    "T012", "unreadable-file-name",
    explanation:
      "The file's or a folder's name is no UTF-8, or holds control or invisible characters, a backslash, or one of : * ? \" < > |, which Windows cannot hold: a colleague there cannot check the records out.",
    example: .files(["data/photos/EMP017?.jpg": "«»PHOTO"], right: [:]),
    help: "Rename the file with letters, digits, points, hyphens and underscores.")

  static func check(_ file: InspectedFile) -> [Finding] {
    guard !file.entry.path.utf8.allSatisfy(isOrdinary), file.role != .outside,
      file.entry.path.unicodeScalars.contains(where: isUnfit)
    else { return [] }
    return [file.finding(rule, "The name of this file holds a character that not every system can hold.")]
  }

  /// Nearly every name has these only.
  private static func isOrdinary(_ byte: UInt8) -> Bool {
    byte >= UInt8(ascii: "-") && byte <= UInt8(ascii: "9") || (byte | 0x20) &- UInt8(ascii: "a") < 26
  }

  private static func isUnfit(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII {
      return scalar.value < 0x20 || scalar.value == 0x7F || "\\:*?\"<>|".unicodeScalars.contains(scalar)
    }
    // U+FFFD stands where the bytes are no UTF-8.
    return scalar.value < 0xA0 || scalar.value == 0xFFFD || scalar.isHidden
  }
}
