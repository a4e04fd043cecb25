import RecordSchema

/// A zip file of stored (uncompressed) members, with fixed times: the same members give the same bytes.
///
/// Source: PKWARE APPNOTE 6.3.10, sections 4.3.7, 4.3.12 and 4.3.16; without Zip64, so members and archive stay below
/// 4 GiB.
struct ZipArchive {
  private var body: [UInt8] = []
  private var directory: [UInt8] = []
  private var count = 0

  mutating func add(_ name: String, _ bytes: [UInt8]) {
    let header = Self.header(name: name, bytes: bytes)
    let offset = body.count
    body += Self.little(0x0403_4b50, 4) + header + Array(name.utf8) + bytes
    directory += Self.little(0x0201_4b50, 4) + Self.little(20, 2) + header
    // Comment, disk number, attributes: none.
    directory += [UInt8](repeating: 0, count: 10) + Self.little(offset, 4) + Array(name.utf8)
    count += 1
  }

  var bytes: [UInt8] {
    let end =
      Self.little(0x0605_4b50, 4) + Self.little(0, 4) + Self.little(count, 2) + Self.little(count, 2)
      + Self.little(directory.count, 4) + Self.little(body.count, 4) + Self.little(0, 2)
    return body + directory + end
  }

  /// The part that local and central headers share: version 2.0, UTF-8 names, stored, 1980-01-01.
  private static func header(name: String, bytes: [UInt8]) -> [UInt8] {
    little(20, 2) + little(0x0800, 2) + little(0, 2) + little(0, 2) + little(0x0021, 2)
      + little(Int(CRC32.checksum(bytes)), 4) + little(bytes.count, 4) + little(bytes.count, 4)
      + little(name.utf8.count, 2) + little(0, 2)
  }

  private static func little(_ value: Int, _ size: Int) -> [UInt8] {
    (0..<size).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
  }
}
