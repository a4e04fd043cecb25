import RecordSchema

extension Rule {
  public static let malformedCustomField = Rule(
    "C009", "malformed-custom-field",
    explanation:
      "A custom field has a name of small letters, digits and underscores that no standard field has: consumers get it beside those.",
    example: .configuration("custom_fields: {«Shoe size»: integer}", right: "custom_fields: {shoe_size: integer}"),
    help: "Write a name such as shoe_size.")
}
