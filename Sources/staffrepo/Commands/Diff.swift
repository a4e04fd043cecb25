import ArgumentParser
import Changes
import GitStore
import Journal
import RecordSchema
import Records

struct Diff: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff",
    abstract: "Show which records differ between two commits, field by field.",
    discussion: """
      Records are matched by id, so a renamed file is no change.

      EXAMPLES:
        staffrepo diff HEAD~1
        staffrepo diff main feature/leavers --format markdown
      """)

  @Argument(help: "The commit to compare with.")
  var base: String

  @Argument(help: "The commit to compare.")
  var head = "HEAD"

  @Option(help: "text, json or markdown.")
  var format = ReportFormat.text

  func run() throws {
    let workspace = try Workspace.open()
    let repository = workspace.repository
    let baseCommit = try repository.commit(named: base)
    let headCommit = try repository.commit(named: head)
    let (changes, held) = try changes(workspace, from: baseCommit, to: headCommit)
    for record in held {
      Terminal.warning(
        "\(record.reason.printable), so it shows no change here. What is wrong: staffrepo validate \(head)")
    }
    switch format {
    case .json:
      let document: JSON = [
        "base": .string(baseCommit.description), "head": .string(headCommit.description),
        "changes": .array(changes.map(\.json)),
      ]
      Terminal.print(document.prettyText)
    case .text:
      for change in changes { Terminal.print(ChangeText.text(change)) }
      if changes.isEmpty { Terminal.message("No record differs.") }
    case .markdown: Terminal.print(ChangeText.markdown(changes))
    }
  }
}

/// What differs between the effective trees of two commits: units first, then people, each by id.
func changes(_ workspace: Workspace, from base: OID, to head: OID) throws -> ([Change], [HeldRecord]) {
  let line = workspace.line()
  var staff = try line.staff(at: base)
  let before = staff
  // What differs in the files is what may differ; the state at the head is that of its own line.
  let step = try staff.move(to: CommitSource(workspace.repository, commit: head))
  let after = staff.isClean ? staff : try line.staff(at: head)
  let perhapsHeld = after.isClean ? [] : try after.personIDs()
  let unitIDs = Set(step.units.map(\.id)).union(after.isClean ? [] : Array(try after.units.all().byID.keys))
  let units = try unitIDs.compactMap { Change.of(try before.unit($0).located(), try after.unit($0).located()) }
  let people = try Set(step.people.map(\.id)).union(perhapsHeld).compactMap {
    Change.of(try before.person($0).located(), try after.person($0).located())
  }
  return (units.sorted { $0.id < $1.id } + people.sorted { $0.id < $1.id }, after.held)
}

extension Optional {
  fileprivate func located<Record>() -> Located<Record>? where Wrapped == Entry<Record> {
    map { Located($0.record, path: $0.path) }
  }
}
