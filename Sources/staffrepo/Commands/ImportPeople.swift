import ArgumentParser
import FileStore
import GitStore
import Proposals
import RecordSchema
import Recruitment

struct ImportPeople: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "people",
    abstract: "Take in the table of people of another system: creates who is not there, compares who is.",
    discussion: """
      People are found again by id, employee reference, the other system's own number (external_ids) and e-mail address. \
      Usual names of columns are known; others are told by --column or in a file:

        columns:
          first_name: Forename
          employment_start_date: {column: Started, dates: DD/MM/YYYY}
          is_active: {column: State, values: {Employed: true, Gone: false}}

      EXAMPLES:
        staffrepo import people employees.csv --source digital-id --dry-run
        staffrepo import people employees.csv \\
          --column job_title="Job role" --column external_ids.payroll="Pay no"
        staffrepo import people employees.csv \\
          --mapping mapping.yaml --update --branch migration
        staffrepo import people employees.csv --worktree      files, not committed
      """)

  @Argument(help: "The table: CSV with a header row, or JSON (.json); - is standard input.")
  var file: String

  @Option(help: "A YAML file that says which column holds which field.")
  var mapping: String?

  @Option(
    name: .customLong("column"), help: ArgumentHelp("A column for a field; repeatable.", valueName: "field=column"))
  var columns: [String] = []

  @Option(
    help:
      "The system that the table is from, as staffrepo.yaml names it: its column id is kept as external_ids.<system>.")
  var source: String?

  @Option(help: "How the table writes days: \(DateForm.allCases.map(\.rawValue).joined(separator: ", ")).")
  var dates = DateForm.iso

  @Option(help: "The file's encoding: \(CSVReader.Encoding.allCases.map(\.rawValue).joined(separator: ", ")).")
  var encoding = CSVReader.Encoding.utf8

  @Flag(help: "Bring people up to date who are there and differ.")
  var update = false

  @Flag(help: "Tell what would be done, row by row, and do nothing.")
  var dryRun = false

  @Option(help: "The branch that is made, for somebody to merge; never the published one.")
  var branch: String?

  @Flag(help: "Write the files into the work tree instead of a branch.")
  var worktree = false

  @Option(help: "text for people, json for machines.")
  var format = TextOrJSON.text

  func validate() throws {
    if worktree, branch != nil { throw ValidationError("--branch and --worktree exclude each other.") }
  }

  func run() throws {
    let workspace = try Workspace.open()
    var mapping = PeopleMapping()
    do {
      if let path = self.mapping { mapping = try PeopleMapping(FileStore.read(path)) }
      for word in columns {
        guard let equals = word.firstIndex(of: "=") else {
          throw PeopleMapping.Fault(description: "--column takes FIELD=COLUMN, not '\(word)'.")
        }
        try mapping.set(String(word[..<equals]), column: String(word[word.index(after: equals)...]))
      }
    } catch let fault as PeopleMapping.Fault {
      throw ValidationError("The mapping cannot be used: \(fault)")
    }
    let root = worktree ? try workTree(workspace) : ""
    let report: PeopleReport
    do {
      report = try PeopleImport(workspace.importHost(), options(workspace), now: Clock.now())
        .run(InputBytes.read(file), mapping)
    } catch let fault as PeopleImport.Fault {
      throw Refusal("\(file): \(fault)")
    }
    if worktree, !dryRun { try write(report.files, below: root, workspace) }
    if report.count(.created) > 0, try !workspace.repository.references(below: "refs/remotes/").isEmpty {
      Terminal.message(
        "New ids lie above all that this clone knew when it fetched last. Hires may have come to the server since: git fetch first, then import."
      )
    }
    switch format {
    case .json: Terminal.print(report.json.prettyText)
    case .text: Terminal.print(PeopleText.text(report, written: worktree && !dryRun ? report.files.count : nil))
    }
    if report.count(.refused) > 0 { throw ExitCode(1) }
  }

  private func options(_ workspace: Workspace) -> PeopleImport.Options {
    var options = PeopleImport.Options()
    options.updates = update
    options.isDryRun = dryRun
    options.isForWorkTree = worktree
    options.branch = branch
    options.source = source
    options.dates = dates
    options.encoding = encoding
    options.isJSON = InputBytes.mediaType(of: file) == "application/json" && file != "-"
    // Policies judge whoever calls the command.
    if let email = workspace.repository.configuration("user.email") {
      options.author = .init(name: workspace.repository.configuration("user.name") ?? email, email: email)
    }
    return options
  }

  /// The work tree, if what it was checked out from is what the table is compared with.
  private func workTree(_ workspace: Workspace) throws -> String {
    guard let root = workspace.repository.workDirectory else {
      throw EnvironmentError("This repository is bare: it has no work tree. Leave out --worktree.")
    }
    let tip = try workspace.tip()
    guard try workspace.repository.target(of: "HEAD") == tip.commit else {
      throw Refusal(
        "The table is compared with the branch \(tip.branch), and something else is checked out: git switch \(tip.branch)"
      )
    }
    return root
  }

  private func write(_ files: [(path: String, bytes: [UInt8])], below root: String, _ workspace: Workspace) throws {
    let tree = try workspace.repository.info(of: workspace.tip().commit).tree
    for file in files {
      let committed = try workspace.repository.entry(at: file.path, in: tree)
      let here = FileStore.exists(root + file.path) ? try FileStore.read(root + file.path) : nil
      guard here == (try committed.map { try workspace.repository.blob($0.oid) }) else {
        throw Refusal(
          "\(file.path) has changes that are not committed; nothing was written. Commit or undo them first.")
      }
    }
    for file in files {
      try FileStore.makeDirectory(FileStore.directory(of: root + file.path))
      try FileStore.write(file.bytes, to: root + file.path, mode: 0o666)
    }
  }
}

extension DateForm: ExpressibleByArgument {}
extension CSVReader.Encoding: ExpressibleByArgument {}
