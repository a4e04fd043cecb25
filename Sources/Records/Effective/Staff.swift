import GitStore
import RecordSchema

/// Everything in force at one commit: the effective tree.
public struct Staff {
  public private(set) var commit: OID?
  public private(set) var configuration = Configuration()
  public private(set) var units = UnitDirectory()
  private var personTable = EffectiveTable<Person>(kind: .person)
  private var unitTable = EffectiveTable<Unit>(kind: .unit)
  private var subscriptionTable = NamedTable<Subscription>(kind: .webhook)
  private var approvalTable = NamedTable<Approval>(kind: .approval)
  /// Photos and signatures: path to content.
  private var images: [String: OID] = [:]
  /// Who uses an image, by path.
  private var imageUsers: [String: Set<PersonID>] = [:]
  private var isConfigurationReadable = true

  public init() {}

  public var people: [PersonID: Entry<Person>] { personTable.inForce }
  public func unit(_ id: UnitID) -> Entry<Unit>? { unitTable.inForce[id] }
  public var subscriptions: [Subscription] { subscriptionTable.sorted }
  public var approvals: [Approval] { approvalTable.sorted }

  public var held: [HeldRecord] {
    unitTable.heldRecords + personTable.heldRecords + subscriptionTable.heldRecords + approvalTable.heldRecords
  }

  /// What is in force follows from this tree alone, whatever came before it.
  public var isClean: Bool {
    isConfigurationReadable && personTable.isClean && unitTable.isClean && subscriptionTable.isClean
      && approvalTable.isClean
  }

  /// The content of a photo or signature; `nil` when no such file is there.
  public func image(_ path: String?) -> OID? {
    path.flatMap { images["\(configuration.dataFolder)/\($0)"] }
  }

  /// What one step from tree to tree changed.
  public struct Change {
    public var people: [(id: PersonID, before: Entry<Person>?, after: Entry<Person>?)] = []
    public var units: [(id: UnitID, before: Entry<Unit>?, after: Entry<Unit>?)] = []
    /// Images whose content changed, with what it was.
    public var images: [String: OID?] = [:]
  }

  /// Moves to another commit: the commit after this one, or any other when a branch was rewritten. The cost is that of
  /// what differs.
  public mutating func move(to next: CommitSource) throws -> Change {
    let repository = next.repository
    let configurationRead = try next.configuration()
    isConfigurationReadable = configurationRead.configuration != nil
    let newConfiguration = configurationRead.configuration ?? configuration
    let readsAlike =
      newConfiguration.dataFolder == configuration.dataFolder
      && newConfiguration.customFields == configuration.customFields
      && newConfiguration.requiredFields == configuration.requiredFields
    let previous = try commit.map { try CommitSource(repository, commit: $0) }
    let oldFolder = try previous?.folder(configuration.dataFolder)
    let newFolder = try next.folder(newConfiguration.dataFolder)
    var files: [TreeChange]
    if readsAlike {
      files = try repository.changes(from: oldFolder, to: newFolder, prefix: newConfiguration.dataFolder + "/")
    } else {
      // The same bytes may mean something else now: take every file out and in again.
      files = try repository.changes(from: oldFolder, to: nil, prefix: configuration.dataFolder + "/")
      files += try repository.changes(from: nil, to: newFolder, prefix: newConfiguration.dataFolder + "/")
    }
    let change = try apply(files, oldFolder: configuration.dataFolder, newConfiguration, next)
    configuration = newConfiguration
    commit = next.commit
    return change
  }

  private mutating func apply(
    _ files: [TreeChange], oldFolder: String, _ newConfiguration: Configuration, _ source: CommitSource
  ) throws -> Change {
    var removed: [RecordKind: [String]] = [:]
    var read = Readings()
    var change = Change()
    for file in files {
      if let old = file.old {
        switch FileRole(path: old.path, dataFolder: oldFolder) {
        case .record(let kind): removed[kind, default: []].append(old.path)
        case .image: change.images[old.path] = .some(images.removeValue(forKey: old.path))
        case .stray: break
        }
      }
      if let new = file.new {
        let isPlain = new.kind == .file || new.kind == .executable
        switch FileRole(path: new.path, dataFolder: newConfiguration.dataFolder) {
        case .record(let kind):
          // A link or a submodule in a record's place is a file that cannot be read, not a removal.
          let bytes = isPlain ? try source.read(new) : []
          read.add(AnyReading(bytes, kind: kind, entry: new, configuration: newConfiguration))
        case .image where isPlain:
          if change.images[new.path] == nil { change.images[new.path] = .some(nil) }
          images[new.path] = new.oid
        case .image, .stray: break
        }
      }
    }
    change.images = change.images.filter { $0.value != images[$0.key] }
    subscriptionTable.apply(removed: removed[.webhook] ?? [], read: read.subscriptions)
    approvalTable.apply(removed: removed[.approval] ?? [], read: read.approvals)
    change.units = unitTable.apply(removed: removed[.unit] ?? [], read: read.units)
    if !change.units.isEmpty { units = UnitDirectory(unitTable.inForce.values.map(\.record)) }
    change.people = personTable.apply(removed: removed[.person] ?? [], read: read.people)
    for person in change.people { reindexImages(person.id, person.before, person.after, newConfiguration) }
    return change
  }

  private mutating func reindexImages(
    _ id: PersonID, _ before: Entry<Person>?, _ after: Entry<Person>?, _ configuration: Configuration
  ) {
    for path in [before?.record.photoPath, before?.record.signaturePath].compactMap(\.self) {
      let key = "\(self.configuration.dataFolder)/\(path)"
      imageUsers[key]?.remove(id)
      if imageUsers[key]?.isEmpty == true { imageUsers[key] = nil }
    }
    for path in [after?.record.photoPath, after?.record.signaturePath].compactMap(\.self) {
      imageUsers["\(configuration.dataFolder)/\(path)", default: []].insert(id)
    }
  }

  /// The people whose photo or signature has this path.
  public func people(usingImage path: String) -> Set<PersonID> { imageUsers[path] ?? [] }
}

/// Readings by kind.
private struct Readings {
  var people: [Reading<Person>] = []
  var units: [Reading<Unit>] = []
  var subscriptions: [Reading<Subscription>] = []
  var approvals: [Reading<Approval>] = []

  mutating func add(_ reading: AnyReading) {
    switch reading {
    case .unit(let reading): units.append(reading)
    case .person(let reading): people.append(reading)
    case .webhook(let reading): subscriptions.append(reading)
    case .approval(let reading): approvals.append(reading)
    case .apiKey: break
    }
  }
}
