/// A path as git compares them: byte by byte. Swift's own comparison takes é written as one character and é written as two
/// for the same, but they are two files.
public struct PathKey: Hashable, Sendable {
  public let path: String

  public init(_ path: String) { self.path = path }

  public static func == (left: PathKey, right: PathKey) -> Bool { left.path.utf8.elementsEqual(right.path.utf8) }

  public func hash(into hasher: inout Hasher) {
    for byte in path.utf8 { hasher.combine(byte) }
  }
}

/// A name of a tree as text. Bytes that are no UTF-8 become U+FFFD and their two hexadecimal digits, so that two names stay
/// two.
func nameText(_ bytes: some Collection<UInt8>) -> String {
  if let text = String(validating: bytes, as: UTF8.self) { return text }
  var text = ""
  var rest = bytes[...]
  while let byte = rest.first {
    let character = (1...4).lazy.compactMap { String(validating: rest.prefix($0), as: UTF8.self) }.first
    if let character, !character.isEmpty {
      text += character
      rest = rest.dropFirst(character.utf8.count)
    } else {
      text += "\u{FFFD}" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
      rest = rest.dropFirst()
    }
  }
  return text
}
