import Catalogue
import GitStore
import RecordSchema
import Records

/// What hires are judged by: everything that is there at one commit, and what waits in review.
struct HiringGround {
  let source: CommitSource
  let configuration: Configuration
  let index: RecordIndex
  let units: UnitFinder
  let today: CalendarDate
  private let accepted: [SourceKey: String]
  private let pendingByKey: [SourceKey: PendingHire]
  private let pendingByEmail: [String: [PendingHire]]
  private let pendingByReference: [String: [PendingHire]]
  private let pendingIDs: Set<PersonID>

  init(
    at commit: OID, in repository: Repository, _ known: KnownHires, catalogues: CatalogueStore?, now: Instant
  ) throws {
    source = try CommitSource(repository, commit: commit)
    guard let configuration = try Configuration.inForce(at: commit, in: repository) else {
      throw GitError(
        .notFound,
        "No commit up to \(commit.short) has a readable staffrepo.yaml, so nobody can be taken in. What is wrong with it: staffrepo validate"
      )
    }
    self.configuration = configuration
    index = try RecordIndex.of(source, configuration, catalogues)
    let index = index
    units = UnitFinder(
      UnitDirectory(
        try index.files(of: .unit).compactMap { number in
          guard case .unit(let unit)? = try index.reading(number) else { return nil }
          return unit.record
        }))
    today = configuration.organisation.timeZone.date(at: now)
    accepted = try known.accepted(at: source, index)
    let pending = try known.pending(besides: commit, in: repository, configuration)
    pendingByKey = Dictionary(
      pending.flatMap { hire in hire.person.sourceKeys.map { ($0, hire) } }, uniquingKeysWith: { first, _ in first })
    pendingByEmail = Dictionary(grouping: pending) { $0.person.email.lowercased() }
    pendingByReference = Dictionary(grouping: pending) { $0.person.reference.folded }
    pendingIDs = Set(pending.map(\.person.id))
  }

  /// Whom a source knows by a number, as the branch has them.
  func accepted(_ key: SourceKey) throws -> (person: Person, path: String)? {
    guard let path = accepted[key], let number = try index.number(ofPath: path),
      case .person(let reading)? = try index.reading(number), let person = reading.draft
    else { return nil }
    return (person, path)
  }

  func pending(_ key: SourceKey) -> PendingHire? { pendingByKey[key] }

  /// Whether somebody waits in review under a reference or an address who is not known by this key.
  func isPending(_ family: RecordKey.Family, _ text: String, besides key: SourceKey?) -> Bool {
    let hires = (family == .email ? pendingByEmail : pendingByReference)[text.lowercased()] ?? []
    return hires.contains { hire in key.map { !hire.person.sourceKeys.contains($0) } ?? true }
  }

  /// Those who bear a reference or an address, of the branch.
  func holders(of family: RecordKey.Family, _ text: String) throws -> [Person] {
    try index.marks(at: RecordKey(family, text)).filter { $0.role == .claim || $0.role == .unreadable }.map { mark in
      if case .person(let reading)? = try index.reading(mark.file), let person = reading.draft { return person }
      // A record that nobody can read holds its name all the same.
      return Person(id: PersonID(0), reference: EmployeeReference(fileStem(of: try index.file(mark.file).path)))
    }
  }

  /// Nobody has this id, on the branch or in review.
  func isFree(_ id: PersonID) throws -> Bool {
    try holders(of: .personID, String(id.rawValue)).isEmpty && !pendingIDs.contains(id)
  }

  /// Where somebody's record is.
  func path(of person: Person) throws -> String? {
    try index.marks(at: RecordKey(.personID, String(person.id.rawValue))).first { $0.role == .claim }
      .map { try index.file($0.file).path }
  }

  /// The comment at the top of records here, which tells editors where the schema is.
  func header() throws -> String? {
    guard let folder = try source.folder("\(configuration.dataFolder)/people"),
      let file = try source.repository.firstFile(in: folder)
    else { return nil }
    let line = try source.repository.blob(file).prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
    let text = String(decoding: line, as: UTF8.self)
    return text.hasPrefix("# yaml-language-server:") ? text : nil
  }
}
