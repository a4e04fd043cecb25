import ArgumentParser
import GitStore
import RecordSchema

struct PlanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract: "Show what publishing would do: events, endpoints, exports, guards. Nothing is written or sent.",
    discussion: """
      EXAMPLES:
        staffrepo plan                                      what a push would have published now
        staffrepo plan origin/main..HEAD --format markdown  a pull request's comment
      """)

  @Argument(help: "BASE..HEAD; without it, from the last publication to the branch's tip.")
  var range: String?

  @Option(help: "text, json or markdown.")
  var format = ReportFormat.text

  func run() throws {
    let workspace = try Workspace.open()
    let planning = Planning(workspace: workspace, now: Clock.now())
    let plan: Plan
    if let range {
      let (base, head) = try CommitRange(range).resolve(workspace.repository)
      guard let base else { throw ValidationError("A plan wants a range: BASE..HEAD") }
      plan = try planning.plan(from: base, to: head)
    } else {
      plan = try planning.plan(Pipeline.Options(followsSchedule: true))
    }
    switch format {
    case .text: Terminal.print(PlanText.text(plan))
    case .json: Terminal.print(plan.json.prettyText)
    case .markdown: Terminal.print(PlanText.markdown(plan))
    }
  }
}
