import RecordSchema

extension Rule {
  public static let yamlSyntax = Rule(
    "Y001", "yaml-syntax",
    explanation:
      "The file is not YAML, so nothing in it can be read. Usual causes are a missing space after a colon, uneven indentation, or an opening quote or bracket without its closing one.",
    help: "Compare the line with its neighbours: the same indentation, a space after each colon, quotes in pairs.")
  public static let yamlDuplicateKey = Rule(
    "Y002", "duplicate-key",
    explanation:
      "A field stands twice in the same record. Programs differ in which of the two they read, so neither is taken.",
    help: "Delete the line that is not meant.")
  public static let yamlAnchor = Rule(
    "Y003", "anchor-or-alias",
    explanation:
      "Anchors (&name), aliases (*name) and merge keys (<<) make one value depend on another place of the file. Records say each value where it stands.",
    help: "Write the value itself. If the text starts with & or * by intention, put it in double quotes.")
  public static let yamlTag = Rule(
    "Y004", "tag",
    explanation:
      "A tag (!name) asks a YAML program to build a special object. Records hold plain text, lists and fields only.",
    help: "Remove the tag. If the text starts with ! by intention, put it in double quotes.")
  public static let yamlSeveralDocuments = Rule(
    "Y005", "several-documents",
    explanation: "A file holds one record. A second document after --- would be read by nobody.",
    help: "Move the second record to a file of its own.")
  public static let yamlEncoding = Rule(
    "Y006", "encoding",
    explanation:
      "Files are UTF-8 text without control characters. Other bytes show as wrong letters downstream, or break the import there.",
    help: "Save the file as UTF-8 and retype the character at this place.")
  public static let yamlTooLarge = Rule(
    "Y007", "file-too-large",
    explanation: "A record is at most 64 KiB. A larger file is no record, and could stall the systems that read it.",
    help: "Look at what was added to the file; a photo or a document does not belong inside it.")
  public static let yamlTooDeep = Rule(
    "Y008", "nested-too-deep",
    explanation: "Lists and fields nest at most 16 levels deep. Records need three.",
    help: "Look for brackets or indentation that should not be there.")
  public static let yamlNotAMapping = Rule(
    "Y009", "not-a-record",
    explanation: "A record is a list of `field: value` lines. This file is empty or holds something else.",
    help: "Start from a copy of another record of the same kind.")
  public static let yamlComplexKey = Rule(
    "Y010", "complex-key",
    explanation: "A field's name is plain text.",
    help: "Write the field as `name: value`.")

  public static let yamlRules: [Rule] = [
    .yamlSyntax, .yamlDuplicateKey, .yamlAnchor, .yamlTag, .yamlSeveralDocuments, .yamlEncoding,
    .yamlTooLarge, .yamlTooDeep, .yamlNotAMapping, .yamlComplexKey,
  ]
}
