import Catalogue
import Editing
import GitStore
import Proposals
import RecordSchema
import Records
import Validators

/// Takes in the table of another system: creates who is not there, and brings up to date who is, field by field.
///
/// An empty cell says nothing: no field is ever emptied. Ids and references of people who are there never change. Rows that
/// are wrong, or that fit several people, are refused and stop no others.
public struct PeopleImport {
  public struct Options: Sendable {
    /// People who are there are brought up to date; otherwise it is only told how they differ.
    public var updates = false
    public var isDryRun = false
    /// The files are handed back, and no branch moves.
    public var isForWorkTree = false
    /// The branch that is made; `nil`: one for review, named by what was sent.
    public var branch: String?
    /// The system whose own number of a person the column `id` holds.
    public var source: String?
    public var dates = DateForm.iso
    public var encoding = CSVReader.Encoding.utf8
    public var isJSON = false
    public var author = Proposal.Author(system: "import")

    public init() {}
  }

  private let host: ImportHost
  private let options: Options
  private let now: Instant

  public init(_ host: ImportHost, _ options: Options, now: Instant) {
    self.host = host
    self.options = options
    self.now = now
  }

  /// What cannot be done at all, in words for whoever asked.
  public struct Fault: Error, Sendable, CustomStringConvertible {
    public let description: String
  }

  public func run(_ bytes: [UInt8], _ mapping: PeopleMapping) throws -> PeopleReport {
    let table: PeopleTable
    do throws(UnreadableImport) {
      table =
        try options.isJSON
        ? PeopleTable(json: bytes, mapping: mapping, source: options.source)
        : PeopleTable(table: bytes, encoding: options.encoding, mapping: mapping, source: options.source)
    } catch {
      let place = error.line.map { "line \($0)\(error.column.map { ", column \($0)" } ?? ""): " } ?? ""
      throw Fault(description: place + error.message)
    }
    let repository = try host.open()
    let branch = try host.branch(repository)
    let name = options.branch ?? "import/people-\(digest(of: bytes).prefix(12))"
    try makeSureOfSource(repository, branch)
    if !options.isForWorkTree { try makeSureOfReview(on: name, repository, branch) }
    let desk = ProposalDesk(
      repository, branch: branch, judge: host.judge, now: now, isRehearsal: options.isDryRun || options.isForWorkTree)
    var run = try PeopleRun(
      repository, host, options, table, desk: desk, now: now, tip: try desk.tip(),
      numbers: PersonNumbers(cacheFolder: host.cacheFolder))
    return try run.report(name: name, digest: digest(of: bytes))
  }

  /// A name with a slip in it would stand in the records as another system's, and nobody would be found by it again.
  private func makeSureOfSource(_ repository: Repository, _ branch: String) throws {
    guard let source = options.source, let tip = try repository.target(of: "refs/heads/\(branch)"),
      let configuration = try Configuration.inForce(at: tip, in: repository),
      let objection = configuration.objection(toSystem: source)
    else { return }
    let systems = configuration.systems.map(\.name).joined(separator: ", ")
    throw Fault(
      description:
        "\(objection) There are: \(systems). Correct --source, or add the system there first: \(source): {type: app}")
  }

  /// Somebody looks at a table before it counts. And a branch that moves below a work tree leaves that as it was: the next
  /// commit made there would take everything back.
  private func makeSureOfReview(on name: String, _ repository: Repository, _ branch: String) throws {
    let remedy = "Say another --branch, and merge it when you have looked at it."
    if name == branch {
      throw Fault(description: "The branch \(name) is the one that is published; nothing was changed. \(remedy)")
    }
    if repository.isCheckedOut(branch: name) {
      throw Fault(description: "The branch \(name) is checked out in a work tree; nothing was changed. \(remedy)")
    }
  }
}
