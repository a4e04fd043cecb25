import FileStore
import Publishers
import RecordSchema
import TestSupport
import Testing

/// What holds for every publisher. A new one is tested by standing in the registry.
@Suite struct `Every publisher` {
  /// Every system's every profile that `publish` may write.
  static let systems = PublisherRegistry.all.flatMap { publisher in
    publisher.profiles.map(\.name).filter { !Configuration.privateProfiles.contains($0) }.map {
      "\(publisher.system) \($0)"
    }
  }

  /// Files that do not name everybody. In a first set nobody left a cohort yet.
  private static let nameless = ["manifest.json", "groups.json", "leavers.csv", "moodle-removals.csv"]

  private func write(_ system: String, _ list: StaffList, to folder: ExportFolder, name: String, keep: Int = 30) throws
    -> ExportSet
  {
    let words = system.split(separator: " ").map { String($0) }
    let files = SystemFiles(
      Configuration.SystemSettings(name: words[0]), of: Configuration(), profiles: [words[1]])
    let draft = try folder.begin(name)
    let job = ExportJob(draft.set) { try files.begin(in: draft.set, list.context) }
    let digest = try list.fill([job])
    if let failure = job.failure { throw failure }
    try draft.set.finish(
      system: words[0], profiles: files.profiles, position: 1, context: list.context, digest: digest)
    try folder.publish(draft, keep: keep)
    try folder.remember(Given(set: name, isConfirmed: true))
    return draft.set
  }

  private func contents(_ folder: ExportFolder) throws -> [String: [UInt8]] {
    let set = "\(folder.path)/current"
    let names = FileStore.names(in: set).filter { !FileStore.isDirectory("\(set)/\($0)") }
    return try Dictionary(uniqueKeysWithValues: names.map { ($0, try FileStore.read("\(set)/\($0)")) })
  }

  /// What readers see, without what we remember beside it.
  private func sets(in folder: ExportFolder) -> [String] {
    FileStore.names(in: folder.path).filter { !$0.hasPrefix(".") }
  }

  @Test(arguments: systems)
  func `writes the same bytes for the same list, and changes nothing the second time`(system: String) throws {
    let scratch = try Scratch()
    let folder = ExportFolder(scratch.path + "/x")
    _ = try write(system, SampleList.list(), to: folder, name: "1-c0ffee-2026-01-15")
    let first = try contents(folder)
    _ = try write(system, SampleList.list(), to: folder, name: "1-c0ffee-2026-01-15")
    #expect(try contents(folder) == first)
    #expect(sets(in: folder) == ["1-c0ffee-2026-01-15", "current"])
  }

  @Test(arguments: systems)
  func `keeps a leaver in the set, no longer active, and drops one whose record is gone`(system: String) throws {
    let scratch = try Scratch()
    let folder = ExportFolder(scratch.path + "/x")
    let withLeaver = try write(system, SampleList.list(), to: folder, name: "1-a-2026-01-15")
    let rest = SampleList.list(SampleList.people.filter { $0.id != PersonID(3) })
    _ = try write(system, rest, to: folder, name: "2-b-2026-01-15")
    // A set may say once that a record is gone.
    let without = try write(system, rest, to: folder, name: "3-c-2026-01-15")
    // Groups hold who is active, so a leaver is in none of their files.
    if system.hasSuffix(" group-members") {
      #expect(without.rows == withLeaver.rows)
    } else {
      #expect(without.rows < withLeaver.rows)
    }
  }

  // Some stand in another order, and some hold not everybody.
  @Test(arguments: systems.filter { !["hr successfactors", "hr leavers"].contains($0) })
  func `writes everybody in the order of ids`(system: String) throws {
    let scratch = try Scratch()
    let folder = ExportFolder(scratch.path + "/x")
    _ = try write(system, SampleList.list(), to: folder, name: "1-a-2026-01-15")
    for (name, bytes) in try contents(folder)
    where !name.hasSuffix(".zip") && !Self.nameless.contains(name) {
      let text = String(decoding: bytes, as: UTF8.self)
      let places = ["001", "002", "003"].compactMap { text.firstRange(of: $0)?.lowerBound }
      // Revocations are of leavers only, images of who has one, and groups name people by their addresses.
      let isOfSome = ["revocations.json", "images.json"].contains(name) || name.hasPrefix("members-")
      #expect(places.count == 3 || isOfSome, "\(name)")
      #expect(places == places.sorted(), "\(name)")
    }
  }

  @Test(arguments: systems)
  func `leaves the current set alone when it fails`(system: String) throws {
    struct Failure: Error {}
    let scratch = try Scratch()
    let folder = ExportFolder(scratch.path + "/x")
    _ = try write(system, SampleList.list(), to: folder, name: "1-a-2026-01-15")
    let before = try contents(folder)
    #expect(throws: Failure.self) {
      let draft = try folder.begin("2-b-2026-01-15")
      defer { draft.discard() }
      try draft.set.file("half.csv") { file in
        file.write("half")
        throw Failure()
      }
    }
    #expect(try contents(folder) == before)
    #expect(sets(in: folder) == ["1-a-2026-01-15", "current"])
    _ = try write(system, SampleList.list(), to: folder, name: "2-b-2026-01-15")
    #expect(folder.current == "2-b-2026-01-15", "the next run goes through")
  }

  @Test(arguments: systems)
  func `writes whole sets of an empty organisation`(system: String) throws {
    let scratch = try Scratch()
    let folder = ExportFolder(scratch.path + "/x")
    _ = try write(system, SampleList.list([]), to: folder, name: "1-a-2026-01-15")
    #expect(try contents(folder)["manifest.json"] != nil)
  }

  @Test(arguments: systems)
  func `keeps so many sets and no more, by position`(system: String) throws {
    let scratch = try Scratch()
    let folder = ExportFolder(scratch.path + "/x")
    for position in 8...12 {
      _ = try write(system, SampleList.list(), to: folder, name: "\(position)-a-2026-01-15", keep: 3)
    }
    #expect(
      sets(in: folder) == [
        "10-a-2026-01-15", "11-a-2026-01-15", "12-a-2026-01-15", "current",
      ])
  }

  @Test func `says in the notes whom it had to leave out`() throws {
    let scratch = try Scratch()
    let set = try write(
      "entra bulk-upload", SampleList.list(), to: ExportFolder(scratch.path + "/x"), name: "1-a-2026-01-15")
    #expect(set.notes.count == 1)
    #expect(set.notes.first?.hasPrefix("004: left out") == true)
  }
}
