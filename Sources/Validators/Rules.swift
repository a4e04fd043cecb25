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
  /// The file says `is_active: true` in so many words.
  var saysActive: Bool { reading.saysActive }
}

extension Located {
  /// The employee reference or unit code; of what has none, the file's name.
  var subject: String {
    switch record {
    case let person as Person: person.reference.rawValue
    case let unit as Unit: unit.code.rawValue
    default: stem
    }
  }

  func finding(
    _ rule: Rule, at field: FieldPath, _ message: String, help: String? = nil, wish: Finding.Wish? = nil,
    rewriting text: String? = nil
  ) -> Finding {
    Finding(
      rule, file: file, at: field, subject: subject, message, help: help, wish: wish, rewriting: text)
  }
}

/// What rules may look at beside the records: the settings, and the day of which the judgement speaks.
public final class RuleContext: Sendable {
  public let configuration: Configuration
  public let date: CalendarDate

  public init(_ configuration: Configuration, on date: CalendarDate) {
    self.configuration = configuration
    self.date = date
  }

  func isOn(_ system: String) -> Bool { configuration.system(system)?.isEnabled ?? false }
}

/// A rule about one record by itself.
protocol RecordRule<Record>: Sendable {
  associatedtype Record: Sendable
  static var rule: Rule { get }
  static func check(_ record: Located<Record>, _ context: RuleContext) -> [Finding]
}

protocol PersonRule: RecordRule where Record == Person {}
protocol UnitRule: RecordRule where Record == Unit {}
protocol APIKeyRule: RecordRule where Record == APIKey {}
protocol SubscriptionRule: RecordRule where Record == Subscription {}
protocol ApprovalRule: RecordRule where Record == Approval {}

/// A rule about one file, whatever it holds.
protocol FileRule: Sendable {
  static var rule: Rule { get }
  static func check(_ file: InspectedFile) throws -> [Finding]
}

/// A rule about the settings, or about a tree as a whole, at the cost of a few files. Judged at every run.
protocol TreeRule: Sendable {
  static var rule: Rule { get }
  static func check(_ index: RecordIndex, _ context: RuleContext) throws -> [Finding]
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
  let context: RuleContext
  let marks: UnsafeBufferPointer<Mark>
  /// How many files claim the key.
  let claims: Int
  /// Something claims the key, or a file that cannot be read has its name: an unreadable manager is not an unknown one.
  let isKnown: Bool

  init(_ marks: UnsafeBufferPointer<Mark>, _ index: RecordIndex, _ context: RuleContext) {
    self.marks = marks
    self.index = index
    self.context = context
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

  /// Whether a file has this part in the key; looking costs less than reading.
  func has(_ role: Role) -> Bool { marks.contains { $0.role == role } }

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
