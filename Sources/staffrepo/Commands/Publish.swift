import ArgumentParser
import FileStore
import GitStore
import Glibc
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
        staffrepo publish --scheduled           for a timer: write the files that are due
        staffrepo publish --watch               follow the branch and the calendar until told to end
      """)

  @Flag(help: "Show what would be published; write and send nothing.")
  var dryRun = false

  @Option(help: "Deliver or write to this target only, such as webhook/digital-id or export/hr.")
  var to: String?

  @Option(help: "With the first publication: publish the commits after this one.")
  var from: String?

  @Option(help: "Stop delivering after so many seconds; until then, failed deliveries are tried again when due.")
  var deadline: Int?

  @Flag(
    help: "Write only those files whose schedule says so, as the hook and the daemon do; else all that are enabled.")
  var scheduled = false

  @Flag(help: "Follow the branch and the calendar, and deliver without pause, until SIGTERM or Ctrl-C.")
  var watch = false

  @Option(help: "With --watch: how to write what happens to standard error, text or json.")
  var log = TextOrJSON.text

  @Option(help: "With --watch: write numbers for Prometheus into this file every 15 seconds.")
  var metrics: String?

  @Option(help: "text or json.")
  var format = TextOrJSON.text

  @OptionGroup var ledger: LedgerOptions

  func validate() throws {
    if let deadline, deadline < 1 { throw ValidationError("--deadline takes a number of seconds from 1 on.") }
    if let to, !to.hasPrefix("webhook/"), !to.hasPrefix("export/") {
      throw ValidationError(
        "--to takes a target such as webhook/digital-id or export/hr; 'staffrepo status' lists them.")
    }
    if watch, dryRun || scheduled || to != nil || from != nil || deadline != nil {
      throw ValidationError("--watch publishes everything; it goes with --log, --metrics and --ledger only.")
    }
    if metrics != nil, !watch {
      throw ValidationError("--metrics goes with --watch; once: staffrepo status --format prometheus")
    }
  }

  func run() throws {
    if watch { return try follow() }
    let workspace = try Workspace.open(ledger: ledger.ledger)
    var options = Pipeline.Options(target: to, deadline: deadline, followsSchedule: scheduled)
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
    if let process = workspace.daemon() { return try leave(to: process, workspace, options) }
    guard let report = try Pipeline(workspace: workspace, options: options, now: Clock.now()).run() else { return }
    Terminal.print(format == .json ? report.json.prettyText : PublishText.text(report))
    if report.hasFailed { throw ExitCode(1) }
  }

  private func follow() throws {
    Terminal.logStyle = log == .json ? .json : .text
    let workspace = try Workspace.open(ledger: ledger.ledger)
    let lock = try workspace.daemonLock()
    defer { withExtendedLifetime(lock) {} }
    let file = ledger.ledger
    try Watching(.init(metrics: metrics)) { try Workspace.open(ledger: file) }.run()
  }

  /// A daemon publishes here: it is woken, and waited for.
  private func leave(to process: Int, _ workspace: Workspace, _ options: Pipeline.Options) throws {
    guard to == nil, from == nil else {
      throw Refusal(
        "Process \(process) publishes this repository (publish --watch). End it first to use --to or --from.")
    }
    _ = try Errand.send([Watching.tryNow] + (scheduled ? [Watching.scheduled] : []), in: workspace)
    let end = Clock.monotonicMilliseconds() + Int64(deadline ?? 30) * 1000
    var standing = try Standing(workspace, at: Clock.now())
    // Until everything is through, or was tried.
    while Clock.monotonicMilliseconds() < end, !standing.isDone(at: Clock.now(), withFiles: !scheduled) {
      usleep(100_000)
      standing = try Standing(workspace, at: Clock.now())
    }
    Terminal.print("Process \(process) publishes this repository: it is at \(standing.journal?.to.short ?? "nothing").")
    let trouble = standing.targets.filter { $0.state == .failed || $0.state == .overdue || $0.state == .pending }
    for target in trouble {
      Terminal.print("\(target.name): \(target.state.rawValue)\(target.error.map { ", \($0)" } ?? "")")
    }
    if let hold = standing.journal?.hold { Terminal.print(HoldText.text(hold)) }
    if !trouble.isEmpty || standing.journal?.hold != nil { throw ExitCode(1) }
  }

  private func check(_ target: String, _ workspace: Workspace) throws {
    let known = try Targets(workspace).names
    guard known.contains(target) else {
      throw Refusal("There is no target \(target). There are: \(known.joined(separator: ", ")).")
    }
  }
}
