/// The photos and signatures of a staff list, as of its commit.
public struct StaffImages {
  /// Reads an image by the name of its content.
  public typealias Reader = (_ content: String) throws -> [UInt8]

  /// What the content at a path of a record is called: another name, another content. `nil`: no such file.
  public let content: (_ path: String) throws -> String?
  /// Makes a reader. Each thread needs one of its own.
  public let open: @Sendable () throws -> Reader

  public init(content: @escaping (_ path: String) throws -> String?, open: @escaping @Sendable () throws -> Reader) {
    self.content = content
    self.open = open
  }
}
