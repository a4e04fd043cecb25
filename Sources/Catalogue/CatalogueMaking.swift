import GitStore
import Glibc

extension Catalogue {
  /// Puts parts together whose files follow each other.
  public convenience init(_ chunks: [CatalogueChunk], tree: OID?) {
    let memory = Memory()
    let texts = memory.joined(chunks.map(\.texts))
    var (fileStart, textStart) = (0, 0)
    let files = memory.table(of: StoredFile.self, count: chunks.map(\.files.count).reduce(0, +))
    let unsorted = UnsafeMutableBufferPointer<Mark>.allocate(capacity: chunks.map(\.marks.count).reduce(0, +))
    defer { unsorted.deallocate() }
    var boundaries = memory.table(of: Boundary.self, count: chunks.map(\.boundaries.count).reduce(0, +))
    var notables: [Notable] = []
    var counts = [Int64](repeating: 0, count: StoredFile.contentCount)
    var (fileCount, markCount, boundaryCount) = (0, 0, 0)
    for chunk in chunks {
      for var file in chunk.files {
        file.pathOffset += UInt32(textStart)
        files.initializeElement(at: fileCount, to: file)
        counts[file.contentNumber] += 1
        fileCount += 1
      }
      for var mark in chunk.marks {
        mark.fileNumber += UInt32(fileStart)
        mark.textOffset += UInt32(textStart)
        unsorted.initializeElement(at: markCount, to: mark)
        markCount += 1
      }
      for var notable in chunk.notables {
        notable.file += UInt32(fileStart)
        notable.textOffset += UInt32(textStart)
        notables.append(notable)
      }
      for var boundary in chunk.boundaries {
        boundary.file += UInt32(fileStart)
        boundaries.initializeElement(at: boundaryCount, to: boundary)
        boundaryCount += 1
      }
      fileStart += chunk.files.count
      textStart += chunk.texts.count
    }
    boundaries.sort()
    let (buckets, marks) = MarkTable.sorted(UnsafeBufferPointer(unsorted), texts: texts, in: memory)
    let contested = MarkTable.contested(marks)
    for number in notables.indices where contested.contains(notables[number].file) { notables[number].contested = 1 }
    notables += contested.subtracting(notables.map(\.file)).map { Notable(file: $0, contested: 1) }
    notables.sort { $0.file < $1.file }
    let sections = [
      UnsafeRawBufferPointer(files), UnsafeRawBufferPointer(buckets), UnsafeRawBufferPointer(marks), texts,
      UnsafeRawBufferPointer(boundaries), UnsafeRawBufferPointer(memory.copy(notables)),
      UnsafeRawBufferPointer(memory.copy(counts)),
    ]
    self.init(tree: tree, storage: Storage(sections: sections) { memory.free() })
  }
}

/// Marks ordered by the hash of their key, so that those of one key are neighbours and any key is found at once.
enum MarkTable {
  /// Eight marks share a bucket, more or less.
  static func bucketCount(marks: Int) -> Int {
    var count = 16
    while count * 8 < marks { count *= 2 }
    return count
  }

  static func bucket(of hash: UInt64, among buckets: Int) -> Int {
    Int(hash >> UInt64(64 - buckets.trailingZeroBitCount))
  }

  static func sorted(_ marks: UnsafeBufferPointer<Mark>, texts: UnsafeRawBufferPointer, in memory: Memory) -> (
    buckets: UnsafeMutableBufferPointer<UInt32>, marks: UnsafeMutableBufferPointer<Mark>
  ) {
    let count = bucketCount(marks: marks.count)
    let starts = memory.table(of: UInt32.self, count: count + 1)
    let sorted = memory.table(of: Mark.self, count: marks.count)
    starts.initialize(repeating: 0)
    for mark in marks { starts[bucket(of: mark.hash, among: count) + 1] += 1 }
    for bucket in 0..<count { starts[bucket + 1] += starts[bucket] }
    var next = Array(starts)
    for mark in marks {
      let bucket = bucket(of: mark.hash, among: count)
      sorted.initializeElement(at: Int(next[bucket]), to: mark)
      next[bucket] += 1
    }
    for bucket in 0..<count {
      let range = Int(starts[bucket])..<Int(starts[bucket + 1])
      if range.count > 1 { sort(UnsafeMutableBufferPointer(rebasing: sorted[range]), texts) }
      for number in range.dropFirst() where sorted[number].isAtSameKey(as: sorted[number - 1], texts) {
        sorted[number].followsItsLike = true
      }
    }
    return (starts, sorted)
  }

