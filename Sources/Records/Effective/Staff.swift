import Catalogue
import GitStore
import RecordSchema
import Workers

/// Everything in force at one commit: the effective tree.
public struct Staff {
  public private(set) var commit: OID?
  public private(set) var configuration: Configuration
  /// The data folder of the commit.
  private var folder: OID?
  private var personTable: EffectiveTable<Person>
  private var unitTable: EffectiveTable<Unit>
  private var subscriptionTable = NamedTable<Subscription>(kind: .webhook)
  private var approvalTable = NamedTable<Approval>(kind: .approval)
  private var keyTable = NamedTable<APIKey>(kind: .apiKey)
  /// What began as a catalogue.
  private let base: RecordIndex?
  /// Photos and signatures that came or went since the base: path to content.
  private var images: [PathKey: OID?] = [:]
  /// Who uses an image, by path, of those who were touched since the base.
  private var imageUsers: [PathKey: Set<PersonID>] = [:]
  /// When something about a person begins to differ, of those who were touched since the base.
  private var boundaries: [CalendarDate: Set<PersonID>] = [:]
  /// Makes a source of the same repository, for another thread.
  private var opener: (@Sendable () throws -> any RecordSource)?
  private var isConfigurationReadable = true
  private var directory = Lazy<UnitDirectory>()
  private let lastConfiguration = Lazy<(file: OID?, configuration: Configuration?)>()

  /// Nobody, before the first commit.
  public init() throws {
    configuration = Configuration()
    personTable = try EffectiveTable(kind: .person)
    unitTable = try EffectiveTable(kind: .unit)
    base = nil
  }

  /// Everybody in a tree, as far as the tree alone tells.
  ///
  /// - Parameter source: any commit of the repository.
  public init(_ catalogue: Catalogue, _ configuration: Configuration, source: CommitSource) throws {
    self.configuration = configuration
    folder = catalogue.tree
    opener = source.opener
    let index = RecordIndex(catalogue, configuration: configuration, source: source)
    base = index
    var noted = Readings()
    var contested: (people: Set<Int>, units: Set<Int>) = ([], [])
    // What is packed and not contested is a unit like any other.
    for (number, packed, isContested) in try catalogue.notables() where packed.isEmpty || isContested {
      let file = try catalogue.file(number)
      if isContested, let id = file.claimedID {
        if file.content == .record(.person) { contested.people.insert(id) } else { contested.units.insert(id) }
      } else if let reading = try index.reading(number) {
        noted.add(reading)
      } else if case .record(let kind) = FileRole(path: file.path, dataFolder: configuration.dataFolder) {
        noted.add(AnyReading([], kind: kind, entry: file.entry, configuration: configuration))
      }
    }
    personTable = try EffectiveTable(
      kind: .person,
      base: CataloguedRecords(index, kind: .person, family: .personID, contested: contested.people) {
        if case .person(let reading) = $0 { reading.record } else { nil }
      }, broken: noted.people)
    unitTable = try EffectiveTable(
      kind: .unit,
      base: CataloguedRecords(
        index, kind: .unit, family: .unitID, contested: contested.units,
        packed: { try catalogue.packed($0).map { try Unit(packed: $0) } }
      ) {
        if case .unit(let reading) = $0 { reading.record } else { nil }
      }, broken: noted.units)
    subscriptionTable.apply(removed: [], read: noted.subscriptions)
    approvalTable.apply(removed: [], read: noted.approvals)
    keyTable.apply(removed: [], read: noted.keys)
  }

  public func person(_ id: PersonID) throws -> Entry<Person>? { try personTable.entry(id) }
  public func personIDs() throws -> Set<PersonID> { try personTable.ids() }
  /// Everybody, by id.
  public func everybody() throws -> [Entry<Person>] { try personTable.all() }
  /// Everybody, by id, a part at a time; nobody is kept.
  public func forEachPart(of size: Int = 4096, _ body: ([Entry<Person>]) throws -> Void) throws {
    let ids = try personTable.ids().sorted()
    for start in stride(from: 0, to: ids.count, by: size) {
      try body(try personTable.read(ids[start..<min(start + size, ids.count)]))
    }
  }

