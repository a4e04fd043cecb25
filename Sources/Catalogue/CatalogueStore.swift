import Dispatch
import FileStore
import GitStore
import Glibc

/// Keeps a catalogue in a file between runs.
///
/// The file is only ever replaced as a whole, so several processes may use and write it at once. Whatever is wrong with
/// it (another program's, another way of reading records, cut short, damaged), it counts as not there.
public struct CatalogueStore: Sendable {
  /// Where this and whatever else is kept between runs is.
  public let folder: String
  private let path: String
  private let program: UInt64

  /// - Parameter folder: made when something is kept.
  /// - Parameter program: what tells builds of the program apart; see `programStamp`.
  public init(folder: String, program: UInt64 = programStamp) {
    self.folder = folder
    path = "\(folder)/catalogue"
    self.program = program
  }

  /// - Parameter fingerprint: how the records were read.
  /// - Parameter remake: makes the catalogue of a tree anew, for when damage shows later.
  public func load(fingerprint: UInt64, remake: @escaping (OID) throws -> Catalogue) -> Catalogue? {
    guard let file = MappedFile(path), let header = Header(file.bytes), header.program == program, program != 0,
      header.fingerprint == fingerprint, let storage = header.storage(in: file)
    else { return nil }
    let tree = header.tree
    return Catalogue(tree: tree, storage: storage, remake: { try remake(tree) })
  }

  /// Keeps a catalogue. A cache that cannot be written (a full disk, a folder of somebody else's) is no fault: the next
  /// run takes longer.
  public func save(_ catalogue: Catalogue, fingerprint: UInt64) {
    guard let tree = catalogue.tree else { return }
    guard let temporary = TemporaryFile.name(for: path) else { return }
    do {
      try Header(catalogue.tables, program: program, fingerprint: fingerprint, tree: tree).write(
        catalogue.tables, to: temporary)
      guard Glibc.rename(temporary, path) == 0 else {
        throw FileError(operation: "renaming", path: temporary, code: errno)
      }
    } catch {
      unlink(temporary)
    }
  }
}

extension CatalogueStore {
  /// Keeps a catalogue that was just made, on another processor while something else reads it too.
  public func save<Result>(_ catalogue: Catalogue, fingerprint: UInt64, during work: () throws -> Result) rethrows
    -> Result
  {
    // In memory of our own, a catalogue is only ever read.
    nonisolated(unsafe) let catalogue = catalogue
    let saving = DispatchGroup()
    DispatchQueue.global().async(group: saving) { save(catalogue, fingerprint: fingerprint) }
    defer { saving.wait() }
    return try work()
  }
}

/// The file's first block: what it holds, where, and its checksums.
private struct Header {
  let program: UInt64
  let fingerprint: UInt64
  let tree: OID
  private var places: [Range<Int>] = []
  private var sums: Range<Int> = 0..<0
  private var sumOfSums: UInt64 = 0

  private static let magic: UInt64 = 0x3130_6769_7461_6373
  private static let size = Storage.blockSize

  init(_ tables: Storage, program: UInt64, fingerprint: UInt64, tree: OID) {
    self.program = program
    self.fingerprint = fingerprint
    self.tree = tree
    var place = Self.size
    for section in Storage.Section.allCases {
      places.append(place..<place + tables[section].count)
      place += tables.blockCount(of: section) * Storage.blockSize
    }
    let blocks = Storage.Section.allCases.map(tables.blockCount).reduce(0, +)
    sums = place..<place + blocks * MemoryLayout<UInt64>.size
  }

  init?(_ bytes: UnsafeRawBufferPointer) {
    guard bytes.count >= Self.size else { return nil }
    func word(_ number: Int) -> UInt64 { bytes.load(fromByteOffset: number * 8, as: UInt64.self) }
    guard word(0) == Self.magic,
      word(1) == checksum(UnsafeRawBufferPointer(rebasing: bytes[16..<Self.size]))
    else { return nil }
    program = word(2)
    fingerprint = word(3)
    tree = OID(bytes: UnsafeRawBufferPointer(rebasing: bytes[56..<76]))
    for section in Storage.Section.allCases {
      guard let range = Self.range(word(10 + section.rawValue * 2), word(11 + section.rawValue * 2), in: bytes) else {
        return nil
      }
      places.append(range)
    }
    guard let sums = Self.range(word(4), word(5), in: bytes) else { return nil }
    self.sums = sums
    sumOfSums = word(6)
  }

