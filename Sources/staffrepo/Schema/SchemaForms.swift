import RecordSchema

// The forms of values that the decoders take. test_schema.py holds both against each other.
extension SchemaForm {
  /// A text on one line.
  static func text(_ length: ClosedRange<Int>) -> SchemaForm {
    SchemaForm([
      "$ref": "#/$defs/line", "type": ["string", "number", "boolean"],
      "minLength": .int(length.lowerBound), "maxLength": .int(length.upperBound),
    ])
  }

  /// What `text` refers to.
  static let lineDefinition: JSON = ["line": line.json]

  private static let line: SchemaForm = {
    let forbidden = #"\u0000-\u001F\u007F-\u009F\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069"#
    let atEnds = forbidden + blanks
    return SchemaForm([
      "pattern": .string("^(?:[^\(atEnds)](?:[^\(forbidden)]*[^\(atEnds)])?)?$"),
      "patternErrorMessage": "Write it on one line, without blanks at its ends and without invisible characters.",
    ])
  }()

  /// Unicode's white space, but for what is a control character anyway.
  private static let blanks = #" \u00A0\u1680\u2000-\u200A\u202F\u205F\u3000"#

  static let identifier = SchemaForm([
    "type": ["integer", "string"], "minimum": 1, "maximum": 9_007_199_254_740_991, "pattern": "^[1-9][0-9]{0,15}$",
    "patternErrorMessage": "Write a whole number from 1 on, digits only.",
  ])

  static let reference = SchemaForm([
    "type": ["string", "number", "boolean"], "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]{0,15}$", "minimum": 0,
    "patternErrorMessage":
      "An employee reference has 1 to 16 letters, digits, dots, underscores or hyphens, and starts with a letter or a digit.",
  ])

  static let unitCode = SchemaForm([
    "type": ["string", "integer", "boolean"], "pattern": "^[a-z0-9][a-z0-9-]*$", "minimum": 0,
    "patternErrorMessage": "A unit's code has small letters, digits and hyphens, and starts with a letter or a digit.",
  ])

  static let date = SchemaForm([
    "type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
    "patternErrorMessage": "Write the date as year-month-day, such as 2026-01-15.",
  ])

  /// A date or a UTC time.
  static let moment = anyOf([
    date,
    SchemaForm([
      "type": "string", "format": "date-time",
      "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-5][0-9]Z$",
      "patternErrorMessage": "Write a date (2026-01-15) or a UTC time (2026-01-15T10:30:00Z).",
    ]),
  ])

  /// In quotes it is good as well.
  static let boolean = SchemaForm([
    "type": ["boolean", "string"], "pattern": "^(?:true|True|TRUE|false|False|FALSE)$",
    "patternErrorMessage": "Write true or false.",
  ])

  static func choice(_ words: [String]) -> SchemaForm { SchemaForm(["enum": .array(words.map(JSON.string))]) }

  static func choice<Choice: CaseIterable & RawRepresentable>(of type: Choice.Type) -> SchemaForm
  where Choice.RawValue == String {
    choice(type.allCases.map(\.rawValue))
  }

  /// An address of at least two parts after its one @.
  static let email: SchemaForm = {
    let forbidden = #"@<>()\[\],;:\\"\u0009-\u000D\u0085\u2028\u2029"# + blanks
    return SchemaForm([
      "$ref": "#/$defs/line", "type": "string", "minLength": 3, "maxLength": 254,
      "pattern": .string("^(?!.*\\.\\.)[^\(forbidden)]+@[^.\(forbidden)]+(?:\\.[^.\(forbidden)]+)+$"),
      "patternErrorMessage": "Write one e-mail address, such as grace.hill@example.org.",
    ])
  }()

  /// A path below the data folder.
  static let path = text(1...255).with([
    "pattern": .string("^\(noDots)[^\\\\]*$"),
    "patternErrorMessage":
      "Write the path from the data folder on, such as photos/EMP017.jpg, without .. and without a slash at its start.",
  ])

  /// No part of the path is empty, `.` or `..`.
  static let noDots = #"(?!(?:[^/]*/)*\.{0,2}(?:/|$))"#

  /// By system.
  static let externalIDs = map(of: text(1...128))
}
