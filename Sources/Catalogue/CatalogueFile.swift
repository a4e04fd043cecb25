import GitStore
import RecordSchema

/// What a file below the data folder is.
public enum FileContent: Sendable, Hashable {
  case record(RecordKind)
  /// A photo or signature.
  case image
  /// Neither, or a link or submodule where a record should be.
  case stray
}

/// One file of the tree, as the catalogue keeps it.
public struct CatalogueFile: Sendable {
  public var path: String
  public var oid: OID
  public var kind: TreeEntry.Kind
  public var content: FileContent
  /// The id that a record claims, also when the rest of it cannot be read.
  public var claimedID: Int?
  /// The file can be read as a record.
  public var isWhole: Bool

  public init(
    path: String, oid: OID, kind: TreeEntry.Kind, content: FileContent, claimedID: Int? = nil, isWhole: Bool = true
  ) {
    self.path = path
    self.oid = oid
    self.kind = kind
    self.content = content
    self.claimedID = claimedID
    self.isWhole = isWhole
  }

  public var entry: TreeEntry { TreeEntry(path: path, oid: oid, kind: kind) }
}

/// The same in forty bytes, the path by its place among the texts.
struct StoredFile {
  let oid: OID
  var pathOffset: UInt32
  let claimedID: Int64
  let pathLength: UInt32
  private let kind: UInt8
  private let content: UInt8
  private let whole: UInt8

  init(_ file: CatalogueFile, pathOffset: Int, pathLength: Int) {
    oid = file.oid
    self.pathOffset = UInt32(pathOffset)
    claimedID = Int64(file.claimedID ?? 0)
    self.pathLength = UInt32(pathLength)
    kind = UInt8(Self.kinds.firstIndex(of: file.kind) ?? 0)
    content = UInt8(Self.number(of: file.content))
    whole = file.isWhole ? 1 : 0
  }

  func file(path: String) -> CatalogueFile {
    CatalogueFile(
      path: path, oid: oid, kind: Self.kinds[Int(kind) % Self.kinds.count], content: fileContent,
      claimedID: claimedID == 0 ? nil : Int(claimedID), isWhole: isWhole)
  }

  var isWhole: Bool { whole == 1 }

  var fileContent: FileContent { Self.contents[contentNumber] }
  var contentNumber: Int { Int(content) % Self.contents.count }

  var pathRange: Range<Int> { Int(pathOffset)..<Int(pathOffset) + Int(pathLength) }

  private static let kinds: [TreeEntry.Kind] = [.file, .executable, .symbolicLink, .submodule]
  static func number(of content: FileContent) -> Int { contents.firstIndex(of: content) ?? 0 }
  static var contentCount: Int { contents.count }

  private static let contents: [FileContent] = [.stray, .image] + RecordKind.allCases.map(FileContent.record)
}

/// A day on which something about a person begins to differ without any change of the record.
struct Boundary: Comparable {
  let day: Int32
  var file: UInt32

  static func < (left: Boundary, right: Boundary) -> Bool { (left.day, left.file) < (right.day, right.file) }
}

/// A file that whoever works with the records in force must know of from the start: a unit, a subscription, an approval, a
/// key, a record that cannot be read, or one of several that claim the same id.
struct Notable {
  var file: UInt32
  var textOffset: UInt32 = 0
  /// What the file says, packed; empty when it is to be read again.
  var textLength: UInt32 = 0
  /// 1: another readable file claims the same id.
  var contested: UInt32 = 0

  var textRange: Range<Int> { Int(textOffset)..<Int(textOffset) + Int(textLength) }
}
