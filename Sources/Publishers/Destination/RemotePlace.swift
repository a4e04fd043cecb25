/// A place elsewhere that takes files one by one.
protocol RemotePlace {
  /// One file. Afterwards it is there as a whole, or this throws.
  func store(_ path: String, _ source: Source, sha256: String) throws

  /// What is there by this name.
  func fetch(_ path: String) throws -> Found

  /// Takes a file away, if this place lets us; returns whether it is known to be gone.
  func remove(_ path: String) throws -> Bool

  /// Of those files whose names say what is in them, the ones that are there for certain.
  func known(in folder: String) throws -> Set<String>

  /// A file that others may be looking for by its name while it comes: they see it whole, or not at all.
  func storeAtOnce(_ path: String, _ source: Source, sha256: String) throws

  /// Whether what was stored has the size that it should, as far as this place says.
  func verify(_ folder: String, _ files: [Parcel.File]) throws

  /// A small file can be replaced in one step.
  var replacesAtOnce: Bool { get }
}

enum Found: Equatable {
  case bytes([UInt8])
  case nothing
  /// The place does not say.
  case unknown
}

extension RemotePlace {
  func known(in folder: String) throws -> Set<String> { [] }
  func storeAtOnce(_ path: String, _ source: Source, sha256: String) throws {
    try store(path, source, sha256: sha256)
  }
  func verify(_ folder: String, _ files: [Parcel.File]) throws {}
}

/// A path's parts as they stand in an address.
func percentEncoded(_ path: String) -> String {
  path.utf8.reduce(into: "") { text, byte in
    let isPlain =
      byte &- UInt8(ascii: "0") < 10 || (byte | 0x20) &- UInt8(ascii: "a") < 26 || "-._~/".utf8.contains(byte)
    let digits = String(byte, radix: 16, uppercase: true)
    text += isPlain ? String(UnicodeScalar(byte)) : "%\(digits.count < 2 ? "0" : "")\(digits)"
  }
}
