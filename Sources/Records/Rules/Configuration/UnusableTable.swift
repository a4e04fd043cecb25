import RecordSchema

extension Rule {
  public static let unusableTable = Rule(
    "C017", "unusable-table",
    explanation:
      "An export table cannot be written as it is described: something that it needs is missing, or two of its settings contradict each other.",
    example: .configuration(
      "systems: {hr: {mappings: {staff.csv: {columns: [«{heading: Number}»]}}}}",
      right: "systems: {hr: {mappings: {staff.csv: {columns: [{heading: Number, field: employee_reference}]}}}}"))
}
