import RecordSchema

/// People as CSV (RFC 4180): one column a field, the header first. Units are their codes with `;` between them, what else
/// has parts of its own is JSON.
enum CSVText {
  static func header(isSensitive: Bool, isDelta: Bool) -> [UInt8] {
    let names = RowText.names.filter { isSensitive || $0 != "salary_grade" } + (isDelta ? ["removed", "reason"] : [])
    return Array((names.joined(separator: ",") + "\r\n").utf8)
  }

  static func write(
    _ values: UnsafeBufferPointer<UInt8>, isSensitive: Bool, isDelta: Bool, to bytes: inout [UInt8]
  ) {
    RowText.forEachValue(values, isSensitive: isSensitive) { number, value in
      if number > 0 { bytes.append(UInt8(ascii: ",")) }
      CSVField.append(number == units ? codes(value) : text(value), to: &bytes)
    } atEnd: { tail in
      guard isDelta else { return }
      let tail = String(decoding: tail, as: UTF8.self)
      let reason = ["out_of_scope", "out_of_selection"].first(where: tail.contains) ?? ""
      bytes += ",\(!tail.isEmpty),\(reason)".utf8
    }
    bytes += "\r\n".utf8
  }

  private static let units = RowText.names.firstIndex(of: "organisational_units") ?? 0

  private static func text(_ value: some Collection<UInt8>) -> [UInt8] {
    if value.first == UInt8(ascii: "\"") { return JSONText.unescaped(value) }
    return value.elementsEqual("null".utf8) || value.elementsEqual("{}".utf8) ? [] : Array(value)
  }

  /// The codes of units, of which each is written as `{"id":3,"code":"care-team-a","name":"Care Team A"}`: the third of
  /// five strings.
  private static func codes(_ value: some Collection<UInt8>) -> [UInt8] {
    let strings = JSONText.strings(value)
    let codes = stride(from: 2, to: strings.count, by: 5).map { JSONText.unescaped(strings[$0]) }
    return Array(codes.joined(separator: [UInt8(ascii: ";")]))
  }
}
