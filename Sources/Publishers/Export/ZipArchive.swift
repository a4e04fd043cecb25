import RecordSchema

/// A zip file of stored (uncompressed) members, with fixed times: the same members give the same bytes.
///
/// Source: PKWARE APPNOTE 6.3.10, sections 4.3.7, 4.3.12 and 4.3.16; without Zip64, so members and archive stay below
/// 4 GiB.
struct ZipArchive {
  private let file: ExportFile
  private var offset = 0
  private var directory: [UInt8] = []
  private var count = 0

  init(_ file: ExportFile) { self.file = file }

  mutating func add(_ name: String, _ bytes: [UInt8]) throws {
    try begin(name, size: bytes.count, checksum: CRC32.checksum(bytes))
    file.write(bytes)
  }

  mutating func add(_ name: String, _ spool: SpoolFile) throws {
    try begin(name, size: spool.byteCount, checksum: spool.checksum.value)
    try spool.forEachPart { file.write($0) }
  }

  private mutating func begin(_ name: String, size: Int, checksum: UInt32) throws {
    guard offset + size < Int(UInt32.max) - 65_536 else {
      throw PublisherError("\(name) makes the zip file larger than 4 GB, which this format cannot hold.")
    }
    let header = Self.header(name: name, size: size, checksum: checksum)
    let start = Self.little(0x0403_4b50, 4) + header + Array(name.utf8)
    file.write(start)
    directory += Self.little(0x0201_4b50, 4) + Self.little(20, 2) + header
    // Comment, disk number, attributes: none.
    directory += [UInt8](repeating: 0, count: 10) + Self.little(offset, 4) + Array(name.utf8)
    offset += start.count + size
    count += 1
  }

  func finish() {
    file.write(directory)
    file.write(
      Self.little(0x0605_4b50, 4) + Self.little(0, 4) + Self.little(count, 2) + Self.little(count, 2)
        + Self.little(directory.count, 4) + Self.little(offset, 4) + Self.little(0, 2))
  }

  /// The part that local and central headers share: version 2.0, UTF-8 names, stored, 1980-01-01.
  private static func header(name: String, size: Int, checksum: UInt32) -> [UInt8] {
    little(20, 2) + little(0x0800, 2) + little(0, 2) + little(0, 2) + little(0x0021, 2)
      + little(Int(checksum), 4) + little(size, 4) + little(size, 4) + little(name.utf8.count, 2) + little(0, 2)
  }

  private static func little(_ value: Int, _ size: Int) -> [UInt8] {
    (0..<size).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
  }
}
