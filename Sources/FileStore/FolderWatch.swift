import Glibc

/// Notices that something changed in some folders, by inotify.
public final class FolderWatch {
  /// Readable when something changed; to be waited for with others. `-1` when the system has no watch to give.
  public let descriptor: Int32
  private var folders: Set<String> = []

  public init() { descriptor = inotify_init1(Int32(IN_NONBLOCK | IN_CLOEXEC)) }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Watches a folder from now on; one that is not there yet may be added again later.
  public func add(_ folder: String) {
    guard descriptor >= 0, !folders.contains(folder) else { return }
    let mask = IN_CREATE | IN_MOVED_TO | IN_CLOSE_WRITE | IN_DELETE | IN_ATTRIB
    if inotify_add_watch(descriptor, folder, UInt32(mask)) >= 0 { folders.insert(folder) }
  }

  /// Forgets what changed so far; returns whether anything did.
  @discardableResult
  public func drain() -> Bool {
    guard descriptor >= 0 else { return false }
    var buffer = [UInt8](repeating: 0, count: 4096)
    var found = false
    while read(descriptor, &buffer, buffer.count) > 0 { found = true }
    return found
  }
}
