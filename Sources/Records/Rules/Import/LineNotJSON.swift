import RecordSchema

extension Rule {
  public static let lineNotJSON = Rule(
    "S000", "not-json",
    explanation:
      "In an NDJSON file or request each line is a JSON object of its own, one hire. This line is none; the others are taken.",
    example: .none,
    help: "Write one object a line, with quotes around names and texts, and no comma at the line's end.")
}
