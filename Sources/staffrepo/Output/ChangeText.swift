import Changes
import RecordSchema

/// Changes as people read them.
enum ChangeText {
  static func text(_ change: Change) -> String {
    let mark = mark(change.effect)
    var lines = ["\(mark) \(change.kind.rawValue) \(change.key) (id \(change.id)) \(change.effect.rawValue)"]
    if let old = change.oldPath, change.effect == .updated {
      lines.append("    file: \(old.printable) -> \(change.path.printable)")
    }
    lines += change.fields.map { field in
      switch change.effect {
      case .created: "    \(field.field): \(value(field.new))"
      case .removed: "    \(field.field): \(value(field.old))"
      case .updated: "    \(field.field): \(value(field.old)) -> \(value(field.new))"
      }
    }
    return lines.joined(separator: "\n")
  }

  static func markdown(_ changes: [Change]) -> String {
    guard !changes.isEmpty else { return "No record differs." }
    let rows = changes.map { change in
      let fields = change.fields.map { field in
        change.effect == .updated
          ? "`\(field.field)`: \(cell(field.old)) → \(cell(field.new))"
          : "`\(field.field)`: \(cell(change.effect == .created ? field.new : field.old))"
      }
      return
        "| \(change.effect.rawValue) | \(change.kind.rawValue) | \(cell(.string(change.key))) | \(fields.joined(separator: "<br>")) |"
    }
    return (["| | | Record | Fields |", "|---|---|---|---|"] + rows).joined(separator: "\n")
  }

  private static func mark(_ effect: Change.Effect) -> String {
    switch effect {
    case .created: Terminal.styled("+", .green)
    case .removed: Terminal.styled("-", .red)
    case .updated: Terminal.styled("~", .yellow)
    }
  }

  private static func value(_ json: JSON) -> String {
    switch json {
    case .null: "(none)"
    case .string(let text): text.printable
    default: json.text
    }
  }

  /// Text that cannot break out of a table or become a link or a tag.
  private static func cell(_ json: JSON) -> String {
    value(json).reduce(into: "") { text, character in
      if "|<>&*_`[]\\@#!".contains(character) {
        text += "&#\(character.unicodeScalars.first?.value ?? 63);"
      } else {
        text.append(character.isNewline ? " " : character)
      }
    }
  }
}