  /// Those who bear these references, by the form in which references are compared.
  public func people(referenced references: Set<EmployeeReference>) throws -> [String: Person] {
    var found: [String: Person] = [:]
    let wanted = Set(references.map(\.folded))
    let changed = personTable.changedEntries.map(\.record).filter { wanted.contains($0.reference.folded) }
    let ids = try Set(
      references.flatMap { try peopleOfBase(at: RecordKey(.reference, $0.rawValue)) } + changed.map(\.id))
    for entry in try personTable.read(ids.sorted().reversed()) where wanted.contains(entry.record.reference.folded) {
      found[entry.record.reference.folded] = entry.record
    }
    return found
  }

  public func unit(_ id: UnitID) throws -> Entry<Unit>? { try unitTable.entry(id) }
  public var subscriptions: [Subscription] { subscriptionTable.sorted }
  public var approvals: [Approval] { approvalTable.sorted }
  /// The keys in force, those that are revoked or have expired included: that the time decides.
  public var apiKeys: [APIKey] { keyTable.sorted }

  public var units: StaffUnits { StaffUnits(unitTable, base: base, known: directory) }

  public var held: [HeldRecord] {
    unitTable.heldRecords + personTable.heldRecords + keyTable.heldRecords + subscriptionTable.heldRecords
      + approvalTable.heldRecords
  }

  /// What is in force follows from this tree alone, whatever came before it.
  public var isClean: Bool {
    isConfigurationReadable && personTable.isClean && unitTable.isClean && subscriptionTable.isClean
      && approvalTable.isClean && keyTable.isClean
  }

  /// The content of a photo or signature; `nil` when no such file is there.
  public func image(_ path: String?) throws -> OID? {
    try path.flatMap { try image(at: "\(configuration.dataFolder)/\($0)") }
  }

  /// Makes what reads the content of images, for one thread.
  public var imageOpener: @Sendable () throws -> (OID) throws -> [UInt8] {
    let opener = opener
    return {
      let source = try opener?()
      return { try source?.read(TreeEntry(path: "", oid: $0, kind: .file)) ?? [] }
    }
  }

  private func image(at path: String) throws -> OID? {
    if let changed = images[PathKey(path)] { return changed }
    guard let base, let number = try base.number(ofPath: path) else { return nil }
    let file = try base.file(number)
    return file.content == .image && file.entry.isPlainFile ? file.oid : nil
  }

  /// What a commit's own configuration says, when it can be read. Commits in a row mostly have the same.
  public func configuration(of source: CommitSource) throws -> Configuration? {
    let file = try source.configurationFile()?.oid
    if let known = lastConfiguration.value, known.file == file { return known.configuration }
    let read = try source.configuration().configuration
    lastConfiguration.value = (file, read)
    return read
  }

  /// What one step from tree to tree changed.
  public struct Change {
    public var people: [(id: PersonID, before: Entry<Person>?, after: Entry<Person>?)] = []
    public var units: [(id: UnitID, before: Entry<Unit>?, after: Entry<Unit>?)] = []
    /// Images whose content changed, with what it was.
    public var images: [PathKey: OID?] = [:]
  }