  private static func range(_ start: UInt64, _ length: UInt64, in bytes: UnsafeRawBufferPointer) -> Range<Int>? {
    guard start <= bytes.count, length <= UInt64(bytes.count) - start else { return nil }
    return Int(start)..<Int(start + length)
  }

  func storage(in file: MappedFile) -> Storage? {
    let table = UnsafeRawBufferPointer(rebasing: file.bytes[sums])
    guard checksum(table) == sumOfSums else { return nil }
    var rest = table.assumingMemoryBound(to: UInt64.self)[...]
    var checksums: [UnsafeBufferPointer<UInt64>] = []
    for place in places {
      let count = (place.count + Storage.blockSize - 1) / Storage.blockSize
      guard rest.count >= count else { return nil }
      checksums.append(UnsafeBufferPointer(rebasing: rest.prefix(count)))
      rest = rest.dropFirst(count)
    }
    let sections = places.map { UnsafeRawBufferPointer(rebasing: file.bytes[$0]) }
    return Storage(sections: sections, checksums: checksums) { withExtendedLifetime(file) {} }
  }

  func write(_ tables: Storage, to path: String) throws(FileError) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw FileError(operation: "creating", path: path, code: errno) }
    defer { close(descriptor) }
    func write(_ bytes: UnsafeRawBufferPointer, at place: Int) throws(FileError) {
      var done = 0
      while done < bytes.count {
        let count = pwrite(descriptor, bytes.baseAddress! + done, bytes.count - done, place + done)
        if count < 0 {
          if errno == EINTR { continue }
          throw FileError(operation: "writing", path: path, code: errno)
        }
        done += count
      }
    }
    var sums: [UInt64] = []
    for section in Storage.Section.allCases {
      for block in 0..<tables.blockCount(of: section) { sums.append(checksum(tables.block(block, of: section))) }
      try write(tables[section], at: places[section.rawValue].lowerBound)
    }
    let sumOfSums = sums.withUnsafeBytes { checksum($0) }
    var words = [UInt64](repeating: 0, count: Self.size / 8)
    words[0] = Self.magic
    words[2] = program
    words[3] = fingerprint
    for section in Storage.Section.allCases {
      words[10 + section.rawValue * 2] = UInt64(places[section.rawValue].lowerBound)
      words[11 + section.rawValue * 2] = UInt64(places[section.rawValue].count)
    }
    words[4] = UInt64(self.sums.lowerBound)
    words[5] = UInt64(self.sums.count)
    words[6] = sumOfSums
    words.withUnsafeMutableBytes { tree.write(to: UnsafeMutableRawBufferPointer(rebasing: $0[56..<76])) }
    words[1] = words.withUnsafeBytes { checksum(UnsafeRawBufferPointer(rebasing: $0[16...])) }
    do {
      try sums.withUnsafeBytes { try write($0, at: self.sums.lowerBound) }
      try words.withUnsafeBytes { try write($0, at: 0) }
    } catch {
      throw error as? FileError ?? FileError(operation: "writing", path: path, code: EIO)
    }
  }
}

/// A whole file in memory, for reading only.
final class MappedFile {
  let bytes: UnsafeRawBufferPointer

  init?(_ path: String) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var info = stat()
    guard fstat(descriptor, &info) == 0, info.st_mode & S_IFMT == S_IFREG, info.st_size > 0,
      let start = mmap(nil, Int(info.st_size), PROT_READ, MAP_PRIVATE, descriptor, 0), start != MAP_FAILED
    else { return nil }
    bytes = UnsafeRawBufferPointer(start: start, count: Int(info.st_size))
  }

  deinit { munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count) }
}

/// Tells builds of this program apart: what one build kept, another does not read, since it may judge otherwise. 0 when
/// nothing does; then nothing that was kept is read.
public let programStamp: UInt64 = {
  var info = stat()
  guard stat("/proc/self/exe", &info) == 0 else { return 0 }
  let facts = [
    Int(info.st_size), info.st_mtim.tv_sec, info.st_mtim.tv_nsec, info.st_ctim.tv_sec, info.st_ctim.tv_nsec,
    Int(info.st_ino), Int(info.st_dev),
  ]
  return facts.withUnsafeBytes { checksum($0) }
}()
