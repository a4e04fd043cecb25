import GitStore
import RecordSchema

/// A photo or signature of somebody in sight. Its content is read when it is asked for, on any thread.
public struct StaffImage: Sendable {
  /// The name of the content in git: another content has another.
  public let blob: String
  private let oid: OID
  private let reader: ImageReader

  init(_ oid: OID, _ reader: ImageReader) {
    (self.oid, self.reader) = (oid, reader)
    blob = oid.description
  }

  /// The content, and what it is; `nil` when it is no image that may be shown.
  public func read() throws -> (format: ImageFormat, bytes: [UInt8])? {
    let bytes = try reader.read(oid)
    return ImageFormat(bytes).map { ($0, bytes) }
  }
}

/// Reads contents. Each time with a handle of its own: a handle is for one thread at a time, and images are asked for
/// seldom, since whoever has one knows its name.
final class ImageReader: Sendable {
  private let open: @Sendable () throws -> Repository

  init(_ open: @escaping @Sendable () throws -> Repository) { self.open = open }

  func read(_ oid: OID) throws -> [UInt8] { try open().blob(oid) }
}