  /// Moves to another commit: the commit after this one, or any other when a branch was rewritten. The cost is that of
  /// what differs.
  ///
  /// - Parameter step: the same step, read ahead.
  public mutating func move(to next: CommitSource, _ step: ReadAhead.Step? = nil) throws -> Change {
    let repository = next.repository
    let readConfiguration = try configuration(of: next)
    isConfigurationReadable = readConfiguration != nil
    let newConfiguration = readConfiguration ?? configuration
    let newFolder = try next.folder(newConfiguration.dataFolder)
    var files: [TreeChange]
    var readings: [PathKey: AnyReading] = [:]
    if let step, step.from == folder, step.folder == newFolder, newConfiguration.readsRecords(as: configuration),
      newConfiguration.readsRecords(as: step.configuration)
    {
      (files, readings) = (step.changes, step.readings)
    } else if newConfiguration.readsRecords(as: configuration) {
      files = try repository.changes(from: folder, to: newFolder, prefix: newConfiguration.dataFolder + "/")
    } else {
      // The same bytes may mean something else now: take every file out and in again.
      files = try repository.changes(from: folder, to: nil, prefix: configuration.dataFolder + "/")
      files += try repository.changes(from: nil, to: newFolder, prefix: newConfiguration.dataFolder + "/")
    }
    if files.count > 64, readings.isEmpty { readings = try read(files.compactMap(\.new), newConfiguration, next) }
    let change = try apply(files, readings, oldFolder: configuration.dataFolder, newConfiguration, next)
    configuration = newConfiguration
    commit = next.commit
    folder = newFolder
    if opener == nil { opener = next.opener }
    return change
  }

  /// Reads many files, on all processors.
  private func read(_ entries: [TreeEntry], _ configuration: Configuration, _ source: CommitSource) throws
    -> [PathKey: AnyReading]
  {
    let parts = try Workers.map(entries, partSize: 64, prepare: source.opener) { entries, source in
      try entries.compactMap { entry in
        try reading(of: entry, from: source, configuration).map { (PathKey(entry.path), $0) }
      }
    }
    return Dictionary(parts.joined(), uniquingKeysWith: { first, _ in first })
  }

  private mutating func apply(
    _ files: [TreeChange], _ readings: [PathKey: AnyReading], oldFolder: String, _ newConfiguration: Configuration,
    _ source: CommitSource
  ) throws -> Change {
    var removed: [RecordKind: [String]] = [:]
    var read = Readings()
    var change = Change()
    for file in files {
      if let old = file.old {
        switch FileRole(path: old.path, dataFolder: oldFolder) {
        case .record(let kind): removed[kind, default: []].append(old.path)
        case .image:
          change.images[PathKey(old.path)] = .some(try image(at: old.path))
          images[PathKey(old.path)] = .some(nil)
        case .stray, .outside: break
        }
      }
      if let new = file.new {
        switch FileRole(path: new.path, dataFolder: newConfiguration.dataFolder) {
        case .record(let kind):
          if let known = readings[PathKey(new.path)] {
            read.add(known)
            continue
          }
          // A link or a submodule in a record's place is a file that cannot be read, not a removal.
          let bytes = new.isPlainFile ? try source.read(new) : []
          read.add(AnyReading(bytes, kind: kind, entry: new, configuration: newConfiguration))
        case .image where new.isPlainFile:
          let key = PathKey(new.path)
          if change.images[key] == nil { change.images[key] = .some(nil) }
          images[key] = new.oid
        case .image, .stray, .outside: break
        }
      }
    }
    change.images = change.images.filter { $0.value != images[$0.key] ?? nil }
    subscriptionTable.apply(removed: removed[.webhook] ?? [], read: read.subscriptions)
    approvalTable.apply(removed: removed[.approval] ?? [], read: read.approvals)
    keyTable.apply(removed: removed[.apiKey] ?? [], read: read.keys)
    change.units = try unitTable.apply(removed: removed[.unit] ?? [], read: read.units)
    if !change.units.isEmpty { directory = Lazy() }
    change.people = try personTable.apply(removed: removed[.person] ?? [], read: read.people)
    for person in change.people { note(person.id, person.before, person.after, newConfiguration) }
    return change
  }

