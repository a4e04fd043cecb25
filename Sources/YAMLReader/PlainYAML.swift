import Glibc
import RecordSchema

/// Reads the plain subset of YAML in which nearly every record is written, some three times as fast as libyaml.
///
/// The subset: mappings of plain names, lists, and values that stand on one line, plain or in quotes without escapes, with
/// comments. Whatever else a file holds, right or wrong, it is left to libyaml: this reader never reports anything. What
/// it does read, it reads as libyaml would, places included; a test compares the two on mutated records.
struct PlainYAML {
  private let bytes: UnsafeBufferPointer<UInt8>
  /// The next byte to look at.
  private var index = 0
  private var line = 1
  /// Where the line begins.
  private var lineStart = 0
  /// How many bytes of the line so far are not the first of their character.
  private var continuationBytes = 0

  /// The record in a file; `nil` when it is not, or not certainly, in the subset.
  static func read(_ bytes: UnsafeBufferPointer<UInt8>) -> YAMLNode? {
    var reader = PlainYAML(bytes: bytes)
    do {
      guard let indent = try reader.nextLine() else { return nil }
      let root = try reader.mapping(indent: indent, depth: 0)
      return try reader.nextLine() == nil ? root : nil
    } catch {
      return nil
    }
  }

  private struct NotPlain: Error {}

  /// libyaml refuses keys of 1024 characters or more.
  private static let longestKey = 1000

