import Crypto
import FileStore
import RecordSchema

/// The set that a system was given last, with what its tables held.
public struct GivenSet: Sendable {
  /// The folder of a set in which they stand, the file there that lists them, the one that says against which set they
  /// were told, and the one that says which set the system had for certain then.
  static let (tables, index, origin, previous) = (".given", "index", "origin", "previous")

  public let given: Given
  let folder: String

  /// `nil` when that set is not there any more.
  public init?(_ given: Given, in folder: ExportFolder) {
    self.given = given
    self.folder = "\(folder.path)/\(given.set)"
    guard FileStore.exists("\(self.folder)/manifest.json") else { return nil }
  }

  /// Everything that the set remembers.
  var tables: [(name: String, sha256: String, path: String)] {
    guard let index = try? FileStore.read("\(folder)/\(Self.tables)/\(Self.index)") else { return [] }
    return String(decoding: index, as: UTF8.self).split(separator: "\n").compactMap { line in
      guard line.utf8.count > 65 else { return nil }
      let name = String(line.dropFirst(65))
      return (name, String(line.prefix(64)), "\(folder)/\(Self.tables)/\(name).rows")
    }
  }

  /// The newest set that the system has for certain; `nil`: none that is known of.
  var arrived: String? {
    if given.isConfirmed { return given.set }
    let name = (try? FileStore.read("\(folder)/\(Self.tables)/\(Self.previous)")).map {
      String(decoding: $0, as: UTF8.self)
    }
    return name.flatMap { $0.isEmpty ? nil : $0 }
  }

  /// What a table held; `nil` when the set had no such table, or it is damaged: then everything is told again.
  ///
  /// - Parameter headings: the order in which its rows are wanted.
  func table(_ name: String, headings: (row: [String], farewell: [String])) throws -> GivenTable? {
    let tables = "\(folder)/\(Self.tables)"
    guard let index = try? FileStore.read("\(tables)/\(Self.index)") else { return nil }
    let line = String(decoding: index, as: UTF8.self).split(separator: "\n").first { $0.dropFirst(65) == name }
    guard let line, let file = try? InputFile("\(tables)/\(name).rows") else { return nil }
    var hash = SHA256()
    while case let bytes = try file.readSome(), !bytes.isEmpty { hash.update(data: Array(bytes)) }
    guard hexadecimal(hash.finalize()) == line.prefix(64) else { return nil }
    return try GivenTable(try InputFile("\(tables)/\(name).rows"), headings: headings)
  }
}

/// What identifies a row from run to run: a person, a unit, or a person in a unit.
public struct RowKey: Sendable, Hashable, Comparable {
  public let first: Int
  public let second: Int

  public init(_ first: Int, _ second: Int = 0) {
    self.first = first
    self.second = second
  }

  public static func < (left: RowKey, right: RowKey) -> Bool {
    (left.first, left.second) < (right.first, right.second)
  }
}

/// One row as a system was given it.
struct GivenRow {
  var key: RowKey
  /// What the row says; `nil` for one that was told to be gone.
  var now: [String]?
  /// What it says once its record is deleted.
  var farewell: [String] = []
  var isActive = false
  /// The set's file of differences held it.
  var isTold = false
  /// Of a row that was told: what the system was known to have before. `nil`: nothing.
  var before: [String]?
  /// What else it may have got since then, by sets of which nobody knows whether they arrived; empty for a row that was told
  /// to be gone.
  var perhaps: [[String]] = []

  /// Everything that the system may have of it.
  ///
  /// - Parameter isConfirmed: the set arrived.
  func states(isConfirmed: Bool) -> [[String]] {
    let all = isConfirmed || !isTold ? [now] : [now, before] + perhaps
    return all.compactMap(\.self).filter { !$0.isEmpty }
  }
}

/// Reads the rows of a table one by one, by key.
final class GivenTable {
  private let file: InputFile
  /// Where each field stands in the rows of the file; `nil`: where it is wanted.
  private var order: (row: [Int?]?, farewell: [Int?]?)

  /// The file's first row holds the headings that its rows were made under.
  init(_ file: InputFile, headings: (row: [String], farewell: [String])) throws {
    self.file = file
    let first = try read()
    func order(_ new: [String], _ old: [String]) -> [Int?]? {
      new == old ? nil : new.map { old.firstIndex(of: $0) }
    }
    self.order = (order(headings.row, first?.now ?? []), order(headings.farewell, first?.farewell ?? []))
  }

  func next() throws -> GivenRow? {
    guard var row = try read() else { return nil }
    func ordered(_ fields: [String], _ order: [Int?]?) -> [String] {
      order.map { $0.map { place in place.flatMap { fields.indices.contains($0) ? fields[$0] : nil } ?? "" } } ?? fields
    }
    row.now = row.now.map { ordered($0, order.row) }
    row.before = row.before.map { ordered($0, order.row) }
    row.farewell = ordered(row.farewell, order.farewell)
    row.perhaps = row.perhaps.map { $0.isEmpty ? [] : ordered($0, order.row) }
    return row
  }

  private func read() throws -> GivenRow? {
    guard let head = try file.read(17) else { return nil }
    var row = GivenRow(key: RowKey(number(head[1..<9]), number(head[9..<17])))
    row.isActive = head[0] & 1 != 0
    row.isTold = head[0] & 2 != 0
    if head[0] & 4 != 0 { row.now = try fields() }
    row.farewell = try fields()
    if head[0] & 8 != 0 { row.before = try fields() }
    if head[0] & 16 != 0 { row.perhaps = try (0..<number(try bytes(4)[...])).map { _ in try fields() } }
    return row
  }

  private func fields() throws -> [String] {
    let count = number(try bytes(4)[...])
    return try (0..<count).map { _ in String(decoding: try bytes(number(try bytes(4)[...])), as: UTF8.self) }
  }

  private func bytes(_ count: Int) throws -> [UInt8] {
    guard let bytes = try file.read(count) else { throw PublisherError("What was given last cannot be read.") }
    return bytes
  }

  private func number(_ bytes: ArraySlice<UInt8>) -> Int {
    bytes.reversed().reduce(0) { $0 << 8 | Int($1) }
  }
}

extension GivenRow {
  var bytes: [UInt8] {
    let flags: UInt8 =
      (isActive ? 1 : 0) | (isTold ? 2 : 0) | (now == nil ? 0 : 4) | (before == nil ? 0 : 8)
      | (perhaps.isEmpty ? 0 : 16)
    var bytes = [flags]
    Self.write(key.first, size: 8, to: &bytes)
    Self.write(key.second, size: 8, to: &bytes)
    for fields in [now, farewell, before].compactMap(\.self) { Self.write(fields, to: &bytes) }
    guard !perhaps.isEmpty else { return bytes }
    Self.write(perhaps.count, size: 4, to: &bytes)
    for fields in perhaps { Self.write(fields, to: &bytes) }
    return bytes
  }

  private static func write(_ fields: [String], to bytes: inout [UInt8]) {
    write(fields.count, size: 4, to: &bytes)
    for field in fields {
      write(field.utf8.count, size: 4, to: &bytes)
      bytes += field.utf8
    }
  }

  private static func write(_ number: Int, size: Int, to bytes: inout [UInt8]) {
    for place in 0..<size { bytes.append(UInt8(truncatingIfNeeded: number >> (place * 8))) }
  }
}