  /// The readable files that claim an id which another one claims as well.
  static func contested(_ marks: UnsafeMutableBufferPointer<Mark>) -> Set<UInt32> {
    var files: Set<UInt32> = []
    /// The readable claimants of the key at hand.
    var claimants: [UInt32] = []
    for mark in marks {
      if !mark.followsItsLike { claimants.removeAll(keepingCapacity: true) }
      guard mark.isWhole, mark.family == .personID || mark.family == .unitID else { continue }
      claimants.append(mark.fileNumber)
      if claimants.count > 1 { files.formUnion(claimants) }
    }
    return files
  }

  /// Within a key, marks stay in the order of their files. Few keys share a bucket, so there is little to do.
  private static func sort(_ marks: UnsafeMutableBufferPointer<Mark>, _ texts: UnsafeRawBufferPointer) {
    // Those of one key came in the order of their files, so by hash alone they are nearly always in order.
    var isInOrder = true
    for number in 1..<marks.count where marks[number].hash < marks[number - 1].hash { isInOrder = false }
    var marks = marks
    if !isInOrder { marks.sort { $0.hash < $1.hash } }
    let isSorted = (1..<marks.count).allSatisfy {
      marks[$0].hash != marks[$0 - 1].hash || !marks[$0].precedes(marks[$0 - 1], texts)
    }
    if isSorted { return }
    marks.sort { $0.precedes($1, texts) }
  }
}

extension Mark {
  fileprivate func precedes(_ other: Mark, _ texts: UnsafeRawBufferPointer) -> Bool {
    if hash != other.hash { return hash < other.hash }
    if family != other.family { return family.rawValue < other.family.rawValue }
    let order = compare(text(in: texts), other.text(in: texts))
    return order == 0 ? (file, position, role.rawValue) < (other.file, other.position, other.role.rawValue) : order < 0
  }

  func isAtSameKey(as other: Mark, _ texts: UnsafeRawBufferPointer) -> Bool {
    hash == other.hash && family == other.family && compare(text(in: texts), other.text(in: texts)) == 0
  }

  private func text(in texts: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: texts[textRange])
  }
}

/// As git orders paths: byte by byte.
func compare(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Int {
  let common = min(left.count, right.count)
  if common > 0, let a = left.baseAddress, let b = right.baseAddress {
    let order = memcmp(a, b, common)
    if order != 0 { return Int(order) }
  }
  return left.count - right.count
}

/// Memory that lives as long as a catalogue.
final class Memory {
  private var pieces: [UnsafeMutableRawPointer] = []

  func table<Row>(of type: Row.Type, count: Int) -> UnsafeMutableBufferPointer<Row> {
    let table = UnsafeMutableBufferPointer<Row>.allocate(capacity: count)
    if let start = table.baseAddress { pieces.append(UnsafeMutableRawPointer(start)) }
    return table
  }

  func copy<Row>(_ rows: [Row]) -> UnsafeMutableBufferPointer<Row> {
    let table = table(of: Row.self, count: rows.count)
    _ = table.initialize(fromContentsOf: rows)
    return table
  }

  func joined(_ parts: [[UInt8]]) -> UnsafeRawBufferPointer {
    let bytes = table(of: UInt8.self, count: parts.map(\.count).reduce(0, +))
    var place = 0
    for part in parts {
      _ = UnsafeMutableBufferPointer(rebasing: bytes[place..<place + part.count]).initialize(fromContentsOf: part)
      place += part.count
    }
    return UnsafeRawBufferPointer(bytes)
  }

  func free() {
    for piece in pieces { piece.deallocate() }
    pieces = []
  }
}
