import RecordSchema
import Records
import YAMLReader

/// A table that comes with staffrepo. It is written as one in staffrepo.yaml would be, so whoever wants it a little
/// different begins with its text.
public struct ReadyTable: Sendable {
  public let file: String
  /// What would stand below the file's name in `mappings`.
  public let text: String

  init(_ file: String, _ text: String) {
    self.file = file
    self.text = text
  }

  /// - Throws: when the text is no mapping, which a test rules out.
  public func mapping() throws -> TableMapping {
    let document = YAMLReader.read(Array(text.utf8))
    guard let root = document.root else { throw PublisherError("The table \(file) cannot be read.") }
    let (mapping, findings) = ConfigurationDecoder.mapping(root, file: file)
    guard let mapping, findings.isEmpty else {
      throw PublisherError("The table \(file) cannot be read: \(findings.map(\.message).joined(separator: "; "))")
    }
    return mapping
  }
}
