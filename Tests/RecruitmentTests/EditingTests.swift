import CustomDump
import Editing
import GitStore
import RecordSchema
import Records
import TestSupport
import Testing
import YAMLReader

@Suite struct `Records that programs write` {
  static let configuration: Configuration = {
    let text = """
      organisation: {id: 1}
      custom_fields: {checked_on: date, pin: string, level: integer, driver: boolean}
      """
    return ConfigurationDecoder.read(YAMLReader.read(Array(text.utf8))).configuration!
  }()

  static func read(_ bytes: [UInt8], _ reference: String) -> (person: Person?, findings: [Diagnostic]) {
    let entry = TreeEntry(path: "data/people/\(reference).yaml", oid: .zero, kind: .file)
    guard case .person(let reading) = AnyReading(bytes, kind: .person, entry: entry, configuration: configuration)
    else {
      return (nil, [])
    }
    return (reading.record, reading.findings)
  }

  @Test func `say the same when they are read, and nothing is to be mended`() throws {
    var random = SeededRandom(1)
    for _ in 0..<3000 {
      let person = RandomPerson.person(&random)
      let bytes = PersonText.file(
        PersonText.lines(of: person, customFields: Self.configuration.customFields),
        header: random.oneIn(2) ? "# a comment" : nil)
      let (read, findings) = Self.read(bytes, person.reference.rawValue)
      expectNoDifference(read, person)
      #expect(findings.isEmpty, "\(findings.map(\.message)) in \(String(decoding: bytes, as: UTF8.self))")
      if read != person { break }
    }
  }

  @Test(arguments: [
    ("Grace", "Grace"), ("007", "\"007\""), ("10117", "\"10117\""), ("no", "\"no\""), ("NULL", "\"NULL\""),
    ("2026-01-15", "\"2026-01-15\""), ("a: b", "\"a: b\""), ("a #b", "\"a #b\""), ("#1", "\"#1\""), ("- x", "\"- x\""),
    ("O'Neil", "O'Neil"), ("\"Q\"", "\"\\\"Q\\\"\""), ("C3", "C3"), ("19Z0427E", "19Z0427E"), ("1e3", "\"1e3\""),
    ("a\nb", "\"a\\nb\""), ("\u{200B}x", "\"\\u200Bx\""), ("Zieliński", "Zieliński"), ("end:", "\"end:\""),
    ("", "\"\""),
    ("~", "\"~\""), ("@home", "\"@home\""), ("12:30", "\"12:30\""), ("a,b [c]", "a,b [c]"),
  ])
  func `are in quotes only where they need them`(_ text: String, _ written: String) {
    #expect(YAMLScalar.written(text) == written)
    let node = YAMLReader.read(Array("a: \(written)\n".utf8)).root?["a"]
    #expect(node?.scalar == text)
  }

  @Test func `change in the one field that is edited, and keep every other line`() throws {
    var random = SeededRandom(2)
    for number in 0..<3000 {
      let before = RandomPerson.person(&random)
      let text = RandomPerson.file(before, &random)
      let start = Self.read(Array(text.utf8), before.reference.rawValue).person
      guard let start else { continue }
      var after = before
      var edit = try RecordEdit(Array(text.utf8))
      let field = RandomPerson.edit(&after, &edit, &random)
      guard let field else { continue }
      let (read, _) = Self.read(edit.bytes, before.reference.rawValue)
      expectNoDifference(
        read, after, "edit \(number) of \(field) in\n\(text)\nbecame\n\(String(decoding: edit.bytes, as: UTF8.self))")
      if read != after { break }
      #expect(start == before)
      let kept = String(decoding: edit.bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
      for line in text.split(separator: "\n", omittingEmptySubsequences: false)
      where RandomPerson.isOther(line, than: field) {
        #expect(kept.contains(line), "'\(line)' is gone")
      }
    }
  }

  @Test(arguments: [
    (
      "id: 1\nfirst_name: Ada  # as in her passport\n", ["first_name"], "Eve",
      "id: 1\nfirst_name: Eve  # as in her passport\n"
    ),
    ("id: 1\nlast_name: B\n", ["first_name"], "Eve", "id: 1\nfirst_name: Eve\nlast_name: B\n"),
    ("# top\nlast_name: B", ["email"], "a@b.c", "# top\nlast_name: B\nemail: a@b.c\n"),
    ("id: 1\nemail:\n# end\n", ["email"], "a@b.c", "id: 1\nemail: a@b.c\n# end\n"),
    ("id: 1\r\nemail: x\r\n", ["job_title"], "Cook", "id: 1\r\nemail: x\r\njob_title: Cook\r\n"),
    (
      "id: 1\nexternal_ids:\n  hr: a # old\n# next\n", ["external_ids", "lms"], "7",
      "id: 1\nexternal_ids:\n  hr: a # old\n  lms: \"7\"\n# next\n"
    ),
    (
      "id: 1\nexternal_ids: {hr: a} # x\n", ["external_ids", "lms"], "b, c",
      "id: 1\nexternal_ids: {hr: a, lms: \"b, c\"} # x\n"
    ),
    ("id: 1\n", ["external_ids", "lms"], "b", "id: 1\nexternal_ids:\n  lms: b\n"),
    (
      "id: 1\njob_title: |\n  a\n  b\nsource: {system: x}\n", ["job_title"], "c",
      "id: 1\njob_title: c\nsource: {system: x}\n"
    ),
    (
      "\u{FEFF}id: 1\nfirst_name: Zoë\nlast_name: 'x'\n", ["last_name"], "z",
      "\u{FEFF}id: 1\nfirst_name: Zoë\nlast_name: z\n"
    ),
  ])
  func `are edited at their place`(_ text: String, _ path: [String], _ value: String, _ expected: String) throws {
    var edit = try RecordEdit(Array(text.utf8))
    try edit.set(path, to: .text(value))
    expectNoDifference(String(decoding: edit.bytes, as: UTF8.self), expected)
  }

  @Test func `lose a field, and the group that it was the last of`() throws {
    var edit = try RecordEdit(Array("id: 1\n# why\nexternal_ids:\n  hr: a\n  lms: b # b\nemail: x\n".utf8))
    try edit.remove(["external_ids", "hr"])
    #expect(String(decoding: edit.bytes, as: UTF8.self) == "id: 1\n# why\nexternal_ids:\n  lms: b # b\nemail: x\n")
    try edit.remove(["external_ids", "lms"])
    #expect(String(decoding: edit.bytes, as: UTF8.self) == "id: 1\n# why\nemail: x\n")
    try edit.remove("email")
    try edit.remove("email")
    #expect(String(decoding: edit.bytes, as: UTF8.self) == "id: 1\n# why\n")
  }

  @Test(arguments: ["{id: 1, email: x}\n", "- id: 1\n", "", "id: 1\remail: x\n", "id: 1\nid: 2\n"])
  func `are left alone where a program could do harm`(_ text: String) {
    #expect(throws: EditFault.self) { _ = try RecordEdit(Array(text.utf8)) }
  }
}
