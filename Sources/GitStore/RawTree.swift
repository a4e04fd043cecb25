import CLibgit2
import Glibc

/// A tree object as git stores it: for each entry its mode in octal digits, a blank, its name, a zero byte and the twenty
/// bytes of its id. Entries are sorted by name, folders as if their names ended in a slash.
final class RawTree: Sendable {
  let bytes: [UInt8]

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// One entry; it keeps its tree.
  struct Entry {
    let tree: RawTree
    let mode: UInt32
    let nameRange: Range<Int>
    let oid: OID

    var name: String { nameText(tree.bytes[nameRange]) }
    var isTree: Bool { mode == GIT_FILEMODE_TREE.rawValue }
    var kind: TreeEntry.Kind { TreeEntry.Kind(mode: mode) }

    /// A name that leads nowhere else.
    fileprivate var hasPlainName: Bool {
      let name = tree.bytes[nameRange]
      let isDots = name.count <= 2 && name.allSatisfy { $0 == UInt8(ascii: ".") }
      return !isDots && !name.contains(UInt8(ascii: "/"))
    }

    /// As if a folder's name ended in a slash.
    fileprivate func byte(at place: Int) -> UInt8 {
      place < nameRange.count ? tree.bytes[nameRange.lowerBound + place] : isTree ? UInt8(ascii: "/") : 0
    }
  }

  var entries: Entries { Entries(tree: self) }

  /// Goes through the entries.
  struct Entries {
    private let tree: RawTree
    private var place = 0
    /// Where the entry before begins.
    private var last: Int?

    init(tree: RawTree) { self.tree = tree }

    mutating func next() throws(GitError) -> Entry? {
      guard place < tree.bytes.count else { return nil }
      let entry = try tree.entry(at: place)
      // git makes no such trees, but takes them from anybody. A path that stands twice would be judged as one file and
      // published as the other.
      if let last, RawTree.order(try tree.entry(at: last), entry) >= 0 {
        throw GitError(.other, "A tree object cannot be read: '\(entry.name)' stands there twice, or out of order.")
      }
      if !entry.hasPlainName {
        throw GitError(.other, "A tree object cannot be read: '\(entry.name)' is no name of a file or folder.")
      }
      last = place
      place = entry.nameRange.upperBound + 21
      return entry
    }

    /// Passes over the entries that both have next, name and content.
    mutating func skipCommon(with other: inout Entries) {
      while let end = tree.end(ofEntryAt: place), tree.isSame(place..<end, at: other.place, of: other.tree) {
        (last, other.last) = (place, other.place)
        other.place += end - place
        place = end
      }
    }
  }

  private func entry(at place: Int) throws(GitError) -> Entry {
    let bytes = bytes[place...]
    guard let end = end(ofEntryAt: place), let blank = bytes.firstIndex(of: UInt8(ascii: " ")), blank < end - 21
    else { throw GitError(.other, "A tree object cannot be read: it is cut short.") }
    let mode = bytes[..<blank].reduce(UInt32(0)) { $0 << 3 | UInt32($1 & 7) }
    let oid = self.bytes.withUnsafeBytes { OID(bytes: UnsafeRawBufferPointer(rebasing: $0[(end - 20)..<end])) }
    return Entry(tree: self, mode: mode, nameRange: (blank + 1)..<(end - 21), oid: oid)
  }

  /// Where the entry that begins at a place ends; `nil` at the end of the tree, or when it is cut short.
  private func end(ofEntryAt place: Int) -> Int? {
    bytes.withUnsafeBytes { bytes in
      guard place < bytes.count, let start = bytes.baseAddress,
        let zero = memchr(start + place, 0, bytes.count - place)
      else { return nil }
      let end = UnsafeRawPointer(zero) - start + 21
      return end <= bytes.count ? end : nil
    }
  }

  private func isSame(_ range: Range<Int>, at place: Int, of other: RawTree) -> Bool {
    guard place + range.count <= other.bytes.count else { return false }
    return bytes.withUnsafeBytes { left in
      other.bytes.withUnsafeBytes { right in
        guard let a = left.baseAddress, let b = right.baseAddress else { return false }
        return memcmp(a + range.lowerBound, b + place, range.count) == 0
      }
    }
  }

  /// Negative when the left entry comes first in git's order; one that is not there comes last.
  static func order(_ left: Entry?, _ right: Entry?) -> Int {
    guard let left else { return 1 }
    guard let right else { return -1 }
    for place in 0..<max(left.nameRange.count, right.nameRange.count) + 1 {
      let (a, b) = (left.byte(at: place), right.byte(at: place))
      if a != b { return Int(a) - Int(b) }
      // Both names end here.
      if place >= left.nameRange.count, place >= right.nameRange.count { return 0 }
    }
    return 0
  }
}

extension TreeEntry.Kind {
  init(mode: UInt32) {
    switch mode {
    case GIT_FILEMODE_BLOB_EXECUTABLE.rawValue: self = .executable
    case GIT_FILEMODE_LINK.rawValue: self = .symbolicLink
    case GIT_FILEMODE_COMMIT.rawValue: self = .submodule
    default: self = .file
    }
  }
}
