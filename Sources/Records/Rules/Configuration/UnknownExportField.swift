import RecordSchema

extension Rule {
  public static let unknownExportField = Rule(
    "C016", "unknown-export-field",
    explanation:
      "A column of an export table takes its values from a field that its rows do not have, so the table is not written.",
    example: .configuration(
      "systems: {hr: {mappings: {staff.csv: {columns: [{Number: «reference»}]}}}}",
      right: "systems: {hr: {mappings: {staff.csv: {columns: [{Number: employee_reference}]}}}}"),
    help: "The fields are listed in docs/mappings.md; those of staffrepo.yaml's custom_fields are custom.NAME.")
}
