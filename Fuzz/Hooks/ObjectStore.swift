import CLibgit2
import FileStore
import Glibc

@testable import GitStore

/// A bare repository that takes any bytes for a tree, as `git receive-pack` does.
final class ObjectStore {
  enum Kind {
    case blob, tree, commit

    fileprivate var type: git_object_t {
      switch self {
      case .blob: GIT_OBJECT_BLOB
      case .tree: GIT_OBJECT_TREE
      case .commit: GIT_OBJECT_COMMIT
      }
    }
  }

  let path: String
  private(set) var repository: Repository
  private var written = 0
  /// Every object is a file.
  private static let limit = 20_000

  /// In memory where there is a file system for it: thousands of objects are written every second.
  init() throws {
    var template = Array("\(access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp")/staffrepo-fuzz-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw GitError(.other, "There is no temporary folder.") }
    path = template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
    repository = try Repository.create(at: path, bare: true, branch: "main")
  }

  deinit { remove() }

  func remove() { try? FileStore.remove(path) }

  /// Forgets everything now and then.
  func tidy() throws {
    guard written > Self.limit else { return }
    written = 0
    remove()
    repository = try Repository.create(at: path, bare: true, branch: "main")
  }

  func write(_ bytes: [UInt8], _ kind: Kind) -> OID {
    var raw = git_oid()
    let code = bytes.withUnsafeBytes { git_odb_write(&raw, repository.odb, $0.baseAddress, $0.count, kind.type) }
    guard code == 0 else { fatalError("An object cannot be written.") }
    written += 1
    return OID(raw)
  }

  func commit(tree: OID, parent: OID?) -> OID {
    let parents = parent.map { "parent \($0)\n" } ?? ""
    let text = "tree \(tree)\n\(parents)author A <a@b> 1767603600 +0000\ncommitter A <a@b> 1767603600 +0000\n\nx\n"
    return write(Array(text.utf8), .commit)
  }
}
