import CLibyaml
import RecordSchema

/// Reads one YAML file into nodes, and refuses what is hostile or ambiguous.
///
/// It never composes: libyaml's own tree builder is quadratic in anchors, and its parser nests without limit. Events are
/// read one by one, so a hostile file is left as soon as it shows itself.
public struct YAMLReader {
  /// The largest file, in bytes.
  public static let sizeLimit = 64 * 1024
  /// The deepest nesting of lists and mappings.
  public static let depthLimit = 16
  /// A file with so many problems is given up.
  private static let problemLimit = 100

  public static func read(_ bytes: [UInt8]) -> YAMLDocument {
    guard bytes.count <= sizeLimit else {
      let message =
        "The file has \(bytes.count) bytes; a record has at most \(sizeLimit)."
      let problem = YAMLProblem(rule: .yamlTooLarge, message: message, range: .fileStart)
      return YAMLDocument(root: nil, problems: [problem])
    }
    // A byte order mark is no part of the text; libyaml would count it as the first column.
    let text = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes[3...] : bytes[...]
    return text.withUnsafeBufferPointer { buffer in
      var document =
        PlainYAML.read(buffer).map { YAMLDocument(root: $0, problems: []) } ?? MergeConflict.document(buffer)
        ?? readByLibyaml(buffer)
      document.remarks = HiddenCharacters.remarks(buffer, root: document.root)
      return document
    }
  }

  /// Any YAML there is.
  static func readByLibyaml(_ buffer: UnsafeBufferPointer<UInt8>) -> YAMLDocument {
    // libyaml takes its time over thousands of directives.
    if let place = directive(buffer) {
      let message = "A line that begins with % gives orders to YAML programs."
      return YAMLDocument(
        root: nil, problems: [YAMLProblem(rule: .yamlDirective, message: message, range: place.character)])
    }
    var reader = YAMLReader(events: EventStream(buffer), bytes: buffer)
    return reader.readDocument()
  }

  /// Where the first line that holds anything begins with %.
  private static func directive(_ bytes: UnsafeBufferPointer<UInt8>) -> SourcePosition? {
    var line = 1
    for text in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      let first = text.first { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\r") && $0 != UInt8(ascii: "\t") }
      if let first, first != UInt8(ascii: "#") {
        return text.first == UInt8(ascii: "%") ? SourcePosition(line: line, column: 1) : nil
      }
      line += 1
    }
    return nil
  }

  private var events: EventStream
  private let bytes: UnsafeBufferPointer<UInt8>
  private var problems: [YAMLProblem] = []
  /// The last text in quotes.
  private var lastQuoted: SourceRange?
  /// Set when reading cannot go on.
  private var hasStopped = false

  private init(events: EventStream, bytes: UnsafeBufferPointer<UInt8>) {
    self.events = events
    self.bytes = bytes
  }

  private mutating func readDocument() -> YAMLDocument {
    var root: YAMLNode?
    while let event = next() {
      switch event.kind {
      case .streamStart, .documentEnd: continue
      case .streamEnd: return YAMLDocument(root: root, problems: problems)
      case .documentStart:
        if root != nil {
          report(.yamlSeveralDocuments, "A second record starts here; a file holds one.", event.range)
          hasStopped = true
        }
      default:
        root = node(from: event, depth: 0)
      }
    }
    // What was read of a file that is given up would only look like a record with missing fields.
    return YAMLDocument(root: problems.count < Self.problemLimit ? root : nil, problems: problems)
  }

  private mutating func next() -> EventStream.Event? {
    guard !hasStopped else { return nil }
    switch events.next() {
    case .success(let event): return event
    case .failure(let failure):
      hasStopped = true
      let position =
        failure.byteOffset.map { bytes.position(ofByte: $0) } ?? quote(before: failure.position) ?? failure.position
      var message = failure.problem
      if let context = failure.context { message += " (\(context))" }
      let range = SourceRange(
        start: position, end: SourcePosition(line: position.line, column: position.column + 1))
      if failure.byteOffset != nil {
        report(.yamlEncoding, "This character cannot be read: \(message).", range)
      } else {
        let plain =
          quote(before: failure.position) == nil
          ? Self.inPlainWords(failure.problem, context: failure.context)
          : "A quote is opened here, and closed on a later line only: one is missing."
        report(.yamlSyntax, plain.map { "\($0) (\(message))" } ?? "This is not YAML from here on: \(message).", range)
      }
      return nil
    }
  }

