/// What stands after a field's name in a record, as it is written.
public indirect enum RecordValue: Sendable, Equatable {
  /// A number, a date, true or false: never in quotes.
  case word(String)
  /// A text, in quotes where it needs them.
  case text(String)
  case list([RecordValue])
  case fields([RecordLine])
}

/// A field and its value.
public struct RecordLine: Sendable, Equatable {
  public var name: String
  public var value: RecordValue

  public init(_ name: String, _ value: RecordValue) {
    self.name = name
    self.value = value
  }
}

extension RecordValue {
  /// On the line of the field's name; `nil` for what needs lines of its own.
  func inline(isInFlow: Bool = false) -> String? {
    switch self {
    case .word(let word): word
    case .text(let text): YAMLScalar.written(text, isInFlow: isInFlow)
    case .list(let items): items.isEmpty ? "[]" : nil
    case .fields(let fields): fields.isEmpty ? "{}" : nil
    }
  }
}

/// Lines of a record.
struct RecordWriter {
  private(set) var lines: [String] = []

  static func lines(of fields: [RecordLine], indent: Int = 0) -> [String] {
    var writer = RecordWriter()
    for field in fields { writer.write(field, indent: indent) }
    return writer.lines
  }

  mutating func write(_ field: RecordLine, indent: Int) {
    let start = String(repeating: " ", count: indent) + YAMLScalar.written(field.name) + ":"
    if let value = field.value.inline() {
      lines.append("\(start) \(value)")
    } else {
      lines.append(start)
      writeBlock(field.value, indent: indent + 2)
    }
  }

  /// The lines below a field's name.
  mutating func writeBlock(_ value: RecordValue, indent: Int) {
    switch value {
    case .word, .text: break
    case .fields(let fields): for field in fields { write(field, indent: indent) }
    case .list(let items):
      for item in items {
        let mark = String(repeating: " ", count: indent) + "- "
        if let text = item.inline() {
          lines.append(mark + text)
        } else {
          let first = lines.count
          writeBlock(item, indent: indent + 2)
          lines[first].replaceSubrange(lines[first].startIndex..<mark.endIndex, with: mark)
        }
      }
    }
  }
}
