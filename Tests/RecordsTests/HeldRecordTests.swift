import Foundation
import GitStore
import RecordSchema
import TestSupport
import Testing

@testable import Records

/// The staff in force after each of a line of trees.
func staff(_ trees: [[String: String]]) throws -> (last: Staff, scratch: Scratch) {
  let scratch = try Scratch()
  try git("init", "--quiet", "--bare", in: scratch.path)
  var graph = CommitGraph()
  for (index, files) in trees.enumerated() {
    let all = files.merging(["staffrepo.yaml": MarkedRecords.configuration]) { first, _ in first }
    _ = graph.add(all, time: 1_767_603_600 + index, parents: index == 0 ? [] : [index - 1])
  }
  let repository = try Repository(containing: scratch.path)
  var staff = try Staff()
  for id in try graph.write(to: scratch.path) {
    _ = try staff.move(to: CommitSource(repository, commit: try #require(OID(id))))
  }
  return (staff, scratch)
}

private func record(_ id: Int, _ reference: String, _ more: String = "") -> String {
  "id: \(id)\nemployee_reference: \(reference)\nfirst_name: A\nlast_name: B\nemail: \(reference)@example.org\njob_title: J\nemployment_start_date: 2020-01-01\n\(more)"
}

@Suite struct `Held records` {
  private let good = ["data/people/EMP017.yaml": record(17, "EMP017")]

  @Test(arguments: [
    "id: [", "just text", record(17, "EMP017").replacing("id: 17\n", with: ""),
    record(17, "EMP017").replacing("employee_reference: EMP017\n", with: ""),
    record(17, "EMP017").replacing("2020-01-01", with: "2020-13-01"),
    record(17, "EMP017", "employment_end_date: soon\n"),
    record(17, "EMP017").replacing("employment_start_date: 2020-01-01\n", with: ""),
    record(17, "EMP017", "organisational_units: [{unit: a, from: 1.2.2026}]\n"),
    record(17, "EMP017", "is_active: no\n"),
    record(17, "EMP017", "id: 17\n"),
  ])
  func `keep their last good state`(bad: String) throws {
    let (staff, _) = try staff([good, ["data/people/EMP017.yaml": bad]])
    let held = try #require(try staff.person(PersonID(17)))
    #expect(held.record.isActive)
    #expect(staff.held.map(\.key) == ["EMP017"])
    #expect(!staff.isClean)
  }

  @Test(arguments: [
    "is_active: false\nid: [", "x: [unclosed\nis_active: false\n",
    record(17, "EMP017", "is_active: \"false\"\nemployment_end_date: soon\n"),
    "{id: 17, id: 17, is_active: false}",
    record(17, "EMP017", "is_active: false\nid: 17\n"),
    record(17, "EMP017", "is_active: false\n").replacing("2020-01-01", with: "later"),
  ])
  func `are deactivated all the same when the file says so`(bad: String) throws {
    let (staff, _) = try staff([good, ["data/people/EMP017.yaml": bad]])
    #expect(try staff.person(PersonID(17))?.record.isActive == false)
  }

  @Test(arguments: ["is_active: false\nis_active: true\nid: [", "# is_active: false\nid: [", "note: is_active: false"])
  func `are not deactivated by anything less plain`(bad: String) throws {
    let (staff, _) = try staff([good, ["data/people/EMP017.yaml": bad]])
    #expect(try staff.person(PersonID(17))?.record.isActive == true)
  }

  @Test func `come of two files that claim one id, and the newcomer is not published`() throws {
    let copy = ["data/people/EMP099.yaml": record(17, "EMP099", "is_active: false\n")]
    let (staff, _) = try staff([good, good.merging(copy) { first, _ in first }])
    let held = try #require(try staff.person(PersonID(17)))
    #expect(held.record.reference.rawValue == "EMP017")
    #expect(held.record.isActive, "another person's file does not deactivate this one")
    #expect(staff.held.first?.reason.contains("EMP099.yaml") == true)
  }

  @Test func `include a vanished one while a file with its name cannot be read`() throws {
    let (moved, _) = try staff([good, ["data/people/new-place/EMP017.yaml": "id: ["]])
    #expect(try moved.person(PersonID(17)) != nil)
    let (gone, _) = try staff([good, ["data/people/EMP018.yaml": "id: ["]])
    #expect(try gone.person(PersonID(17)) == nil)
  }

  @Test func `never stop the others`() throws {
    let (staff, _) = try staff([
      good,
      ["data/people/EMP017.yaml": "id: [", "data/people/EMP018.yaml": record(18, "EMP018", "line_manager: NOBODY\n")],
    ])
    #expect(try staff.person(PersonID(18))?.record.lineManager?.rawValue == "NOBODY", "published as it stands")
  }

  @Test func `are free again when mended, and removed when the file is`() throws {
    let bad = ["data/people/EMP017.yaml": "id: ["]
    let (mended, _) = try staff([good, bad, ["data/people/EMP017.yaml": record(17, "EMP017", "salary_grade: G2\n")]])
    #expect(try mended.person(PersonID(17))?.record.salaryGrade == "G2")
    #expect(mended.isClean)
    let (removed, _) = try staff([good, bad, [:]])
    #expect(try removed.personIDs().isEmpty)
  }

  @Test func `a broken subscription keeps what it last said, a broken configuration too`() throws {
    let hook = ["data/webhooks/a.yaml": "url: https://example.org/\n"]
    let (staff, _) = try staff([
      hook, ["data/webhooks/a.yaml": "url: [", "staffrepo.yaml": "organisation: ["],
    ])
    #expect(staff.subscriptions.map(\.url) == ["https://example.org/"])
    #expect(staff.configuration.organisation.id == 1)
  }

  @Test func `include one whose file became a link, and name a new file that nobody can read`() throws {
    let (staff, scratch) = try staff([good, good.merging(["data/people/EMP099.yaml": "id: ["]) { first, _ in first }])
    #expect(staff.held.map(\.key) == ["EMP099"])
    let work = scratch.path + "/w"
    try git("init", "--quiet", work, in: scratch.path)
    try git("fetch", "--quiet", scratch.path, "+refs/heads/*:refs/heads/*", in: work)
    try git("checkout", "--quiet", "scratch-0", in: work)
    try git("rm", "--quiet", "data/people/EMP017.yaml", in: work)
    try git(
      "update-index", "--add", "--cacheinfo", "120000,\(try blob("elsewhere", in: work)),data/people/EMP017.yaml",
      in: work)
    try git("commit", "--quiet", "--message", "link", in: work)
    let linked = try Repository(containing: work)
    var after = try Staff()
    for name in ["scratch-0~1", "scratch-0"] {
      _ = try after.move(to: CommitSource(linked, commit: try linked.commit(named: name)))
    }
    #expect(try after.person(PersonID(17)) != nil)
    #expect(after.held.map(\.key) == ["EMP017"])
  }

  private func blob(_ text: String, in folder: String) throws -> String {
    try git("hash-object", "-w", "--stdin", in: folder, input: Data(text.utf8))
  }

  @Test func `a subscription that two files claim stays what it was, whatever the order`() throws {
    let first = ["data/webhooks/b/x.yaml": "url: https://b.example.org/\n"]
    let second = first.merging(["data/webhooks/a/x.yaml": "url: https://a.example.org/\n"]) { old, _ in old }
    let (contested, _) = try staff([first, second])
    #expect(contested.subscriptions.map(\.url) == ["https://b.example.org/"])
    #expect(!contested.isClean)
    let (gone, _) = try staff([first, ["data/webhooks/sub/x.yaml": "url: ["], [:]])
    #expect(gone.subscriptions.isEmpty)
  }

  @Test func `a photo whose status is misspelt is not approved`() throws {
    let (staff, _) = try staff([
      ["data/people/EMP017.yaml": record(17, "EMP017", "photo_path: photos/a.jpg\nphoto_status: rejectd\n")]
    ])
    #expect(try staff.person(PersonID(17))?.record.visiblePhotoPath == nil)
  }

  @Test func `a moved file is the same record`() throws {
    let (staff, _) = try staff([good, ["data/people/a/b/EMP017.yaml": record(17, "EMP017")]])
    #expect(try staff.person(PersonID(17))?.path == "data/people/a/b/EMP017.yaml")
    #expect(staff.isClean)
  }
}
