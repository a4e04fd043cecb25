import Catalogue
import Editing
import GitStore
import Proposals
import RecordSchema
import Records
import Validators

/// One table under way.
struct PeopleRun {
  private let repository: Repository
  private let options: PeopleImport.Options
  private let table: PeopleTable
  private let desk: ProposalDesk
  private let numbers: PersonNumbers
  private let tip: OID
  private let ground: HiringGround
  private let header: String?
  private let former: Set<Int>
  /// Hires in review, here and as they were fetched.
  private let waiting: [PersonID: WaitingHire]
  private var configuration: Configuration { ground.configuration }

  private var report = PeopleReport()
  private var files: [Int: ProposedFile] = [:]
  /// What rows before claim.
  private var taken: Set<String> = []
  private var touched: Set<PersonID> = []

  init(
    _ repository: Repository, _ host: ImportHost, _ options: PeopleImport.Options, _ table: PeopleTable,
    desk: ProposalDesk, now: Instant, tip: OID, numbers: PersonNumbers
  ) throws {
    self.repository = repository
    self.options = options
    self.table = table
    self.desk = desk
    self.numbers = numbers
    self.tip = tip
    ground = try HiringGround(
      at: tip, in: repository, KnownHires(), catalogues: host.cacheFolder.map { CatalogueStore(folder: $0) }, now: now)
    header = try ground.header()
    former = try formerPersonIDs(upTo: tip, in: repository, keptIn: host.cacheFolder)
    waiting = Dictionary(
      try repository.waitingHires(besides: tip, ground.configuration).map { ($0.person.id, $0) },
      uniquingKeysWith: { first, _ in first })
  }

  mutating func report(name: String, digest: String) throws -> PeopleReport {
    report.ignored = table.ignored
    report.columns = table.mapping.columns.map { ($0.field, $0.column) }
    report.isDryRun = options.isDryRun
    let rows = table.rows.map {
      PeopleRow($0, table.mapping, options.dates, ground.units, configuration.customFields)
    }
    var new: [Int] = []
    for (number, row) in rows.enumerated() {
      report.rows.append(PeopleReport.Row(number: row.row.number, line: row.row.line, outcome: .refused))
      if try look(at: row, number) { new.append(number) }
    }
    try create(new, rows)
    try land(rows, name: name, digest: digest)
    return report
  }

  // MARK: One row

  /// - Returns: whether the person is new.
  private mutating func look(at row: PeopleRow, _ number: Int) throws -> Bool {
    let matches = try self.matches(row)
    let people = Dictionary(matches.map { ($0.person.id, $0) }) { first, _ in first }
    guard people.count <= 1 else {
      let names = matches.map { "\($0.by) is that of \($0.person.reference)" }.joined(separator: ", ")
      refuse(
        number,
        [
          finding(
            "duplicate-reference", "The row fits several people: \(names).", "Correct the row, or the records.", row,
            "employee_reference")
        ])
      return false
    }
    guard let match = people.values.first else {
      if row.findings.isEmpty { return true }
      // All that is wrong is told at once.
      _ = try settleNew(row, number, id: 900_000 + number)
      refuse(number, row.findings + report.rows[number].findings)
      report.rows[number].person = nil
      return false
    }
    guard row.findings.isEmpty else {
      refuse(number, row.findings)
      return false
    }
    guard touched.insert(match.person.id).inserted else {
      refuse(
        number,
        [
          finding(
            "duplicate-reference", "A row before is about \(match.person.reference) already.",
            "Keep one of the two rows.", row, "employee_reference")
        ])
      return false
    }
    try compare(row, match.person, number)
    return false
  }

  private func matches(_ row: PeopleRow) throws -> [(by: String, person: Person)] {
    var matches: [(by: String, person: Person)] = []
    func add(_ field: String, _ family: RecordKey.Family) throws {
      guard let cell = row.row[field] else { return }
      for person in try ground.holders(of: family, cell.text) where person.id.rawValue > 0 {
        matches.append((cell.column, person))
      }
    }
    try add("id", .personID)
    try add("employee_reference", .reference)
    try add("email", .email)
    for value in row.values where value.path.count == 2 && value.path[0] == "external_ids" {
      let key = SourceKey(system: value.path[1], reference: value.cell.text)
      if let known = try ground.accepted(key) { matches.append((value.cell.column, known.person)) }
    }
    return matches
  }

  private mutating func refuse(_ number: Int, _ findings: [ImportFinding]) {
    report.rows[number].outcome = .refused
    report.rows[number].changes = []
    report.rows[number].findings = findings.map { $0.at(table.rows[number]) }
    files[number] = nil
  }

  private func finding(
    _ name: String, _ message: String, _ help: String, _ row: PeopleRow, _ field: String
  ) -> ImportFinding {
    let finding = ImportFinding(rule(name), message, help: help)
    return row.cell(of: field).map { finding.at($0) } ?? finding
  }

  // MARK: People who are there

