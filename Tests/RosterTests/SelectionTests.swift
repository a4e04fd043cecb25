import CustomDump
import Events
import Foundation
import RecordSchema
import Records
import TestSupport
import Testing

@testable import Roster

@Suite struct `A selection` {
  private static let files: [String: String?] = [
    "staffrepo.yaml": """
    organisation: {id: 7, name: Example, time_zone: Europe/London}
    custom_fields:
      badge: string
      clearance: {type: string, sensitive: true}

    """,
    "data/units/north.yaml": unit(1, "north"), "data/units/team.yaml": unit(2, "team", parent: "north"),
    "data/units/south.yaml": unit(3, "south"),
    "data/people/EMP1.yaml": person(
      1, "salary_grade: G5\ncustom: {clearance: secret, badge: b1}", first: "Siobhán", last: "O\u{2019}Hara",
      units: "team"),
    "data/people/EMP2.yaml": person(
      2, "is_active: false\nexternal_ids: {zeta: \"1\", alpha: \"2\"}", first: "Łukasz", last: "'\"Q\" \\ de la Cruz'",
      units: "south"),
    "data/people/EMP3.yaml": person(3, "custom: {clearance: none}", first: "Jean-Luc", units: "south, team"),
    "data/people/EMP10.yaml": person(10, "employment_end_date: 2026-01-10", first: "Zoe\u{308}", units: "north"),
  ]

  private func roster(on day: String = "2026-01-05") throws -> Roster { try Repo(Self.files).roster(0, on: day) }

  private func ids(_ roster: Roster, _ sight: Sight = Sight(), _ change: (inout StaffQuery) -> Void) -> [Int] {
    var query = StaffQuery()
    change(&query)
    return roster.people(query, sight).ids.map(\.rawValue)
  }

  @Test func `has the active by id, or all`() throws {
    let roster = try roster()
    #expect(ids(roster) { _ in } == [1, 3, 10])
    #expect(ids(roster) { $0.includesInactive = true } == [1, 2, 3, 10])
    #expect(ids(try self.roster(on: "2026-01-11")) { _ in } == [1, 3])
  }

  @Test(arguments: [
    ("siobhan", [1]), ("SIOBHÁN", [1]), ("o'hara", [1]), ("hara", [1]), ("ohara", []), ("lukasz", [2]), ("łuk", [2]),
    ("cruz de", [2]), ("ruz", []), ("jean-luc", [3]), ("luc cook", [3]), ("zoë", [10]), ("zoe", [10]),
    ("p10@example", [10]), ("emp1", [1, 10]), ("  ", [1, 2, 3, 10]), ("cook plumber", []),
  ])
  func `is searched by the beginnings of words`(text: String, found: [Int]) throws {
    #expect(ids(try roster()) { ($0.text, $0.includesInactive) = (text, true) } == found)
  }

  @Test func `is limited by unit, id and reference`() throws {
    let roster = try roster()
    #expect(ids(roster) { $0.unit = UnitCode("north") } == [1, 3, 10])
    #expect(ids(roster) { $0.unit = UnitCode("team") } == [1, 3])
    #expect(ids(roster) { $0.unit = UnitCode("nowhere") } == [])
    #expect(ids(roster) { $0.id = PersonID(3) } == [3])
    #expect(ids(roster) { $0.id = PersonID(2) } == [], "who is not active")
    #expect(ids(roster) { $0.id = PersonID(99) } == [])
    #expect(ids(roster) { $0.reference = EmployeeReference("emp10") } == [10])
  }

