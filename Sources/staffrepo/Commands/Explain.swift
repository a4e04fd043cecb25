import ArgumentParser
import FileStore
import RecordSchema
import Validators

struct Explain: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Say what a rule demands, why, and how to mend what it finds.",
    discussion: """
      EXAMPLES:
        staffrepo explain P012
        staffrepo explain unknown-manager
        staffrepo explain                 all rules
      """)

  @Argument(help: "The rule's code or name; without one, all rules are listed.")
  var code: String?

  @Option(help: ArgumentHelp("Write all pages into a folder, for the documentation.", visibility: .hidden))
  var writePages: String?

  func run() throws {
    if let writePages { return try write(to: writePages) }
    guard let code else {
      for rule in RuleRegistry.all {
        Terminal.print("\(rule.code)  \(rule.severity.rawValue.padded(to: 7))  \(rule.name)")
      }
      return
    }
    guard let rule = RuleRegistry.all.first(where: { $0.code.lowercased() == code.lowercased() || $0.name == code })
    else {
      throw ValidationError("There is no rule '\(code)'. All rules: staffrepo explain")
    }
    Terminal.print(RulePage(rule).text)
  }

  private func write(to folder: String) throws {
    try FileStore.makeDirectory(folder)
    for (name, text) in RulePage.all { try FileStore.write(text.utf8, to: "\(folder)/\(name)") }
  }
}

extension String {
  func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
