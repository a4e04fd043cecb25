import Crypto
import FileStore
import RecordSchema

/// Gives a set to a place elsewhere, so that a reader who waits for its manifest never sees half a set: images first, then
/// the set's files in a folder of its own, and its manifest last.
struct RemoteSending {
  let place: any RemotePlace
  /// The system's own folder of sets.
  let folder: String
  /// The destination, as others tell it from another.
  let name: String
  /// It may be there, or some of it.
  let mayBeThere: Bool
  /// Everything is sent, whatever is there.
  let isForced: Bool

  /// - Returns: the set's folder there, and how many bytes went out.
  func send(_ parcel: Parcel) throws -> (folder: String, bytes: Int) {
    var sent = 0
    let (remote, isThere) = try remoteFolder(for: parcel)
    if isThere {
      try point(at: remote, parcel)
      return (remote, 0)
    }
    sent += try sendImages(parcel)
    for file in parcel.files {
      try place.store("\(remote)/\(file.name)", Source(file: file.path), sha256: file.sha256 ?? "")
      sent += file.bytes
    }
    try place.verify(remote, parcel.files)
    try place.storeAtOnce(
      "\(remote)/manifest.json", Source(parcel.manifest), sha256: hexadecimal(SHA256.hash(data: parcel.manifest)))
    sent += parcel.manifest.count
    try point(at: remote, parcel)
    return (remote, sent)
  }

  /// The set's files are what the place has already: it is told so.
  ///
  /// - Parameter known: the set that it has.
  func confirm(_ parcel: Parcel, known: String) throws { try point(at: known, parcel) }

  /// The folder that the set goes into, which has no manifest, or the one that it is in already.
  private func remoteFolder(for parcel: Parcel) throws -> (name: String, isThere: Bool) {
    guard mayBeThere || isForced else { return (parcel.set, false) }
    for attempt in 1...20 {
      let name = attempt == 1 ? parcel.set : "\(parcel.set)-\(attempt)"
      switch try place.fetch("\(name)/manifest.json") {
      case .nothing: return (name, false)
      // The same bytes again change nothing for a reader.
      case .unknown: return (name, false)
      case .bytes(let found) where found == parcel.manifest && !isForced: return (name, true)
      case .bytes:
        // While its files are replaced, nobody may take the set for whole.
        if try place.remove("\(name)/manifest.json") { return (name, false) }
      }
    }
    throw SendFailure("\(parcel.set) is there twenty times, each time another; remove some")
  }

  private func sendImages(_ parcel: Parcel) throws -> Int {
    guard !parcel.images.isEmpty else { return 0 }
    var known = SentImages(in: folder, at: name)
    var missing = parcel.images.filter { isForced || !known.names.contains($0.name) }
    guard !missing.isEmpty else { return 0 }
    let there = try place.known(in: Parcel.imageFolder)
    for name in there where parcel.images.contains(where: { $0.name == name }) { known.add(name) }
    missing = missing.filter { !there.contains($0.name) }
    var sent = 0
    defer { try? known.save() }
    for image in missing {
      try place.storeAtOnce(image.name, Source(file: image.path), sha256: Source.sha256(ofFile: image.path))
      known.add(image.name)
      sent += image.bytes
    }
    return sent
  }

  /// A small file beside the sets that says which is the newest, where it can be replaced in one step.
  private func point(at set: String, _ parcel: Parcel) throws {
    guard place.replacesAtOnce else { return }
    let pointer: JSON = [
      "system": .string(parcel.system), "set": .string(set), "manifest": .string("\(set)/manifest.json"),
      "commit": .string(parcel.commit), "as_of": .string(parcel.asOf),
    ]
    let bytes = pointer.prettyLines
    try place.store("latest.json", Source(bytes), sha256: hexadecimal(SHA256.hash(data: bytes)))
  }
}
