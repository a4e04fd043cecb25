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
  /// Oldest first.
  public private(set) var entries: [JournalEntry] = []

  public init(_ repository: Repository) throws {
    self.repository = repository
    tip = try repository.target(of: Journal.reference)
    var next = tip
    while let oid = next {
      entries.append(try Journal.read(oid, repository))
      next = entries.last?.position == 1 ? nil : try repository.info(of: oid).parents.first
    }
    entries.reverse()
    for (index, entry) in entries.enumerated() where entry.position != index + 1 {
      throw JournalError(description: "The journal's entry \(index + 1) says it is number \(entry.position).")
    }
  }

  public var last: JournalEntry? { entries.last }

  public func entry(at position: Int) -> JournalEntry? {
    entries.indices.contains(position - 1) ? entries[position - 1] : nil
  }

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
    entries.append(entry)
  }

  private static func read(_ oid: OID, _ repository: Repository) throws -> JournalEntry {
    let tree = try repository.info(of: oid).tree
    guard let file = try repository.entry(at: "entry.json", in: tree) else {
      throw JournalError(description: "\(reference) points at \(oid), which is no journal entry.")
    }
    let bytes = try repository.blob(file.oid)
    guard let wire = try? JSONDecoder().decode(Wire.self, from: Data(bytes)), let entry = wire.entry else {
      throw JournalError(description: "The journal entry \(oid) cannot be read; was it written by a newer version?")
    }
    return entry
  }

  private struct Wire: Decodable {
    let position: Int
    let kind: JournalEntry.Kind
    let from: String?
    let to: String
    let settled: String
    let held: [Held]
    let approvals: [String]
    let acknowledged: [String: Int]
    let rewritten_at: Int?
    let net: Bool?
    let hold: WireHold?

    var entry: JournalEntry? {
      guard let to = OID(to), let settled = CalendarDate(settled) else { return nil }
      var entry = JournalEntry(
        position: position, kind: kind, from: from.flatMap { OID($0) }, to: to, settled: settled,
        held: held.compactMap(\.record),
        approvals: approvals, acknowledged: acknowledged, rewrittenAt: rewritten_at)
      entry.isNet = net ?? false
      if let hold {
        guard let known = hold.hold else { return nil }
        entry.hold = known
      }
      return entry
    }
  }

  private struct WireHold: Decodable {
    let commit: String
    let tip: String
    let rules: String
    let day: String
    let guards: [Tripped]
    let told: [String: [Int]]

    struct Tripped: Decodable {
      let `guard`: String
      let target: String?
      let count: Int
      let of: Int
    }

    var hold: Hold? {
      guard let commit = OID(commit), let tip = OID(tip), let rules = OID(rules), let day = CalendarDate(day) else {
        return nil
      }
      var hold = Hold(
        commit: commit, tip: tip, rules: rules, day: day,
        guards: guards.map { .init(name: $0.guard, target: $0.target, count: $0.count, of: $0.of) })
      func people(_ name: String) -> Set<PersonID> { Set((told[name] ?? []).map { PersonID($0) }) }
      hold.told.inactive = people("inactive")
      hold.told.gone = people("gone")
      hold.told.restored = people("restored")
      return hold
    }
  }

  private struct Held: Decodable {
    let kind: String
    let id: Int?
    let key: String
    let path: String
    let reason: String

    var record: HeldRecord? {
      RecordKind(rawValue: kind).map { HeldRecord(kind: $0, id: id ?? 0, key: key, path: path, reason: reason) }
    }
  }
}
