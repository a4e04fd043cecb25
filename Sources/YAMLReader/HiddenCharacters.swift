import RecordSchema

/// Characters in comments and between values that turn the writing direction or take no room: a reviewer would read
/// something else than what the file says.
enum HiddenCharacters {
  /// As many as anybody needs to see.
  private static let limit = 100

  /// - Parameter root: what was read; characters inside its values are judged with the fields.
  static func remarks(_ bytes: UnsafeBufferPointer<UInt8>, root: YAMLNode?) -> [YAMLProblem] {
    // What is no UTF-8 has no columns, and is refused for that.
    guard mayHold(bytes), let text = String(validating: bytes, as: UTF8.self) else { return [] }
    guard text.unicodeScalars.contains(where: \.isHidden) else { return [] }
    var remarks: [YAMLProblem] = []
    var position = SourcePosition(line: 1, column: 1)
    for scalar in text.unicodeScalars {
      if remarks.count == limit { break }
      if scalar.isHidden, root?.value(at: position) == nil {
        let code = String(scalar.value, radix: 16, uppercase: true)
        remarks.append(
          YAMLProblem(
            rule: .hiddenCharacter,
            message:
              "The character U+\(String(repeating: "0", count: max(0, 4 - code.count)))\(code) cannot be seen here.",
            range: position.character))
      }
      position =
        scalar == "\n"
        ? SourcePosition(line: position.line + 1, column: 1)
        : SourcePosition(line: position.line, column: position.column + 1)
    }
    return remarks
  }
}

/// Whether the first bytes of a hidden character's UTF-8 are there; nearly every file is looked through by this alone.
private func mayHold(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
  bytes.indices.dropLast().contains { place in
    guard bytes[place] >= 0xC2 else { return false }
    switch (bytes[place], bytes[place + 1]) {
    case (0xC2, 0xAD), (0xD8, 0x9C), (0xE2, 0x80), (0xE2, 0x81), (0xEF, 0xBB), (0xF3, 0xA0): return true
    default: return false
    }
  }
}

extension YAMLNode {
  /// The text that a place is in.
  fileprivate func value(at position: SourcePosition) -> YAMLNode? {
    guard range.start <= position, position < range.end else { return nil }
    switch content {
    case .scalar: return self
    case .sequence(let items): return items.lazy.compactMap { $0.value(at: position) }.first
    case .mapping(let entries): return entries.lazy.compactMap { $0.value.value(at: position) }.first
    }
  }
}

extension Unicode.Scalar {
  /// Turns the writing direction, takes no room, or is a line break to some programs. The joiners U+200C and U+200D are
  /// part of names in several scripts.
  package var isHidden: Bool {
    switch value {
    case 0xAD, 0x61C, 0x200B, 0x200E, 0x200F, 0x2028...0x202E, 0x2060...0x2069, 0xFEFF, 0xE0000...0xE007F: true
    default: false
    }
  }
}