  @Test func `has nobody who is out of sight`() throws {
    let roster = try roster()
    let south = Sight(units: [UnitCode("south")])
    #expect(ids(roster, south) { $0.includesInactive = true } == [2, 3])
    #expect(ids(roster, south) { $0.unit = UnitCode("team") } == [3])
    #expect(ids(roster, south) { $0.id = PersonID(1) } == [])
    #expect(roster.person(PersonID(1), south) == nil)
    #expect(roster.person(EmployeeReference("EMP1"), south) == nil)
    #expect(roster.person(EmployeeReference("emp2"), south)?.id == PersonID(2))
    #expect(ids(roster, Sight(units: [])) { $0.includesInactive = true } == [])
    #expect(roster.units(south).units.map(\.code.rawValue) == ["south"])
    #expect(roster.units(Sight(units: [UnitCode("north")])).units.map(\.code.rawValue) == ["north", "team"])
    #expect(roster.unit("north", south) == nil)
    #expect(roster.unit("3", south)?.code == UnitCode("south"))
  }

  @Test func `shows each as events do`() throws {
    let repo = try Repo(Self.files)
    let roster = try repo.roster(0)
    let staff = try repo.reader().known(roster, from: nil).staff
    var query = StaffQuery()
    query.includesInactive = true
    for isSensitive in [false, true] {
      let fields = FieldSelection(allowed: nil, sensitive: isSensitive ? [] : staff.configuration.sensitiveFields)
      let expected = try staff.everybody().map { entry in
        let state = PersonState(entry.record, on: roster.asOf, units: try staff.units.all()) { _ in nil }
        return JSON.object(fields.data(state.data())).text
      }
      let selection = roster.people(query, Sight(isSensitive: isSensitive))
      expectNoDifference(selection.lines, expected)
      #expect(String(decoding: selection.json(1..<3), as: UTF8.self) == expected[1...2].joined(separator: ","))
      #expect(selection.json(4..<9) == [])
      #expect(expected[0].contains("secret") == isSensitive)
      #expect(expected[0].contains("salary_grade") == isSensitive)
      #expect(
        roster.person(PersonID(1), Sight(isSensitive: isSensitive)).map { String(decoding: $0.json, as: UTF8.self) }
          == expected[0])
    }
  }

  @Test(arguments: [false, true])
  func `has the digest that Python works out`(isSensitive: Bool) throws {
    let roster = try roster()
    var query = StaffQuery()
    query.includesInactive = true
    let selection = roster.people(query, Sight(isSensitive: isSensitive))
    #expect(try pythonDigest(selection.ndjson(0..<selection.count)) == selection.digest)
    #expect(try pythonDigest([]) == roster.people(StaffQuery(), Sight(units: [])).digest)
    let units = roster.units(Sight())
    #expect(try pythonDigest(Array(units.units.map(\.json).joined(separator: [10]))) == units.digest)
    let digests = [query, StaffQuery()].flatMap { query in
      [false, true].map { roster.people(query, Sight(isSensitive: $0)).digest }
    }
    #expect(Set(digests).count == 4)
  }

  @Test func `has a canonical form for every text`() throws {
    let text =
      String(String.UnicodeScalarView((1...0x2FF).compactMap(Unicode.Scalar.init))) + "\u{2028}\u{FFFD}\u{1F600}"
    let json = JSON.object([
      .init("z", .array([.string(text), .null, .array([]), .object([])])), .init("é", .bool(false)),
      .init("\"", .int(-3)),
      .init("e", .object([.init("b", .int(2)), .init("a", .string(#"\"#))])), .init("\u{10000}", 1),
      .init("\u{FFFF}", 2),
    ])
    let python = try run(
      "python3",
      ["-c", "import sys, json; sys.stdout.buffer.write(\(Self.canonical)(json.loads(sys.stdin.buffer.read())))"],
      input: Data(json.bytes))
    #expect(python.status == 0, "\(python.errors)")
    expectNoDifference(String(decoding: CanonicalJSON.bytes(of: json.bytes), as: UTF8.self), python.output)
  }

  private static let canonical =
    "(lambda value: json.dumps(value, sort_keys=True, separators=(',', ':'), ensure_ascii=False).encode())"

  private func pythonDigest(_ ndjson: [UInt8]) throws -> String {
    let script = """
      import sys, json, hashlib
      canonical = \(Self.canonical)
      items = sorted((json.loads(line) for line in sys.stdin.buffer), key=lambda item: item["id"])
      lines = "".join(f'{item["id"]}:{hashlib.sha256(canonical(item)).hexdigest()}\\n' for item in items)
      print("sha256:" + hashlib.sha256(lines.encode()).hexdigest())
      """
    let result = try run("python3", ["-c", script], input: Data(ndjson))
    #expect(result.status == 0, "\(result.errors)")
    return result.output.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  @Test(arguments: [false, true])
  func `is CSV that Python reads`(isSensitive: Bool) throws {
    let roster = try roster()
    var query = StaffQuery()
    query.includesInactive = true
    let selection = roster.people(query, Sight(isSensitive: isSensitive))
    let script = """
      import sys, io, csv, json
      text = sys.stdin.buffer.read().decode()
      assert text.endswith("\\r\\n")
      rows = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
      print(json.dumps([[row["id"], row["first_name"], row["last_name"], row["organisational_units"], row["is_active"],
        row["employment_end_date"], row["external_ids"], row["custom"], row.get("salary_grade", "-")] for row in rows],
        ensure_ascii=False))
      """
    let result = try run(
      "python3", ["-c", script], environment: ["PYTHONIOENCODING": "utf-8"],
      input: Data(selection.csvHeader + selection.csv(0..<9)))
    #expect(result.status == 0, "\(result.errors)")
    let rows = try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [[String]])
    expectNoDifference(
      rows,
      [
        [
          "1", "Siobhán", "O\u{2019}Hara", "team", "true", "",
          "", isSensitive ? #"{"badge":"b1","clearance":"secret"}"# : #"{"badge":"b1"}"#, isSensitive ? "G5" : "-",
        ],
        [
          "2", "Łukasz", #""Q" \ de la Cruz"#, "south", "false", "", #"{"alpha":"2","zeta":"1"}"#, "",
          isSensitive ? "" : "-",
        ],
        [
          "3", "Jean-Luc", "Last", "south;team", "true", "", "", isSensitive ? #"{"clearance":"none"}"# : "",
          isSensitive ? "" : "-",
        ],
        ["10", "Zoe\u{308}", "Last", "north", "true", "2026-01-10", "", "", isSensitive ? "" : "-"],
      ])
  }

  @Test func `is the same object when it is asked for again`() throws {
    let roster = try roster()
    #expect(roster.people(StaffQuery(), Sight()) === roster.people(StaffQuery(), Sight()))
    let first = roster.people(StaffQuery(), Sight())
    for number in 0..<1000 {
      var query = StaffQuery()
      query.text = "word\(number)"
      _ = roster.people(query, Sight())
    }
    #expect(roster.people(StaffQuery(), Sight()) !== first, "what is kept has a bound")
  }

  @Test func `Two rosters share the people in whom they do not differ`() throws {
    let many = Dictionary(
      uniqueKeysWithValues: (1...1000).map { ("data/people/EMP\($0).yaml", String?.some(person($0))) })
    let repo = try Repo(
      many, ["data/people/EMP500.yaml": person(500, first: "Other")], ["data/people/EMP3.yaml": nil])
    let reader = try repo.reader()
    let day = try #require(CalendarDate("2026-01-05"))
    let first = try reader.roster(of: repo.commits[0], on: { _ in day })
    let second = try reader.roster(of: repo.commits[1], on: { _ in day }, from: first)
    let chunks = Set(first.roster.list.chunks.map(ObjectIdentifier.init))
    #expect(second.roster.list.chunks.count { !chunks.contains(ObjectIdentifier($0)) } == 1)
    #expect(second.roster.list.differences(from: first.roster.list) == [500])
    let third = try reader.roster(of: repo.commits[2], on: { _ in day }, from: second)
    #expect(third.roster.list.differences(from: first.roster.list) == [3, 500])
    #expect(third.roster.count == 999)
  }
}
