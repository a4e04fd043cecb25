import GitStore
import Journal
import RecordSchema
import Records

/// The records of one kind that a branch has in force, beside what the work tree's files say.
struct Listing<Record: Equatable> {
  /// What the work tree has, compared with the branch.
  enum WorkTree: String {
    case same
    /// Not on the branch yet.
    case new
    case changed, removed
  }

  struct Row {
    let name: String
    /// As the branch has it, or a new file of the work tree; `nil` when that cannot be read.
    let record: Record?
    let isCommitted: Bool
    /// The branch's file cannot be taken as it stands, so what it last said holds.
    let isHeld: Bool
    /// `nil` where there is no work tree.
    let workTree: WorkTree?

    var words: String {
      let notes = [isHeld ? "file unreadable, the last state holds" : nil, workTree.map(words)].compactMap(\.self)
      return notes.isEmpty ? "-" : notes.joined(separator: "; ")
    }

    private func words(_ state: WorkTree) -> String {
      switch state {
      case .same: "as committed"
      case .new: "not committed"
      case .changed: "changed, not committed"
      case .removed: "removed, not committed"
      }
    }
  }

  let configuration: Configuration
  let rows: [Row]

  /// - Parameter inForce: the records of a commit.
  /// - Parameter record: that of a file; `nil` when it cannot be read.
  init(
    _ workspace: Workspace, _ kind: RecordKind, inForce: (Staff) -> [Record], record: (RecordFiles.File) -> Record?
  ) throws where Record: NamedByFile {
    let tip = try workspace.repository.target(of: "refs/heads/\(workspace.branch())")
    let staff = try tip.map { try workspace.line().staff(at: $0) }
    let committed = Dictionary((staff.map(inForce) ?? []).map { ($0.name, $0) }) { first, _ in first }
    let held = Set((staff?.held ?? []).filter { $0.kind == kind }.map(\.key))
    let files = workspace.repository.workDirectory == nil ? nil : try RecordFiles(workspace, kind)
    let inWorkTree = try files.map { try Dictionary($0.all().map { ($0.name, record($0)) }) { first, _ in first } }
    configuration = staff?.configuration ?? files?.configuration ?? Configuration()
    rows = Set(committed.keys).union(held).union((inWorkTree ?? [:]).keys).sorted().map { name in
      let state: WorkTree? = inWorkTree.map { files in
        let isCommitted = committed[name] != nil || held.contains(name)
        guard let file = files[name] else { return .removed }
        return !isCommitted ? .new : held.contains(name) || file == committed[name] ? .same : .changed
      }
      return Row(
        name: name, record: committed[name] ?? (inWorkTree?[name] ?? nil),
        isCommitted: committed[name] != nil || held.contains(name), isHeld: held.contains(name), workTree: state)
    }
  }
}

/// A record that is called as its file.
protocol NamedByFile { var name: String { get } }
extension APIKey: NamedByFile {}
extension Subscription: NamedByFile {}
