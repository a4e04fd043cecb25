import GitStore
import RecordSchema

/// What one file says.
public struct Reading<Record: Sendable>: Sendable {
  /// The path in the repository.
  public let path: String
  /// The file's content; in a work tree it has no id.
  public let content: OID?
  /// `nil` when the file cannot be read as a record: then its record is held.
  public let record: Record?
  /// What could be made out, good or not, so that all findings of a file come in one run.
  public let draft: Record?
  /// The id that the file claims, readable even when the rest is not.
  public let claimedID: Int?
  /// The file says `is_active: false`, readable even when the rest is not.
  public let saysInactive: Bool
  public let findings: [Diagnostic]

  /// The file's name without folders and `.yaml`.
  public var stem: String { fileStem(of: path) }
}

/// A path's last part without `.yaml`.
public func fileStem(of path: String) -> String {
  let bytes = path.utf8
  let name = bytes[(bytes.lastIndex(of: UInt8(ascii: "/")).map { bytes.index(after: $0) } ?? bytes.startIndex)...]
  return String(Substring(name.suffix(5).elementsEqual(".yaml".utf8) ? name.dropLast(5) : name))
}
