import Addresses
import ArgumentParser
import Catalogue
import FileStore
import GitStore
import Glibc
import Journal
import Ledger
import Proposals
import Publishers
import RecordSchema
import Records
import Validators

/// The repository at hand and where its files of ours are: what the host decides, not a pushed tree.
struct Workspace {
  let repository: Repository
  /// `<git dir>/staffrepo`
  let folder: String
  let ledgerPath: String
  let exportsFolder: String
  private let secretsFolder: String

  /// - Parameter fromEnvironment: as a git hook, which sees a push's objects before they are in the repository.
  static func open(at path: String = ".", ledger: String? = nil, fromEnvironment: Bool = false) throws -> Workspace {
    let repository = try Repository(containing: path, fromEnvironment: fromEnvironment)
    let folder = repository.gitDirectory + "staffrepo"
    return Workspace(
      repository: repository, folder: folder,
      ledgerPath: ledger ?? environment("STAFFREPO_LEDGER") ?? "\(folder)/ledger.sqlite",
      exportsFolder: repository.configurationPath("staffrepo.exportsDirectory") ?? "\(folder)/exports",
      secretsFolder: repository.configurationPath("staffrepo.secretsDirectory") ?? "\(folder)/secrets")
  }

  /// The published line, with what earlier runs kept of it.
  func line(_ entries: JournalEntries = JournalEntries()) -> PublishedLine {
    PublishedLine(repository, entries: entries, catalogues: isCaching ? CatalogueStore(folder: cacheFolder) : nil)
  }

  /// `STAFFREPO_CACHE=off`: everything is read anew, and nothing kept.
  private var isCaching: Bool { environment("STAFFREPO_CACHE") != "off" }

  private var cacheFolder: String { "\(folder)/cache" }

  /// Where what was read is kept between runs; `nil`: nowhere.
  var keptFolder: String? { isCaching ? cacheFolder : nil }

  /// Where validation keeps what it found; `nil` when nothing is to be kept or used.
  ///
  /// - Parameter isReadOnly: for commits that may yet be refused.
  func validationCache(isReadOnly: Bool = false) -> ValidationCache? {
    isCaching ? ValidationCache(repository, folder: cacheFolder, isReadOnly: isReadOnly) : nil
  }

  /// Judges what would come onto the branch.
  func judge() throws -> ChangeJudge {
    let addresses = try addressPolicy()
    return ChangeJudge(
      cacheFolder: keptFolder, isAllowed: { addresses.allows(host: $0) },
      isVerified: isSignatureGood)
  }

  /// What the next commit would hold: the index, or the one that `git commit` prepares and names in the environment.
  func staged() throws -> CommitSource {
    let tree = Result { () throws(GitError) in
      try repository.stagedTree(indexFile: environment("GIT_INDEX_FILE"))
    }
    if case .failure(let error) = tree, error.message.contains("extension") {
      // A split or sparse index, which libgit2 1.5 cannot read.
      guard let name = try Git.output("write-tree"), let tree = OID(name) else { throw error }
      return CommitSource(repository, tree: tree)
    }
    return CommitSource(repository, tree: try tree.get())
  }

  /// The branch that counts: the one that `git config staffrepo.branch` names, else the one that was published before (so
  /// that no push can put another in its place), else the one that the configuration at HEAD, or on the only branch that
  /// names itself, does.
  func branch() throws -> String {
    if let name = repository.configuration("staffrepo.branch") { return name }
    if let name = repository.configuration(Self.publishedBranch), try repository.target(of: "refs/heads/\(name)") != nil
    {
      return name
    }
    if let commit = try repository.target(of: "HEAD"),
      let name = try? Configuration.inForce(at: commit, in: repository)?.branch
    {
      return name
    }
    let selfNamed = try repository.branches().filter { name in
      guard let commit = try repository.target(of: "refs/heads/\(name)") else { return false }
      return try Configuration.inForce(at: commit, in: repository)?.branch == name
    }
    return selfNamed.count == 1 ? selfNamed[0] : "main"
  }

  private static let publishedBranch = "staffrepo.publishedBranch"

  /// Remembers the branch that is published.
  func remember(branch: String) throws {
    guard repository.configuration(Self.publishedBranch) != branch else { return }
    try repository.setConfiguration(Self.publishedBranch, branch)
  }

  /// The branch's newest commit.
  func tip() throws -> (branch: String, commit: OID) {
    let branch = try branch()
    guard let commit = try repository.target(of: "refs/heads/\(branch)") else {
      throw EnvironmentError("The branch \(branch) has no commits yet. Commit the records, then try again.")
    }
    return (branch, commit)
  }

