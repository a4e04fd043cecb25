import RecordSchema

extension Rule {
  public static let recordNotEditable = Rule(
    "I006", "not-editable",
    explanation:
      "An import was to change a record whose file is written in a way that a program cannot change without changing more than the field: with anchors, several values in braces, or lines that cannot be read. The row is refused, and the record stays as it is.",
    example: .none,
    help: "Edit this record by hand.")
}
