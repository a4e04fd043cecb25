import RecordSchema

extension Rule {
  public static let yamlDirective = Rule(
    "Y011", "directive",
    explanation: "A line such as %YAML 1.1 changes how the rest of the file is read. Records are read in one way only.",
    example: .files(
      ["data/units/day-team.yaml": "«%»YAML 1.1\n---\nid: 7\ncode: day-team\nname: Day Team\ncost_centre: CC-7\n"],
      right: ["data/units/day-team.yaml": "id: 7\ncode: day-team\nname: Day Team\ncost_centre: CC-7\n"]),
    help: "Remove the line, and the line --- below it.")
}
