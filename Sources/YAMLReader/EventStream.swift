import CLibyaml
import RecordSchema

/// libyaml's parser over one buffer, which must outlive it.
final class EventStream {
  struct Event {
    enum Kind: Equatable {
      case streamStart, streamEnd, documentStart, documentEnd, alias
      case scalar(String, isPlain: Bool)
      case sequenceStart, sequenceEnd, mappingStart, mappingEnd
    }
    let kind: Kind
    let range: SourceRange
    let hasAnchor: Bool
    let hasTag: Bool
    /// Written with brackets.
    let isFlow: Bool
  }

  struct Failure: Error {
    let problem: String
    let context: String?
    /// Where somebody would look for the fault.
    let position: SourcePosition
    /// Set when bytes could not be decoded: then libyaml knows no line.
    let byteOffset: Int?
  }

  private let parser: UnsafeMutablePointer<yaml_parser_t>

  init(_ bytes: UnsafeBufferPointer<UInt8>) {
    parser = .allocate(capacity: 1)
    guard yaml_parser_initialize(parser) == 1 else { fatalError("libyaml is out of memory") }
    // Without this libyaml would guess UTF-16 from the first bytes.
    yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    yaml_parser_set_input_string(parser, bytes.baseAddress, bytes.count)
  }

  deinit {
    yaml_parser_delete(parser)
    parser.deallocate()
  }

  func next() -> Result<Event, Failure> {
    var event = yaml_event_t()
    guard yaml_parser_parse(parser, &event) == 1 else { return .failure(failure) }
    defer { yaml_event_delete(&event) }
    let range = SourceRange(start: position(event.start_mark), end: position(event.end_mark))
    func made(_ kind: Event.Kind, anchor: Bool = false, tag: Bool = false, flow: Bool = false) -> Result<Event, Failure>
    {
      .success(Event(kind: kind, range: range, hasAnchor: anchor, hasTag: tag, isFlow: flow))
    }
    switch event.type {
    case YAML_STREAM_START_EVENT: return made(.streamStart)
    case YAML_DOCUMENT_START_EVENT: return made(.documentStart)
    case YAML_DOCUMENT_END_EVENT: return made(.documentEnd)
    case YAML_ALIAS_EVENT: return made(.alias)
    case YAML_SCALAR_EVENT:
      let scalar = event.data.scalar
      let text = String(
        decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
      return made(
        .scalar(text, isPlain: scalar.style == YAML_PLAIN_SCALAR_STYLE),
        anchor: scalar.anchor != nil, tag: scalar.tag != nil)
    case YAML_SEQUENCE_START_EVENT:
      let start = event.data.sequence_start
      return made(
        .sequenceStart, anchor: start.anchor != nil, tag: start.tag != nil,
        flow: start.style == YAML_FLOW_SEQUENCE_STYLE)
    case YAML_MAPPING_START_EVENT:
      let start = event.data.mapping_start
      return made(
        .mappingStart, anchor: start.anchor != nil, tag: start.tag != nil, flow: start.style == YAML_FLOW_MAPPING_STYLE)
    case YAML_SEQUENCE_END_EVENT: return made(.sequenceEnd)
    case YAML_MAPPING_END_EVENT: return made(.mappingEnd)
    default: return made(.streamEnd)
    }
  }

  private var failure: Failure {
    let isReaderError = parser.pointee.error == YAML_READER_ERROR
    return Failure(
      problem: parser.pointee.problem.map { String(cString: $0) } ?? "unknown problem",
      context: parser.pointee.context.map { String(cString: $0) },
      position: position(isCauseElsewhere ? parser.pointee.context_mark : parser.pointee.problem_mark),
      byteOffset: isReaderError ? parser.pointee.problem_offset : nil)
  }

  /// libyaml stops where it cannot go on. A quote or bracket that is never closed, and a line without its colon, lie
  /// before that: where it says that it was scanning them.
  private var isCauseElsewhere: Bool {
    guard let context = parser.pointee.context.map({ String(cString: $0) }) else { return false }
    if context.hasSuffix("quoted scalar") {
      // An escape that does not exist stands where it stands.
      return parser.pointee.problem.map { String(cString: $0).hasPrefix("found unexpected") } ?? false
    }
    return ["simple key", "flow sequence", "flow mapping"].contains { context.hasSuffix($0) }
  }

  private func position(_ mark: yaml_mark_t) -> SourcePosition {
    SourcePosition(line: mark.line + 1, column: mark.column + 1)
  }
}
