import RecordSchema

extension Rule {
  public static let unknownScope = Rule(
    "K008", "unknown-scope",
    explanation: "A key's scopes say what it may do. One that does not exist allows nothing.",
    example: .apiKey("scopes: [«staff:raed»]", right: "scopes: [staff:read]"))
}
