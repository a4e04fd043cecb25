import GitStore
import RecordSchema
import Records

/// Everything that relation rules look things up in, made once a run.
public struct RecordIndex {
  /// A record as far as it could be made out, and its file.
  public struct Located<Record> {
    let record: Record
    let file: String
    let stem: String
    /// The file is read as a whole; otherwise this is what could be made out.
    let isWhole: Bool
  }

  let configuration: Configuration
  let people: [Located<Person>]
  let units: [Located<Unit>]
  let apiKeys: [Located<APIKey>]
  let subscriptions: [Located<Subscription>]
  let images: [String: TreeEntry]
  let strays: [TreeEntry]
  let entries: [TreeEntry]
  /// By folded reference, of records and of files that cannot be read: an unreadable manager is not an unknown one.
  let peopleByReference: [String: [Int]]
  let unreadablePeople: Set<String>
  let unitsByCode: [UnitCode: [Int]]
  let unreadableUnits: Set<String>

  public init(_ records: RecordSet) {
    configuration = records.configuration
    people = Self.located(records.people)
    units = Self.located(records.units)
    apiKeys = Self.located(records.apiKeys)
    subscriptions = Self.located(records.subscriptions)
    images = records.images
    strays = records.strays
    entries = records.entries
    peopleByReference = Dictionary(grouping: people.indices) { [people] in people[$0].record.reference.folded }
    unreadablePeople = Self.unreadable(records.people)
    unitsByCode = Dictionary(grouping: units.indices) { [units] in units[$0].record.code }
    unreadableUnits = Self.unreadable(records.units)
  }

  private static func located<Record>(_ readings: [Reading<Record>]) -> [Located<Record>] {
    readings.compactMap { reading in
      reading.draft.map { Located(record: $0, file: reading.path, stem: reading.stem, isWhole: reading.record != nil) }
    }
  }

  private static func unreadable<Record>(_ readings: [Reading<Record>]) -> Set<String> {
    Set(readings.filter { $0.record == nil }.map { $0.stem.lowercased() })
  }

  func knows(_ reference: EmployeeReference) -> Bool {
    peopleByReference[reference.folded] != nil || unreadablePeople.contains(reference.folded)
  }

  func knows(_ code: UnitCode) -> Bool {
    unitsByCode[code] != nil || unreadableUnits.contains(code.rawValue)
  }

  /// The person behind a reference, when exactly one has it.
  func person(_ reference: EmployeeReference) -> Located<Person>? {
    guard let found = peopleByReference[reference.folded], found.count == 1 else { return nil }
    return people[found[0]]
  }

  func unit(_ code: UnitCode) -> Located<Unit>? {
    guard let found = unitsByCode[code], found.count == 1 else { return nil }
    return units[found[0]]
  }
}

/// Groups of records that claim the same thing.
func claimants<Record, Key: Hashable>(
  _ records: [RecordIndex.Located<Record>], by key: (Record) -> Key?
) -> [[RecordIndex.Located<Record>]] {
  var groups: [Key: [Int]] = [:]
  for (index, located) in records.enumerated() {
    if let key = key(located.record) { groups[key, default: []].append(index) }
  }
  return groups.values.filter { $0.count > 1 }.map { $0.map { records[$0] } }
}

/// The other claimants' files, for a message.
func others<Record>(_ group: [RecordIndex.Located<Record>], than file: String) -> String {
  let files = group.map(\.file).filter { $0 != file }
  return files.count > 3
    ? "\(files.prefix(3).joined(separator: ", ")) and \(files.count - 3) more" : files.joined(separator: ", ")
}

/// Offers likely spellings, to the first few who ask: looking through a hundred thousand words costs.
struct Speller {
  private let words: [String]
  private var left = 50

  init(_ words: [String]) { self.words = words }

  mutating func suggestion(for word: String) -> String? {
    guard left > 0 else { return nil }
    left -= 1
    return closest(to: word, among: words)
  }
}
