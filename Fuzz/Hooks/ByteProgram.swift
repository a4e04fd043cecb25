/// An input taken as a little program: it is read from the front, and gives zeros when it has ended.
struct ByteProgram {
  private var bytes: ArraySlice<UInt8>

  init(_ bytes: [UInt8]) { self.bytes = bytes[...] }

  var isAtEnd: Bool { bytes.isEmpty }

  mutating func byte() -> UInt8 { bytes.popFirst() ?? 0 }

  /// One of so many.
  mutating func choice(_ count: Int) -> Int { Int(byte()) % count }

  /// As many bytes as the next byte says.
  mutating func text() -> [UInt8] { take(Int(byte())) }

  /// As many bytes as the next two bytes say.
  mutating func longText() -> [UInt8] { take(Int(byte()) << 8 | Int(byte())) }

  private mutating func take(_ count: Int) -> [UInt8] {
    let taken = Array(bytes.prefix(count))
    bytes = bytes.dropFirst(count)
    return taken
  }
}