  /// What libyaml's commonest messages mean for somebody who edits a record; `nil` for the others.
  private static func inPlainWords(_ problem: String, context: String?) -> String? {
    switch problem {
    case "mapping values are not allowed in this context":
      "There is a second colon here, or this line is indented more than the one above it. If the colon belongs to the text, put the text in quotes."
    case "could not find expected ':'":
      "This line has no colon followed by a blank."
    case "found character that cannot start any token":
      "A value cannot begin with this character. A tab? Use blanks. Anything else: put the text in quotes."
    case "did not find expected key":
      "This does not fit the lines above it: look for other indentation, or for a quote inside a quoted text."
    case "found unexpected end of stream" where context?.contains("quoted") == true:
      "A quote is opened here and never closed."
    case "did not find expected ',' or ']'", "did not find expected ',' or '}'":
      "A bracket is opened here and not closed, or a comma is missing between two items."
    case "did not find expected alphabetic or numeric character":
      "A text that begins with * or & must stand in quotes, such as \"*\"."
    default: nil
    }
  }

  /// A text in quotes that goes on over line ends up to where reading broke off: its closing quote is missing, and the
  /// next opening one was taken for it.
  private func quote(before position: SourcePosition) -> SourcePosition? {
    guard let last = lastQuoted, last.start.line < last.end.line, last.end.line == position.line else { return nil }
    return last.start
  }

  private mutating func report(_ rule: Rule, _ message: String, _ range: SourceRange) {
    problems.append(YAMLProblem(rule: rule, message: message, range: range))
    if problems.count == Self.problemLimit { hasStopped = true }
  }

  /// The node that starts with this event; `nil` for an alias or when reading stopped.
  private mutating func node(from event: EventStream.Event, depth: Int) -> YAMLNode? {
    if event.hasAnchor {
      report(.yamlAnchor, "An anchor (&) gives this value a name; records do not use that.", event.range)
    }
    if event.hasTag {
      report(.yamlTag, "A tag (!) stands before this value; records do not use that.", event.range)
    }
    switch event.kind {
    case .alias:
      report(.yamlAnchor, "An alias (*) stands for another value; write the value itself.", event.range)
      return nil
    case .scalar(let text, let isPlain):
      if !isPlain { lastQuoted = event.range }
      if text.hasPiledMarks {
        report(.yamlEncoding, "A letter here carries more than 30 marks, such as accents.", event.range)
        return nil
      }
      return YAMLNode(content: .scalar(text, isPlain: isPlain), range: event.range)
    case .sequenceStart, .mappingStart:
      guard depth < YAMLReader.depthLimit else {
        report(
          .yamlTooDeep, "Lists and fields nest more than \(YAMLReader.depthLimit) levels deep here.",
          event.range)
        hasStopped = true
        return nil
      }
      return event.kind == .sequenceStart
        ? sequence(from: event, depth: depth) : mapping(from: event, depth: depth)
    default:
      return nil
    }
  }

  private mutating func sequence(from start: EventStream.Event, depth: Int) -> YAMLNode? {
    var items: [YAMLNode] = []
    var end = start.range.end
    while let event = next() {
      if event.kind == .sequenceEnd {
        end = event.range.end
        break
      }
      if let item = node(from: event, depth: depth + 1) { items.append(item) }
    }
    return YAMLNode(content: .sequence(items), range: range(from: start, to: end, last: items.last))
  }

  private mutating func mapping(from start: EventStream.Event, depth: Int) -> YAMLNode? {
    var entries: [YAMLEntry] = []
    var keys: Set<String> = []
    var end = start.range.end
    while let event = next() {
      if event.kind == .mappingEnd {
        end = event.range.end
        break
      }
      let key = node(from: event, depth: depth + 1)
      guard let valueEvent = next() else { break }
      guard let value = node(from: valueEvent, depth: depth + 1) else { continue }
      guard let key, case .scalar(let name, let isPlain) = key.content else {
        report(.yamlComplexKey, "A field's name must be plain text.", key?.range ?? event.range)
        continue
      }
      if name == "<<", isPlain {
        report(.yamlAnchor, "The merge key << copies fields from elsewhere; write them out.", key.range)
      } else if !keys.insert(name).inserted {
        report(.yamlDuplicateKey, "The field '\(name)' stands here for the second time.", key.range)
      }
      entries.append(YAMLEntry(key: name, keyRange: key.range, value: value))
    }
    return YAMLNode(content: .mapping(entries), range: range(from: start, to: end, last: entries.last?.value))
  }

  /// A block ends for libyaml where the next thing starts; for people it ends with its last value.
  private func range(from start: EventStream.Event, to end: SourcePosition, last: YAMLNode?) -> SourceRange {
    SourceRange(start: start.range.start, end: start.isFlow ? end : last?.range.end ?? start.range.end)
  }
}
