import RecordSchema
import YAMLReader

/// Why a record cannot be edited by a program.
public struct EditFault: Error, Sendable, Equatable, CustomStringConvertible {
  public let description: String

  init(_ description: String) { self.description = description }
}

/// A record's file, edited as a careful person would: comments, order and all other lines stay byte for byte as they are.
///
/// Each edit reads the file again before and after: what was not to be changed must say the same, or the edit fails and
/// changes nothing.
public struct RecordEdit: Sendable {
  private var text: FileText
  /// The order in which fields are written.
  private let order: [String]

  public var bytes: [UInt8] { text.bytes }

  /// - Parameter order: where a field that is not there yet belongs; the fields of a person if nothing else is said.
  public init(_ bytes: [UInt8], order: [String] = Person.fields.map(\.name)) throws(EditFault) {
    text = FileText(bytes)
    self.order = order
    guard FileText.countsLinesAsYAMLDoes(bytes) else {
      throw EditFault("The file has line ends that are no line feeds.")
    }
    _ = try root()
  }

  /// Gives a field a value, at its place if it is not there yet.
  ///
  /// - Parameter path: a field's name, or of a field within another, such as `external_ids` and `recruitment`.
  public mutating func set(_ path: [String], to value: RecordValue) throws(EditFault) {
    try edit(path) { edit, root throws(EditFault) in try edit.set(path[...], to: value, in: root, order: edit.order) }
    guard let node = try root().node(at: FieldPath(path.map { .key($0) })), node.says(value) else {
      throw EditFault("The field \(path.joined(separator: ".")) cannot be written here.")
    }
  }

  public mutating func set(_ field: String, to value: RecordValue) throws(EditFault) { try set([field], to: value) }

  /// Takes a field out. What is not there stays away.
  public mutating func remove(_ path: [String]) throws(EditFault) {
    try edit(path) { edit, root throws(EditFault) in try edit.remove(path[...], in: root) }
  }

  public mutating func remove(_ field: String) throws(EditFault) { try remove([field]) }

  // MARK: Keeping all else

  private func root() throws(EditFault) -> YAMLNode {
    let document = YAMLReader.read(text.bytes)
    guard document.problems.isEmpty, let root = document.root, let entries = root.entries, !entries.isEmpty else {
      throw EditFault("The file cannot be read as a record.")
    }
    let lines = Set(entries.map(\.keyRange.start.line))
    guard lines.count == entries.count, !isFlow(root) else {
      throw EditFault("The file does not have each field on a line of its own.")
    }
    return root
  }

  private mutating func edit(
    _ path: [String], _ body: (inout RecordEdit, YAMLNode) throws(EditFault) -> Void
  ) throws(EditFault) {
    let before = text
    let old = try root()
    do throws(EditFault) {
      try body(&self, old)
      guard try root().isSame(as: old, but: path[...]) else {
        throw EditFault("The field \(path.joined(separator: ".")) cannot be changed without changing others.")
      }
    } catch {
      text = before
      throw error
    }
  }

  // MARK: Setting

  private mutating func set(
    _ path: ArraySlice<String>, to value: RecordValue, in node: YAMLNode, order: [String]
  ) throws(EditFault) {
    guard let name = path.first else { return }
    guard let entry = node.entries?.last(where: { $0.key == name }) else {
      let line = RecordLine(name, nested(path.dropFirst(), value))
      return isFlow(node) ? try addInFlow(line, to: node) : add(line, to: node, order: order)
    }
    if path.count == 1 {
      try replace(entry, with: value, isInFlow: isFlow(node))
    } else if entry.value.entries?.isEmpty == false {
      try set(path.dropFirst(), to: value, in: entry.value, order: [])
    } else {
      try replace(entry, with: nested(path.dropFirst(), value), isInFlow: isFlow(node))
    }
  }

  private func nested(_ path: ArraySlice<String>, _ value: RecordValue) -> RecordValue {
    path.reversed().reduce(value) { value, name in .fields([RecordLine(name, value)]) }
  }

  private mutating func replace(_ entry: YAMLEntry, with value: RecordValue, isInFlow: Bool) throws(EditFault) {
    let range = entry.value.range
    if let new = value.inline(isInFlow: isInFlow), isOnOneLine(entry) {
      if entry.value.isEmpty {
        let end = try afterColon(entry)
        text.replace(SourceRange(start: end, end: end), with: " " + new)
      } else {
        text.replace(range, with: new)
      }
      return
    }
    guard !isInFlow else { throw EditFault("The field \(entry.key) stands between braces: write its value by hand.") }
    let indent = entry.keyRange.start.column - 1
    var lines = RecordWriter.lines(of: [RecordLine(entry.key, value)], indent: indent)
    var first = entry.keyRange.start.line
    // The line of the name stays, with its comment, when the value stood and will stand below it.
    if value.inline() == nil, range.start.line > first {
      lines.removeFirst()
      first += 1
    }
    text.replaceLines(first, endLine(of: entry), with: lines)
  }

