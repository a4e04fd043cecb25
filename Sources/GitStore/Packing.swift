import CLibgit2
import Glibc

/// Objects that were written as one file.
public struct NewPack: Sendable {
  private let stem: String

  fileprivate init(stem: String) { self.stem = stem }

  /// Takes the objects away again, before anything refers to them.
  public func remove() { for ending in ["idx", "pack"] { unlink("\(stem).\(ending)") } }
}

extension Repository {
  /// Writes many objects as one pack: one file and one sync, where each object by itself would be a file and a sync of its
  /// own. They are in the repository, for everybody, when this returns.
  ///
  /// - Parameter body: writes into another handle of this repository, which sees its own objects at once.
  public func packing<Result>(_ body: (Repository) throws -> Result) throws -> (result: Result, pack: NewPack) {
    let other = try opener()
    var memory: UnsafeMutablePointer<git_odb_backend>?
    try check(git_mempack_new(&memory), "Objects cannot be kept in memory")
    // It belongs to the handle's object database from here on.
    try check(git_odb_add_backend(other.odb, memory, 1000), "Objects cannot be kept in memory")
    other.written = []
    let result = try body(other)
    var builder: OpaquePointer?
    try check(git_packbuilder_new(&builder, other.pointer), "A pack cannot be written")
    defer { git_packbuilder_free(builder) }
    var seen: Set<OID> = []
    for oid in other.written ?? [] where seen.insert(oid).inserted {
      var raw = oid.raw
      try check(git_packbuilder_insert(builder, &raw, nil), "A pack cannot be written")
    }
    let folder = gitDirectory + "objects/pack"
    mkdir(folder, 0o777)
    try check(git_packbuilder_write(builder, folder, 0, nil, nil), "A pack cannot be written into \(folder)")
    let name = git_packbuilder_name(builder).map { String(cString: $0) } ?? ""
    return (result, NewPack(stem: "\(folder)/pack-\(name)"))
  }
}
