import CLibgit2
import Glibc

/// A tree object as git stores it: for each entry its mode in octal digits, a blank, its name, a zero byte and the twenty
/// bytes of its id. Entries are sorted by name, folders as if their names ended in a slash.
final class RawTree {
  let bytes: [UInt8]

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  struct Entry {
    let mode: UInt32
    let nameBytes: UnsafeRawBufferPointer
    let oid: OID

    var name: String { String(decoding: nameBytes, as: UTF8.self) }
    var isTree: Bool { mode == GIT_FILEMODE_TREE.rawValue }
    var kind: TreeEntry.Kind { TreeEntry.Kind(mode: mode) }
  }

  /// Goes through the entries. They point into the tree, which must be kept as long.
  var entries: Entries { bytes.withUnsafeBytes { Entries(rest: $0) } }

  struct Entries {
    private var rest = UnsafeRawBufferPointer(start: nil, count: 0)

    init() {}
    fileprivate init(rest: UnsafeRawBufferPointer) { self.rest = rest }

    mutating func next() throws(GitError) -> Entry? {
      guard !rest.isEmpty else { return nil }
      guard let length = lengthOfFirst, let blank = rest.firstIndex(of: UInt8(ascii: " ")) else {
        throw GitError(.other, "A tree object cannot be read: it is cut short.")
      }
      let mode = rest[..<blank].reduce(UInt32(0)) { $0 << 3 | UInt32($1 & 7) }
      let entry = Entry(
        mode: mode, nameBytes: UnsafeRawBufferPointer(rebasing: rest[(blank + 1)..<(length - 21)]),
        oid: OID(bytes: UnsafeRawBufferPointer(rebasing: rest[(length - 20)..<length])))
      rest = UnsafeRawBufferPointer(rebasing: rest[length...])
      return entry
    }

    /// The bytes of the next entry; `nil` when it is cut short.
    private var lengthOfFirst: Int? {
      guard let start = rest.baseAddress, let end = memchr(start, 0, rest.count) else { return nil }
      let length = UnsafeRawPointer(end) - start + 21
      return length <= rest.count ? length : nil
    }

    /// Passes over the entries that both have next, name and content.
    mutating func skipCommon(with other: inout Entries) {
      while let length = lengthOfFirst, let left = rest.baseAddress, let right = other.rest.baseAddress,
        length <= other.rest.count, memcmp(left, right, length) == 0
      {
        rest = UnsafeRawBufferPointer(rebasing: rest[length...])
        other.rest = UnsafeRawBufferPointer(rebasing: other.rest[length...])
      }
    }
  }

  /// Negative when the left entry comes first in git's order; one that is not there comes last.
  static func order(_ left: Entry?, _ right: Entry?) -> Int {
    guard let left else { return 1 }
    guard let right else { return -1 }
    let common = min(left.nameBytes.count, right.nameBytes.count)
    if common > 0, let a = left.nameBytes.baseAddress, let b = right.nameBytes.baseAddress {
      let order = memcmp(a, b, common)
      if order != 0 { return Int(order) }
    }
    return Int(left.byte(at: common)) - Int(right.byte(at: common))
  }
}

extension RawTree.Entry {
  /// As if a folder's name ended in a slash.
  fileprivate func byte(at place: Int) -> UInt8 {
    place < nameBytes.count ? nameBytes[place] : isTree ? UInt8(ascii: "/") : 0
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
