import FileStore

/// Hears that a branch may have moved, by the change of a file.
final class BranchWatch {
  private var watch = FolderWatch()
  private var followed = ""

  /// Readable when something changed.
  var descriptor: Int32 { watch.descriptor }

  func drain() { watch.drain() }

  /// Watches where a branch's reference may lie: the folder of packed references, and the one that has a file of its name,
  /// or will have. A folder that is not there yet shows in the one above it.
  ///
  /// - Parameter folder: git's own, with a slash at its end.
  func follow(_ branch: String, in folder: String) {
    if followed != folder + branch {
      watch = FolderWatch()
      followed = folder + branch
    }
    watch.add(folder)
    var path = folder + "refs"
    watch.add(path)
    for part in ["heads"] + branch.split(separator: "/").dropLast() {
      path += "/\(part)"
      watch.add(path)
    }
  }
}
