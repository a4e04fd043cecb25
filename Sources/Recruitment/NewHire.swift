import Crypto
import RecordSchema

/// Somebody whom a recruitment system hands over, as it says it: nothing is checked yet.
public struct NewHire: Sendable, Equatable {
  /// What a hire may say, in the words of the import's requests.
  public enum Field: String, Sendable, CaseIterable {
    /// Under which number the source knows the hire: an application, a candidate.
    case sourceReference = "source_reference"
    case firstName = "first_name"
    case lastName = "last_name"
    case preferredName = "preferred_name"
    case email
    case employeeReference = "employee_reference"
    case jobTitle = "job_title"
    case startDate = "employment_start_date"
    case endDate = "employment_end_date"
    /// A unit's name or code.
    case unit = "organisational_unit"
    /// The name or code of a unit above it.
    case department
    case lineManager = "line_manager"
  }

  /// Where a value stands in what was sent.
  public struct Place: Sendable, Equatable {
    /// A JSON pointer, or the name of a column.
    public var field: String
    public var line: Int?
    public var column: Int?

    public init(_ field: String, line: Int? = nil, column: Int? = nil) {
      self.field = field
      self.line = line
      self.column = column
    }
  }

  private(set) var values: [Field: String] = [:]
  private(set) var places: [Field: Place] = [:]
  /// The system that hands over, if the hire says so itself.
  public var sourceSystem: String?
  /// The address is the person's own, never that of work.
  public var hasPersonalEmail = false
  /// Where the hire as a whole stands.
  public var place: Place
  /// A row of a table, whose fields are columns.
  var isRow = false

  public init(at place: Place = Place("")) { self.place = place }

  public subscript(field: Field) -> String? {
    get { values[field] }
    set { values[field] = newValue?.isEmpty == true ? nil : newValue }
  }

  /// Takes a value with its place. Blanks at its ends are nobody's intention; an empty value says nothing, and replaces none.
  mutating func set(_ field: Field, _ text: String?, at place: Place) {
    let value = text.map(trimmed) ?? ""
    guard !value.isEmpty || values[field] == nil else { return }
    places[field] = place
    self[field] = value
  }

  /// Where a field stands, or would stand.
  func place(of field: Field) -> Place {
    places[field]
      ?? (!isRow ? Place("\(place.field)/\(field.rawValue)") : Place(field.rawValue, line: place.line))
  }

  /// The number under which the source knows the hire. One that gives none is known by the employee reference, or else by a
  /// digest of who it is.
  var reference: String {
    if let given = values[.sourceReference] ?? values[.employeeReference] { return given }
    let who =
      values[.email]?.lowercased()
      ?? [.firstName, .lastName, .startDate].map { values[$0] ?? "" }.joined(separator: "\n")
    return "hire-" + Recruitment.digest(of: who).prefix(16)
  }

  /// Nothing but a name and a day tells who this is, and two people may share both.
  var isKnownByNameAlone: Bool { [.sourceReference, .employeeReference, .email].allSatisfy { values[$0] == nil } }

  /// Tells whether the source says the same again.
  var digest: String {
    Recruitment.digest(
      of: Field.allCases.compactMap { field in values[field].map { "\(field.rawValue)=\($0)\n" } }.joined())
  }
}

/// The hexadecimal SHA-256 of a text.
func digest(of text: String) -> String { digest(of: Array(text.utf8)) }

/// The hexadecimal SHA-256 of bytes.
func digest(of bytes: [UInt8]) -> String { hexadecimal(SHA256.hash(data: bytes)) }

/// Without blanks at its ends.
func trimmed(_ text: String) -> String {
  func isBlank(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.isWhitespace }
  let scalars = text.unicodeScalars
  guard let first = scalars.firstIndex(where: { !isBlank($0) }), let last = scalars.lastIndex(where: { !isBlank($0) })
  else { return "" }
  return String(scalars[first...last])
}
