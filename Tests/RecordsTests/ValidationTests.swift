import CustomDump
import GitStore
import RecordSchema
import Records
import Testing
import Validators
import YAMLReader

/// Judges marked records: exactly the marked places must be reported.
private func expectFindings(_ files: [String: String], configuration: String = MarkedRecords.configuration) throws {
  let source = MarkedRecords(files, configuration: configuration)
  let report = try validate(source, asOf: ExampleWorld.day)
  let found = Set(
    report.diagnostics.map { MarkedRecords.Place(file: $0.file, code: $0.rule.code, range: $0.range) })
  expectNoDifference(
    found.map(\.description).sorted(), source.expected.map(\.description).sorted())
}

/// A good record with some of its lines replaced or added.
private func person(
  _ reference: String = "EMP001", id: String = "1", _ changes: [String: String] = [:], more: String = ""
)
  -> String
{
  let lines = [
    ("id", id), ("employee_reference", reference), ("first_name", "Zoë"), ("last_name", "O'Neill"),
    ("email", "p\(id)@example.org"), ("job_title", "Nurse"), ("employment_start_date", "2020-01-01"),
  ]
  let text = lines.compactMap { name, value -> String? in
    let written = changes[name] ?? value
    return written == "-" ? nil : "\(name): \(written)\n"
  }
  return text.joined() + more
}

@Suite struct `Validation of one record` {
  @Test func `finds nothing in good ones`() throws {
    try expectFindings([
      "people/EMP001.yaml": person(
        more: """
          preferred_name: "Zo"
          employment_end_date: 2030-12-31
          employment_status: on_leave
          is_active: true
          line_manager: emp002
          salary_grade: G7
          organisational_units:
            - team-a
            - {unit: team-b, from: 2026-01-01, until: 2026-06-30}
            - unit: team-b
              from: 2026-07-01
          external_ids: {entra: "0042"}
          source: {system: ats, reference: A-1, imported_at: 2026-01-01}
          custom: {pin: "007", level: 3}

          """), "people/x/y/EMP002.yaml": person("EMP002", id: "2"),
      "units/team-a.yaml": "id: 1\ncode: team-a\nname: A\n",
      "units/team-b.yaml": "id: 2\ncode: team-b\nname: B\nparent: team-a\nmanager: EMP001\n",
    ])
  }

  @Test(arguments: [
    ["id": "«S004 seventeen»"], ["id": "«S004 0»"], ["id": "«S004 1.5»"], ["id": "«S004 9223372036854775807»"],
    ["id": "«S004 07»"], ["id": "«S003 [1]»"],
    ["first_name": "«S003 {a: b}»"], ["first_name": "«S008 \"\"»"], ["first_name": "«S010 \"Zoë \"»"],
    ["first_name": "«S011 \"Zo\\u202Eë\"»"], ["first_name": "«S011 \"Zo\\në\"»"],
    ["last_name": "«S008 \(String(repeating: "é", count: 65))»"], ["email": "«S013 nobody»"],
    ["email": "«S013 a@b@example.org»"], ["email": "«S013 a b@example.org»"],
    ["employment_start_date": "«S005 2026-02-30»"], ["employment_start_date": "«S005 15/01/2026»"],
    ["employment_start_date": "«S005 2026-1-5»"],
  ])
  func `reports a wrong value at the value`(change: [String: String]) throws {
    try expectFindings(["people/EMP001.yaml": person("EMP001", change)])
  }

