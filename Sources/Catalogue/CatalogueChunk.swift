import RecordSchema

/// A part of a catalogue in the making: what some files say, in the order of their paths.
public struct CatalogueChunk: Sendable {
  var files: [StoredFile] = []
  var marks: [Mark] = []
  var texts: [UInt8] = []
  var boundaries: [Boundary] = []
  var notables: [Notable] = []

  /// - Parameter count: of files, more or less.
  public init(expecting count: Int = 0) {
    files.reserveCapacity(count)
    marks.reserveCapacity(count * 9)
    boundaries.reserveCapacity(count * 2)
    texts.reserveCapacity(count * 192)
  }

  public var count: Int { files.count }

  /// Adds a file; marks and boundaries that follow are this file's.
  public mutating func add(_ file: CatalogueFile) {
    let start = texts.count
    texts.append(contentsOf: file.path.utf8)
    files.append(StoredFile(file, pathOffset: start, pathLength: texts.count - start))
  }

  public mutating func mark(
    _ family: RecordKey.Family, _ text: String, _ role: Role, position: Int = 0, isWhole: Bool = true
  ) {
    let start = texts.count
    family.write(text, to: &texts)
    let hash = texts[start...].withUnsafeBufferPointer(family.hash)
    marks.append(
      Mark(
        hash: hash, file: files.count - 1, textOffset: start, textLength: texts.count - start, family: family,
        role: role, position: position, isWhole: isWhole))
  }

  public mutating func note(boundary date: CalendarDate) {
    boundaries.append(Boundary(day: date.dayNumber, file: UInt32(files.count - 1)))
  }

  /// - Parameter packed: what the file says, so that it need not be read again.
  public mutating func note(_ packed: [UInt8] = []) {
    notables.append(
      Notable(file: UInt32(files.count - 1), textOffset: UInt32(texts.count), textLength: UInt32(packed.count)))
    texts += packed
  }

  public func file(at number: Int) -> CatalogueFile {
    files[number].file(path: String(decoding: texts[files[number].pathRange], as: UTF8.self))
  }

  /// As `Catalogue.boundaries`.
  public func boundaries(from first: CalendarDate, through last: CalendarDate) -> [(CalendarDate, file: Int)] {
    boundaries.filter { (first.dayNumber...last.dayNumber).contains($0.day) }
      .map { (CalendarDate(dayNumber: $0.day), Int($0.file)) }
  }

  /// The marks of all files, each with its key.
  public var keyedMarks: [(key: RecordKey, mark: Mark)] { marks.map { (key(of: $0), $0) } }

  /// - Parameter mark: one of this chunk's.
  public func key(of mark: Mark) -> RecordKey { RecordKey(mark.family, folded: texts[mark.textRange]) }
}
