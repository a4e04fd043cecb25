import CLibcurl
import RecordSchema

/// A folder of an SFTP server.
struct SFTPPlace: RemotePlace {
  private let wire: Wire
  private let url: String
  /// As SFTP's own commands name the folder.
  private let folder: String

  /// libcurl cannot rename onto a file that is there, and writes into a file in place.
  let replacesAtOnce = false

  init(_ place: Destination.SFTP, _ wire: Wire) {
    self.wire = wire
    let host = place.url.dropFirst("sftp://".count).prefix { $0 != "/" }
    let path = String(place.url.dropFirst("sftp://".count + host.count))
    url = "sftp://\(host)\(percentEncoded(path))"
    folder = path.hasPrefix("/~") ? String(path.dropFirst(2).drop { $0 == "/" }) : path
  }

  func store(_ path: String, _ source: Source, sha256: String) throws {
    try upload(path, source, sha256, after: [])
  }

  private func upload(_ path: String, _ source: Source, _ sha256: String, after: [String]) throws {
    let answer = try wire.perform(
      Wire.Call(url: "\(url)/\(percentEncoded(path))", method: .put, source: source, after: after))
    guard answer.code == CURLE_OK else { throw failure(answer, path) }
    guard source.sha256 == sha256 else { throw changed(path) }
  }

  /// Written beside, then renamed: the name is there only with all of the file. An older one of this name, of which only a
  /// server that shows nothing lets us come here, is taken away first: onto it nothing can be renamed.
  func storeAtOnce(_ path: String, _ source: Source, sha256: String) throws {
    let beside = "\(path).part"
    try upload(beside, source, sha256, after: ["*rm \(quoted(path))", "rename \(quoted(beside)) \(quoted(path))"])
  }

  func fetch(_ path: String) throws -> Found {
    let answer = try wire.perform(Wire.Call(url: "\(url)/\(percentEncoded(path))", method: .get))
    switch answer.code {
    case CURLE_OK: return .bytes(answer.body)
    case CURLE_REMOTE_FILE_NOT_FOUND: return .nothing
    // A server that takes files and shows none.
    case CURLE_REMOTE_ACCESS_DENIED: return .unknown
    default: throw failure(answer, path)
    }
  }

  func remove(_ path: String) throws -> Bool {
    let answer = try wire.perform(
      Wire.Call(url: "\(url)/", method: .get, before: ["rm \(quoted(path))"]))
    if answer.code == CURLE_OK { return true }
    guard answer.code == CURLE_QUOTE_ERROR else { throw failure(answer, path) }
    return try fetch(path) == .nothing
  }

  func known(in folder: String) throws -> Set<String> {
    let answer = try wire.perform(
      Wire.Call(url: "\(url)/\(percentEncoded(folder))", method: .get, listsNames: true))
    guard answer.code == CURLE_OK else { return [] }
    return Set(lines(answer.body).filter { !$0.hasSuffix(".part") }.map { folder + $0 })
  }

  /// What a server says of a file's size when its disk is full differs; so its list is looked at as well.
  func verify(_ folder: String, _ files: [Parcel.File]) throws {
    let answer = try wire.perform(Wire.Call(url: "\(url)/\(percentEncoded(folder))/", method: .get))
    guard answer.code == CURLE_OK else { return }
    var sizes: [String: Int] = [:]
    for line in lines(answer.body) {
      // -rw-r--r--    1 1000     1000         5253 Nov 21 20:03 employees.csv
      let words = line.split(separator: " ", maxSplits: 8, omittingEmptySubsequences: true)
      if words.count == 9, let size = Int(words[4]) { sizes[String(words[8])] = size }
    }
    for file in files {
      guard let size = sizes[file.name], size != file.bytes else { continue }
      throw SendFailure("\(folder)/\(file.name): the server has \(size) bytes of \(file.bytes). Is its disk full?")
    }
  }

  private func lines(_ bytes: [UInt8]) -> [String] {
    bytes.split { $0 == 0x0A || $0 == 0x0D }.map { String(decoding: $0, as: UTF8.self) }
  }

  private func quoted(_ path: String) -> String {
    let full = folder.isEmpty ? path : "\(folder)/\(path)"
    return "\"\(full.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))\""
  }

  private func failure(_ answer: Wire.Answer, _ path: String) -> SendFailure {
    let hint =
      answer.code == CURLE_LOGIN_DENIED
      ? ". Does the server know the user and the password or key? (An RSA key is of no use with many servers; ed25519 is.)"
      : ""
    return SendFailure("\(path): \(answer.error ?? "failed")\(hint)")
  }
}

/// The file's content is not what the manifest says.
func changed(_ path: String) -> SendFailure {
  SendFailure("\(path) is not what the manifest says: something changed the set after it was written. Publish again.")
}
