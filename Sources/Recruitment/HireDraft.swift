import Catalogue
import Editing
import GitStore
import RecordSchema
import Records
import Validators

/// A new person's record as it would be written, with what is wrong with it.
struct HireDraft {
  var hire: NewHire
  var id: Int
  var reference = ""
  var email: String?
  var unit: Unit?
  var lines: [RecordLine] = []
  var errors: [ImportFinding] = []
  var warnings: [ImportFinding] = []

  init(_ hire: NewHire, id: Int) {
    self.hire = hire
    self.id = id
  }

  func path(_ configuration: Configuration) -> String { "\(configuration.dataFolder)/people/\(reference).yaml" }

  /// The field of a hire from which a field of a record was made.
  static func field(ofRecord name: String, _ hire: NewHire) -> NewHire.Field? {
    switch name {
    case "organisational_units": hire[.unit] == nil && hire[.department] != nil ? .department : .unit
    case "source", "external_ids": .sourceReference
    default: NewHire.Field(rawValue: name)
    }
  }
}

/// A rule that Validators or Records knows, by its name.
func rule(_ name: String) -> Rule {
  guard let rule = RuleRegistry.all.first(where: { $0.name == name }) else { preconditionFailure("no rule \(name)") }
  return rule
}

/// Makes records of hires, and says of each everything that is wrong with it.
struct HireDrafting {
  let ground: HiringGround
  let source: RecruitmentSettings.Source
  let now: Instant
  let disclosure: Disclosure
  /// Taken by hires before this one.
  private var takenReferences: Set<String> = []
  private var takenEmails: Set<String> = []
  /// The hire's own key: what waits under it is no other.
  private var own: SourceKey?
  private let header: String?

  init(
    _ ground: HiringGround, source: RecruitmentSettings.Source, now: Instant, _ disclosure: Disclosure
  ) throws {
    self.ground = ground
    self.source = source
    self.now = now
    self.disclosure = disclosure
    header = try ground.header()
  }

  private var configuration: Configuration { ground.configuration }

  /// - Parameter id: the person's, or any while it is not known yet whether there will be one.
  mutating func draft(_ hire: NewHire, id: Int) throws -> HireDraft {
    own = SourceKey(system: source.name, reference: hire.reference)
    var draft = HireDraft(hire, id: id)
    findUnit(&draft)
    try chooseReference(&draft)
    try chooseEmail(&draft)
    reportMissing(&draft)
    draft.lines = lines(of: draft)
    reportFaults(&draft)
    if draft.errors.isEmpty {
      takenReferences.insert(draft.reference.lowercased())
      if let email = draft.email { takenEmails.insert(email.lowercased()) }
    }
    return draft
  }

  /// Nobody after this one gets the reference or address of somebody who is in the request as well.
  mutating func note(_ person: Person) {
    takenReferences.insert(person.reference.folded)
    takenEmails.insert(person.email.lowercased())
  }

  /// The same under another reference.
  func draft(_ draft: HireDraft, as reference: String) -> HireDraft {
    var draft = draft
    draft.reference = reference
    draft.lines = lines(of: draft)
    return draft
  }

  func bytes(of draft: HireDraft) -> [UInt8] { PersonText.file(draft.lines, header: header) }

  // MARK: Unit

  private func findUnit(_ draft: inout HireDraft) {
    let hire = draft.hire
    func report(_ field: NewHire.Field, _ message: String, _ help: String) {
      draft.errors.append(
        ImportFinding(rule("unknown-unit"), message, field: hire.place(of: field).field, help: help)
          .at(hire.place(of: field)))
    }
    switch ground.units.unit(hire[.unit], department: hire[.department]) {
    case .found(let unit):
      draft.unit = unit
      if let allowed = disclosure.units, !ground.units.isIn(unit, allowed) {
        report(
          hire[.unit] == nil ? .department : .unit, "This key may not hire into '\(unit.name)'.",
          "Name a unit that the key is for, or ask for a key that may.")
      }
    case .none:
      if disclosure.units != nil {
        report(.unit, "This key hires into some units only, and the hire names none.", "Name the unit.")
      }
    case .unknown(let field, let name, let near):
      report(
        field, "There is no unit '\(name)'.\(near.flatMap(suggestion) ?? "")",
        "Write the name or the code of a unit, as the staff records have it.")
    case .ambiguous(let field, let name, let units):
      let codes = units.filter { disclosure.names($0, ground) }.map(\.code.rawValue).joined(separator: ", ")
      report(
        field, "Several units are called '\(name)'\(codes.isEmpty ? "" : ": \(codes)").",
        "Write the unit's code, or name in department the unit above it.")
    case .elsewhere(let unit, let department):
      report(
        .unit, "The unit '\(unit.name)' is not in '\(department)'.",
        "Correct department, or leave it out: it only tells units of the same name apart.")
    }
  }