  @Test(arguments: [
    "employment_end_date: «P005 2019-12-31»\n", "employment_status: «S007 retired»\n", "is_active: «S006 no»\n",
    "line_manager: «P012 EMP404»\n", "line_manager: «P013 EMP001»\n",
    "line_manager: «P012 «S009 EMP 404»»\n", "organisational_units: «S003 team-a»\n",
    "organisational_units:\n  - «P015 team-x»\n",
    "organisational_units:\n  - unit: «P015 team-x»\n    from: 2026-01-01\n",
    "organisational_units:\n  - unit: «P015 team-x»\n  - unit: team-a\n",
    "organisational_units:\n  -\n  - team-a\n".replacing("  -\n", with: "  -«S001 »\n"),
    "organisational_units:\n  - «S001 from: 2026-01-01»\n  - «P015 nope»\n",
    "organisational_units:\n  - team-a\n  - «P006 team-a»\n",
    "organisational_units:\n  - {unit: team-a, until: 2026-03-01}\n  - «P006 {unit: team-a, from: 2026-03-01}»\n",
    "organisational_units:\n  - {unit: team-a, from: 2026-03-02, until: «P005 2026-03-01»}\n",
    "organisational_units:\n  - «S001 {from: 2026-03-02}»\n", "photo_path: «P016 photos/none.jpg»\n",
    "signature_path: «P017 signatures/none.png»\n", "photo_path: «S012 ../secret.jpg»\n",
    "photo_path: «S012 /etc/passwd»\n",
    "photo_status: «S007 aproved»\n", "«S002 jobtitle»: Nurse\n", "custom:\n  «S002 shoe_size»: 42\n",
    "custom: {level: «S004 high»}\n", "salary_grade: &a «Y003 G7»\n",
  ])
  func `reports a wrong line at its value`(line: String) throws {
    // libyaml's range of an anchored value begins with the anchor.
    let marked = line.replacing("&a «Y003 G7»", with: "«Y003 &a G7»")
    try expectFindings([
      "people/EMP001.yaml": person(more: marked), "units/team-a.yaml": "id: 1\ncode: team-a\nname: A\n",
    ])
  }

  @Test(arguments: [
    "id", "employee_reference", "first_name", "last_name", "email", "job_title", "employment_start_date",
  ])
  func `reports a missing field at the file's beginning`(name: String) throws {
    for written in ["-", ""] {
      let source = MarkedRecords(["people/EMP001.yaml": person("EMP001", [name: written])])
      let report = try validate(source, asOf: ExampleWorld.day)
      let missing = try #require(report.diagnostics.first { $0.rule == .missingField })
      #expect(missing.range.start == SourcePosition(line: 1, column: 1))
      #expect(missing.message.contains(name))
      #expect(missing.severity == .error)
    }
  }

  @Test func `warns only, where the configuration does not require a field`() throws {
    let source = MarkedRecords(
      ["people/EMP001.yaml": person("EMP001", ["email": "-"])],
      configuration: MarkedRecords.configuration + "required_fields: [job_title]\n")
    let report = try validate(source, asOf: ExampleWorld.day)
    #expect(report.errors == 0)
    #expect(report.diagnostics.map(\.severity) == [.warning])
  }

  @Test(arguments: [
    "id: 1\n«Y002 id»: 2\n", "«Y003 *x»\n", "a: «Y004 !!python/none x»\n", "id: 1\n«Y005 ---»\nid: 2\n", "- «Y009 »\n",
    "",
  ])
  func `refuses YAML that records do not use`(text: String) throws {
    let source = MarkedRecords(["people/EMP001.yaml": text])
    let report = try validate(source, asOf: ExampleWorld.day)
    let codes = Set(report.diagnostics.map(\.rule.code))
    #expect(codes.contains { $0.hasPrefix("Y") }, "\(text): \(codes)")
  }

  @Test(arguments: ["id: null", "id: ~", "id: \"1\"\nis_active: \"true\""])
  func `takes no word for nothing, and quotes for what they hold`(line: String) throws {
    let source = MarkedRecords(["people/EMP001.yaml": person().replacing("id: 1", with: line)])
    let report = try validate(source, asOf: ExampleWorld.day)
    #expect(report.diagnostics.map(\.rule) == (line.contains("\"") ? [] : [.missingField]))
  }

  @Test(arguments: [
    "job_title: Nurse«Y001 :» Band 5\n", "preferred_name: «Y001 \"»Zo\nsalary_grade: G7\n",
    "preferred_name: «Y001 \"»Zo\nsalary_grade: \"G7\"\n", "preferred_name: «Y001 '»Zo\nsalary_grade: G'7\n",
    "organisational_units: «Y001 [»team-a, team-b\nsalary_grade: G7\n", "«Y001 s»alary_grade G7\nis_active: true\n",
    "custom: «Y001 {»pin: x\n", "salary_grade: «Y001 \t»G7\n".replacing("«Y001 \t»G7", with: "«Y001 @»G7"),
    "salary_grade: «Y001 %»7\n", "«Y001 \t»salary_grade: G7\n", "«Y001 -» x\n",
    "salary_grade: \"G«Y001 \\»q7\"\n",
  ])
  func `places broken YAML where somebody would look`(line: String) throws {
    try expectFindings([
      "people/EMP001.yaml": person("EMP001", line.hasPrefix("job") ? ["job_title": "-"] : [:], more: line)
    ])
  }

