import RecordChecks
import RecordSchema
import TestSupport
import Testing

@testable import YAMLReader

/// The quick reader of plain records against libyaml: whatever it reads, libyaml reads the same, to the column.
@Suite struct PlainYAMLTests {
  private static let records = [
    """
    id: 17
    employee_reference: EMP017
    first_name: Siân
    last_name: Ó'Súilleabháin Nguyễn
    email: sian@example.org
    job_title: "Team Leader: nights"
    employment_start_date: 2021-03-04
    line_manager: EMP004
    organisational_units:
      - care-team-a
      - unit: care-team-b
        from: 2026-01-01
        until: 2026-12-31
    photo_path: photos/EMP017.jpg
    external_ids:
      payroll: '007'
      entra: 5b3e
    is_active: true

    """,
    """
    # A unit
    id: 3
    code: care-team-a   # its code

    name: Care Team A
    parent:   head-office
    external_ids:
        entra: "a b"
    list:
    - one
    - 'two  '
    - k: v
      more: 1
    """,
    "a: b\n", "a: b", "a:\n  - x\n", "  a: b\n  c: d\n",
  ].map { Array($0.utf8) }

  @Test func `takes what records are written in`() {
    for record in Self.records { #expect(plain(record) != nil) }
  }

  @Test(arguments: [
    "a: b: c\n", "a: [1]\n", "a:\n", "- a\n", "a: |\n  x\n", "a: b\n c\n", "a: *x\n", "\ta: b\n", "",
    String(repeating: "k", count: 1100) + ": v\n", "a:\n  - " + String(repeating: "k", count: 1100) + ": v\n",
  ])
  func `leaves everything else to libyaml`(text: String) {
    #expect(plain(Array(text.utf8)) == nil)
  }

  @Test func `reads as libyaml does, whatever becomes of a record`() {
    var random = SeededRandom(11)
    var taken = 0
    for _ in 0..<200_000 {
      var bytes = Self.records.randomElement(using: &random)!
      for _ in 0..<Int.random(in: 1...3, using: &random) { bytes.mutate(with: Self.pieces, &random) }
      guard let ours = plain(bytes) else { continue }
      taken += 1
      let theirs = bytes.withUnsafeBufferPointer { YAMLReader.readByLibyaml($0) }
      let text = String(decoding: bytes, as: UTF8.self)
      #expect(theirs.problems.isEmpty, "libyaml refuses:\n\(text)")
      #expect(theirs.root?.described == ours, "\(text)")
    }
    // A comparison that compared nothing would pass as well.
    #expect(taken > 25_000)
  }

  private func plain(_ bytes: [UInt8]) -> String? {
    bytes.withUnsafeBufferPointer { PlainYAML.read($0)?.described }
  }

  private static let pieces = [
    " ", "  ", "\n", "\n  ", "\n- ", ":", ": ", "#", " #", "-", "- ", "'", "\"", "\\", "\t", "\r", "x", "é", "ế",
    "\u{85}",
    "\u{2028}", "\u{FEFF}", "[", "{", "&a ", "*a", "!t ", "|", ">", "%", "@", "`", "?", "? ", ",", "---\n", "...\n",
    "\0",
    "~", "key: value\n", "  key:\n", "key:\n    - a\n", "  - b: c\n", "#c\n", "\u{7F}", "<<: a\n", "1e3", "''",
    "\"\"", "/",
  ].map { Array($0.utf8) }
}