  private mutating func compare(_ row: PeopleRow, _ person: Person, _ number: Int) throws {
    report.rows[number].person = person.id
    report.rows[number].reference = person.reference.rawValue
    let now = RecordLines(PersonText.lines(of: person))
    var changes: [PeopleRow.Value] = []
    for value in row.values {
      let old = now.text(value.path) ?? Self.defaults[value.path[0]] ?? ""
      let new = RecordLines.text(value.value)
      let isSame =
        value.path == ["email"] || value.path == ["employee_reference"]
        ? old.lowercased() == new.lowercased()
        : value.path == ["organisational_units"]
          ? person.units.map(\.unit.rawValue) == new.split(separator: ", ").map(String.init) : old == new
      if isSame { continue }
      changes.append(value)
      report.rows[number].changes.append(.init(field: value.path.joined(separator: "."), old: old, new: new))
    }
    if let fixed = changes.first(where: { ["id", "employee_reference"].contains($0.path[0]) }) {
      return refuse(
        number,
        [
          finding(
            "id-changed",
            "The row is about \(person.reference) (id \(person.id.rawValue)), and gives another \(fixed.path[0]).",
            "Ids and references of people who are there never change by an import.", row, fixed.path[0])
        ])
    }
    report.rows[number].outcome = .skipped
    guard !changes.isEmpty else { return }
    guard options.updates else {
      report.rows[number].warnings = [
        ImportFinding(.recordDiffers, "The record says otherwise, and is not changed without --update.")
          .at(table.rows[number])
      ]
      return
    }
    try update(row, person, changes, number)
  }

  private static let defaults = ["is_active": "true", "employment_status": "active", "photo_status": "approved"]

  private mutating func update(_ row: PeopleRow, _ person: Person, _ changes: [PeopleRow.Value], _ number: Int) throws {
    guard let path = try ground.path(of: person), let entry = try ground.source.entry(at: path) else { return }
    do {
      var edit = try RecordEdit(ground.source.read(entry))
      for change in changes { try edit.set(change.path, to: change.value) }
      try settle(row, ProposedFile(path: path, bytes: edit.bytes), number, .updated)
    } catch let fault as EditFault {
      refuse(
        number,
        [ImportFinding(.recordNotEditable, "\(path): \(fault)")])
    }
  }

  // MARK: New people

  private mutating func create(_ new: [Int], _ rows: [PeopleRow]) throws {
    // Rows that cannot become a record take no id.
    var good: [Int] = []
    for number in new where try settleNew(rows[number], number, id: 900_000 + number) { good.append(number) }
    taken = []
    let claimed = Set(good.compactMap { rows[$0].row["id"].flatMap { Int($0.text) } })
    let without = good.filter { rows[$0].row["id"] == nil }
    var next = 0
    if !without.isEmpty {
      // As many as can be needed, since those that rows claim are passed over.
      next =
        options.isDryRun
        ? try numbers.next(branch: desk.branch, in: repository)
        : try numbers.take(without.count + claimed.count, branch: desk.branch, in: repository).lowerBound
    }
    for number in good {
      while claimed.contains(next) { next += 1 }
      _ = try settleNew(rows[number], number, id: next)
      if rows[number].row["id"] == nil { next += 1 }
    }
  }

  /// Makes a record of a row.
  private mutating func settleNew(_ row: PeopleRow, _ number: Int, id: Int) throws -> Bool {
    var findings: [ImportFinding] = []
    var lines = RecordLines([])
    for value in row.values { lines.set(value.path, value.value) }
    if row.row["id"] == nil {
      lines.set(["id"], .word(String(id)))
    } else if let given = row.row["id"].flatMap({ Int($0.text) }) {
      let remedy = "Leave the id out: the next free one is given."
      if let hire = waiting[PersonID(given)] {
        let message = "The id \(given) was given to \(hire.title), who waits on \(hire.branch)."
        findings.append(finding("promised-id", message, remedy, row, "id"))
      } else if former.contains(given) {
        findings.append(
          finding("id-reused", "The id \(given) was given to somebody else before.", remedy, row, "id"))
      }
    }
    let givenID = row.row["id"].flatMap { Int($0.text) } ?? id
    if row.row["employee_reference"] == nil, let template = NameTemplate(configuration.recruitment.employeeReference),
      template.names("id")
    {
      lines.set(["employee_reference"], .text(template.filled { $0 == "id" ? String(givenID) : "" }))
    }
    for name in ["id", "employee_reference", "email"] {
      guard let text = lines.text([name])?.lowercased(), row.row[name] != nil || name == "employee_reference" else {
        continue
      }
      if !taken.insert("\(name) \(text)").inserted {
        findings.append(
          finding(
            "duplicate-reference", "A row before has the same \(name).", "Correct one of the two rows.", row, name))
      }
    }
    for name in ["first_name", "last_name", "email", "job_title", "employment_start_date"]
    where lines.text([name]) == nil {
      guard !Configuration.relaxableFields.contains(name) || configuration.requiredFields.contains(name) else {
        continue
      }
      findings.append(
        finding(
          "missing-field", "A person's record needs \(name).",
          "Fill in \(name), or relax required_fields in staffrepo.yaml for migrated data.", row, name))
    }
    let reference = lines.text(["employee_reference"]) ?? ""
    (report.rows[number].person, report.rows[number].reference) = (nil, row.row["employee_reference"]?.text)
    guard findings.isEmpty else {
      refuse(number, findings)
      return false
    }
    let file = ProposedFile(
      path: "\(configuration.dataFolder)/people/\(reference).yaml",
      bytes: PersonText.file(lines.inOrder(configuration.customFields.map(\.name)), header: header))
    guard try settle(row, file, number, .created) else { return false }
    report.rows[number].person = PersonID(givenID)
    report.rows[number].reference = reference
    return true
  }

