import RecordSchema

extension Rule {
  public static let ambiguousScalar = Rule(
    "Y014", "ambiguous-scalar", severity: .warning,
    explanation:
      "Without quotes, other YAML programs read this text as something else: no as false, 007 as 7, 1e3 as 1000, 1:30 as 90, 2026-01-15 as a date. staffrepo takes the text as it stands; a script or an editor of somebody else may not.",
    example: .person("salary_grade: «007»", right: "salary_grade: \"007\""),
    help: "Put the text in double quotes.")
}
