import ArgumentParser

struct Import: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Take in people: new hires, or the table of another system.",
    subcommands: [ImportRecruitment.self, ImportPeople.self])
}
