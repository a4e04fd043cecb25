import Glibc

/// A catalogue's seven tables, in memory of our own or in a file that is mapped into memory.
///
/// A mapped file is not trusted: each block of it is compared with its checksum before the first look at it.
final class Storage {
  enum Section: Int, CaseIterable {
    case files, buckets, marks, texts, boundaries, notables, counts
  }

  private let sections: [UnsafeRawBufferPointer]
  private let release: () -> Void
  /// For a mapped file: the checksums of each section's blocks.
  private let checksums: [UnsafeBufferPointer<UInt64>]?
  private var isVerified: [[Bool]]

  static let blockSize = 16 * 1024

  init(
    sections: [UnsafeRawBufferPointer], checksums: [UnsafeBufferPointer<UInt64>]? = nil,
    release: @escaping () -> Void
  ) {
    self.sections = sections
    self.checksums = checksums
    self.release = release
    isVerified = checksums.map { $0.map { Array(repeating: false, count: $0.count) } } ?? []
  }

  deinit { release() }

  struct Damaged: Error {}

  subscript(section: Section) -> UnsafeRawBufferPointer { sections[section.rawValue] }

  func count<Row>(_ section: Section, of type: Row.Type) -> Int { self[section].count / MemoryLayout<Row>.stride }

  /// All rows of a table, without looking at any checksum: for tables in our own memory.
  func rows<Row>(_ section: Section, of type: Row.Type) -> UnsafeBufferPointer<Row> {
    self[section].assumingMemoryBound(to: type)
  }

  func row<Row>(_ section: Section, _ number: Int, as type: Row.Type) throws(Damaged) -> Row {
    let stride = MemoryLayout<Row>.stride
    let range = number * stride..<(number + 1) * stride
    try verify(section, range)
    return self[section].load(fromByteOffset: range.lowerBound, as: type)
  }

  func bytes(_ section: Section, _ range: Range<Int>) throws(Damaged) -> UnsafeBufferPointer<UInt8> {
    try verify(section, range)
    return UnsafeRawBufferPointer(rebasing: self[section][range]).assumingMemoryBound(to: UInt8.self)
  }

  private func verify(_ section: Section, _ range: Range<Int>) throws(Damaged) {
    guard range.lowerBound >= 0, range.upperBound <= self[section].count else { throw Damaged() }
    guard checksums != nil, !range.isEmpty else { return }
    for block in range.lowerBound / Self.blockSize...(range.upperBound - 1) / Self.blockSize
    where !isVerified[section.rawValue][block] {
      guard let sums = checksums?[section.rawValue], checksum(self.block(block, of: section)) == sums[block] else {
        throw Damaged()
      }
      isVerified[section.rawValue][block] = true
    }
  }

  func blockCount(of section: Section) -> Int { (self[section].count + Self.blockSize - 1) / Self.blockSize }

  func block(_ number: Int, of section: Section) -> UnsafeRawBufferPointer {
    let bytes = self[section]
    let start = number * Self.blockSize
    return UnsafeRawBufferPointer(rebasing: bytes[start..<min(start + Self.blockSize, bytes.count)])
  }
}
