import GitStore
import Records

/// A file that rules look at; its content is read when the first of them asks for it.
final class InspectedFile {
  let entry: TreeEntry
  let role: FileRole
  private let source: any RecordSource
  private var known: [UInt8]?

  /// What is larger is read by nobody.
  static let readingLimit = 8 * 1024 * 1024

  init(_ entry: TreeEntry, _ role: FileRole, _ source: any RecordSource) {
    self.entry = entry
    self.role = role
    self.source = source
  }

  /// The name without folders.
  var name: Substring { entry.path.split(separator: "/").last ?? "" }

  /// In bytes.
  func size() throws -> Int { entry.isPlainFile ? try source.size(of: entry) : 0 }

  /// The content; of a very large file, a link or a submodule, nothing.
  func bytes() throws -> [UInt8] {
    if let known { return known }
    let bytes = try entry.isPlainFile && size() <= Self.readingLimit ? source.read(entry) : []
    known = bytes
    return bytes
  }
}
