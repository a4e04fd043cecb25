import FileStore
import Publishers
import RecordSchema
import TestSupport

/// One system's sets, one after another.
final class SetHistory {
  /// What becomes of a set.
  enum Fate {
    case arrives
    /// Sending was begun, and nobody knows how far it came.
    case inDoubt
  }

  let folder: ExportFolder
  private(set) var set: ExportSet?
  private let scratch: Scratch
  private let files: SystemFiles
  private var position = 0

  init(_ system: String, _ profile: String, options: [String: String] = [:]) throws {
    scratch = try Scratch()
    folder = ExportFolder(scratch.path + "/x")
    var settings = Configuration.SystemSettings(name: system)
    settings.options = options
    files = SystemFiles(settings, of: Configuration(), profiles: [profile])
  }

  func run(_ people: [Person], units: [Unit] = SampleList.units, _ fate: Fate = .arrives) throws {
    position += 1
    let name = "\(position)-c0ffee-2026-01-15"
    let list = SampleList.list(people, units: units)
    let draft = try folder.begin(name)
    let job = ExportJob(draft.set) { try files.begin(in: draft.set, list.context) }
    let digest = try list.fill([job])
    if let failure = job.failure { throw failure }
    try draft.set.finish(
      system: files.settings.name, profiles: files.profiles, position: position, context: list.context, digest: digest)
    try folder.publish(draft, keep: 30)
    try folder.remember(Given(set: name, isConfirmed: fate == .arrives))
    set = draft.set
  }

  /// A file of the newest set, by lines.
  func lines(_ name: String) throws -> [String] {
    Self.lines(try FileStore.read("\(folder.path)/current/\(name)")[...])
  }

  /// The members of a zip file of the newest set, by lines.
  func members(_ name: String) throws -> [String: [String]] {
    let bytes = try FileStore.read("\(folder.path)/current/\(name)")
    func number(_ start: Int, _ size: Int) -> Int {
      bytes[start..<start + size].reversed().reduce(0) { $0 << 8 | Int($1) }
    }
    var members: [String: [String]] = [:]
    var start = 0
    while number(start, 4) == 0x0403_4B50 {
      let content = start + 30 + number(start + 26, 2)
      let name = String(decoding: bytes[start + 30..<content], as: UTF8.self)
      let end = content + number(start + 18, 4)
      members[name] = Self.lines(bytes[content..<end])
      start = end
    }
    return members
  }

  private static func lines(_ bytes: ArraySlice<UInt8>) -> [String] {
    String(decoding: bytes, as: UTF8.self).split(separator: "\r\n").map { String($0) }
  }

  /// The cells of a line in which nothing but commas separates them.
  static func cells(_ line: String) -> [String] {
    line.split(separator: ",", omittingEmptySubsequences: false).map { String($0) }
  }
}
