import CLibgit2

/// The name of a git object: its SHA-1.
public struct OID: Hashable, Sendable, CustomStringConvertible {
  /// Twenty bytes, as three integers: small, and quick to compare and hash.
  private let first: UInt64
  private let second: UInt64
  private let third: UInt32

  init(_ raw: git_oid) { self = withUnsafeBytes(of: raw) { OID(bytes: $0) } }

  /// - Parameter bytes: twenty.
  public init(bytes: UnsafeRawBufferPointer) {
    first = UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self))
    second = UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
    third = UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: 16, as: UInt32.self))
  }

  /// - Parameter bytes: room for twenty.
  public func write(to bytes: UnsafeMutableRawBufferPointer) {
    bytes.storeBytes(of: first.bigEndian, as: UInt64.self)
    bytes.storeBytes(of: second.bigEndian, toByteOffset: 8, as: UInt64.self)
    bytes.storeBytes(of: third.bigEndian, toByteOffset: 16, as: UInt32.self)
  }

  /// Reads 40 hexadecimal digits.
  public init?(_ text: String) {
    let digits = Array(text.utf8)
    // The numbers' own reader would take a sign as well.
    guard digits.count == 40, !digits.contains(UInt8(ascii: "+")), !digits.contains(UInt8(ascii: "-")) else {
      return nil
    }
    func number(_ range: Range<Int>) -> UInt64? {
      UInt64(String(decoding: digits[range], as: UTF8.self), radix: 16)
    }
    guard let first = number(0..<16), let second = number(16..<32), let third = number(32..<40) else {
      return nil
    }
    self.first = first
    self.second = second
    self.third = UInt32(third)
  }

  /// Forty zeros: what hooks write for «no object».
  public static let zero = OID(git_oid())

  var raw: git_oid {
    var raw = git_oid()
    withUnsafeMutableBytes(of: &raw) { write(to: $0) }
    return raw
  }

  public var description: String { hex(first, 16) + hex(second, 16) + hex(UInt64(third), 8) }

  /// The first ten digits, for people.
  public var short: String { String(description.prefix(10)) }

  private func hex(_ number: UInt64, _ width: Int) -> String {
    let digits = String(number, radix: 16)
    return String(repeating: "0", count: width - digits.count) + digits
  }
}
