/// A 64-bit checksum: quick, and good at noticing accidents. It proves nothing against somebody who means harm.
///
/// Four lanes of multiply and rotate over eight bytes each, so that a processor works on all four at once.
func checksum(_ bytes: UnsafeRawBufferPointer, seed: UInt64 = 0) -> UInt64 {
  let (first, second): (UInt64, UInt64) = (0x9E37_79B1_85EB_CA87, 0xC2B2_AE3D_27D4_EB4F)
  func mixed(_ lane: UInt64, _ word: UInt64) -> UInt64 {
    let sum = lane &+ word &* second
    return (sum << 31 | sum >> 33) &* first
  }
  var offset = 0
  var result = seed &+ UInt64(bytes.count) &* first
  if bytes.count >= 32 {
    var (a, b, c, d) = (seed &+ first, seed ^ second, seed &+ 1, seed ^ first)
    while offset + 32 <= bytes.count {
      a = mixed(a, bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
      b = mixed(b, bytes.loadUnaligned(fromByteOffset: offset + 8, as: UInt64.self))
      c = mixed(c, bytes.loadUnaligned(fromByteOffset: offset + 16, as: UInt64.self))
      d = mixed(d, bytes.loadUnaligned(fromByteOffset: offset + 24, as: UInt64.self))
      offset += 32
    }
    result = mixed(mixed(mixed(mixed(result, a), b), c), d)
  }
  while offset + 8 <= bytes.count {
    result = mixed(result, bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    offset += 8
  }
  while offset < bytes.count {
    result = mixed(result, UInt64(bytes[offset]) &+ 1)
    offset += 1
  }
  result = (result ^ result >> 29) &* second
  return result ^ result >> 32
}
