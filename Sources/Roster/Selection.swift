import Crypto
import RecordSchema
import Synchronization

/// The people whom a question and a sight choose, in the order of their ids, each as a consumer sees them.
public final class Selection: Sendable {
  private let chunks: [Chunk]
  /// The number of the chunk, and of the person in it.
  private let places: [UInt32]
  private let isSensitive: Bool
  /// It tells what differs, and so also who is gone.
  let isDelta: Bool
  private let knownDigest = Mutex<String?>(nil)

  init(_ chunks: [Chunk], _ places: [UInt32], isSensitive: Bool, isDelta: Bool = false) {
    (self.chunks, self.places) = (chunks, places)
    (self.isSensitive, self.isDelta) = (isSensitive, isDelta)
  }

  /// All of some rows, sorted by id.
  convenience init(_ rows: [Row], isSensitive: Bool, isDelta: Bool) {
    let list = ChunkList(rows)
    let places = list.chunks.enumerated().flatMap { number, chunk in
      chunk.ids.indices.map { Self.place(chunk: number, row: $0) }
    }
    self.init(list.chunks, places, isSensitive: isSensitive, isDelta: isDelta)
  }

  static func place(chunk: Int, row: Int) -> UInt32 { UInt32(chunk) << 8 | UInt32(row) }

  public var count: Int { places.count }

  public var ids: [PersonID] { places.map { PersonID(chunk($0).ids[row($0)]) } }

  private func chunk(_ place: UInt32) -> Chunk { chunks[Int(place >> 8)] }
  private func row(_ place: UInt32) -> Int { Int(place & 0xFF) }

  /// `sha256:` and the SHA-256 over a line `<id>:<SHA-256 of the person's canonical JSON>` for everybody in it.
  public var digest: String {
    knownDigest.withLock { known in
      if let known { return known }
      let digest = makeDigest()
      known = digest
      return digest
    }
  }

  private func makeDigest() -> String {
    var hasher = SHA256()
    var lines: [UInt8] = []
    var (number, hashes): (UInt32?, [Hash]) = (nil, [])
    for place in places {
      if number != place >> 8 {
        lines.withUnsafeBytes { hasher.update(bufferPointer: $0) }
        lines.removeAll(keepingCapacity: true)
        (number, hashes) = (place >> 8, chunk(place).hashes(isSensitive: isSensitive))
      }
      lines += "\(chunk(place).ids[row(place)]):".utf8
      hashes[row(place)].writeHexadecimal(to: &lines)
      lines.append(UInt8(ascii: "\n"))
    }
    lines.withUnsafeBytes { hasher.update(bufferPointer: $0) }
    return "sha256:" + Hash(hasher.finalize()).hexadecimal
  }

  // MARK: Text

  /// The people at these positions as objects of JSON with commas between them: what stands inside an array's brackets.
  public func json(_ positions: Range<Int>) -> [UInt8] { text(positions, between: UInt8(ascii: ","), atEnd: false) }

  /// The people at these positions, each as a line of JSON.
  public func ndjson(_ positions: Range<Int>) -> [UInt8] { text(positions, between: UInt8(ascii: "\n"), atEnd: true) }

  private func text(_ positions: Range<Int>, between separator: UInt8, atEnd: Bool) -> [UInt8] {
    var bytes: [UInt8] = []
    let positions = positions.clamped(to: 0..<count)
    bytes.reserveCapacity(positions.count * 800)
    for place in places[positions] {
      chunk(place).withValues(row(place)) { RowText.writeJSON($0, isSensitive: isSensitive, to: &bytes) }
      bytes.append(separator)
    }
    if !atEnd, !bytes.isEmpty { bytes.removeLast() }
    return bytes
  }

  /// The names of the columns, as a line of CSV.
  public var csvHeader: [UInt8] { CSVText.header(isSensitive: isSensitive, isDelta: isDelta) }

  /// The people at these positions, each as a line of CSV.
  public func csv(_ positions: Range<Int>) -> [UInt8] {
    var bytes: [UInt8] = []
    for place in places[positions.clamped(to: 0..<count)] {
      chunk(place).withValues(row(place)) {
        CSVText.write($0, isSensitive: isSensitive, isDelta: isDelta, to: &bytes)
      }
    }
    return bytes
  }
}
