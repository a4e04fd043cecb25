import FileStore
import Publishers
import RecordSchema
import TestSupport
import Testing

/// What holds for every publisher. A new one is tested by standing in the registry.
@Suite struct `Every publisher` {
  /// Every system's every set that `publish` may write.
  static let systems = PublisherRegistry.all.map { $0.system }

  private func write(_ system: String, _ list: StaffList, to folder: ExportFolder, name: String, keep: Int = 30) throws
    -> ExportSet
  {
    let type = try #require(PublisherRegistry.publisher(for: system))
    let publisher = type.init(Configuration.SystemSettings(name: system))
    return try folder.publish(name: name, keep: keep) { set in
      try publisher.write(list, profile: type.profiles[0], to: set)
      try set.finish(system: system, profile: type.profiles[0], position: 1, list: list, digest: list.digest)
    }
  }

  private func contents(_ folder: ExportFolder) throws -> [String: [UInt8]] {
    let set = "\(folder.path)/current"
    return try Dictionary(
      uniqueKeysWithValues: FileStore.names(in: set).map { ($0, try FileStore.read("\(set)/\($0)")) })
  }

  @Test(arguments: systems)
  func `writes the same bytes for the same list, and changes nothing the second time`(system: String) throws {
    let scratch = try Scratch()
    let folder = ExportFolder(scratch.path + "/x")
    _ = try write(system, SampleList.list(), to: folder, name: "1-c0ffee-2026-01-15")
    let first = try contents(folder)
    _ = try write(system, SampleList.list(), to: folder, name: "1-c0ffee-2026-01-15")
    #expect(try contents(folder) == first)
    #expect(FileStore.names(in: folder.path) == ["1-c0ffee-2026-01-15", "current"])
  }

  @Test(arguments: systems)
  func `keeps a leaver in the set, no longer active, and drops one whose record is gone`(system: String) throws {
    let scratch = try Scratch()
    let folder = ExportFolder(scratch.path + "/x")
    let withLeaver = try write(system, SampleList.list(), to: folder, name: "1-a-2026-01-15")
    let without = try write(
      system, SampleList.list(SampleList.people.filter { $0.id != PersonID(3) }), to: folder, name: "2-b-2026-01-15")
    #expect(without.rows < withLeaver.rows)
  }

  @Test(arguments: systems)
  func `writes everybody in the order of ids`(system: String) throws {
    let scratch = try Scratch()
    let folder = ExportFolder(scratch.path + "/x")
    _ = try write(system, SampleList.list(), to: folder, name: "1-a-2026-01-15")
    for (name, bytes) in try contents(folder)
    where !name.hasSuffix(".zip") && name != "manifest.json" && name != "groups.json" {
      let text = String(decoding: bytes, as: UTF8.self)
      let places = ["001", "002", "003"].compactMap { text.firstRange(of: $0)?.lowerBound }
      #expect(places.count == 3, "\(name)")
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
      try folder.publish(name: "2-b-2026-01-15", keep: 30) { set in
        try set.file("half.csv") { file in
          file.write("half")
          return 1
        }
        throw Failure()
      }
    }
    #expect(try contents(folder) == before)
    #expect(FileStore.names(in: folder.path) == ["1-a-2026-01-15", "current"])
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
    #expect(FileStore.names(in: folder.path) == ["10-a-2026-01-15", "11-a-2026-01-15", "12-a-2026-01-15", "current"])
  }

  @Test func `says in the notes whom it had to leave out`() throws {
    let scratch = try Scratch()
    let set = try write("entra", SampleList.list(), to: ExportFolder(scratch.path + "/x"), name: "1-a-2026-01-15")
    #expect(set.notes.count == 1)
    #expect(set.notes.first?.hasPrefix("004: left out") == true)
  }
}
