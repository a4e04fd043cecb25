import GitStore
import RecordSchema
import Records
import YAMLReader

/// No key or secret stands in any file of the tree.
enum LiteralKey: FileRule {
  static let rule = Rule.literalKey

  static func check(_ file: InspectedFile) throws -> [Finding] {
    // Records and settings are looked through where they are read.
    let isSearched = file.role == .outside ? file.entry.path != ConfigurationDecoder.path : file.role == .stray
    guard isSearched, try file.size() < searchLimit else { return [] }
    // A project may hold secrets for its own tests; of our keys the checksum proves that they are none.
    return try LiteralSecrets.find(in: file.bytes(), keysOnly: file.role == .outside).map { secret in
      Finding(rule, file: file.entry.path, at: .record, subject: nil, secret.message, range: secret.range)
    }
  }

  /// In bytes. What is larger is no text.
  private static let searchLimit = 1024 * 1024
}
