import RecordSchema

/// New hires as they are sent, and what is answered.
enum RecruitmentSchemas {
  private typealias Part = SchemaParts

  static var all: [JSON.Member] {
    [
      .init("NewHire", newHire), .init("NewHires", newHires), .init("ImportAnswer", answer),
      .init("HireConfirmation", confirmation), .init("ImportReport", report), .init("ImportRow", row),
      .init("Finding", finding), .init("ImportProblem", problem),
    ]
  }

  private static let reference = Part.described(
    "The source's own number of the hire.", ["type": ["string", "integer", "null"]])

  private static var newHire: JSON {
    let names = RecruitmentSettings.hireFields.filter { $0 != "source_reference" }
    return Part.closed([.init("source_reference", reference)] + names.map { .init($0, Part.textOrNull) })
  }

  private static var newHires: JSON {
    let one = Part.closed(
      [
        .init("source_system", Part.textOrNull), .init("source_reference", reference),
        .init("new_hire", Part.reference("NewHire")),
      ], required: ["new_hire"])
    let several = Part.closed(
      [
        .init("source_system", Part.textOrNull),
        .init("new_hires", Part.list(of: ["anyOf": [one, Part.reference("NewHire")]])),
      ],
      required: ["new_hires"])
    return ["anyOf": [one, several, Part.list(of: ["anyOf": [one, Part.reference("NewHire")]])]]
  }

  private static var answer: JSON {
    [
      "anyOf": [
        Part.reference("HireConfirmation"), Part.reference("ImportReport"),
        Part.described(
          "To a message that asks for nothing, such as a ping.",
          Part.object(["state": ["enum": ["pong", "ignored"]]], optional: ["action": Part.text])),
      ]
    ]
  }

  private static let states = ["accepted", "pending_review", "rejected"]

  private static var confirmation: JSON {
    Part.object(
      [
        "state": Part.described(
          "accepted: on the branch. pending_review: it waits for somebody. rejected: it was turned down in review.",
          ["enum": .array(states.map(JSON.string))]),
        "person_id": Part.number, "source_system": Part.text, "source_id": Part.text,
        "warnings": Part.list(of: Part.reference("Finding")),
      ],
      optional: [
        "employee_reference": Part.described("Of a record that is there.", Part.text),
        "commit": Part.described("Where it landed.", Part.commit),
        "branch": Part.described("On which it is, or waits.", Part.text),
        "repeated": Part.described("The source said the same before.", Part.yes),
        "changed": Part.described("It waited, and was corrected.", Part.yes),
        "removed": Part.described("It was accepted, and the record is gone since.", Part.yes),
        "unrecorded": Part.described("It is in git, and could not be noted in the log of imports.", Part.text),
      ])
  }

  private static var row: JSON {
    Part.object(
      [
        "row": Part.number, "state": ["enum": .array((states + ["refused"]).map(JSON.string))],
        "source_system": Part.text, "source_id": Part.text, "errors": Part.list(of: Part.reference("Finding")),
        "warnings": Part.list(of: Part.reference("Finding")),
      ],
      optional: [
        "line": Part.number, "person_id": Part.number, "employee_reference": Part.text, "commit": Part.commit,
        "branch": Part.text, "repeated": Part.yes, "changed": Part.yes,
      ])
  }

  private static var report: JSON {
    Part.object(
      [
        "source_system": Part.text, "accepted": Part.count, "pending_review": Part.count, "repeated": Part.count,
        "refused": Part.count, "commit": Part.described("What was new landed here.", Part.textOrNull),
        "branch": Part.textOrNull, "rows": Part.list(of: Part.reference("ImportRow")),
        "warnings": Part.described("About no row of its own.", Part.list(of: Part.reference("Finding"))),
      ],
      optional: ["unrecorded": Part.text])
  }

  private static var finding: JSON {
    Part.object(
      ["code": Part.text, "rule": Part.text, "message": Part.text],
      optional: [
        "pointer": Part.described("A JSON pointer into what was sent; of a table the column's name.", Part.text),
        "line": Part.number, "column": Part.number, "help": Part.text,
      ])
  }

  private static var problem: JSON {
    Part.problem([
      "source_system": Part.text, "source_id": Part.text, "errors": Part.list(of: Part.reference("Finding")),
      "warnings": Part.list(of: Part.reference("Finding")), "rows": Part.list(of: Part.reference("ImportRow")),
    ])
  }
}