  private mutating func note(
    _ id: PersonID, _ before: Entry<Person>?, _ after: Entry<Person>?, _ configuration: Configuration
  ) {
    for path in [before?.record.photoPath, before?.record.signaturePath].compactMap(\.self) {
      let key = PathKey("\(self.configuration.dataFolder)/\(path)")
      imageUsers[key]?.remove(id)
      if imageUsers[key]?.isEmpty == true { imageUsers[key] = nil }
    }
    guard let after else { return }
    for path in [after.record.photoPath, after.record.signaturePath].compactMap(\.self) {
      imageUsers[PathKey("\(configuration.dataFolder)/\(path)"), default: []].insert(id)
    }
    for date in after.record.boundaryDates { boundaries[date, default: []].insert(id) }
  }

  // MARK: Who is concerned

  /// The people whose photo or signature has this path, and perhaps some who had it.
  public func people(usingImage path: String) throws -> Set<PersonID> {
    let inside = String(path.dropFirst(configuration.dataFolder.count + 1))
    return try (imageUsers[PathKey(path)] ?? []).union(peopleOfBase(at: RecordKey(.image, inside)))
  }

  /// The people whose records name this unit, and perhaps some whose did.
  public func people(naming code: UnitCode) throws -> Set<PersonID> {
    let changed = personTable.changedEntries.filter { $0.record.units.contains { $0.unit == code } }
    return try Set(changed.map(\.record.id)).union(peopleOfBase(at: RecordKey(.unitCode, code.rawValue)))
  }

  /// Those who may claim or name a key.
  func candidates(_ key: RecordKey) throws -> Set<PersonID> {
    try Set(personTable.changedEntries.map(\.record.id)).union(peopleOfBase(at: key))
  }

  private func peopleOfBase(at key: RecordKey) throws -> [PersonID] {
    guard let base else { return [] }
    return try base.marks(at: key).compactMap { try person(ofFile: $0.file, in: base) }
  }

  private func person(ofFile number: Int, in base: RecordIndex) throws -> PersonID? {
    let file = try base.file(number)
    return file.content == .record(.person) && file.isWhole ? file.claimedID.map { PersonID($0) } : nil
  }

  /// Whether two people in force share an employee reference or an e-mail address.
  public func hasRivals() throws -> Bool {
    let changed = personTable.changedIDs
    if let base {
      for files in try base.claimedTogether(of: [.reference, .email]) {
        let people = try Set(files.compactMap { try person(ofFile: $0, in: base) }).subtracting(changed)
        if people.count > 1 { return true }
      }
    }
    var seen: Set<RecordKey> = []
    for person in personTable.changedEntries.map(\.record) {
      for key in [RecordKey(.reference, person.reference.rawValue), RecordKey(.email, person.email)]
      where !key.text.isEmpty {
        guard seen.insert(key).inserted else { return true }
        if try peopleOfBase(at: key).contains(where: { !changed.contains($0) }) { return true }
      }
    }
    return false
  }

  /// On which days after one, up to and including another, something about whom may begin to differ. By day.
  public func boundaries(after first: CalendarDate, through last: CalendarDate) throws -> [(
    day: CalendarDate, people: Set<PersonID>
  )] {
    var found = boundaries.filter { $0.key > first && $0.key <= last }
    for (day, number) in try base?.boundaries(from: first.adding(days: 1), through: last) ?? [] {
      if let id = try base?.file(number).claimedID { found[day, default: []].insert(PersonID(id)) }
    }
    return found.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }
}

extension Configuration {
  /// Whether every file means the same under both.
  func readsRecords(as other: Configuration) -> Bool {
    dataFolder == other.dataFolder && customFields == other.customFields && requiredFields == other.requiredFields
  }
}

/// Readings by kind.
private struct Readings {
  var people: [Reading<Person>] = []
  var units: [Reading<Unit>] = []
  var subscriptions: [Reading<Subscription>] = []
  var approvals: [Reading<Approval>] = []
  var keys: [Reading<APIKey>] = []

  mutating func add(_ reading: AnyReading) {
    switch reading {
    case .unit(let reading): units.append(reading)
    case .person(let reading): people.append(reading)
    case .webhook(let reading): subscriptions.append(reading)
    case .approval(let reading): approvals.append(reading)
    case .apiKey(let reading): keys.append(reading)
    }
  }
}
