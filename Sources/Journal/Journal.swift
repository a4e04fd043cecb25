import FoundationEssentials
import GitStore
import RecordSchema
import Records

/// What the journal holds is not what this program writes.
public struct JournalError: Error, CustomStringConvertible {
  public let description: String
}

/// The chain of publications at refs/staffrepo/journal: git commits whose first parent is the entry before, and whose
/// second is the commit that was published, so that neither is ever garbage. While the branch is held, its newest commit is
/// the third.
public struct Journal {
  public static let reference = "refs/staffrepo/journal"

  private let repository: Repository
  private var tip: OID?
  public private(set) var entries: JournalEntries

  public init(_ repository: Repository) throws {
    self.repository = repository
    tip = try repository.target(of: Journal.reference)
    entries = try JournalEntries(repository, from: tip)
  }

  public var last: JournalEntry? { entries.last }

  /// Adds an entry, if nobody else did meanwhile.
  public mutating func append(_ entry: JournalEntry, at now: Instant) throws {
    let file = Array((entry.json.prettyText + "\n").utf8)
    let tree = try repository.writeTree([(name: "entry.json", bytes: file)])
    let commit = try repository.writeCommit(
      tree: tree, parents: [tip, entry.to, entry.hold?.tip].compactMap(\.self),
      signature: Signature(name: "staffrepo", email: "staffrepo@localhost", time: now.seconds),
      message:
        "Publication \(entry.position): \(entry.kind.rawValue) to \(entry.to.short)\(entry.hold == nil ? "" : ", held")\n"
    )
    do {
      try repository.move(Journal.reference, to: commit, expected: tip, log: "publication \(entry.position)")
    } catch {
      guard error.reason == .modified || error.reason == .exists else { throw error }
      throw JournalError(
        description: "Another process published at the same moment. Run staffrepo publish again; it goes on from there."
      )
    }
    tip = commit
    entries = entries.adding(entry)
  }
}
