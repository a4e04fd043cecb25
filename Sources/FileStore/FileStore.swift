import Glibc

/// A file operation that the system refused.
public struct FileError: Error, Sendable, CustomStringConvertible {
  public let operation: String
  public let path: String
  public let code: Int32

  public init(operation: String, path: String, code: Int32) {
    self.operation = operation
    self.path = path
    self.code = code
  }

  public var description: String {
    let reason = strerror(code).map { String(cString: $0) } ?? "error \(code)"
    return "\(path): \(operation) failed: \(reason)"
  }

  public var isThereAlready: Bool { code == EEXIST }
  public var isNotFound: Bool { code == ENOENT || code == ENOTDIR }
}

/// Files and folders, with every return code looked at and durability where it is asked for.
public enum FileStore {
  /// A whole file; throws `FileError`.
  public static func read(_ path: String) throws(FileError) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileError(operation: "opening", path: path, code: errno) }
    defer { close(descriptor) }
    var info = stat()
    guard fstat(descriptor, &info) == 0 else {
      throw FileError(operation: "reading", path: path, code: errno)
    }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Int(info.st_size))
    var buffer = [UInt8](repeating: 0, count: 64 * 1024)
    while true {
      let count = Glibc.read(descriptor, &buffer, buffer.count)
      if count < 0 {
        if errno == EINTR { continue }
        throw FileError(operation: "reading", path: path, code: errno)
      }
      if count == 0 { return bytes }
      bytes += buffer[..<count]
    }
  }

  public static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  /// In bytes.
  public static func size(_ path: String) throws(FileError) -> Int {
    var facts = stat()
    guard stat(path, &facts) == 0 else { throw FileError(operation: "stat", path: path, code: errno) }
    return Int(facts.st_size)
  }

  public static func isDirectory(_ path: String) -> Bool {
    var info = stat()
    return stat(path, &info) == 0 && info.st_mode & S_IFMT == S_IFDIR
  }

  /// Makes a folder and those above it.
  public static func makeDirectory(_ path: String) throws(FileError) {
    if isDirectory(path) { return }
    let parent = directory(of: path)
    if !parent.isEmpty, parent != path, !isDirectory(parent) { try makeDirectory(parent) }
    guard mkdir(path, 0o777) == 0 || errno == EEXIST else {
      throw FileError(operation: "making the folder", path: path, code: errno)
    }
    try synchroniseDirectory(parent.isEmpty ? "." : parent)
  }

  /// Makes an empty file, unless one is there.
  public static func makeFile(_ path: String, mode: mode_t) throws(FileError) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, mode)
    guard descriptor >= 0 else { throw FileError(operation: "making the file", path: path, code: errno) }
    close(descriptor)
  }

  /// Puts a file in place as a whole: a reader sees the old bytes or the new ones, also after a power cut.
  ///
  /// - Parameter keepingMode: the file there may be read and written by the same as before.
  public static func write(
    _ bytes: some Sequence<UInt8>, to path: String, mode: mode_t = 0o666, keepingMode: Bool = false
  ) throws(FileError) {
    let temporary = "\(path).\(getpid()).tmp"
    let file = try NewFile(temporary, mode: mode)
    file.write(Array(bytes))
    try file.finish()
    var facts = stat()
    if keepingMode, stat(path, &facts) == 0 { chmod(temporary, facts.st_mode & 0o7777) }
    try rename(temporary, to: path)
  }

  public static func rename(_ old: String, to new: String) throws(FileError) {
    guard Glibc.rename(old, new) == 0 else {
      throw FileError(operation: "renaming to \(new)", path: old, code: errno)
    }
    try synchroniseDirectory(directory(of: new))
  }

  /// Makes `link` point at `target`, in one step also when it pointed elsewhere.
  public static func switchLink(_ link: String, to target: String) throws(FileError) {
    let temporary = "\(link).\(getpid()).tmp"
    unlink(temporary)
    guard symlink(target, temporary) == 0 else {
      throw FileError(operation: "linking", path: temporary, code: errno)
    }
    try rename(temporary, to: link)
  }

  /// Gives a file a second name.
  ///
  /// - Returns: `false` when there is no such file, the name is taken, or the file system has no second names.
  public static func link(_ path: String, as name: String) -> Bool { Glibc.link(path, name) == 0 }

  public static func linkTarget(_ path: String) -> String? {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 4096) { buffer in
      guard let start = buffer.baseAddress else { return nil }
      let count = readlink(path, start, buffer.count)
      guard count > 0 else { return nil }
      return String(decoding: UnsafeRawBufferPointer(start: start, count: count), as: UTF8.self)
    }
  }

  /// The names in a folder, sorted; empty when there is no such folder.
  public static func names(in path: String) -> [String] {
    guard let handle = opendir(path) else { return [] }
    defer { closedir(handle) }
    var names: [String] = []
    while let entry = readdir(handle) {
      let name = withUnsafePointer(to: entry.pointee.d_name) { tuple in
        tuple.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// Removes a file, a link, or a folder with all that is in it. What is not there is no error.
  public static func remove(_ path: String) throws(FileError) {
    var info = stat()
    guard lstat(path, &info) == 0 else { return }
    if info.st_mode & S_IFMT == S_IFDIR {
      for name in names(in: path) { try remove("\(path)/\(name)") }
      guard rmdir(path) == 0 else { throw FileError(operation: "removing", path: path, code: errno) }
    } else {
      guard unlink(path) == 0 else { throw FileError(operation: "removing", path: path, code: errno) }
    }
  }

  public static func synchroniseDirectory(_ path: String) throws(FileError) {
    let descriptor = open(path.isEmpty ? "." : path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileError(operation: "opening", path: path, code: errno) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else {
      throw FileError(operation: "writing to disk", path: path, code: errno)
    }
  }

  /// The name of the user who owns a file or folder.
  public static func owner(of path: String) -> String? {
    var info = stat()
    guard stat(path, &info) == 0, let user = getpwuid(info.st_uid) else { return nil }
    return String(cString: user.pointee.pw_name)
  }

  public static func directory(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "" }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// The path from the root, with links resolved; `nil` when nothing is there.
  public static func absolute(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }
}

/// Which file stands at a path, whatever it is called.
public struct FileIdentity: Sendable, Equatable {
  private let device: UInt
  private let node: UInt

  /// `nil` when nothing is there.
  public init?(_ path: String) {
    var info = stat()
    guard stat(path, &info) == 0 else { return nil }
    device = UInt(info.st_dev)
    node = UInt(info.st_ino)
  }
}

/// What kind of thing stands at a path, links not followed.
public enum FileKind: Sendable {
  case file, executable, symbolicLink, directory, other

  public init?(at path: String) {
    var info = stat()
    guard lstat(path, &info) == 0 else { return nil }
    switch info.st_mode & S_IFMT {
    case S_IFREG: self = info.st_mode & S_IXUSR != 0 ? .executable : .file
    case S_IFLNK: self = .symbolicLink
    case S_IFDIR: self = .directory
    default: self = .other
    }
  }
}
