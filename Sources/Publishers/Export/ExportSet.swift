import Crypto
import FileStore
import RecordSchema

/// The files of one run for one system, written into a folder that nobody sees before it is whole.
public final class ExportSet {
  /// What is said of one file in the manifest.
  public struct WrittenFile: Sendable {
    public let name: String
    public let sha256: String
    public let rows: Int
    public let bytes: Int
  }

  public let folder: String
  public private(set) var files: [WrittenFile] = []
  /// What a file had to leave out or change, and for whom.
  public private(set) var notes: [String] = []

  /// - Parameter folder: must not be there yet.
  public init(folder: String) throws {
    self.folder = folder
    try FileStore.makeDirectory(folder)
  }

  /// Writes one file; `body` returns how many records it holds.
  ///
  /// - Parameter isSecret: nobody but its owner may read it.
  public func file(_ name: String, isSecret: Bool = false, _ body: (ExportFile) throws -> Int) throws {
    let file = ExportFile(try NewFile("\(folder)/\(name)", mode: isSecret ? 0o600 : 0o666))
    let rows = try body(file)
    files.append(try file.finish(name: name, rows: rows))
  }

  public func note(_ text: String) { notes.append(text) }

  public var rows: Int { files.map(\.rows).reduce(0, +) }
  public var bytes: Int { files.map(\.bytes).reduce(0, +) }

  /// Writes the manifest, last: a folder that has one is whole.
  ///
  /// - Parameter digest: the list's own; asked for, because all systems of a run share it and it costs.
  public func finish(system: String, profile: String, position: Int?, list: StaffList, digest: String) throws {
    let manifest: JSON = [
      "system": .string(system), "profile": .string(profile), "commit": .string(list.commit),
      "as_of": .string(list.asOf.description), "position": .optional(position),
      "files": .array(
        files.map {
          [
            "name": .string($0.name), "sha256": .string($0.sha256), "rows": .int($0.rows), "bytes": .int($0.bytes),
          ]
        }),
      "records": [
        "people": .int(list.members.count), "units": .int(list.units.byID.count), "digest": .string(digest),
      ], "notes": .array(notes.map(JSON.string)),
    ]
    try FileStore.write((manifest.prettyText + "\n").utf8, to: "\(folder)/manifest.json")
    try FileStore.synchroniseDirectory(folder)
  }
}

/// One file of a set: counts and hashes what goes through it.
public final class ExportFile {
  private let file: NewFile
  private var hash = SHA256()

  init(_ file: NewFile) { self.file = file }

  public func write(_ bytes: [UInt8]) {
    hash.update(data: bytes)
    file.write(bytes)
  }

  public func write(_ text: String) { write(Array(text.utf8)) }

  func finish(name: String, rows: Int) throws -> ExportSet.WrittenFile {
    try file.finish()
    return ExportSet.WrittenFile(
      name: name, sha256: hexadecimal(hash.finalize()), rows: rows, bytes: file.byteCount)
  }
}
