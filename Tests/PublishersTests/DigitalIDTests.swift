import FileStore
import Foundation
import RecordSchema
import TestSupport
import Testing

@testable import Publishers

@Suite struct `Digital ID's employees` {
  @Test func `have exactly the fields of its table, in its order`() throws {
    let trial = try AccountTrial("digital-id", "employees")
    try trial.write([SampleList.person(1) { $0.photoPath = "photos/1.jpg" }])
    #expect(
      try trial.text("employees.json")
        == "[\n{\"staff_service_person_id\":1,\"first_name\":\"Zoë\",\"last_name\":\"O'Neill, \\\"Zo\\\"\",\"employee_reference\":\"001\",\"photo_path\":\"photos/1.jpg\",\"signature_url\":null,\"is_active\":true}\n]\n"
    )
  }

  @Test func `have signatures at the address of the API, or a note`() throws {
    let people = [SampleList.person(1) { $0.signaturePath = "signatures/1.png" }, SampleList.person(2)]
    let trial = try AccountTrial("digital-id", "employees", options: ["images": "false"])
    try trial.write(people)
    #expect(try trial.rows("employees.json").map { $0["signature_url"] as? String } == ["signatures/1.png", nil])
    #expect(trial.notes.count == 1)
    #expect(trial.files == ["employees.json", "revocations.json"])
    try trial.write(people, publicURL: "https://staff.example.org/x")
    #expect(
      try trial.rows("employees.json").map { $0["signature_url"] as? String }
        == ["https://staff.example.org/x/api/staff-data/1/signature", nil])
    #expect(trial.notes.isEmpty)
  }
}

@Suite struct `Digital ID's revocations` {
  private func listed(_ trial: AccountTrial) throws -> [String] {
    try trial.rows("revocations.json").map {
      "\($0["staff_service_person_id"] ?? "") \($0["employee_reference"] ?? "") \($0["status"] ?? "") \($0["since"] as? String ?? "-")"
    }
  }

  @Test func `name everybody who is not active, and since when`() throws {
    let trial = try AccountTrial("digital-id", "employees")
    try trial.write([
      SampleList.person(1), SampleList.person(2) { $0.endDate = CalendarDate("2025-12-31") },
      SampleList.person(3) { $0.isActive = false }, SampleList.person(4) { $0.startDate = CalendarDate("2026-02-01") },
      SampleList.person(5) {
        $0.isActive = false
        $0.endDate = CalendarDate("2026-01-14")
      }, SampleList.person(6) { $0.endDate = CalendarDate("2026-01-15") },
    ])
    #expect(
      try listed(trial) == [
        "2 002 left 2026-01-01", "3 003 inactive -", "4 004 pending -", "5 005 inactive 2026-01-15",
      ])
  }

  @Test func `keep whose record was deleted for good, until the person comes back`() throws {
    let trial = try AccountTrial("digital-id", "employees")
    let all = [SampleList.person(1), SampleList.person(2), SampleList.person(3)]
    try trial.write(all)
    #expect(try listed(trial) == [])
    try trial.write([all[0], all[2]], on: "2026-01-16")
    #expect(try listed(trial) == ["2 002 deleted 2026-01-16"])
    try trial.write([all[0]], on: "2026-01-17", .stays)
    try trial.write([all[0]], on: "2026-01-18", .uncertain)
    try trial.write([all[0]], on: "2026-01-18", again: true)
    #expect(try listed(trial) == ["2 002 deleted 2026-01-16", "3 003 deleted 2026-01-17"])
    try trial.write([all[0], all[1]], on: "2026-01-19")
    #expect(try listed(trial) == ["3 003 deleted 2026-01-17"])
    try trial.write([], on: "2026-01-20")
    #expect(
      try listed(trial) == [
        "1 001 deleted 2026-01-20", "2 002 deleted 2026-01-20", "3 003 deleted 2026-01-17",
      ])
  }

  @Test func `are the same when a set is made again, also when only one is kept`() throws {
    let trial = try AccountTrial("digital-id", "employees")
    try trial.write([SampleList.person(1), SampleList.person(2)], keep: 1)
    try trial.write([SampleList.person(1)], on: "2026-01-16", keep: 1)
    let before = try trial.text("revocations.json")
    try trial.write([SampleList.person(1)], on: "2026-01-16", keep: 1, again: true)
    #expect(try trial.text("revocations.json") == before)
    #expect(try listed(trial) == ["2 002 deleted 2026-01-16"])
  }

  @Test func `are found again when the newest roll is damaged, and what was given is forgotten`() throws {
    let trial = try AccountTrial("digital-id", "employees")
    try trial.write([SampleList.person(1), SampleList.person(2)])
    try trial.write([SampleList.person(1)], on: "2026-01-16")
    try FileStore.write("rubbish".utf8, to: "\(trial.current)/.given/revocations.json.rows")
    try FileStore.remove("\(trial.folder.path)/.given")
    try trial.write([SampleList.person(1)], on: "2026-01-17")
    #expect(try listed(trial) == ["2 002 deleted 2026-01-17"])
  }
}

