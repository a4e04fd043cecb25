import RecordSchema

/// Tables of the organisation's own, as docs/mappings.md describes them.
extension SchemaForm {
  /// What `systems` refers to.
  static var tableDefinition: SchemaForm { table }

  static let mappings = SchemaForm([
    "type": "object",
    "propertyNames": ["pattern": .string("^[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}$")],
    "additionalProperties": ["$ref": "#/$defs/table"],
  ])

  private static let table = fields([
    .init("rows", word(TableMapping.Rows.self), "What one row stands for; people if nothing stands here."),
    .init("unassigned", flag, "With rows: memberships, people who are in no unit have a row as well."),
    .init(
      "content", word(TableMapping.Content.self),
      "full: everybody. delta: who differs from what the system was given last. leavers: who is active no longer. changes: each changed value on a row of its own."
    ),
    .init("filter", filter, "Whose rows there are; all that is said here must hold."),
    .init("sort", word(TableMapping.Order.self), "The order of rows; by id if nothing stands here."),
    .init(
      "header_rows", SchemaForm(["type": "integer", "minimum": 0, "maximum": 2]),
      "None, the headings, or headings and labels."),
    .init("preamble", oneOrList(of: setting), "Lines before the headings. {date}, {rows}, {organisation}."),
    .init("trailer", setting, "A line after the last row.", examples: ["TRL|{rows}"]),
    .init("delimiter", setting, "comma, semicolon, tab, pipe, tilde, or one such character."),
    .init("quotes", word(TableFormat.Quoting.self), "Around which cells; minimal if nothing stands here."),
    .init("line_end", word(TableFormat.LineEnd.self), "crlf if nothing stands here."),
    .init("encoding", word(TextEncoding.self), "utf-8 if nothing stands here."),
    .init("byte_order_mark", flag, "For spreadsheets; most other programs stumble over it."),
    .init(
      "formulas", word(TableFormat.Formulas.self),
      "What is done with cells that begin like a formula. prefix for people who open the file in a spreadsheet."),
    .init("dates", datePattern, "How dates are written.", examples: ["dd/MM/yyyy"]),
    .init("booleans", pair, "What stands for true and for false.", examples: [["Yes", "No"]]),
    .init("empty", anything, "What stands for nothing."),
    .init("separator", anything, "What stands between the items of a list."),
    .init("columns", list(of: column), isRequired: true, "The columns, from left to right."),
    .init("changes_of", list(of: column), "With content: changes, the values that are watched."),
  ])

  private static let filter = fields([
    .init("status", oneOrList(of: word(StaffStatus.self)), "Those of whom one of these holds."),
    .init("is_active", flag, "true: those who work here today."),
    .init(
      "leavers_within_days", SchemaForm(["type": "integer", "minimum": 1, "maximum": 36500]),
      "With is_active: true, also those who left within so many days."),
    .init("units", oneOrList(of: setting), "Those in these units or below them."),
  ])

  private static let datePattern = SchemaForm([
    "type": "string", "pattern": "^[^A-Za-z]*(?:(?:yyyy|MM|dd|T|Z)[^A-Za-z]*)+$",
    "patternErrorMessage": "Write a form such as yyyy-MM-dd or dd/MM/yyyy.",
  ])

  private static let pair = SchemaForm([
    "type": "array", "minItems": 2, "maxItems": 2, "items": ["type": ["string", "number", "boolean"]],
  ])

  /// A field's name, `Heading: field`, or settings one by one.
  private static let column: SchemaForm = anyOf([
    SchemaForm(["type": "string"]),
    SchemaForm([
      "type": "object", "minProperties": 1, "maxProperties": 1, "additionalProperties": ["type": "string"],
      "not": ["anyOf": .array(["heading", "constant", "join", "first_of"].map { ["required": [.string($0)]] })],
    ]),
    fields([
      .init("heading", anything, "What stands above the column."),
      .init("label", anything, "What stands in the second header row."),
      .init("field", setting, "Where the values come from: a field's name."),
      .init("constant", anything, "The same text on every row."),
      .init("join", list(of: anything), "Several fields, one after another.", examples: [["first_name", "last_name"]]),
      .init("with", anything, "What stands between what is joined."),
      .init("first_of", list(of: anything), "The first of these fields that says something."),
      .init("codes", anything, "What a value becomes: value: code.", examples: [["active": "A", "left": "L"]]),
      .init("unlisted", choice(["error", "keep"]), "What becomes of values that codes does not list."),
      .init("default", anything, "What stands for values that codes does not list."),
      .init("date_format", datePattern, "How dates are written."),
      .init("booleans", pair, "What stands for true and for false."),
      .init("separator", anything, "What stands between the items of a list."),
      .init("strip", anything, "punctuation, or the characters that are left out."),
      .init("case", choice(["upper", "lower"]), "Capital or small letters."),
      .init("max_length", SchemaForm(["type": "integer", "minimum": 1, "maximum": 1_000_000]), "In characters."),
      .init("too_long", choice(["error", "cut"]), "What becomes of longer ones; error if nothing stands here."),
      .init("empty", anything, "What stands for nothing."),
      .init("required", flag, "true: the file is not written while somebody has nothing here."),
    ]),
  ])

  private static func word<Word: RawRepresentable<String> & CaseIterable>(_ type: Word.Type) -> SchemaForm {
    choice(Word.allCases.map(\.rawValue))
  }
}
