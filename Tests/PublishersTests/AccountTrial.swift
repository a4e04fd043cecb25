import FileStore
import Foundation
import Publishers
import RecordSchema
import Synchronization
import TestSupport

/// One system's sets over some days, and what becomes of them on their way.
final class AccountTrial {
  enum Fate {
    /// The system has it.
    case arrives
    /// Sending was begun, and nobody knows how far it came.
    case uncertain
    /// It was never sent.
    case stays
  }

  let folder: ExportFolder
  private(set) var notes: [String] = []
  private(set) var files: [String] = []
  private let scratch: Scratch
  private let system: SystemFiles
  private var position = 0

  init(_ system: String, _ profile: String, options: [String: String] = [:]) throws {
    scratch = try Scratch()
    folder = ExportFolder(scratch.path + "/x")
    var settings = Configuration.SystemSettings(name: system)
    settings.options = options
    self.system = SystemFiles(settings, of: Configuration(), profiles: [profile])
  }

  var current: String { "\(folder.path)/current" }

  /// Writes the next set.
  ///
  /// - Parameter again: the same one as last time, as after a run that was killed.
  func write(
    _ people: [Person], on day: String = "2026-01-15", images: ImageStore? = nil, publicURL: String? = nil,
    keep: Int = 30, again: Bool = false, _ fate: Fate = .arrives
  ) throws {
    if !again { position += 1 }
    let name = "\(position)-c0ffee-\(day)"
    let plain = SampleList.list(people, on: day)
    let context = StaffContext(
      organisation: plain.context.organisation, commit: plain.context.commit, asOf: plain.context.asOf,
      units: plain.context.units, publicURL: publicURL, bearers: plain.context.bearers)
    let list = StaffList(context, images: images?.images) { try plain.forEachPart($0) }
    let draft = try folder.begin(name, for: "elsewhere", images: list.images)
    let job = ExportJob(draft.set) { try system.begin(in: draft.set, list.context) }
    let digest = try list.fill([job])
    if let failure = job.failure { throw failure }
    try draft.set.finish(
      system: system.settings.name, profiles: system.profiles, position: position, context: list.context,
      digest: digest)
    try folder.publish(draft, keep: keep)
    (notes, files) = (draft.set.notes, draft.set.files.map(\.name))
    if fate != .stays { try folder.remember(Given(set: name, isConfirmed: fate == .arrives)) }
  }

  func json(_ name: String) throws -> Any {
    try JSONSerialization.jsonObject(with: Data(try FileStore.read("\(current)/\(name)")))
  }

  func rows(_ name: String) throws -> [[String: Any]] { try json(name) as? [[String: Any]] ?? [] }

  func text(_ name: String) throws -> String {
    String(decoding: try FileStore.read("\(current)/\(name)"), as: UTF8.self)
  }
}

/// Photos and signatures, as git would have them.
final class ImageStore: Sendable {
  private let contents: [String: [UInt8]]
  private let reads = Mutex<[String]>([])

  init(_ contents: [String: [UInt8]]) { self.contents = contents }

  /// What was read so far.
  var seen: [String] { reads.withLock { $0.sorted() } }

  var images: StaffImages {
    StaffImages(
      content: { [contents] path in contents[path].map { "id of \(String(decoding: $0, as: UTF8.self))" } },
      open: {
        { [self] content in
          reads.withLock { $0.append(content) }
          struct Lost: Error {}
          guard let bytes = contents.values.first(where: { "id of \(String(decoding: $0, as: UTF8.self))" == content })
          else { throw Lost() }
          return bytes
        }
      })
  }

  static func jpeg(_ text: String) -> [UInt8] { [0xFF, 0xD8, 0xFF] + Array(text.utf8) }
}
