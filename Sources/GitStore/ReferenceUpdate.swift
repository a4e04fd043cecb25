/// One line of a receive hook's input: `<old> <new> <ref>`.
public struct ReferenceUpdate: Sendable {
  public let old: OID
  public let new: OID
  public let name: String

  public init(old: OID, new: OID, name: String) {
    self.old = old
    self.new = new
    self.name = name
  }

  /// `nil` for what git never writes.
  public init?(line: String) {
    let parts = line.split(separator: " ", maxSplits: 2).map(String.init)
    guard parts.count == 3, let old = OID(parts[0]), let new = OID(parts[1]) else { return nil }
    self.old = old
    self.new = new
    name = parts[2]
  }
}
