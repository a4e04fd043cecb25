import RecordSchema

extension Rule {
  public static let missingSetting = Rule(
    "C003", "missing-setting",
    explanation: "organisation.id is needed: it is part of the id of every event that consumers ever get.",
    example: .configuration(
      "organisation: «{name: Larkfield Care Trust}»", right: "organisation: {id: 1, name: Larkfield Care Trust}"),
    help: "Add organisation: with a line id: and a whole number, and never change it again.")
}
