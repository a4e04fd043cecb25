@_spi(_Unicode) import Swift

/// Text as it is searched: without case and accents, so that `siobhan` finds Siobhán and `lukasz` Łukasz.
enum SearchText {
  /// Lower case, letters without their accents.
  static func folded(_ text: String) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8.count)
    if text.utf8.allSatisfy({ $0 < 0x80 }) {
      for byte in text.utf8 { bytes.append((0x41...0x5A).contains(byte) ? byte | 0x20 : byte) }
      return bytes
    }
    for scalar in text._nfd where scalar.properties.generalCategory != .nonspacingMark {
      if let plain = plainLetters[scalar] {
        bytes += plain.utf8
      } else {
        bytes += scalar.properties.lowercaseMapping.utf8
      }
    }
    return bytes
  }

  /// Letters that Unicode does not take apart, and the apostrophe that word processors write.
  private static let plainLetters: [Unicode.Scalar: String] = [
    "ł": "l", "Ł": "l", "ø": "o", "Ø": "o", "đ": "d", "Đ": "d", "ð": "d", "Ð": "d", "þ": "th", "Þ": "th", "ß": "ss",
    "ẞ": "ss", "æ": "ae", "Æ": "ae", "œ": "oe", "Œ": "oe", "ı": "i", "İ": "i", "ħ": "h", "Ħ": "h", "ŧ": "t", "Ŧ": "t",
    "\u{2019}": "'",
  ]

  /// The words of a question.
  static func words(_ text: String) -> [[UInt8]] {
    folded(text).split { $0 <= 0x20 }.map { Array($0) }
  }

  /// Whether a folded text has a word that begins like this.
  static func has(_ word: [UInt8], in text: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let first = word.first, text.count >= word.count else { return word.isEmpty }
    for start in 0...(text.count - word.count)
    where text[start] == first && (start == 0 || !isLetter(text[start - 1])) {
      if word.indices.allSatisfy({ text[start + $0] == word[$0] }) { return true }
    }
    return false
  }

  /// Part of a word: a letter or a digit, of whatever script.
  private static func isLetter(_ byte: UInt8) -> Bool {
    byte >= 0x80 || (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte)
  }
}
