import RecordSchema

/// Oracle Fusion HCM Data Loader: `Worker.dat` in a zip, one part for each kind of record.
///
/// Source: Oracle, "Create and load new hires with HCM Data Loader"; attributes in the order of its METADATA lines.
final class OracleHDL: StaffFile {
  private let set: ExportSet
  private let context: StaffContext
  private let parts: [(table: TableMapping, maker: RowMaker, spool: SpoolFile, isEmail: Bool, isEmployment: Bool)]
  private var faults: [TableFault] = []
  private var people = 0

  init(_ settings: Configuration.SystemSettings, in set: ExportSet, _ context: StaffContext) throws {
    self.set = set
    self.context = context
    let employer = settings.options["legal_employer"] ?? context.organisation.name
    let owner = settings.options["source_system_owner"] ?? "STAFFREPO"
    let country = settings.options["legislation_code"] ?? "GB"
    parts = try Self.components.map { component in
      let yaml = component.replacing("OWNER", with: quoted(owner)).replacing("EMPLOYER", with: quoted(employer))
        .replacing("COUNTRY", with: quoted(country))
      let table = try ReadyTable("Worker.dat", yaml).mapping()
      let headings = Set(table.columns.map(\.heading))
      return (
        table, RowMaker(table, context), try set.spool(), headings.contains("EmailAddress"),
        headings.contains("ActualTerminationDate")
      )
    }
    for part in parts { try part.spool.write(Self.line(part.table.columns.map(\.heading))) }
  }

  func take(_ members: [StaffMember]) throws {
    for member in members {
      guard member.person.startDate != nil else {
        set.note("\(member.person.reference): left out of oracle-hdl.zip, which needs a start date.")
        continue
      }
      people += 1
      let hasEnded = !member.status.isActive && member.person.endDate.map { $0 < context.asOf } ?? false
      if member.status == .inactive, !hasEnded {
        set.note(
          "\(member.person.reference): is inactive, but oracle-hdl.zip can end employment only on a date: set one.")
      }
      for part in parts where !(part.isEmail && member.person.email.isEmpty) {
        for row in part.maker.rows(of: member, &faults) {
          var fields = row.fields
          if part.isEmployment, !hasEnded { fields = fields.dropLast(2) + ["", ""] }
          try part.spool.write(Self.line(fields))
        }
      }
    }
  }

  func finish() throws {
    let faults = faults.filter(\.isRefusal)
    guard faults.isEmpty else {
      throw TableRefusal(
        file: "oracle-hdl.zip", faults: Array(faults.prefix(TableRefusal.limit)), count: faults.count)
    }
    let whole = try set.spool()
    for part in parts { try part.spool.forEachPart { try whole.write($0) } }
    try set.file("oracle-hdl.zip") { file in
      var archive = ZipArchive(file)
      try archive.add("Worker.dat", whole)
      archive.finish()
      return people
    }
  }

  /// A bar and a backslash in a value are escaped with a backslash.
  private static func line(_ fields: [String]) -> [UInt8] {
    let escaped = fields.map { $0.replacing("\\", with: "\\\\").replacing("|", with: "\\|") }
    return Array((escaped.joined(separator: "|") + "\n").utf8)
  }

  /// The source key is the id, which stays when a person's reference changes.
  private static let components = [
    """
    dates: yyyy/MM/dd
    columns:
      - {heading: METADATA, constant: MERGE}
      - {heading: Worker, constant: Worker}
      - {heading: SourceSystemOwner, constant: OWNER}
      - {heading: SourceSystemId, field: id}
      - {heading: EffectiveStartDate, field: employment_start_date}
      - {heading: PersonNumber, field: employee_reference}
      - {heading: StartDate, field: employment_start_date}
      - {heading: ActionCode, constant: HIRE}
    """,
    """
    dates: yyyy/MM/dd
    columns:
      - {heading: METADATA, constant: MERGE}
      - {heading: PersonName, constant: PersonName}
      - {heading: SourceSystemOwner, constant: OWNER}
      - {heading: SourceSystemId, join: [id, {constant: NAME}], with: "_"}
      - {heading: PersonId(SourceSystemId), field: id}
      - {heading: EffectiveStartDate, field: employment_start_date}
      - {heading: LegislationCode, constant: COUNTRY}
      - {heading: NameType, constant: GLOBAL}
      - {heading: FirstName, field: first_name}
      - {heading: LastName, field: last_name, required: true}
      - {heading: KnownAs, field: preferred_name}
    """,
    """
    dates: yyyy/MM/dd
    columns:
      - {heading: METADATA, constant: MERGE}
      - {heading: PersonEmail, constant: PersonEmail}
      - {heading: SourceSystemOwner, constant: OWNER}
      - {heading: SourceSystemId, join: [id, {constant: EMAIL}], with: "_"}
      - {heading: PersonId(SourceSystemId), field: id}
      - {heading: EmailType, constant: W1}
      - {heading: EmailAddress, field: email}
      - {heading: DateFrom, field: employment_start_date}
      - {heading: PrimaryFlag, constant: Y}
    """,
    """
    dates: yyyy/MM/dd
    columns:
      - {heading: METADATA, constant: MERGE}
      - {heading: WorkRelationship, constant: WorkRelationship}
      - {heading: SourceSystemOwner, constant: OWNER}
      - {heading: SourceSystemId, join: [id, {constant: POS}], with: "_"}
      - {heading: PersonId(SourceSystemId), field: id}
      - {heading: LegalEmployerName, constant: EMPLOYER}
      - {heading: DateStart, field: employment_start_date}
      - {heading: WorkerType, constant: E}
      - {heading: PrimaryFlag, constant: Y}
      - {heading: ActualTerminationDate, field: employment_end_date}
      - {heading: TerminateWorkRelationshipFlag, constant: Y}
    """,
    """
    dates: yyyy/MM/dd
    columns:
      - {heading: METADATA, constant: MERGE}
      - {heading: WorkTerms, constant: WorkTerms}
      - {heading: SourceSystemOwner, constant: OWNER}
      - {heading: SourceSystemId, join: [id, {constant: TERM}], with: "_"}
      - {heading: PeriodOfServiceId(SourceSystemId), join: [id, {constant: POS}], with: "_"}
      - {heading: ActionCode, constant: HIRE}
      - {heading: EffectiveStartDate, field: employment_start_date}
      - {heading: EffectiveSequence, constant: 1}
      - {heading: EffectiveLatestChange, constant: Y}
      - {heading: AssignmentStatusTypeCode, constant: ACTIVE_PROCESS}
    """,
    """
    dates: yyyy/MM/dd
    columns:
      - {heading: METADATA, constant: MERGE}
      - {heading: Assignment, constant: Assignment}
      - {heading: SourceSystemOwner, constant: OWNER}
      - {heading: SourceSystemId, join: [id, {constant: ASG}], with: "_"}
      - {heading: WorkTermsAssignmentId(SourceSystemId), join: [id, {constant: TERM}], with: "_"}
      - {heading: ActionCode, constant: HIRE}
      - {heading: EffectiveStartDate, field: employment_start_date}
      - {heading: EffectiveSequence, constant: 1}
      - {heading: EffectiveLatestChange, constant: Y}
      - {heading: AssignmentName, field: job_title}
      - {heading: AssignmentStatusTypeCode, constant: ACTIVE_PROCESS}
      - {heading: PrimaryAssignmentFlag, constant: Y}
    """,
  ]
}

/// As a text within quotes.
private func quoted(_ text: String) -> String { JSON.string(text).text }