  private mutating func add(_ line: RecordLine, to node: YAMLNode, order: [String]) {
    guard let entries = node.entries, let first = entries.first else { return }
    let lines = RecordWriter.lines(of: [line], indent: first.keyRange.start.column - 1)
    let place = order.firstIndex(of: line.name)
    let before = entries.last { entry in
      guard let place else { return true }
      return order.firstIndex(of: entry.key).map { $0 < place } ?? false
    }
    let at = before.map(endLine) ?? first.keyRange.start.line
    text.replaceLines(at, at, with: lines)
  }

  /// `{a: b}` becomes `{a: b, name: value}`.
  private mutating func addInFlow(_ line: RecordLine, to node: YAMLNode) throws(EditFault) {
    guard let last = node.entries?.last, let value = line.value.inline(isInFlow: true) else {
      throw EditFault("The field \(line.name) would stand between braces: write it by hand.")
    }
    let end = last.value.isEmpty ? try afterColon(last) : last.value.range.end
    text.replace(
      SourceRange(start: end, end: end), with: ", \(YAMLScalar.written(line.name, isInFlow: true)): \(value)")
  }

  // MARK: Removing

  private mutating func remove(_ path: ArraySlice<String>, in node: YAMLNode) throws(EditFault) {
    guard let name = path.first, let entries = node.entries, let entry = entries.last(where: { $0.key == name }) else {
      return
    }
    if path.count > 1, let parts = entry.value.entries {
      // An empty group is no group.
      let isAll = path.count == 2 && parts.allSatisfy { $0.key == path.last }
      if !isAll { return try remove(path.dropFirst(), in: entry.value) }
    }
    guard !isFlow(node) else {
      throw EditFault("The field \(name) stands between braces: remove it by hand.")
    }
    text.replaceLines(entry.keyRange.start.line, endLine(of: entry), with: [])
  }

  // MARK: Places

  private func isOnOneLine(_ entry: YAMLEntry) -> Bool {
    let range = entry.value.range
    if entry.value.isEmpty { return true }
    guard range.start.line == entry.keyRange.start.line, range.end.line == range.start.line else { return false }
    // A text that begins with | or > goes on below.
    return byte(at: range.start).map { !"|>".utf8.contains($0) } ?? false
  }

  /// The line after the last one of an entry.
  private func endLine(of entry: YAMLEntry) -> Int {
    let end = entry.value.isEmpty ? entry.keyRange.end : lastPosition(of: entry.value)
    return end.column == 1 && end.line > entry.keyRange.start.line ? end.line : end.line + 1
  }

  private func lastPosition(of node: YAMLNode) -> SourcePosition {
    if isFlow(node) { return node.range.end }
    if let last = node.entries?.last { return last.value.isEmpty ? last.keyRange.end : lastPosition(of: last.value) }
    if let last = node.items?.last { return lastPosition(of: last) }
    return node.range.end
  }

  private func afterColon(_ entry: YAMLEntry) throws(EditFault) -> SourcePosition {
    guard let start = text.offset(of: entry.keyRange.end),
      let colon = text.bytes[start...].prefix(while: { $0 != UInt8(ascii: "\n") }).firstIndex(of: UInt8(ascii: ":"))
    else { throw EditFault("The field \(entry.key) has no colon after its name.") }
    return SourcePosition(line: entry.keyRange.end.line, column: entry.keyRange.end.column + colon - start + 1)
  }

  private func isFlow(_ node: YAMLNode) -> Bool {
    guard node.scalar == nil else { return false }
    return byte(at: node.range.start).map { "[{".utf8.contains($0) } ?? false
  }

  private func byte(at position: SourcePosition) -> UInt8? {
    text.offset(of: position).flatMap { $0 < text.bytes.count ? text.bytes[$0] : nil }
  }
}

extension YAMLNode {
  /// Whether both say the same, but for what stands at a path.
  fileprivate func isSame(as other: YAMLNode, but path: ArraySlice<String>? = nil) -> Bool {
    if let path, path.isEmpty { return true }
    switch (content, other.content) {
    case (.scalar(let one, let isPlain), .scalar(let two, let wasPlain)): return one == two && isPlain == wasPlain
    case (.sequence(let one), .sequence(let two)):
      return one.count == two.count && zip(one, two).allSatisfy { $0.isSame(as: $1) }
    case (.mapping(let one), .mapping(let two)):
      func others(_ entries: [YAMLEntry]) -> [YAMLEntry] { entries.filter { $0.key != path?.first } }
      let (mine, theirs) = (others(one), others(two))
      guard mine.count == theirs.count,
        zip(mine, theirs).allSatisfy({ $0.key == $1.key && $0.value.isSame(as: $1.value) })
      else { return false }
      guard let path, let name = path.first, path.count > 1, let new = self[name], let old = other[name],
        new.entries != nil, old.entries != nil
      else { return true }
      return new.isSame(as: old, but: path.dropFirst())
    default: return false
    }
  }

  /// Whether it was written to say this.
  fileprivate func says(_ value: RecordValue) -> Bool {
    switch value {
    case .word(let text), .text(let text): scalar == text
    case .list(let items):
      self.items.map { $0.count == items.count && zip($0, items).allSatisfy { $0.says($1) } } ?? false
    case .fields(let fields):
      entries.map { entries in
        entries.count == fields.count
          && zip(entries, fields).allSatisfy { $0.key == $1.name && $0.value.says($1.value) }
      } ?? false
    }
  }
}
