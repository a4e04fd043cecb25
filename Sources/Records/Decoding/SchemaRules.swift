import RecordSchema

extension Rule {
  public static let missingField = Rule(
    "S001", "missing-field", explanation: "A field that every such record must have is not there, or is empty.",
    help: "Add the field with its value.")
  public static let unknownField = Rule(
    "S002", "unknown-field",
    explanation:
      "The record has a field that nobody reads. Often it is a misspelt name, and then the real field is missing.",
    help: "Correct the name, remove the line, or declare it under custom_fields in staffrepo.yaml.")
  public static let wrongType = Rule(
    "S003", "wrong-type",
    explanation: "The value has another shape than the field takes: a list where text belongs, for example.")
  public static let notAnInteger = Rule(
    "S004", "not-a-whole-number", explanation: "The field takes a whole number from 1 on, without quotes.",
    help: "Write digits only, without quotes, dots or blanks.")
  public static let notADate = Rule(
    "S005", "not-a-date", explanation: "Dates are written YYYY-MM-DD and must exist in the calendar.",
    help: "Write the date as year-month-day, such as 2026-01-15.")
  public static let notABoolean = Rule(
    "S006", "not-true-or-false",
    explanation:
      "The field takes true or false, without quotes. yes and no mean different things to different programs.",
    help: "Write true or false, in lower case and without quotes.")
  public static let unknownValue = Rule(
    "S007", "unknown-value", explanation: "The field takes one of a few words, and this is none of them.")
  public static let wrongLength = Rule(
    "S008", "wrong-length",
    explanation:
      "The text is empty or longer than downstream systems can hold; they would cut it or refuse the record.",
    help: "Shorten the text, or remove the line if there is nothing to say.")
  public static let malformedReference = Rule(
    "S009", "malformed-reference",
    explanation:
      "A reference has 1 to 16 letters, digits, dots, underscores or hyphens, and starts with a letter or a digit. Microsoft Entra holds no longer one.",
    help: "Use the reference exactly as in the person's own file name.")
  public static let blankAtEnd = Rule(
    "S010", "blank-at-end",
    explanation:
      "Blanks at the ends of a text are invisible, and make two equal names different for the systems that compare them.",
    help: "Remove the blanks at the beginning and end of the text.")
  public static let controlCharacter = Rule(
    "S011", "control-character",
    explanation:
      "Line breaks, control characters and characters that turn the writing direction do not belong in a field; they break files or make a text look like another.",
    help: "Retype the text on one line.")
  public static let pathOutsideData = Rule(
    "S012", "path-outside-data",
    explanation: "A photo or signature is named by its path below the data folder, such as photos/EMP017.jpg.",
    help: "Write the path from the data folder on, without .. and without a slash at its start.")
  public static let malformedEmail = Rule(
    "S013", "malformed-email",
    explanation: "The text is no e-mail address. It becomes the user name in Microsoft Entra and the LMS.",
    help: "Write one address, such as grace.hill@example.org.")
  public static let malformedCode = Rule(
    "S014", "malformed-code",
    explanation: "A unit's code has small letters, digits and hyphens, and starts with a letter or a digit.",
    help: "Use the code exactly as in the unit's own file name.")
  public static let malformedHash = Rule(
    "S015", "malformed-key-hash",
    explanation:
      "A key file holds sha256: and the 64 hexadecimal digits of the key's SHA-256, never the key itself.",
    help: "Make a new key with staffrepo apikey create; it writes the hash.")

  public static let schemaRules: [Rule] = [
    .missingField, .unknownField, .wrongType, .notAnInteger, .notADate, .notABoolean, .unknownValue, .wrongLength,
    .malformedReference, .blankAtEnd, .controlCharacter, .pathOutsideData, .malformedEmail, .malformedCode,
    .malformedHash,
  ]
}
