import RecordSchema

extension [Diagnostic] {
  /// For each finding a text that is the same on every run, for as long as the finding is the same: lines above it may
  /// come and go. No two findings of a list have the same one.
  var fingerprints: [String] {
    var seen: [String: Int] = [:]
    return map { diagnostic in
      let identity = [diagnostic.rule.code, diagnostic.file, diagnostic.message].joined(separator: "\u{0}")
      let number = seen[identity, default: 0]
      seen[identity] = number + 1
      return stableHash("\(identity)\u{0}\(number)")
    }
  }
}

/// FNV-1a over two halves of 64 bits, as 32 hexadecimal digits. Swift's own hashes differ from run to run, and nothing
/// here has to withstand an attack.
private func stableHash(_ text: String) -> String {
  var halves: [UInt64] = [0xcbf2_9ce4_8422_2325, 0x9ae1_6a3b_2f90_404f]
  for byte in text.utf8 {
    for index in halves.indices { halves[index] = (halves[index] ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
  }
  return hexadecimal(halves.flatMap { half in (0..<8).map { UInt8(truncatingIfNeeded: half >> (56 - 8 * $0)) } })
}