  @Test func `reads files with a byte order mark and with Windows line ends`() throws {
    let text = "\u{FEFF}" + person(more: "line_manager: «P012 EMP404»\n").replacing("\n", with: "\r\n")
    try expectFindings(["people/EMP001.yaml": text])
  }

  @Test func `gives the place of bytes that are no UTF-8`() throws {
    let bytes = Array("id: 1\nfirst_name: Zo".utf8) + [0xEB, 0x0A]
    let reading = AnyReading(
      bytes, kind: .person, entry: .init(path: "data/people/EMP001.yaml", oid: .zero, kind: .file),
      configuration: Configuration())
    guard case .person(let person) = reading else { return }
    #expect(person.record == nil)
    #expect(person.findings.map(\.rule.code) == ["Y006"])
    #expect(person.findings.first?.range.start == SourcePosition(line: 2, column: 15))
  }

  @Test(arguments: [
    String(repeating: "[", count: 60_000), String(repeating: "{a: ", count: 10_000),
    String(repeating: "- ", count: 30_000), "x: " + String(repeating: "a", count: 70_000),
  ])
  func `leaves hostile files at once`(text: String) throws {
    let source = MarkedRecords(["people/EMP001.yaml": text])
    let report = try validate(source, asOf: ExampleWorld.day)
    #expect(report.errors > 0)
  }

  @Test func `never repeats what may be a secret`() throws {
    let source = MarkedRecords([
      "webhooks/a.yaml": "url: https://user:hunter2@example.org/\nsecrets: [whsec_hunter2]\n",
      "apikeys/b.yaml": "system: hr\nkey_hash: stf_hunter2\nscopes: [staff:read]\n",
    ])
    let report = try validate(source, asOf: ExampleWorld.day)
    #expect(report.errors == 3)
    #expect(!report.json.text.contains("hunter2"))
  }
}

@Suite struct `Validation of relations` {
  @Test func `reports every claimant of a duplicate, at the field`() throws {
    try expectFindings([
      "people/EMP001.yaml": person(id: "«P002 7»", ["email": "«P004 Zoë@example.org»"]),
      "people/EMP002.yaml": person("EMP002", id: "«P002 7»", ["email": "«P004 ZOË@example.org»"]),
      "people/a/EMP003.yaml": person("«P003 EMP003»", id: "3"),
      "people/b/emp003.yaml": person("«P003 emp003»", id: "4"),
    ])
  }

  @Test func `reports every member of a circle, and nobody below it`() throws {
    try expectFindings([
      "people/EMP001.yaml": person(more: "line_manager: «P014 EMP002»\n"),
      "people/EMP002.yaml": person("EMP002", id: "2", more: "line_manager: «P014 emp003»\n"),
      "people/EMP003.yaml": person("EMP003", id: "3", more: "line_manager: «P014 EMP001»\n"),
      "people/EMP004.yaml": person("EMP004", id: "4", more: "line_manager: EMP001\n"),
    ])
  }

  @Test func `judges units likewise`() throws {
    try expectFindings([
      "units/team-a.yaml": "id: «U002 1»\ncode: team-a\nname: A\nparent: «U005 team-b»\n",
      "units/team-b.yaml": "id: «U002 1»\ncode: team-b\nname: B\nparent: «U005 team-a»\nmanager: «U006 EMP404»\n",
      "units/team-c.yaml": "id: 3\ncode: «U001 team-d»\nname: C\nparent: «U004 team-x»\n",
      "units/x/team-e.yaml": "id: 4\ncode: «U003 team-e»\nname: E\nparent: team-e\n".replacing(
        "parent: team-e", with: "cost_centre: C1"),
      "units/y/team-e.yaml": "id: 5\ncode: «U003 team-e»\nname: E\n",
    ])
  }

  @Test func `finds a file whose name is not the reference's`() throws {
    try expectFindings(["people/EMP002.yaml": person("«P001 EMP001»")])
  }

  @Test func `finds files that nobody reads`() throws {
    try expectFindings([
      "people/EMP001.yml": "«T005 »\(person())", "staff/EMP002.yaml": "«T001 »\(person("EMP002", id: "2"))",
      "notes.txt": "«T001 »x",
    ])
  }

