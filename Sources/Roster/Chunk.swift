import RecordSchema
import Synchronization

/// Some people in a row, by id: what two rosters share when nobody of them differs.
///
/// One piece of memory for each kind of fact, not one for each person: a hundred thousand people are some hundred objects.
final class Chunk: Sendable {
  /// A chunk that is made anew has at most so many people, and no chunk ever has more than twice as many.
  static let size = 128

  let ids: [Int]
  let hashes: [Hash]
  let isActive: [Bool]
  let references: [UInt32]
  private let values: Parts<UInt8>
  private let words: Parts<UInt8>
  let units: Parts<UnitID>
  /// Of the few who have any.
  private let images: [Int: Row.Images]
  private let sensitiveHashes = Mutex<[Hash]?>(nil)

  init(_ rows: some Collection<Row>) {
    ids = rows.map(\.id)
    hashes = rows.map(\.hash)
    isActive = rows.map(\.isActive)
    references = rows.map(\.reference)
    values = Parts(rows.map(\.values))
    words = Parts(rows.map(\.words))
    units = Parts(rows.map(\.units))
    images = Dictionary(uniqueKeysWithValues: zip(0..., rows).compactMap { $1.images.isNone ? nil : ($0, $1.images) })
  }

  var count: Int { ids.count }

  func row(_ number: Int) -> Row {
    Row(
      id: ids[number], values: Array(values[number]), hash: hashes[number], isActive: isActive[number],
      units: Array(units[number]), words: Array(words[number]), reference: references[number],
      images: images(number))
  }

  var rows: [Row] { ids.indices.map(row) }

  func images(_ number: Int) -> Row.Images { images[number] ?? Row.Images() }

  /// The position of an id, or where it would be.
  func position(of id: Int) -> (position: Int, isThere: Bool) {
    var (low, high) = (0, ids.count)
    while low < high {
      let middle = (low + high) / 2
      if ids[middle] < id { low = middle + 1 } else { high = middle }
    }
    return (low, low < ids.count && ids[low] == id)
  }

  /// Somebody has this reference, without regard to case.
  func has(_ reference: EmployeeReference, at number: Int) -> Bool {
    guard references[number] == RowText.number(of: reference) else { return false }
    return values.withPart(number) { values in
      var own: String?
      RowText.forEachValue(values, isSensitive: false) { field, value in
        if RowText.names[field] == "employee_reference" {
          own = String(decoding: JSONText.unescaped(value), as: UTF8.self)
        }
      } atEnd: { _ in
      }
      return own.map { EmployeeReference($0).folded } == reference.folded
    }
  }

  func has(_ words: [[UInt8]], at number: Int) -> Bool {
    self.words.withPart(number) { text in words.allSatisfy { SearchText.has($0, in: text) } }
  }

  func withValues<Result>(_ number: Int, _ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
    values.withPart(number, body)
  }

  /// The hashes of what a consumer sees. With sensitive fields few ask, so they are worked out for the first who does.
  func hashes(isSensitive: Bool) -> [Hash] {
    guard isSensitive else { return hashes }
    return sensitiveHashes.withLock { known in
      if let known { return known }
      let hashes = ids.indices.map { number in values.withPart(number) { RowText.hash($0, isSensitive: true) } }
      known = hashes
      return hashes
    }
  }
}

/// Lists of different lengths in one piece of memory.
struct Parts<Element: Sendable>: Sendable {
  private let elements: [Element]
  private let ends: [UInt32]

  init(_ parts: [[Element]]) {
    var elements: [Element] = []
    elements.reserveCapacity(parts.reduce(0) { $0 + $1.count })
    var ends: [UInt32] = []
    ends.reserveCapacity(parts.count)
    for part in parts {
      elements += part
      ends.append(UInt32(elements.count))
    }
    (self.elements, self.ends) = (elements, ends)
  }

  private func range(_ number: Int) -> Range<Int> { (number == 0 ? 0 : Int(ends[number - 1]))..<Int(ends[number]) }

  subscript(number: Int) -> ArraySlice<Element> { elements[range(number)] }

  func withPart<Result>(_ number: Int, _ body: (UnsafeBufferPointer<Element>) -> Result) -> Result {
    elements.withUnsafeBufferPointer { body(UnsafeBufferPointer(rebasing: $0[range(number)])) }
  }
}