@Suite struct `Digital ID's changes` {
  /// A table that is kept by files of changes alone.
  private struct Table {
    var rows: [Int: NSDictionary] = [:]

    mutating func take(_ trial: AccountTrial) throws {
      let file = try #require(try trial.json("employees-delta.json") as? [String: Any])
      if file["previous"] is NSNull { rows = [:] }
      for row in try #require(file["employees"] as? [NSDictionary]) { rows[try id(row)] = row }
      for row in try #require(file["removed"] as? [NSDictionary]) {
        #expect(row["is_active"] as? Bool == false)
        rows[try id(row)] = nil
      }
    }

    private func id(_ row: NSDictionary) throws -> Int { try #require(row["staff_service_person_id"] as? Int) }
  }

  @Test func `name the set that they follow, who differs, and who is gone`() throws {
    let trial = try AccountTrial("digital-id", "employees-delta")
    try trial.write([SampleList.person(1), SampleList.person(2)])
    try trial.write([SampleList.person(1) { $0.firstName = "Zoe" }], on: "2026-01-16")
    let lines = try trial.text("employees-delta.json").components(separatedBy: "\n")
    #expect(
      lines[0]
        == #"{"commit":"c0ffee","as_of":"2026-01-16","previous":"1-c0ffee-2026-01-15","employees":["#)
    #expect(lines[1].contains(#""first_name":"Zoe""#))
    #expect(
      lines[2...] == [
        #"],"removed":["#, #"{"staff_service_person_id":2,"employee_reference":"002","is_active":false}"#, "]}", "",
      ])
  }

  @Test(arguments: 0..<40)
  func `make the full file of a table, whatever is lost on the way`(seed: Int) throws {
    var random = SeededRandom(seed)
    let (delta, full) = (
      try AccountTrial("digital-id", "employees-delta"), try AccountTrial("digital-id", "employees")
    )
    var table = Table()
    var people: [Int: Person] = [:]
    for round in 0..<12 {
      for id in 1...6 {
        switch Int.random(in: 0..<5, using: &random) {
        case 0: people[id] = nil
        case 1: people[id] = SampleList.person(id) { $0.firstName = "Name \(round)" }
        case 2: people[id]?.isActive.toggle()
        default: break
        }
      }
      let now = people.values.sorted { $0.id < $1.id }
      let fates: [AccountTrial.Fate] = [.arrives, .uncertain, .stays]
      let fate = round == 11 ? .arrives : fates[Int.random(in: 0..<3, using: &random)]
      try delta.write(now, fate)
      if fate == .arrives || (fate == .uncertain && Bool.random(using: &random)) { try table.take(delta) }
    }
    try full.write(people.values.sorted { $0.id < $1.id })
    let expected = try #require(try full.json("employees.json") as? [NSDictionary])
    #expect(Set(table.rows.values) == Set(expected))
  }
}