  @Test func `an unreadable manager or unit is not an unknown one`() throws {
    let source = MarkedRecords([
      "people/EMP001.yaml": "id: [", "people/EMP002.yaml": person("EMP002", id: "2", more: "line_manager: EMP001\n"),
    ])
    let report = try validate(source, asOf: ExampleWorld.day)
    #expect(report.diagnostics.map(\.rule.code) == ["Y001"])
  }

  @Test func `does not take another number for a slip`() throws {
    let source = MarkedRecords([
      "people/EMP014.yaml": person("EMP014"),
      "people/EMP002.yaml": person("EMP002", id: "2", more: "line_manager: EMP015\n"),
    ])
    let finding = try #require(try validate(source, asOf: ExampleWorld.day).diagnostics.first)
    #expect(finding.rule.code == "P012" && finding.fix == nil && !finding.message.contains("Did you mean"))
  }

  @Test func `suggests what was meant, as an edit`() throws {
    let source = MarkedRecords([
      "people/EMP014.yaml": person("EMP014"),
      "people/EMP002.yaml": person("EMP002", id: "2", more: "line_manager: EMP0144\n"),
    ])
    let report = try validate(source, asOf: ExampleWorld.day)
    #expect(report.diagnostics.first?.fix?.edits.first?.text == "EMP014")
  }
}

@Suite struct `Validation of staffrepo.yaml` {
  @Test(arguments: [
    "organisation: {id: «C002 one»}\n", "organisation:\n  id: 1\n  time_zone: «C004 Europe/Lundon»\n",
    "organisation: {id: 1}\n«C001 branches»: main\n", "organisation: {id: 1}\ndata: «C002 ../x»\n",
    "organisation: {id: 1}\nguards: {removals: {count: «C002 -1»}}\n",
    "organisation: {id: 1}\nguards: {removals: {percent: «C002 101»}}\n",
    "organisation: {id: 1}\nsystems: {hr: {schedule: {every: «C002 9223372036854775807s»}}}\n",
    "organisation: {id: 1}\nexports: {keep: «C002 0»}\n",
    "organisation: {id: 1}\nsystems:\n  «C001 entraa»: {enabled: true}\n",
    "organisation: {id: 1}\nsystems: {hr: {enabled: «C002 yes»}}\n",
    "organisation: {id: 1}\nsystems: {hr: {schedule: «C002 sometimes»}}\n",
    "organisation: {id: 1}\nsystems: {hr: {schedule: «C002 daily at 24:00»}}\n",
    "organisation: {id: 1}\nsystems: {hr: {schedule: {weekly: «C002 mon at 06:00»}}}\n",
    "organisation: {id: 1}\nsystems: {hr: {schedule: «C002 {daily: \"06:00\", every: 1h}»}}\n",
    "organisation: «C003 {name: X}»\n",
    "organisation: {id: 1}\nsystems: {lms: {options: {role: «C002 Teacher», org_type.site: «C002 ward»}}}\n",
    "organisation: {id: 1}\nsystems: {lms: {options: {role.Ward Manager: «C002 boss», «C001 roles»: teacher}}}\n",
    "organisation: {id: 1}\nsystems: {lms: {options: {auth: «C002 OpenID Connect», root_org_type: district}}}\n",
    "organisation: {id: 1}\nsystems: {lms: {options: {role: counselor, role.Cook: aide, job_title_field: job}}}\n",
    "organisation: {id: 1}\nsystems: {lms: {profiles: oneroster-1.1, options: {role.Cook: «C002 counselor»}}}\n",
  ])
  func `reports every error at its place`(text: String) throws {
    try expectFindings([:], configuration: text)
  }
}

@Suite struct `A destination` {
  private static let sftp = "host_key: 'SHA256:5mYdLqPAmn1X5GgFqF0LSBDtQGMXTpmYnh7EDXDPm2k'"
  private static let age = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"

  private static func text(_ destination: String) -> String {
    "organisation: {id: 1}\nsystems: {hr: {destination: \(destination)}}\n"
  }

