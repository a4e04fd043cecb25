import FileStore
import Glibc
import RecordSchema

/// Gives a set to a folder of this machine: a folder for each set, and `current` switched in one step.
struct DirectorySending {
  let path: String
  let keep: Int

  func send(_ parcel: Parcel) throws -> Int {
    var sent = 0
    try ExportFolder(path).receive(name: parcel.set, keep: keep) { folder in
      for file in parcel.files {
        try makeRoom(for: "\(folder)/\(file.name)")
        guard try copy(file.path, to: "\(folder)/\(file.name)") == file.sha256 else { throw changed(file.name) }
        sent += file.bytes
      }
      if !parcel.images.isEmpty { try FileStore.makeDirectory("\(folder)/\(Parcel.imageFolder)") }
      for image in parcel.images {
        // The same name is the same picture: no second copy of it.
        let known = "\(path)/current/\(image.name)"
        if link(known, "\(folder)/\(image.name)") == 0 { continue }
        _ = try copy(image.path, to: "\(folder)/\(image.name)")
        sent += image.bytes
      }
      try FileStore.write(parcel.manifest, to: "\(folder)/manifest.json")
      sent += parcel.manifest.count
    }
    return sent
  }

  private func makeRoom(for file: String) throws { try FileStore.makeDirectory(FileStore.directory(of: file)) }

  /// - Returns: the hash of what was copied.
  private func copy(_ old: String, to new: String) throws -> String {
    let source = try Source(file: old)
    let file = try NewFile(new)
    var buffer = [UInt8](repeating: 0, count: 256 * 1024)
    while true {
      let count = buffer.withUnsafeMutableBytes(source.read)
      guard count >= 0 else { throw SendFailure(source.failure ?? "a file of the set cannot be read") }
      if count == 0 { break }
      file.write(buffer[..<count])
    }
    try file.finish()
    return source.sha256
  }
}
