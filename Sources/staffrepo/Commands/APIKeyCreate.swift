import Access
import ArgumentParser
import Editing
import RecordSchema
import Records

struct APIKeyCreate: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "create", abstract: "Make a key for a system.",
    discussion: """
      The key goes to standard output, once, and nothing else does; its hash goes into a file below data/apikeys.

      EXAMPLES:
        staffrepo apikey create payslips --system finance \\
          --scope staff:read --scope units:read
        staffrepo apikey create medication --system medication \\
          --scope staff:read --unit care-team-a --days 180
        staffrepo apikey create hiring --system recruitment \\
          --scope recruitment:write --expires 2027-06-30
      """)

  @Argument(help: "The key's name, which is its file's: letters, digits, hyphens.")
  var name: String

  @Option(help: "The system that will hold the key, as staffrepo.yaml names it.")
  var system: String

  @Option(name: .customLong("scope"), help: "What the key may do. May be given several times.")
  var scopes: [Grant.Scope] = []

  @Option(
    name: .customLong("unit"),
    help: "Only people of this unit and below can be read with it. May be given several times; none: everybody.")
  var units: [String] = []

  @OptionGroup var expiry: ExpiryOptions

  @Option(help: "What the key is for, as people read it.")
  var description: String?

  func validate() throws {
    guard RecordFiles.isName(name) else {
      throw ValidationError("'\(name)' is no name for a file: write letters, digits, hyphens, at most 64.")
    }
    if scopes.isEmpty {
      let known = Grant.Scope.allCases.map(\.rawValue).joined(separator: ", ")
      throw ValidationError("A key without --scope may do nothing. There are: \(known).")
    }
  }

  func run() throws {
    let files = try RecordFiles(Workspace.open(), .apiKey)
    if let objection = files.configuration.objection(toSystem: system) {
      let systems = files.configuration.systems.map(\.name).joined(separator: ", ")
      throw Refusal(
        "\(objection) Nothing was written. There are: \(systems). An application with a key only is added below systems: as: \(system): {type: app}"
      )
    }
    let today = files.configuration.organisation.timeZone.date(at: Clock.now())
    let token = KeyTalk.mint()
    let key = NewKey(
      system: system, purpose: description, hash: token.hash, hint: token.hint,
      scopes: Grant.Scope.allCases.filter(scopes.contains).map(\.rawValue),
      units: units.isEmpty ? nil : units.reduce(into: []) { if !$0.contains($1) { $0.append($1) } },
      created: today, expires: try expiry.day(after: today))
    KeyTalk.hand(over: token, try files.add(name, key.text(schema: files.schema).utf8))
  }
}