  /// The configuration at a commit of the branch. A default would not do: a wrong time zone moves every day boundary.
  func configuration(at commit: OID) throws -> Configuration {
    guard let configuration = try Configuration.inForce(at: commit, in: repository) else {
      throw Refusal(
        "No commit up to \(commit.short) has a readable staffrepo.yaml, so nothing can be published. What is wrong with it: staffrepo validate"
      )
    }
    return configuration
  }

  /// Reads the values behind a subscription's references; throws, without naming any value, when one is not there.
  func secrets(_ references: [SecretReference]) throws -> [WebhookSecret] {
    try references.map { reference in
      guard let secret = WebhookSecret(try self.value(of: reference)) else {
        throw EnvironmentError("the secret \(reference) is neither whsec_ nor whsk_ and base64")
      }
      return secret
    }
  }

  /// What a reference stands for; throws, without naming any value, when it is not there.
  ///
  /// - Parameter system: whose secret it is. A destination is told its secrets, so it gets only those that the host keeps for
  ///   its system: no line in the records can send away another's.
  func value(of reference: SecretReference, for system: String? = nil) throws -> String {
    if let system, case .environment(let name) = reference {
      let prefix = "STAFFREPO_SECRET_" + String(system.uppercased().map { $0 == "-" ? "_" : $0 })
      guard name == prefix || name.hasPrefix(prefix + "_") else {
        throw EnvironmentError("the secret \(reference) is not one of \(system)'s: their names begin with \(prefix)_")
      }
    }
    let value: String?
    switch reference {
    case .environment(let name): value = environment(name)
    case .file:
      value = (try? FileStore.read(path(of: reference, for: system))).map {
        String(decoding: $0, as: UTF8.self).trimmed
      }
    }
    guard let value, !value.isEmpty else {
      throw EnvironmentError("the secret \(reference) is not there: \(place(of: reference, for: system))")
    }
    return value
  }

  /// The file that a reference names.
  func path(of reference: SecretReference, for system: String? = nil) -> String {
    let folder = secretsFolder + (system.map { "/\($0)" } ?? "")
    return if case .file(let name) = reference { "\(folder)/\(name)" } else { "" }
  }

  private func place(of reference: SecretReference, for system: String? = nil) -> String {
    switch reference {
    case .environment(let name): "set \(name) where staffrepo runs"
    case .file: "put it into \(path(of: reference, for: system))"
    }
  }

  /// Where servers write down which key was used how often.
  var keyUsePath: String { "\(folder)/keys.sqlite" }

  /// Held by whoever publishes: one process at a time writes journal, ledger and export sets.
  ///
  /// - Parameter seconds: how long to wait for another; `nil`: as long as it takes.
  /// - Returns: `nil` when another still holds it.
  func publishingLock(waiting seconds: Double?) throws -> FileLock? {
    try FileStore.makeDirectory(folder)
    return try FileLock(lockPath, waiting: seconds)
  }

  /// The publishing lock for as long as a daemon lives, signed by it.
  func daemonLock() throws -> FileLock {
    guard let lock = try publishingLock(waiting: 5) else {
      throw Refusal(
        daemon().map { "Process \($0) watches this repository already." }
          ?? "Another process publishes; try again when it is done.")
    }
    lock.sign("watch \(getpid())")
    return lock
  }

  private var lockPath: String { "\(folder)/publish.lock" }

  /// The daemon that holds the lock, if one does, by its process number.
  func daemon() -> Int? {
    let words = (try? FileStore.read(lockPath)).map { String(decoding: $0, as: UTF8.self).split(separator: " ") } ?? []
    guard words.count == 2, words[0] == "watch", let process = Int(words[1]),
      (try? FileLock(lockPath, waiting: 0)).flatMap(\.self) == nil
    else { return nil }
    return process
  }

  /// Has a daemon look at the branch now.
  func wake() throws { try FileStore.write("".utf8, to: "\(folder)/wake", mode: 0o666) }
}

func environment(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

extension String {
  var trimmed: String {
    var text = self[...]
    while let last = text.last, last.isWhitespace { text.removeLast() }
    while let first = text.first, first.isWhitespace { text.removeFirst() }
    return String(text)
  }
}

/// `--format text` or `json`.
enum TextOrJSON: String, ExpressibleByArgument, CaseIterable {
  case text, json
}

/// `--format text`, `json` or `markdown`.
enum ReportFormat: String, ExpressibleByArgument, CaseIterable {
  case text, json, markdown
}

struct LedgerOptions: ParsableArguments {
  @Option(help: "The ledger's file; by default in the git directory, or where STAFFREPO_LEDGER says.")
  var ledger: String?
}

extension CalendarDate: ExpressibleByArgument {
  public init?(argument: String) { self.init(argument) }
}
