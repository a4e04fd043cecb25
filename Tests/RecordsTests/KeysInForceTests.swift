import Catalogue
import GitStore
import RecordSchema
import TestSupport
import Testing

@testable import Records

private let hash = "sha256:9883c45779e9dda8704a34220cdbd460a2420a5dc0639091ad068482d8c0e04c"

private func key(_ more: String = "") -> String { "system: hr\nkey_hash: \(hash)\nscopes: [staff:read]\n\(more)" }

@Suite struct `Keys in force` {
  private let good = ["data/apikeys/hr.yaml": key("units: [care]\n")]

  /// What the file of the only key says at last, after it said something good.
  private func last(_ text: String) throws -> APIKey? {
    try staff([good, ["data/apikeys/hr.yaml": text]]).last.apiKeys.first
  }

  @Test func `are those of the files, by name, whatever the folder`() throws {
    let (staff, _) = try staff([
      ["data/apikeys/hr.yaml": key("expires_at: 2027-02-02\n"), "data/apikeys/a/b/finance.yaml": key()]
    ])
    #expect(staff.apiKeys.map(\.name) == ["finance", "hr"])
    #expect(staff.apiKeys.last?.expiresAt == "2027-02-02")
    #expect(staff.apiKeys.last?.keyHash == hash)
    #expect(staff.isClean)
  }

  @Test(arguments: [
    "system: [", "just text", "system: hr\nscopes: [staff:read]\n", key("units: care\n"), key("expires_at: soon\n"),
    key("system: hr\n"), key("revoked_at: yes\n"), "<<<<<<< ours\n" + key(),
  ])
  func `stay what they were while a file cannot be read`(bad: String) throws {
    let (staff, _) = try staff([good, ["data/apikeys/hr.yaml": bad]])
    #expect(staff.apiKeys.map(\.keyHash) == [hash])
    #expect(staff.apiKeys.first?.units == [UnitCode("care")])
    #expect(staff.apiKeys.first?.revokedAt == nil)
    #expect(staff.held.map(\.kind) == [.apiKey])
    #expect(staff.held.map(\.key) == ["hr"])
    #expect(!staff.isClean)
  }

  @Test(arguments: [
    ("revoked_at: 2026-06-01\nsystem: [", "2026-06-01"),
    ("system: [\nrevoked_at: 2026-06-01T10:00:00Z\n", "2026-06-01T10:00:00Z"),
    ("system: [\nrevoked_at: \"2026-06-01\"   # it leaked\n", "2026-06-01"),
    ("{system: hr, system: hr, revoked_at: 2026-06-01}", "2026-06-01"),
    ("<<<<<<< ours\nrevoked_at: 2026-06-01\n=======\n>>>>>>> theirs\n", "2026-06-01"),
    // Not as it should be written, but a day all the same.
    (key("revoked_at: 2026-06-01T10:00:00+02:00\n"), "2026-06-01"),
    (key("revoked_at: 2026-06-01 10:00\n"), "2026-06-01"),
    // Of two the first.
    (key("revoked_at: 2026-07-01\nrevoked_at: 2026-06-01\n"), "2026-06-01"),
  ])
  func `are taken back also by a file that is otherwise broken`(bad: String, day: String) throws {
    let key = try #require(try last(bad))
    #expect(key.revokedAt == day)
    #expect(key.keyHash == hash)
  }

  @Test func `stay taken back until the file is mended`() throws {
    let revoking = ["data/apikeys/hr.yaml": "system: [\nrevoked_at: 2026-06-01\n"]
    let broken = ["data/apikeys/hr.yaml": "system: ["]
    #expect(try staff([good, revoking, broken]).last.apiKeys.first?.revokedAt == "2026-06-01")
    #expect(try staff([good, revoking, broken, good]).last.apiKeys.first?.revokedAt == nil)
  }

  @Test func `are not given back by a broken file`() throws {
    let revoked = ["data/apikeys/hr.yaml": key("revoked_at: 2026-06-01\n")]
    let later = ["data/apikeys/hr.yaml": "system: [\nrevoked_at: 2027-06-01\n"]
    #expect(try staff([revoked, later]).last.apiKeys.first?.revokedAt == "2026-06-01")
  }

  @Test func `end with their files`() throws {
    #expect(try staff([good, [:]]).last.apiKeys.isEmpty)
    let (renamed, _) = try staff([good, ["data/apikeys/other.yaml": "system: ["]])
    #expect(renamed.apiKeys.isEmpty)
  }

  @Test func `of two files with one name are what they were, but taken back by either`() throws {
    let second = ["data/apikeys/old/hr.yaml": key()]
    let both = good.merging(second) { first, _ in first }
    let (contested, _) = try staff([good, both])
    #expect(contested.apiKeys.map(\.units) == [[UnitCode("care")]])
    #expect(!contested.isClean)
    let revoking = both.merging(["data/apikeys/old/hr.yaml": key("revoked_at: 2026-06-01\n")]) { $1 }
    #expect(try staff([good, both, revoking]).last.apiKeys.first?.revokedAt == "2026-06-01")
  }

  @Test(
    arguments: [
      ("", nil), ("units: [care, unknown]\n", ["care", "unknown"]), ("units: [unknown]\n", ["unknown"]),
      ("units: []\n", []), ("units:\n", []), ("units: [Not A Code]\n", ["Not A Code"]),
    ] as [(String, [String]?)])
  func `with units are never keys for everybody`(line: String, codes: [String]?) throws {
    let (staff, _) = try staff([["data/apikeys/hr.yaml": key(line)]])
    #expect(staff.apiKeys.first?.units?.map(\.rawValue) == codes)
  }

  @Test func `are the same when the staff begin with a catalogue`() throws {
    let trees = [
      good.merging(["data/people/EMP1.yaml": "id: ["]) { first, _ in first }, good,
      good.merging(["data/apikeys/finance.yaml": key("revoked_at: 2026-06-01\n")]) { first, _ in first },
    ]
    let (along, scratch) = try staff(trees)
    let repository = try Repository(containing: scratch.path)
    let store = CatalogueStore(folder: scratch.path + "/cache")
    // Made, kept and used again.
    for _ in 0..<2 {
      let staff = try Staff(near: repository.commit(named: "scratch-2"), in: repository, store)
      #expect(staff.apiKeys == along.apiKeys)
      #expect(staff.isClean)
    }
    var moved = try Staff(near: repository.commit(named: "scratch-1"), in: repository, store)
    _ = try moved.move(to: CommitSource(repository, commit: repository.commit(named: "scratch-2")))
    #expect(moved.apiKeys == along.apiKeys)
  }
}
