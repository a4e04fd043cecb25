import GitStore
import RecordSchema

/// The journal's entries, read from the newest back as far as somebody asks: a year has thousands.
public final class JournalEntries {
  private let repository: Repository?
  /// Newest first.
  private var read: [JournalEntry] = []
  /// The commit of the entry before the oldest that was read.
  private var upcoming: OID?

  /// No entries.
  public init() { repository = nil }

  /// These only, in order from the first.
  public init(_ entries: [JournalEntry]) {
    repository = nil
    read = entries.reversed()
  }

  init(_ repository: Repository, from tip: OID?) throws {
    self.repository = repository
    upcoming = tip
    try readOne()
  }

  private init(_ others: JournalEntries, and entry: JournalEntry) {
    repository = others.repository
    read = [entry] + others.read
    upcoming = others.upcoming
  }

  public var last: JournalEntry? { read.first }
  public var count: Int { last?.position ?? 0 }

  /// The same with one more.
  public func adding(_ entry: JournalEntry) -> JournalEntries { JournalEntries(self, and: entry) }

  /// `nil` when there is no such entry.
  public func entry(at position: Int) throws -> JournalEntry? {
    guard (1...max(1, count)).contains(position), count > 0 else { return nil }
    while read.count <= count - position { guard try readOne() else { return nil } }
    return read[count - position]
  }

  /// From a position on, the oldest first.
  public func entries(from position: Int) throws -> [JournalEntry] {
    guard position <= count else { return [] }
    _ = try entry(at: max(1, position))
    return read.prefix(count - max(1, position) + 1).reversed()
  }

  @discardableResult
  private func readOne() throws -> Bool {
    guard let repository, let oid = upcoming else { return false }
    let entry = try JournalEntry(at: oid, in: repository)
    if let newer = read.last, newer.position != entry.position + 1 {
      throw JournalError(
        description: "The journal's entry before number \(newer.position) says it is number \(entry.position).")
    }
    read.append(entry)
    upcoming = entry.position == 1 ? nil : try repository.info(of: oid).parents.first
    if upcoming == nil, entry.position != 1 {
      throw JournalError(description: "The journal begins with an entry that says it is number \(entry.position).")
    }
    return true
  }
}
