import RecordSchema

extension Rule {
  public static let yamlAnchor = Rule(
    "Y003", "anchor-or-alias",
    explanation:
      "Anchors (&name), aliases (*name) and merge keys (<<) make one value depend on another place of the file. Records say each value where it stands.",
    example: .person("first_name: «&name Grace»", right: "first_name: Grace"),
    help: "Write the value itself. If the text starts with & or * by intention, put it in double quotes.")
}
