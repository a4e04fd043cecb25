import GitStore
import RecordSchema

/// Why the branch is not published any further: a commit tripped a guard, and nobody has approved it yet.
///
/// While it lasts nothing is told but that people are no longer active, and nothing else of what the held commits say.
public struct Hold: Sendable, Equatable {
  /// The first commit that is not published.
  public var commit: OID
  /// The newest commit of the branch when the entry was written.
  public var tip: OID
  /// The commit by whose guards and approvers the held ones are judged: the one that was published when the hold began.
  public var rules: OID
  /// The day on which the newest commit was looked at for people who are no longer active.
  public var day: CalendarDate
  public var guards: [TrippedGuard]
  /// Why no approval counts.
  public var notes: [String] = []
  public var told = Told()

  public init(commit: OID, tip: OID, rules: OID, day: CalendarDate, guards: [TrippedGuard]) {
    self.commit = commit
    self.tip = tip
    self.rules = rules
    self.day = day
    self.guards = guards
  }

  public struct TrippedGuard: Sendable, Equatable {
    public var name: String
    /// The system for which it counts; `nil`: the change itself.
    public var target: String?
    public var count: Int
    /// Of how many before the change.
    public var of: Int

    init(name: String, target: String?, count: Int, of: Int) {
      self.name = name
      self.target = target
      self.count = count
      self.of = of
    }

    public init(_ reading: GuardReading) {
      self.init(name: reading.limit.name, target: reading.target, count: reading.count, of: reading.of)
    }
  }

  /// What consumers were told of people since the hold began.
  public struct Told: Sendable, Equatable {
    /// Still there, no longer active.
    public var inactive: Set<PersonID> = []
    /// The record is gone.
    public var gone: Set<PersonID> = []
    /// First one of these, then as before.
    public var restored: Set<PersonID> = []

    public init() {}
  }

  /// A guard is about people who lose their access: then not even that is told of what the held commits say.
  public var isAboutAccess: Bool { guards.contains { $0.name == "deactivations" || $0.name == "removals" } }

  /// Nothing became known since that consumers or operators have to know.
  public func saysTheSame(as earlier: Hold) -> Bool {
    told == earlier.told && commit == earlier.commit && guards == earlier.guards && notes == earlier.notes
  }

  public var json: JSON {
    func ids(_ people: Set<PersonID>) -> JSON { .array(people.sorted().map { .int($0.rawValue) }) }
    return [
      "commit": .string(commit.description), "tip": .string(tip.description), "rules": .string(rules.description),
      "day": .string(day.description), "guards": .array(guards.map(\.json)),
      "notes": .array(notes.map(JSON.string)),
      "told": ["inactive": ids(told.inactive), "gone": ids(told.gone), "restored": ids(told.restored)],
    ]
  }
}

extension Hold.TrippedGuard {
  public var json: JSON {
    ["guard": .string(name), "target": .optional(target), "count": .int(count), "of": .int(of)]
  }
}

/// The people of whom something was told while the branch is held, as they were told.
public struct ToldPeople: Sendable {
  private var records: [PersonID: Person] = [:]
  private var gone: Set<PersonID>
  /// Their photos and signatures, by path.
  private var images: [String: String] = [:]

  /// Nothing was told.
  public init() { gone = [] }

  /// - Parameter published: a person's record as it was published last.
  /// - Parameter image: a photo's or signature's content by the path in the record.
  public init(
    _ told: Hold.Told, published: (PersonID) throws -> Person?, image: (String) throws -> String? = { _ in nil }
  ) rethrows {
    gone = told.gone
    for id in told.inactive.union(told.gone) { records[id] = try published(id)?.deactivated }
    for id in told.restored { records[id] = try published(id) }
    for path in records.values.flatMap({ [$0.photoPath, $0.signaturePath] }).compactMap(\.self) {
      images[path] = try image(path)
    }
  }

  public var ids: [PersonID] { records.keys.sorted() }

  /// The last that was told of a person, gone or not; `nil` when nothing was.
  public func record(_ id: PersonID) -> Person? { records[id] }

  func image(_ path: String?) -> String? { path.flatMap { images[$0] } }

  func isGone(_ id: PersonID) -> Bool { gone.contains(id) }

  /// As if those who are gone had only become inactive.
  func withoutGoing() -> ToldPeople {
    var people = self
    people.gone = []
    return people
  }

  /// What consumers hold of a person of whom something was told.
  func held(_ id: PersonID) -> Person? { gone.contains(id) ? nil : records[id] }
}

extension Person {
  /// The same person, no longer active, whatever the dates say.
  var deactivated: Person {
    var person = self
    person.isActive = false
    return person
  }
}