  private func suggestion(_ near: String) -> String? {
    guard case .found(let unit) = ground.units.unit(near, department: nil), disclosure.names(unit, ground) else {
      return nil
    }
    return " Did you mean '\(near)'?"
  }

  // MARK: Reference and address

  private func chooseReference(_ draft: inout HireDraft) throws {
    if let given = draft.hire[.employeeReference] {
      draft.reference = given
      try reportHolders(
        &draft, of: .reference, given, field: .employeeReference, rule("duplicate-reference"), takenReferences)
      return
    }
    guard let template = NameTemplate(configuration.recruitment.employeeReference) else { return }
    let made = template.filled { value($0, draft) }
    draft.reference = made
    var number = 2
    while try takenReferences.contains(draft.reference.lowercased())
      || !ground.holders(of: .reference, draft.reference).isEmpty
    {
      draft.reference = "\(made)-\(number)"
      number += 1
    }
  }

  private func chooseEmail(_ draft: inout HireDraft) throws {
    let given = draft.hire[.email]
    if let given, !draft.hire.hasPersonalEmail, isWorkAddress(given) || template == nil {
      draft.email = given
      try reportHolders(&draft, of: .email, given, field: .email, rule("duplicate-email"), takenEmails)
      return
    }
    guard let template else { return }
    let made = template.filled { value($0, draft) }
    guard let at = made.lastIndex(of: "@"), at != made.startIndex else { return }
    var address = made
    var number = 2
    while try isTaken(address) {
      address = "\(made[..<at])\(number)\(made[at...])"
      number += 1
    }
    draft.email = address
    guard given != nil, !draft.hire.hasPersonalEmail else { return }
    draft.warnings.append(
      ImportFinding(
        rule("foreign-email-domain"),
        "The address is in none of the organisation's domains, so it is not taken; the work address will be \(address).",
        help: "Send the work address, or none."
      ).at(draft.hire.place(of: .email)))
  }

  private var template: NameTemplate? {
    if let text = configuration.recruitment.email { return NameTemplate(text) }
    return configuration.organisation.emailDomains.first.flatMap { NameTemplate("{first_name}.{last_name}@\($0)") }
  }

  private func isWorkAddress(_ address: String) -> Bool {
    let domains = configuration.organisation.emailDomains
    guard !domains.isEmpty, let at = address.lastIndex(of: "@") else { return true }
    let domain = address[address.index(after: at)...].lowercased()
    return domains.contains { $0.lowercased() == domain }
  }

  private func isTaken(_ address: String) throws -> Bool {
    try takenEmails.contains(address.lowercased()) || !ground.holders(of: .email, address).isEmpty
      || ground.isPending(.email, address, besides: own)
  }

  /// A part of a template. Names that no letter can be made of give way to the reference.
  private func value(_ field: String, _ draft: HireDraft) -> String {
    func name(_ field: NewHire.Field) -> String {
      let name = ASCIIName.of(draft.hire[field] ?? "")
      return name.isEmpty ? ASCIIName.of(draft.reference) : name
    }
    return switch field {
    case "id": String(draft.id)
    case "first_name": name(.firstName)
    case "last_name": name(.lastName)
    case "first_initial": String(name(.firstName).prefix(1))
    case "employee_reference": draft.reference.lowercased()
    default: ""
    }
  }

