import Crypto
import FileStore
import Glibc
import RecordSchema

/// Encrypts a set for those who alone can read it, by the tool that is installed for that.
///
/// What is encrypted stands beside the sets until the next one is: sent again, it must be the same bytes.
public struct Sealing {
  let encryption: Destination.Encryption
  /// OpenPGP's public keys, as they stand in the repository.
  let publicKeys: [UInt8]
  /// The system's own folder of sets.
  let folder: String
  /// Runs a program to its end; its exit status, `nil` when it took too long. What it says goes to a file.
  let run: (_ words: [String], _ sayingTo: String) throws -> Int32?
  let isCancelled: () -> Bool

  public init(
    _ encryption: Destination.Encryption, publicKeys: [UInt8], folder: String, isCancelled: @escaping () -> Bool,
    run: @escaping (_ words: [String], _ sayingTo: String) throws -> Int32?
  ) {
    self.encryption = encryption
    self.publicKeys = publicKeys
    self.folder = folder
    self.isCancelled = isCancelled
    self.run = run
  }

  private var place: String { "\(folder)/.sealed" }

  /// - Parameter images: those that the destination does not have.
  public func seal(_ parcel: Parcel, images: [Parcel.File]) throws -> Parcel {
    let mark = parcel.manifest + (encryption.recipients.joined(separator: " ")).utf8
    let name = "\(parcel.set)-\(hexadecimal(SHA256.hash(data: mark)).prefix(12))"
    let whole = "\(place)/\(name)"
    for other in FileStore.names(in: place) where other != name { try FileStore.remove("\(place)/\(other)") }
    if !FileStore.exists("\(whole)/manifest.json") {
      try FileStore.remove(whole)
      try FileStore.makeDirectory(whole)
      chmod(place, 0o700)
    }
    let keys = try KeyRing(encryption, publicKeys, in: place, run)
    defer { keys.remove() }
    if !FileStore.exists("\(whole)/manifest.json") {
      var sealed: [JSON] = []
      for file in parcel.files { sealed.append(try seal(file, in: whole, keys)) }
      let manifest = try Self.manifest(parcel.manifest, files: sealed, encryption)
      try FileStore.write(manifest.prettyLines, to: "\(whole)/manifest.json")
    }
    for image in images where !FileStore.exists("\(whole)/\(image.name).\(encryption.fileEnding)") {
      _ = try seal(image, in: whole, keys)
    }
    return try Parcel(set: parcel.set, in: whole)
  }

  private func seal(_ file: Parcel.File, in whole: String, _ keys: KeyRing) throws -> JSON {
    if isCancelled() { throw SendFailure.interrupted }
    let name = "\(file.name).\(encryption.fileEnding)"
    let path = "\(whole)/\(name)"
    try FileStore.makeDirectory(FileStore.directory(of: path))
    try keys.encrypt(file.path, to: "\(path).new")
    try FileStore.rename("\(path).new", to: path)
    return [
      "name": .string(name), "sha256": .string(try Source.sha256(ofFile: path)),
      "bytes": .int(try FileStore.size(path)),
    ]
  }

  /// The manifest of the encrypted files: what it said of the set, but for what may name people.
  private static func manifest(_ clear: [UInt8], files: [JSON], _ encryption: Destination.Encryption) throws -> JSON {
    guard case .object(var members) = try JSON(reading: clear) else {
      throw PublisherError("A manifest is no JSON object.")
    }
    members.removeAll { ["files", "notes"].contains($0.name) }
    members.append(.init("files", .array(files)))
    members.append(
      .init(
        "encryption",
        [
          "tool": .string(encryption.fileEnding), "recipients": .array(encryption.recipients.map(JSON.string)),
        ]))
    return .object(members)
  }
}

/// The tool with the recipients' keys, and nobody else's.
private struct KeyRing {
  private let encryption: Destination.Encryption
  private let home: String
  private let run: (_ words: [String], _ sayingTo: String) throws -> Int32?

  init(
    _ encryption: Destination.Encryption, _ publicKeys: [UInt8], in place: String,
    _ run: @escaping (_ words: [String], _ sayingTo: String) throws -> Int32?
  ) throws {
    self.encryption = encryption
    self.run = run
    home = "\(place)/.keys"
    try FileStore.remove(home)
    try FileStore.makeDirectory(home)
    chmod(home, 0o700)
    guard case .openPGP(let fingerprints, let file) = encryption else { return }
    try FileStore.write(publicKeys, to: "\(home)/keys")
    try call(gpg + ["--import", "\(home)/keys"], "the OpenPGP keys of \(file) cannot be read")
    for fingerprint in fingerprints {
      try call(
        gpg + ["--list-keys", fingerprint], "\(file) does not hold the key \(fingerprint), to which files are encrypted"
      )
    }
  }

  private var gpg: [String] {
    [
      "gpg", "--homedir", home, "--batch", "--no-tty", "--quiet", "--no-auto-key-locate", "--disable-dirmngr",
      "--trust-model", "always",
    ]
  }

  func encrypt(_ clear: String, to sealed: String) throws {
    let recipients = encryption.recipients
    let words =
      switch encryption {
      case .age: ["age", "--encrypt"] + recipients.flatMap { ["--recipient", $0] } + ["--output", sealed, clear]
      case .openPGP:
        gpg + ["--yes"] + recipients.flatMap { ["--recipient", $0] } + ["--output", sealed, "--encrypt", clear]
      }
    try FileStore.remove(sealed)
    try call(words, "a file cannot be encrypted")
    guard FileStore.exists(sealed) else { throw SendFailure("a file cannot be encrypted; nothing was sent") }
  }

  /// - Throws: what is wrong, with the tool's own words.
  private func call(_ words: [String], _ trouble: String) throws {
    let log = "\(home)/said"
    let status = try run(words, log)
    guard status != 0 else { return }
    if status == 127 {
      throw SendFailure(
        "\(words[0]) is not installed, so nothing is sent: apt-get install \(words[0] == "gpg" ? "gnupg" : words[0])")
    }
    let said = (try? FileStore.read(log)).map { String(decoding: $0.prefix(400), as: UTF8.self) } ?? ""
    let line = said.split(separator: "\n").first.map { " (\($0))" } ?? ""
    throw SendFailure("\(trouble)\(status == nil ? ": \(words[0]) took too long" : line); nothing was sent")
  }

  func remove() { try? FileStore.remove(home) }
}
