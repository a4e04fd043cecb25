import GRDB
import GRDBSQLite

/// SQLite's own calls for the few statements that run for every delivery: GRDB makes a row and a list of values for each,
/// which costs more than the statement.
struct RawStatement {
  private let database: Database
  private let handle: OpaquePointer

  /// Prepared once for a connection.
  init(_ database: Database, _ sql: String) throws {
    self.database = database
    handle = try database.cachedStatement(sql: sql).sqliteStatement
  }

  // MARK: What goes in, by places from 1 on

  func bind(_ index: Int32, _ value: Int64) { sqlite3_bind_int64(handle, index, value) }
  func bind(_ index: Int32, _ value: Int) { sqlite3_bind_int64(handle, index, Int64(value)) }

  func bind(_ index: Int32, _ value: Int64?) {
    if let value { bind(index, value) } else { sqlite3_bind_null(handle, index) }
  }

  func bind(_ index: Int32, _ value: Int?) { bind(index, value.map(Int64.init)) }

  /// SQLite copies it.
  func bind(_ index: Int32, _ value: String) {
    sqlite3_bind_text(handle, index, value, Int32(value.utf8.count), RawStatement.isCopied)
  }

  func bind(_ index: Int32, _ value: String?) {
    if let value { bind(index, value) } else { sqlite3_bind_null(handle, index) }
  }

  private static let isCopied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

  // MARK: Running

  /// For a statement without rows.
  func run() throws {
    defer { sqlite3_reset(handle) }
    guard try !step() else { throw DatabaseError(message: "A statement gave a row that nobody reads.") }
  }

  /// Calls `body` for each row.
  func forEach(_ body: (RawRow) throws -> Void) throws {
    // Until it is reset it keeps its transaction's view of the file.
    defer { sqlite3_reset(handle) }
    while try step() { try body(RawRow(handle)) }
  }

  private func step() throws -> Bool {
    switch sqlite3_step(handle) {
    case SQLITE_ROW: return true
    case SQLITE_DONE: return false
    case let code:
      let message = sqlite3_errmsg(sqlite3_db_handle(handle)).map { String(cString: $0) }
      throw DatabaseError(resultCode: ResultCode(rawValue: code), message: message)
    }
  }
}

extension RawStatement {
  func all<Value>(_ decode: (RawRow) throws -> Value) throws -> [Value] {
    var values: [Value] = []
    try forEach { values.append(try decode($0)) }
    return values
  }

  func first<Value>(_ decode: (RawRow) throws -> Value) throws -> Value? {
    defer { sqlite3_reset(handle) }
    return try step() ? try decode(RawRow(handle)) : nil
  }
}

/// The row at which a statement stands, by columns from 0 on.
struct RawRow {
  private let handle: OpaquePointer

  fileprivate init(_ handle: OpaquePointer) { self.handle = handle }

  func isNull(_ index: Int32) -> Bool { sqlite3_column_type(handle, index) == SQLITE_NULL }
  func integer64(_ index: Int32) -> Int64 { sqlite3_column_int64(handle, index) }
  func integer(_ index: Int32) -> Int { Int(sqlite3_column_int64(handle, index)) }

  func text(_ index: Int32) -> String {
    guard let bytes = sqlite3_column_text(handle, index) else { return "" }
    let buffer = UnsafeBufferPointer(start: bytes, count: Int(sqlite3_column_bytes(handle, index)))
    return String(decoding: buffer, as: UTF8.self)
  }

  func bytes(_ index: Int32) -> [UInt8] {
    guard let bytes = sqlite3_column_blob(handle, index) else { return [] }
    return Array(UnsafeRawBufferPointer(start: bytes, count: Int(sqlite3_column_bytes(handle, index))))
  }

  func optional<Value>(_ index: Int32, _ read: (Int32) -> Value) -> Value? { isNull(index) ? nil : read(index) }
}
