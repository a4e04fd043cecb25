/// A row of one of OneRoster's tables.
struct OneRosterRow: Sendable {
  let key: RowKey
  /// `sourcedId`, and what comes after `status` and `dateLastModified`.
  let fields: [String]
  /// The same once its record is deleted.
  let farewell: [String]
  let isActive: Bool

  init(_ key: RowKey, _ fields: [String], farewell: [String]? = nil, isActive: Bool = true) {
    self.key = key
    self.fields = fields
    self.farewell = farewell ?? fields
    self.isActive = isActive
  }

  /// The row as bytes; without `told`, as bulk files have it: status and date stay blank.
  static func bytes(_ fields: [String], told: (status: String, at: String)? = nil) -> [UInt8] {
    CSVRow([oneLine(fields[0]), told?.status ?? "", told?.at ?? ""] + fields.dropFirst().map(oneLine)).bytes
  }

  /// The binding takes no line ends inside a field.
  private static func oneLine(_ text: String) -> String {
    guard text.utf8.contains(where: { $0 == 0x0A || $0 == 0x0D }) else { return text }
    return text.split { $0 == "\n" || $0 == "\r" || $0 == "\r\n" }.joined(separator: " ")
  }
}
