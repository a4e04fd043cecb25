import Catalogue
import GitStore
import RecordSchema
import Records

// A rule says something about one file by itself, or about the files that meet at one key, or about circles. Nothing else:
// so a change of the tree is judged at the cost of the change, and what was found before stays true everywhere else.
// (Change/ holds those about a change itself, which are asked for with --base and look at its files only.)

/// A record as far as it could be made out, and its file.
public struct Located<Record: Sendable> {
  private let reading: Reading<Record>

  init?(_ reading: Reading<Record>) {
    guard reading.draft != nil else { return nil }
    self.reading = reading
  }

  var record: Record { reading.draft! }
  var file: String { reading.path }
  var stem: String { reading.stem }
  /// The file is read as a whole; otherwise the record is what could be made out.
  var isWhole: Bool { reading.isWhole }
}

/// A rule about one person's record by itself.
protocol PersonRule: Sendable {
  static var rule: Rule { get }
  static func check(_ person: Located<Person>) -> [Finding]
}

/// A rule about one unit's record by itself.
protocol UnitRule: Sendable {
  static var rule: Rule { get }
  static func check(_ unit: Located<Unit>) -> [Finding]
}

/// A rule about one subscription by itself.
protocol SubscriptionRule: Sendable {
  static var rule: Rule { get }
  static func check(_ subscription: Located<Subscription>) -> [Finding]
}

/// A rule about one file below the data folder, whatever it holds.
protocol FileRule: Sendable {
  static var rule: Rule { get }
  static func check(_ entry: TreeEntry, _ role: FileRole) -> Finding?
}

/// A rule about the files that meet at one key: who claims it, who names it.
protocol KeyRule: Sendable {
  static var rule: Rule { get }
  static var family: RecordKey.Family { get }
  static func check(_ meeting: Meeting) throws -> [Finding]
}

/// A rule against circles, where every record leads to at most one other.
protocol CircleRule: Sendable {
  static var rule: Rule { get }
  /// The keys by which a record names the next one.
  static var family: RecordKey.Family { get }
  /// As what it names it.
  static var role: Role { get }
  /// A record that names itself is a circle. If not, another rule looks after that.
  static var includesSelf: Bool { get }
  /// The key that a record names.
  static func next(_ reading: AnyReading) -> RecordKey?
  /// - Parameter way: the names on the way round, the record's own at both ends.
  static func finding(_ reading: AnyReading, way: String) -> Finding?
  static func name(_ reading: AnyReading) -> String
}

/// The files that meet at one key.
struct Meeting {
  let index: RecordIndex
  let marks: UnsafeBufferPointer<Mark>
  /// How many files claim the key.
  let claims: Int
  /// Something claims the key, or a file that cannot be read has its name: an unreadable manager is not an unknown one.
  let isKnown: Bool

  init(_ marks: UnsafeBufferPointer<Mark>, _ index: RecordIndex) {
    self.marks = marks
    self.index = index
    var (claims, isKnown) = (0, false)
    for mark in marks {
      switch mark.role {
      case .claim:
        claims += 1
        isKnown = true
      case .unreadable: isKnown = true
      default: break
      }
    }
    self.claims = claims
    self.isKnown = isKnown
  }

  func people(_ role: Role) throws -> [Located<Person>] {
    try located(role) { if case .person(let reading) = $0 { Located(reading) } else { nil } }
  }

  func units(_ role: Role) throws -> [Located<Unit>] {
    try located(role) { if case .unit(let reading) = $0 { Located(reading) } else { nil } }
  }

  func apiKeys(_ role: Role) throws -> [Located<APIKey>] {
    try located(role) { if case .apiKey(let reading) = $0 { Located(reading) } else { nil } }
  }

  /// In the order of their paths, whatever came in when.
  private func located<Record>(_ role: Role, _ record: (AnyReading) -> Located<Record>?) throws -> [Located<Record>] {
    try Set(marks.filter { $0.role == role }.map(\.file)).compactMap { try index.reading($0).flatMap(record) }
      .sorted { $0.file < $1.file }
  }

  /// The people who name the key as a unit, and which of their units it is. Looking through a record's units for every
  /// key would take square time.
  func memberships() throws -> [(person: Located<Person>, position: Int)] {
    try marks.filter { $0.role == .membership }.compactMap { mark in
      guard case .person(let reading) = try index.reading(mark.file), let person = Located(reading),
        person.record.units.indices.contains(mark.position)
      else { return nil }
      return (person, mark.position)
    }
  }

  /// The paths of the files with a role, and which item of a list names the key there.
  func places(_ role: Role) throws -> [(file: String, position: Int)] {
    try marks.filter { $0.role == role }.map { (try index.file($0.file).path, $0.position) }
      .sorted { ($0.0, $0.1) < ($1.0, $1.1) }
  }
}

/// The other claimants' files, for a message.
func others<Record>(_ group: [Located<Record>], than file: String) -> String {
  let files = group.map(\.file).filter { $0 != file }
  return files.count > 3
    ? "\(files.prefix(3).joined(separator: ", ")) and \(files.count - 3) more" : files.joined(separator: ", ")
}
