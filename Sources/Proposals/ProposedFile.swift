/// One file that a program wants in the records.
public struct ProposedFile: Sendable, Equatable {
  /// In the repository, such as `data/people/EMP045.yaml`.
  public let path: String
  /// `nil`: the file goes.
  public let bytes: [UInt8]?

  public init(path: String, bytes: [UInt8]?) {
    self.path = path
    self.bytes = bytes
  }
}