  /// Takes a file, unless it could not be read as a record.
  @discardableResult
  private mutating func settle(
    _ row: PeopleRow, _ file: ProposedFile, _ number: Int, _ outcome: PeopleReport.Outcome
  ) throws -> Bool {
    let reading = AnyReading(
      file.bytes ?? [], kind: .person, entry: TreeEntry(path: file.path, oid: .zero, kind: .file),
      configuration: configuration)
    let errors = reading.findings.filter { $0.severity == .error }
    guard errors.isEmpty else {
      refuse(number, errors.map { converted($0, row, file.bytes ?? []) })
      return false
    }
    report.rows[number].outcome = outcome
    report.rows[number].warnings = reading.findings.map { converted($0, row, file.bytes ?? []) }
    files[number] = file
    return true
  }

  private func converted(_ diagnostic: Diagnostic, _ row: PeopleRow, _ bytes: [UInt8]) -> ImportFinding {
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    let name = lines.prefix(diagnostic.range.start.line).last {
      ![UInt8(ascii: " "), UInt8(ascii: "#")].contains($0.first ?? 0x20)
    }
    .map { String(decoding: $0.prefix { $0 != UInt8(ascii: ":") }, as: UTF8.self) }
    let finding = ImportFinding(diagnostic.rule, diagnostic.message, help: diagnostic.help)
    return name.flatMap(row.cell).map { finding.at($0) } ?? finding.at(row.row)
  }

  // MARK: Landing

  private mutating func land(_ rows: [PeopleRow], name: String, digest: String) throws {
    while !files.isEmpty {
      let proposed = files.sorted { $0.key < $1.key }.map(\.value)
      let (created, updated) = (report.count(.created), report.count(.updated))
      let outcome = try desk.submit(to: .review(name)) { base in
        guard base.commit == tip else {
          throw PeopleImport.Fault(
            description:
              "The branch \(name) is there already, or \(desk.branch) moved meanwhile. Say another --branch, or try again."
          )
        }
        return Proposal(
          files: proposed, author: options.author,
          message: "\(created) people taken in, \(updated) brought up to date",
          trailers: [.init("Staffrepo-Import", "sha256:\(digest)")])
      }
      switch outcome {
      case .unneeded: return
      case .landed(let landed):
        note(landed.warnings, rows)
        if options.isForWorkTree {
          report.files = proposed.compactMap { file in file.bytes.map { (file.path, $0) } }
        } else if !options.isDryRun {
          (report.commit, report.branch) = (landed.commit.description, landed.branch)
        }
        return
      case .refused(let faults, _): try drop(faults, rows)
      }
    }
  }

  private mutating func note(_ warnings: [Diagnostic], _ rows: [PeopleRow]) {
    let numbers = Dictionary(files.map { ($0.value.path, $0.key) }) { first, _ in first }
    for warning in warnings {
      guard let number = numbers[warning.file] else {
        report.warnings.append(ImportFinding(warning.rule, "\(warning.file): \(warning.message)", help: warning.help))
        continue
      }
      let finding = converted(warning, rows[number], files[number]?.bytes ?? [])
      if !report.rows[number].warnings.contains(where: { $0.code == finding.code && $0.field == finding.field }) {
        report.rows[number].warnings.append(finding)
      }
    }
  }

  /// Refuses the rows whose files are wrong among all others.
  private mutating func drop(_ faults: [Diagnostic], _ rows: [PeopleRow]) throws {
    let numbers = Dictionary(files.map { ($0.value.path, $0.key) }) { first, _ in first }
    let byRow = Dictionary(grouping: faults.filter { numbers[$0.file] != nil }) { numbers[$0.file] ?? 0 }
    guard !byRow.isEmpty else {
      let all = faults.map { ImportFinding($0.rule, "\($0.file): \($0.message)", help: $0.help) }
      for number in Array(files.keys) { refuse(number, all) }
      return
    }
    for (number, faults) in byRow {
      let bytes = files[number]?.bytes ?? []
      refuse(number, faults.map { converted($0, rows[number], bytes) })
    }
  }
}
