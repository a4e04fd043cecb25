import ArgumentParser
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
      """)

  @Argument(help: "The rule's code or name; without one, all rules are listed.")
  var code: String?

  func run() throws {
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
    Terminal.print("\(rule.code) \(rule.name) (\(rule.severity.rawValue))\n\n\(rule.explanation)")
    if let help = rule.help { Terminal.print("\nTo mend it: \(help)") }
  }
}

extension String {
  func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