@Suite struct `Card images` {
  private let people = [
    SampleList.person(1) {
      $0.photoPath = "photos/1.jpg"
      $0.signaturePath = "signatures/1.png"
    }, SampleList.person(2) { $0.photoPath = "photos/2.jpg" },
    SampleList.person(3) {
      $0.photoPath = "photos/3.jpg"
      $0.photoStatus = .pending
    }, SampleList.person(4) { $0.photoPath = "photos/4.jpg" },
  ]
  private let png: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0x21]

  private func store(_ changes: [String: [UInt8]?] = [:]) -> ImageStore {
    var contents = [
      "photos/1.jpg": ImageStore.jpeg("one"), "signatures/1.png": png, "photos/2.jpg": ImageStore.jpeg("two"),
      "photos/3.jpg": ImageStore.jpeg("three"), "photos/4.jpg": ImageStore.jpeg("two"),
    ]
    for (path, bytes) in changes { contents[path] = bytes }
    return ImageStore(contents)
  }

  private func nodes(_ set: String) throws -> [String: UInt64] {
    let names = FileStore.names(in: "\(set)/images")
    return try Dictionary(
      uniqueKeysWithValues: names.map {
        let facts = try FileManager.default.attributesOfItem(atPath: "\(set)/images/\($0)")
        return ($0, try #require(facts[.systemFileNumber] as? UInt64))
      })
  }

  @Test func `are listed and stored once each, approved ones only`() throws {
    let trial = try AccountTrial("digital-id", "employees")
    try trial.write(people, images: store(), publicURL: "https://x.example")
    let rows = try trial.rows("images.json")
    #expect(rows.map { $0["path"] as? String } == ["photos/1.jpg", "signatures/1.png", "photos/2.jpg", "photos/4.jpg"])
    #expect(rows.map { $0["kind"] as? String } == ["photo", "signature", "photo", "photo"])
    #expect(rows.map { $0["media_type"] as? String } == ["image/jpeg", "image/png", "image/jpeg", "image/jpeg"])
    #expect(rows.map { $0["staff_service_person_id"] as? Int } == [1, 1, 2, 4])
    for row in rows {
      let (file, sum) = (try #require(row["file"] as? String), try #require(row["sha256"] as? String))
      let sums = try run("sha256sum", ["\(trial.current)/\(file)"]).output
      #expect(sums.hasPrefix(sum) && file.hasPrefix("images/\(sum)."))
      #expect(try FileStore.size("\(trial.current)/\(file)") == row["bytes"] as? Int)
    }
    #expect(try nodes(trial.current).count == 3, "two people have the same")
    #expect(trial.notes.isEmpty)
  }

  @Test func `are shared by sets, and read from git only when they are new`() throws {
    let trial = try AccountTrial("digital-id", "employees")
    try trial.write(people, images: store())
    let before = try nodes(trial.current)
    let later = store(["photos/2.jpg": ImageStore.jpeg("newer")])
    try trial.write(people, on: "2026-01-16", images: later, .stays)
    #expect(later.seen.count == 1)
    let after = try nodes(trial.current)
    #expect(Set(before.values).isSubset(of: after.values), "4 still has what 2 had")
    #expect(after.count == 4)
    let again = store(["photos/2.jpg": ImageStore.jpeg("newer")])
    try trial.write(people, on: "2026-01-17", images: again)
    #expect(again.seen == [], "also from a set that was never sent")
    #expect(try nodes(trial.current) == after)
    try trial.write(people, on: "2026-01-18", images: again, keep: 1)
    #expect(try nodes(trial.current) == after, "they outlive the sets that they came from")
  }

  @Test func `are read anew when the earlier set has lost or changed them`() throws {
    let trial = try AccountTrial("digital-id", "employees")
    try trial.write(people, images: store())
    let names = FileStore.names(in: "\(trial.current)/images")
    try FileStore.remove("\(trial.current)/images/\(names[0])")
    try FileStore.write("x".utf8, to: "\(trial.current)/images/\(names[1])")
    let later = store()
    try trial.write(people, on: "2026-01-16", images: later)
    #expect(later.seen.count >= 2)
    #expect(FileStore.names(in: "\(trial.current)/images") == names)
    for name in names {
      #expect(try run("sha256sum", ["\(trial.current)/images/\(name)"]).output.prefix(64) == name.prefix(64))
    }
  }

  @Test func `that are not there, or are none, are notes`() throws {
    let trial = try AccountTrial("digital-id", "employees")
    try trial.write(
      people, images: store(["photos/1.jpg": nil, "photos/2.jpg": Array("<svg onload='x'/>".utf8)]),
      publicURL: "https://x.example")
    #expect(
      trial.notes == [
        "001: photos/1.jpg is left out: there is no such file.",
        "002: photos/2.jpg is left out: it is no JPEG, PNG or WebP image.",
      ])
    #expect(try trial.rows("images.json").count == 2)
    let many = (1...30).map { id in SampleList.person(id) { $0.photoPath = "photos/none-\(id).jpg" } }
    try trial.write(many, images: store(), publicURL: "https://x.example")
    #expect(trial.notes.count == 21 && trial.notes.last == "and 10 more images are not there.")
  }

  @Test func `may be left out`() throws {
    let trial = try AccountTrial("digital-id", "employees", options: ["images": "false"])
    let images = store()
    try trial.write(people, images: images)
    #expect(images.seen == [] && !FileStore.exists("\(trial.current)/images"))
  }
}

@Suite struct `Files that are put on disk together` {
  @Test func `are all there, and a failure is told`() throws {
    let scratch = try Scratch()
    let batch = SyncBatch()
    for number in 0..<100 {
      let file = try NewFile("\(scratch.path)/\(number)")
      file.write(Array("\(number)".utf8))
      try file.finish(in: batch)
    }
    try batch.finish()
    #expect(FileStore.names(in: scratch.path).count == 100)
    // Nothing can be put on disk there.
    let nowhere = try NewFile("/dev/null")
    nowhere.write([1])
    try nowhere.finish(in: batch)
    #expect(throws: FileError.self) { try batch.finish() }
    let full = try NewFile("/dev/full")
    full.write([1])
    #expect(throws: FileError.self) { try full.finish(in: batch) }
    try batch.finish()
  }

  @Test func `leave no descriptor open`() throws {
    let scratch = try Scratch()
    func open() -> Int {
      FileStore.names(in: "/proc/self/fd").filter { name in
        FileStore.linkTarget("/proc/self/fd/\(name)")?.hasPrefix(scratch.path) == true
      }.count
    }
    do {
      let batch = SyncBatch()
      for number in 0..<40 { try NewFile("\(scratch.path)/\(number)").finish(in: batch) }
      #expect((1..<32).contains(open()))
    }
    #expect(open() == 0)
  }
}
