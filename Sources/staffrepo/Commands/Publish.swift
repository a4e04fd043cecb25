import ArgumentParser
import GitStore
import Journal
import RecordSchema

struct Publish: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "publish",
    abstract: "Publish every commit of the branch that is not yet published, then deliver what is due.",
    discussion: """
      The first publication is a baseline: export files are written, but nothing is sent for what was there before,
      unless a subscription says backfill or --from names the commit to start from. Run it again after any failure;
      it goes on where it stopped, with the same event ids.

      EXAMPLES:
        staffrepo publish
        staffrepo publish --dry-run             show what would be sent and written
        staffrepo publish --deadline 30         keep trying failed deliveries for 30 seconds
        staffrepo publish --to export/hr        write one system's files only
      """)

  @Flag(help: "Show what would be published; write and send nothing.")
  var dryRun = false

  @Option(help: "Deliver or write to this target only, such as webhook/digital-id or export/hr.")
  var to: String?

  @Option(help: "With the first publication: publish the commits after this one.")
  var from: String?

  @Option(help: "Stop delivering after so many seconds; until then, failed deliveries are tried again when due.")
  var deadline: Int?

  @Option(help: "text or json.")
  var format = TextOrJSON.text

  @OptionGroup var ledger: LedgerOptions

  func validate() throws {
    if let deadline, deadline < 1 { throw ValidationError("--deadline takes a number of seconds from 1 on.") }
    if let to, !to.hasPrefix("webhook/"), !to.hasPrefix("export/") {
      throw ValidationError(
        "--to takes a target such as webhook/digital-id or export/hr; 'staffrepo status' lists them.")
    }
  }

  func run() throws {
    let workspace = try Workspace.open(ledger: ledger.ledger)
    var options = Pipeline.Options(target: to, deadline: deadline)
    if let from {
      guard try Journal(workspace.repository).last == nil else {
        throw Refusal("--from is for the first publication only; this repository has been published before.")
      }
      options.from = try workspace.repository.commit(named: from)
    }
    if let to { try check(to, workspace) }
    if dryRun {
      let plan = try Planning(workspace: workspace, now: Clock.now()).plan(options)
      return Terminal.print(format == .json ? plan.json.prettyText : PlanText.text(plan))
    }
    let report = try Pipeline(workspace: workspace, options: options, now: Clock.now()).run()
    Terminal.print(format == .json ? report.json.prettyText : PublishText.text(report))
    if report.hasFailed { throw ExitCode(1) }
  }

  private func check(_ target: String, _ workspace: Workspace) throws {
    let known = try Targets(workspace).names
    guard known.contains(target) else {
      throw Refusal("There is no target \(target). There are: \(known.joined(separator: ", ")).")
    }
  }
}