  /// Somebody has the reference or address already.
  private func reportHolders(
    _ draft: inout HireDraft, of family: RecordKey.Family, _ text: String, field: NewHire.Field, _ rule: Rule,
    _ taken: Set<String>
  ) throws {
    let place = draft.hire.place(of: field)
    func report(_ message: String, _ help: String) {
      draft.errors.append(ImportFinding(rule, message, help: help).at(place))
    }
    let what = family == .email ? "address" : "reference"
    if let holder = try ground.holders(of: family, text).first {
      let name =
        holder.id.rawValue > 0 && disclosure.names(holder, ground)
        ? "\(holder.reference) (id \(holder.id.rawValue))" : "somebody"
      if holder.id.rawValue > 0, holder.status(on: ground.today).hasLeft {
        report(
          "The \(what) is that of \(name) who has left: this may be a re-hire.",
          "Nobody is taken back by an import. If it is the same person, HR sets that record's dates and is_active, so that the id stays; if not, send another \(what)."
        )
      } else {
        report(
          "The \(what) is that of \(name) already.",
          "If it is the same person, HR adds external_ids.\(source.name) to that record; if not, send another \(what).")
      }
    } else if taken.contains(text.lowercased()) {
      report("The \(what) stands in an earlier row already.", "Correct one of the two rows, and send it again.")
    }
    if ground.isPending(family, text, besides: own) {
      draft.warnings.append(
        ImportFinding(rule, "Somebody with this \(what) waits in review: only one of the two can be accepted.").at(
          place))
    }
  }

  // MARK: Record

  private func reportMissing(_ draft: inout HireDraft) {
    var needed: [NewHire.Field] = [.firstName, .lastName]
    if configuration.requiredFields.contains("job_title") { needed.append(.jobTitle) }
    if configuration.requiredFields.contains("employment_start_date") { needed.append(.startDate) }
    if configuration.requiredFields.contains("email"), draft.email == nil { needed.append(.email) }
    for field in needed where field == .email || draft.hire[field] == nil {
      let place = draft.hire.place(of: field)
      draft.errors.append(
        ImportFinding(rule("missing-field"), "A hire needs \(field.rawValue).", help: "Send \(field.rawValue).").at(
          place))
    }
  }

  private func lines(of draft: HireDraft) -> [RecordLine] {
    let hire = draft.hire
    var lines: [RecordLine] = [
      .init("id", .word(String(draft.id))), .init("employee_reference", .text(draft.reference)),
    ]
    func add(_ field: NewHire.Field, _ text: String?) {
      if let text { lines.append(.init(field.rawValue, .text(text))) }
    }
    add(.firstName, hire[.firstName])
    add(.lastName, hire[.lastName])
    add(.preferredName, hire[.preferredName])
    add(.email, draft.email)
    add(.jobTitle, hire[.jobTitle])
    for field in [NewHire.Field.startDate, .endDate] {
      if let text = hire[field] {
        lines.append(.init(field.rawValue, CalendarDate(text) == nil ? .text(text) : .word(text)))
      }
    }
    add(.lineManager, hire[.lineManager])
    if let unit = draft.unit { lines.append(.init("organisational_units", .list([.text(unit.code.rawValue)]))) }
    if let given = hire[.sourceReference] {
      lines.append(.init("external_ids", .fields([.init(source.name, .text(given))])))
    }
    lines.append(
      .init(
        "source",
        PersonText.value(
          Person.ImportSource(system: source.name, reference: hire.reference, importedAt: now.description))))
    return lines
  }

  /// What readers find wrong with the file as it would be.
  private func reportFaults(_ draft: inout HireDraft) {
    let bytes = PersonText.file(draft.lines)
    let path = draft.path(configuration)
    let reading = AnyReading(
      bytes, kind: .person, entry: TreeEntry(path: path, oid: .zero, kind: .file), configuration: configuration)
    for finding in reading.findings where finding.rule.name != "missing-field" {
      let converted = Self.finding(finding, draft.hire, in: bytes)
      if finding.severity == .error { draft.errors.append(converted) } else { draft.warnings.append(converted) }
    }
  }

  /// A finding about a record, told by what was sent.
  static func finding(_ diagnostic: Diagnostic, _ hire: NewHire, in bytes: [UInt8]) -> ImportFinding {
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    let field = lines.prefix(diagnostic.range.start.line).last {
      ![UInt8(ascii: " "), UInt8(ascii: "#")].contains($0.first ?? 0x20)
    }
    .flatMap { line in
      HireDraft.field(ofRecord: String(decoding: line.prefix { $0 != UInt8(ascii: ":") }, as: UTF8.self), hire)
    }
    let finding = ImportFinding(diagnostic.rule, diagnostic.message, help: diagnostic.help)
    return field.map { finding.at(hire.place(of: $0)) } ?? finding.at(hire.place)
  }
}

extension ImportFinding {
  func at(_ place: NewHire.Place) -> ImportFinding {
    var finding = self
    finding.field = place.field.isEmpty ? nil : place.field
    (finding.line, finding.column) = (place.line, place.column)
    return finding
  }
}
