import Catalogue
import Events
import GitStore
import Journal
import RecordSchema
import Records

/// A rule about what a change does, whatever stands before and after it.
protocol ChangeRule: Sendable {
  static var rule: Rule { get }
  static func check(_ change: RecordedChange) throws -> [Finding]
}

/// Who stands for a change, beside what its commits say.
public struct ChangeAuthority: Sendable {
  /// By what name the server knows who pushes; then the authors that commits name do not matter.
  public var actor: String?
  /// The commit whose guards and policies hold; `nil`: the base.
  public var rules: OID?
  /// Every commit on the way is published by itself, so every one is judged by guards.
  public var isStepwise = false
  /// Its new people have ids that staffrepo gave them, each once.
  public var givesIDs = false
  /// Whether a commit bears a signature that git finds good.
  public var isVerified: @Sendable (OID) throws -> Bool

  public init(
    actor: String? = nil, rules: OID? = nil, isStepwise: Bool = false, givesIDs: Bool = false,
    isVerified: @escaping @Sendable (OID) throws -> Bool = { _ in false }
  ) {
    self.actor = actor
    self.rules = rules
    self.isStepwise = isStepwise
    self.givesIDs = givesIDs
    self.isVerified = isVerified
  }
}

/// What differs between a base and the tree at hand.
final class RecordedChange {
  let base: CommitSource
  let source: CommitSource
  /// As the base says: a change cannot free itself from what stood before it.
  let rules: Configuration
  let context: RuleContext
  let authority: ChangeAuthority
  /// The records of files that differ, as they were and as they are.
  let old: [AnyReading]
  let new: [AnyReading]
  /// Of the tree at hand.
  let index: RecordIndex
  let past: PastRecords
  private let catalogues: CatalogueStore?

  init(
    from base: CommitSource, to source: CommitSource, _ index: RecordIndex, _ context: RuleContext,
    _ authority: ChangeAuthority, _ catalogues: CatalogueStore?
  ) throws {
    let rules = try Self.rules(authority.rules, base) ?? index.configuration
    // A base with a configuration of its own is read as that says.
    let (oldFolder, newFolder) = (rules.dataFolder, index.configuration.dataFolder)
    let changes = try source.repository.changes(
      from: base.folder(oldFolder), to: source.folder(newFolder), prefix: newFolder + "/")
    old = try changes.compactMap(\.old).compactMap { entry in
      let path = oldFolder + entry.path.dropFirst(newFolder.count)
      return try reading(of: TreeEntry(path: path, oid: entry.oid, kind: entry.kind), from: base, rules)
    }
    new = try changes.compactMap(\.new).compactMap { try reading(of: $0, from: source, index.configuration) }
    (self.base, self.source, self.rules, self.context) = (base, source, rules, context)
    (self.index, self.authority, self.catalogues) = (index, authority, catalogues)
    past = PastRecords(source.repository, folder: catalogues?.folder)
  }

  /// The settings at a commit, or the last readable ones before it.
  private static func rules(_ named: OID?, _ base: CommitSource) throws -> Configuration? {
    guard let commit = named ?? base.commit else { return try base.configuration().configuration }
    return try Configuration.inForce(at: commit, in: base.repository)
  }

  var oldPeople: [Located<Person>] { old.compactMap(\.person) }
  var oldUnits: [Located<Unit>] { old.compactMap(\.unit) }
  var newPeople: [Located<Person>] { new.compactMap(\.person) }

  /// People whose ids nobody had before. Whoever is there before and after is nobody new.
  var newcomers: [Located<Person>] {
    get throws {
      let before = Set(oldPeople.map(\.record.id))
      return try newPeople.filter { person in
        try person.record.id.rawValue > 0 && !before.contains(person.record.id)
          && index.marks(at: RecordKey(.personID, "\(person.record.id.rawValue)")).count == 1
      }
    }
  }

  /// Who waits in review, for whoever looks at somebody new.
  lazy var waitingHires: Result<[WaitingHire], any Error> = Result {
    try base.commit.map { try source.repository.waitingHires(besides: $0, index.configuration) } ?? []
  }

  /// How near the change comes to each guard; nothing for what is no commit yet.
  lazy var guards: Result<[GuardReading], any Error> = Result {
    guard let from = base.commit, let to = source.commit else { return [] }
    let steps = try authority.isStepwise ? source.repository.firstParentChain(from: from, to: to) ?? [] : []
    if steps.count <= 1, try isSurelySmall() { return [] }
    let line = PublishedLine(source.repository, entries: JournalEntries(), catalogues: catalogues)
    let net = try line.guards(from: from, through: [to], by: rules, on: context.date)
    return try net + (steps.count > 1 ? line.guards(from: from, through: steps, by: rules, on: context.date) : [])
  }

  /// The change touches so few people that no guard can trip, so that nothing need be worked out.
  private func isSurelySmall() throws -> Bool {
    guard try base.configurationFile()?.oid == source.configurationFile()?.oid,
      (old + new).allSatisfy({ $0.person != nil && $0.isWhole })
    else { return false }
    let (before, after) = (Set(oldPeople.map(\.record.id)), Set(newPeople.map(\.record.id)))
    return rules.guards.allSatisfy { limit in
      switch limit.name {
      case "removals": before.subtracting(after).count <= limit.count
      case "memberships_lost": oldPeople.reduce(0) { $0 + $1.record.units.count } <= limit.count
      // Two files that claim one id may come apart, so every id that is touched may count.
      default: before.union(after).count <= limit.count
      }
    }
  }

  /// The commits of the change, each with what it changed.
  lazy var commits: Result<[ReviewedCommit], any Error> = Result { try ReviewedCommit.all(of: self) }
}

extension AnyReading {
  var person: Located<Person>? { if case .person(let reading) = self { Located(reading) } else { nil } }
  var unit: Located<Unit>? { if case .unit(let reading) = self { Located(reading) } else { nil } }
  var apiKey: Located<APIKey>? { if case .apiKey(let reading) = self { Located(reading) } else { nil } }
  var webhook: Located<Subscription>? { if case .webhook(let reading) = self { Located(reading) } else { nil } }
  var approval: Located<Approval>? { if case .approval(let reading) = self { Located(reading) } else { nil } }
}