  private init(bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  private var isAtEnd: Bool { index >= bytes.count }

  /// The byte that many places ahead; a line feed beyond the end.
  private func peek(_ distance: Int = 0) -> UInt8 {
    index + distance < bytes.count ? bytes[index + distance] : .lineFeed
  }

  private var position: SourcePosition {
    SourcePosition(line: line, column: index - lineStart - continuationBytes + 1)
  }

  // MARK: Lines

  /// Goes to the first character of the next line that holds anything, and says how far it is indented; `nil` at the end.
  /// At the start of such a line already, it stays.
  private mutating func nextLine() throws(NotPlain) -> Int? {
    while !isAtEnd {
      var indent = index
      while indent < bytes.count, bytes[indent] == .blank { indent += 1 }
      guard indent < bytes.count else {
        index = indent
        return nil
      }
      switch bytes[indent] {
      case .lineFeed:
        index = indent
        try endLine()
      case .hash:
        index = indent
        try skipComment()
      default:
        index = lineStart
        return indent - lineStart
      }
    }
    return nil
  }

  /// Takes the line feed, or the end of the file, that must come here.
  private mutating func endLine() throws(NotPlain) {
    guard !isAtEnd else { return }
    guard bytes[index] == .lineFeed else { throw NotPlain() }
    index += 1
    line += 1
    lineStart = index
    continuationBytes = 0
  }

  private mutating func skipComment() throws(NotPlain) {
    while !isAtEnd, bytes[index] != .lineFeed { try skipCharacter() }
    try endLine()
  }

  /// Blanks and perhaps a comment to the end of the line.
  private mutating func restOfLine() throws(NotPlain) {
    let start = index
    while peek() == .blank { index += 1 }
    if !isAtEnd, bytes[index] == .hash, index > start { return try skipComment() }
    try endLine()
  }

  /// Passes one character that libyaml takes as printable. The rarer ones are left to libyaml.
  private mutating func skipCharacter() throws(NotPlain) {
    let byte = bytes[index]
    if byte >= .blank, byte < 0x7F {
      index += 1
      return
    }
    func continues(_ distance: Int) -> Bool { peek(distance) & 0xC0 == 0x80 }
    switch byte {
    case 0xC3...0xDF where continues(1), 0xC2 where continues(1) && peek(1) >= 0xA0:
      index += 2
      continuationBytes += 1
    case 0xE1 where continues(1) && continues(2), 0xE3...0xEC where continues(1) && continues(2):
      index += 3
      continuationBytes += 2
    default: throw NotPlain()
    }
  }

  // MARK: Mappings and lists

  /// The fields that stand at this indentation. The first may follow a list's hyphen on the same line.
  private mutating func mapping(indent: Int, depth: Int) throws(NotPlain) -> YAMLNode {
    guard depth < 4 else { throw NotPlain() }
    index = lineStart + indent
    let start = position
    var entries: [YAMLEntry] = []
    entries.reserveCapacity(depth == 0 ? 16 : 4)
    repeat {
      index = lineStart + indent
      let (name, keyRange) = try key()
      // Among many names, libyaml's reader looks for a repeated one with a set.
      if entries.count == 64 || entries.contains(where: { $0.key == name }) { throw NotPlain() }
      entries.append(YAMLEntry(key: name, keyRange: keyRange, value: try value(indent: indent, depth: depth)))
    } while try isNextLine(at: indent)
    let end = entries[entries.count - 1].value.range.end
    return YAMLNode(content: .mapping(entries), range: SourceRange(start: start, end: end))
  }

  /// Whether the next line goes on with what stands at this indentation. A deeper line would belong to the value before it.
  private mutating func isNextLine(at indent: Int) throws(NotPlain) -> Bool {
    guard let next = try nextLine() else { return false }
    if next > indent { throw NotPlain() }
    return next == indent && !isHyphen(at: lineStart + next)
  }

  private func isHyphen(at place: Int) -> Bool {
    guard place < bytes.count, bytes[place] == .hyphen else { return false }
    return place + 1 >= bytes.count || bytes[place + 1] == .blank || bytes[place + 1] == .lineFeed
  }

  /// A name of letters, digits, underscores and hyphens, and the colon after it.
  private mutating func key() throws(NotPlain) -> (String, SourceRange) {
    let (start, first) = (position, index)
    while index < bytes.count, bytes[index].isNameByte { index += 1 }
    guard index > first, index - first < Self.longestKey, bytes[first] != .hyphen, peek() == .colon,
      peek(1) == .blank || peek(1) == .lineFeed
    else {
      throw NotPlain()
    }
    let range = SourceRange(start: start, end: position)
    let name = KnownNames.name(of: UnsafeBufferPointer(rebasing: bytes[first..<index]))
    index += 1
    return (name, range)
  }

  /// What follows a colon: a value on the same line, or a list or further fields on the lines below.
  private mutating func value(indent: Int, depth: Int) throws(NotPlain) -> YAMLNode {
    let afterColon = index
    while peek() == .blank { index += 1 }
    guard isAtEnd || peek() == .lineFeed || (peek() == .hash && index > afterColon) else { return try scalar() }
    try restOfLine()
    // Nothing at all is left to libyaml, whose place for it has its own logic.
    guard let next = try nextLine(), next >= indent else { throw NotPlain() }
    if isHyphen(at: lineStart + next) { return try list(indent: next, depth: depth + 1) }
    guard next > indent else { throw NotPlain() }
    return try mapping(indent: next, depth: depth + 1)
  }

  private mutating func list(indent: Int, depth: Int) throws(NotPlain) -> YAMLNode {
    index = lineStart + indent
    let start = position
    var items: [YAMLNode] = []
    while true {
      items.append(try item(indent: indent, depth: depth))
      guard let next = try nextLine(), next >= indent else { break }
      if next > indent { throw NotPlain() }
      guard isHyphen(at: lineStart + next) else { break }
    }
    return YAMLNode(
      content: .sequence(items), range: SourceRange(start: start, end: items[items.count - 1].range.end))
  }

  private mutating func item(indent: Int, depth: Int) throws(NotPlain) -> YAMLNode {
    index = lineStart + indent + 1
    while peek() == .blank { index += 1 }
    guard !isAtEnd, peek() != .lineFeed, peek() != .hash else { throw NotPlain() }
    if startsWithKey() { return try mapping(indent: index - lineStart, depth: depth + 1) }
    return try scalar()
  }

  private func startsWithKey() -> Bool {
    var end = index
    while end < bytes.count, bytes[end].isNameByte { end += 1 }
    guard end > index, end - index < Self.longestKey, end < bytes.count, bytes[end] == .colon else { return false }
    return end + 1 >= bytes.count || bytes[end + 1] == .blank || bytes[end + 1] == .lineFeed
  }

  // MARK: Values

  private mutating func scalar() throws(NotPlain) -> YAMLNode {
    let first = peek()
    if first == .quote || first == .apostrophe { return try quoted(by: first) }
    guard first.mayStartPlain else { throw NotPlain() }
    let (start, begin) = (position, index)
    // Where the text ends so far: blanks before the end of the line, or before a comment, are no part of it.
    var (end, endPosition) = (index, start)
    while !isAtEnd, bytes[index] != .lineFeed {
      switch bytes[index] {
      case .blank:
        index += 1
        if peek() == .hash, !isAtEnd { return try finish() }
        continue
      case .colon where peek(1) == .blank || peek(1) == .lineFeed: throw NotPlain()
      default: try skipCharacter()
      }
      (end, endPosition) = (index, position)
    }
    return try finish()

    func finish() throws(NotPlain) -> YAMLNode {
      index = end
      // The column needs what was counted up to here only.
      let text = String(decoding: UnsafeBufferPointer(rebasing: bytes[begin..<end]), as: UTF8.self)
      if text.hasPiledMarks { throw NotPlain() }
      try restOfLine()
      return YAMLNode(
        content: .scalar(text, isPlain: true), range: SourceRange(start: start, end: endPosition))
    }
  }

  private mutating func quoted(by mark: UInt8) throws(NotPlain) -> YAMLNode {
    let start = position
    index += 1
    let begin = index
    while !isAtEnd, bytes[index] != mark {
      guard bytes[index] != .backslash || mark == .apostrophe else { throw NotPlain() }
      try skipCharacter()
    }
    // Two apostrophes stand for one.
    guard !isAtEnd, mark == .quote || peek(1) != .apostrophe else { throw NotPlain() }
    let text = String(decoding: UnsafeBufferPointer(rebasing: bytes[begin..<index]), as: UTF8.self)
    if text.hasPiledMarks { throw NotPlain() }
    index += 1
    let end = position
    try restOfLine()
    return YAMLNode(content: .scalar(text, isPlain: false), range: SourceRange(start: start, end: end))
  }
}

extension UInt8 {
  fileprivate static let lineFeed = UInt8(ascii: "\n")
  fileprivate static let blank = UInt8(ascii: " ")
  fileprivate static let hash = UInt8(ascii: "#")
  fileprivate static let colon = UInt8(ascii: ":")
  fileprivate static let hyphen = UInt8(ascii: "-")
  fileprivate static let quote = UInt8(ascii: "\"")
  fileprivate static let apostrophe = UInt8(ascii: "'")
  fileprivate static let backslash = UInt8(ascii: "\\")