  @Test(arguments: [
    "«C002 somewhere»", "{directory: «C002 ../x»}", "{directory: «C002 /srv/x»}", "{directory: «C002 hr/in»}",
    "{directory: a, branch: «C002 b»}", "{branch: «C002 main»}", "{branch: «C002 a..b»}", "{branch: «C002 -x»}",
    "{url: «C002 'ftp://example.org/in'»}", "{branch: exports/hr, «C001 region»: x}",
    "{url: «C003 'sftp://hr@example.org/in'», key: file:k}",
    "{url: 'sftp://hr@example.org/in', key: file:k, host_key: «C002 abc»}",
    "{url: «C002 'sftp://example.org/in'», key: file:k, \(sftp)}",
    "{url: «C002 'sftp://hr@example.org/in'», \(sftp)}",
    "{url: «C020 'sftp://hr:hunter2@example.org/in'», key: file:k, \(sftp)}",
    "{url: 'sftp://hr@example.org/in', password: «C020 hunter2», \(sftp)}",
    "{url: «C020 'https://hr@example.org/in'»}", "{url: «C002 'https://example.org/in?x=1'»}",
    "{url: 'https://example.org/in', method: «C002 PATCH»}", "{url: 'https://example.org/in', token: «C020 hunter2»}",
    "{url: 'https://example.org/in', headers: {x-api-key: «C020 hunter2»}}",
    "{url: 'https://example.org/in', headers: {«C002 Host»: example.com}}",
    "{url: «C003 's3://exports/hr'», access_key: file:a, secret_key: file:b}",
    "{url: «C003 's3://exports/hr'», region: eu-west-2, access_key: file:a}",
    "{url: 's3://exports/hr', region: eu-west-2, access_key: «C020 AKIAEXAMPLE», secret_key: file:b}",
    "{branch: exports/hr, encrypt_to: «C002 age1»}",
    "{url: «C002 'https://example.org#x/in'»}",
    "{branch: exports/hr, encrypt_to: «C003 0123456789ABCDEF0123456789ABCDEF01234567»}",
    "{branch: exports/hr, encrypt_to: \(age), encrypt_key: «C002 keys.asc»}",
  ])
  func `that cannot be meant is found at its place, and leads nowhere`(destination: String) throws {
    try expectFindings([:], configuration: Self.text(destination))
    let plain = Self.text(destination).replacing(/«C\d{3} |»/, with: "")
    // An unknown setting beside it spoils nothing but itself; the rest is not guessed at.
    let read = ConfigurationDecoder.read(YAMLReader.read(Array(plain.utf8))).configuration
    #expect(read?.systems.first?.destination == Destination(.unreadable))
  }

  @Test(arguments: [
    ("{directory: payroll/in}", "directory payroll/in"), ("{branch: refs/heads/exports/hr}", "branch exports/hr"),
    ("{url: 'sftp://hr@Example.org:2022/in/', key: file:k, \(sftp)}", "sftp://hr@example.org:2022/in"),
    ("{url: 'https://example.org/a b/', token: file:t, headers: {x-tenant: '7'}}", "https://example.org/a b"),
    ("{url: 's3://exports/hr/', region: eu-west-2, access_key: file:a, secret_key: file:b}", "s3://exports/hr"),
    ("{branch: exports/hr, encrypt_to: [\(age)]}", "branch exports/hr"),
  ])
  func `that is well written is read`(destination: String, description: String) throws {
    try expectFindings([:], configuration: Self.text(destination))
    let read = ConfigurationDecoder.read(YAMLReader.read(Array(Self.text(destination).utf8))).configuration
    #expect(read?.systems.first?.destination?.description == description)
  }

  @Test func `is one system's alone`() throws {
    let place = "{url: 'https://example.org/in'}"
    try expectFindings(
      [:],
      configuration:
        "organisation: {id: 1}\nsystems: {hr: {destination: \(place)}, lms: {destination: «C015 \(place)»}}\n"
    )
  }
}

@Suite struct `The rules` {
  @Test func `have codes of their own, and words for people`() {
    let rules = RuleRegistry.all
    #expect(Set(rules.map(\.code)).count == rules.count)
    #expect(Set(rules.map(\.name)).count == rules.count)
    for rule in rules {
      #expect(rule.code.wholeMatch(of: /[YSPUKWTXGCI]\d{3}/) != nil)
      #expect(rule.explanation.hasSuffix(".") || rule.explanation.hasSuffix(".)"))
    }
  }
}
