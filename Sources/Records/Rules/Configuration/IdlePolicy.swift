import RecordSchema

extension Rule {
  public static let idlePolicy = Rule(
    "C006", "idle-policy",
    explanation:
      "A policy names what only certain people may change: paths or fields, and the authors. Without either it stops nobody, or everybody.",
    example: .configuration(
      "policies: [«{name: pay, fields: [salary_grade]}»]",
      right: "policies: [{name: pay, fields: [salary_grade], authors: [hr@example.org]}]"),
    help: "Add authors: with e-mail addresses, and paths: or fields:.")
}