  private var isLetterOrDigit: Bool {
    self &- UInt8(ascii: "0") < 10 || (self | 0x20) &- UInt8(ascii: "a") < 26
  }

  /// A byte of a field's name.
  fileprivate var isNameByte: Bool { isLetterOrDigit || self == UInt8(ascii: "_") || self == .hyphen }

  /// No indicator of YAML's: a value that begins so is plain text for certain.
  fileprivate var mayStartPlain: Bool {
    isLetterOrDigit || self >= 0x80 || self == UInt8(ascii: "/") || self == UInt8(ascii: "_")
      || self == UInt8(ascii: ".") || self == UInt8(ascii: "+") || self == UInt8(ascii: "(")
  }
}

/// The names of fields, kept so that reading one makes no new text.
///
/// The texts are literals, which live as long as the program: threads that read side by side count no references of them.
private enum KnownNames {
  private static let slots = 256

  /// Made once, never freed, never changed.
  nonisolated(unsafe) private static let table: UnsafePointer<String> = {
    let table = UnsafeMutablePointer<String>.allocate(capacity: slots)
    table.initialize(repeating: "", count: slots)
    let further = ["unit", "from", "until", "system", "reference", "imported_at"]
    for name in Set(Person.fields.map(\.name) + Unit.fields.map(\.name) + further) {
      var slot = Array(name.utf8).withUnsafeBufferPointer(hash)
      while !table[slot].isEmpty { slot = (slot + 1) % slots }
      table[slot] = name
    }
    return UnsafePointer(table)
  }()

  static func name(of bytes: UnsafeBufferPointer<UInt8>) -> String {
    var slot = hash(bytes)
    while !table[slot].isEmpty {
      if isEqual(table[slot], bytes) { return table[slot] }
      slot = (slot + 1) % slots
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func isEqual(_ name: String, _ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    name.utf8.withContiguousStorageIfAvailable {
      $0.count == bytes.count && memcmp($0.baseAddress!, bytes.baseAddress!, bytes.count) == 0
    } ?? false
  }

  private static func hash(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
    (Int(bytes[0]) &* 7 &+ Int(bytes[bytes.count - 1]) &* 31 &+ bytes.count &* 131) % slots
  }
}
