import ArgumentParser

struct Import: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Take in people: new hires, or the table of another system.",
    discussion: """
      Both put what they take in onto a branch for review; nothing is published before somebody merged it.

      EXAMPLES:
        staffrepo import recruitment hires.json --dry-run
        staffrepo import people employees.csv --source digital-id --dry-run
      """,
    subcommands: [ImportRecruitment.self, ImportPeople.self])
}
