import FileStore
import Foundation
import TestSupport
import Testing

/// What docs/operator.md says of taking a change back.
@Suite struct `A rollback` {
  private func exports(_ repository: DataRepository) throws -> (current: String, bytes: String, digest: String) {
    let folder = repository.path + "/.git/staffrepo/exports/digital-id"
    let current = try #require(FileStore.linkTarget(folder + "/current"))
    let manifest = try JSONSerialization.jsonObject(
      with: Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(current)/manifest.json")))
    let records = (manifest as? [String: Any])?["records"] as? [String: Any]
    return (
      current, try String(contentsOfFile: "\(folder)/\(current)/employees.json", encoding: .utf8),
      records?["digest"] as? String ?? ""
    )
  }

  @Test func `tells the inverse, and ends with the same records and files`() throws {
    let receiver = try Receiver()
    let repository = try DataRepository(webhook: receiver.port)
    try repository.write(
      "staffrepo.yaml",
      "organisation: {id: 1, time_zone: Europe/London}\nsystems: {hr: {enabled: false}, lms: {enabled: false}, digital-id: {enabled: true}}\n"
    )
    try repository.person(3)
    try repository.commit()
    try repository.staffrepo("publish")
    let before = try exports(repository)

    try repository.person(1, "is_active: false\n")
    try repository.person(2, "preferred_name: Gracie\n")
    try FileStore.remove(repository.path + "/data/people/EMP3.yaml")
    try repository.commit("a mistake")
    try repository.staffrepo("publish")
    let mistaken = try exports(repository)
    #expect(mistaken.digest != before.digest)
    let told = try receiver.requests().count

    try git("revert", "--no-edit", "HEAD", in: repository.path)
    let plan = try repository.staffrepo("plan").output
    #expect(plan.contains("person.activated  EMP1"), "the plan says what a revert will send")
    #expect(try repository.staffrepo("publish").status == 0)
    let inverse = try receiver.requests().dropFirst(told).map { "\($0.event) \($0.person)" }
    #expect(
      inverse.sorted() == [
        "person.activated 1", "person.created 3", "person.unit.assigned 3", "person.updated 1", "person.updated 2",
      ])
    let after = try exports(repository)
    #expect(after.digest == before.digest)
    #expect(after.bytes == before.bytes)
    let folder = repository.path + "/.git/staffrepo/exports/digital-id"
    #expect(FileStore.exists("\(folder)/\(before.current)/employees.json"), "the earlier set is still there")
    #expect(try repository.staffrepo("audit", "verify").status == 0)
  }
}
