/// The CRC-32 of zip files and of API keys (polynomial 0xEDB88320, reflected).
public struct CRC32: Sendable {
  /// Eight tables, so that eight bytes go in one step: the second says what a byte does one place further on, and so on.
  private static let tables: [[UInt32]] = {
    let first: [UInt32] = (0..<256).map { index in
      (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? 0xEDB8_8320 ^ (value >> 1) : value >> 1 }
    }
    var tables: [[UInt32]] = [first]
    for number in 1..<8 {
      let next: [UInt32] = tables[number - 1].map { value in first[Int(value & 0xFF)] ^ (value >> 8) }
      tables.append(next)
    }
    return tables
  }()

  private var sum = ~UInt32(0)

  public init() {}

  /// Of all bytes so far.
  public var value: UInt32 { ~sum }

  public mutating func update(_ bytes: [UInt8]) {
    let tables = Self.tables
    var place = 0
    while place + 8 <= bytes.count {
      for byte in 0..<4 { sum ^= UInt32(bytes[place + byte]) << UInt32(byte * 8) }
      var next: UInt32 = 0
      for byte in 0..<4 {
        next ^= tables[7 - byte][Int(sum >> UInt32(byte * 8) & 0xFF)]
        next ^= tables[3 - byte][Int(bytes[place + 4 + byte])]
      }
      sum = next
      place += 8
    }
    for byte in bytes[place...] { sum = tables[0][Int((sum ^ UInt32(byte)) & 0xFF)] ^ (sum >> 8) }
  }

  public static func checksum(_ bytes: [UInt8]) -> UInt32 {
    var sum = CRC32()
    sum.update(bytes)
    return sum.value
  }
}
