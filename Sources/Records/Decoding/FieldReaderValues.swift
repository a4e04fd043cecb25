import RecordSchema
import YAMLReader

/// Values that only staff records have.
extension FieldReader {
  /// A person's reference, of the record itself (then a malformed one blocks) or of another person.
  mutating func reference(_ node: YAMLNode?, _ field: String, blocks: Bool = false) -> EmployeeReference? {
    guard let node, let text = scalar(node, field) else {
      if let node, !node.isEmpty, blocks { isBlocked = true }
      return nil
    }
    warnIfAmbiguous(node)
    let reference = EmployeeReference(text)
    if !reference.isWellFormed {
      if blocks { isBlocked = true }
      report(
        .malformedReference,
        "\(field) '\(excerpt(text))' is not 1 to 16 letters, digits, dots, underscores or hyphens.", at: node.range)
    }
    return reference
  }

  mutating func unitCode(_ node: YAMLNode?, _ field: String, blocks: Bool = false) -> UnitCode? {
    guard let node, let text = scalar(node, field) else {
      if let node, !node.isEmpty, blocks { isBlocked = true }
      return nil
    }
    warnIfAmbiguous(node)
    let code = UnitCode(text)
    if !code.isWellFormed {
      if blocks { isBlocked = true }
      report(.malformedCode, "\(field) '\(excerpt(text))' is not small letters, digits and hyphens.", at: node.range)
    }
    return code
  }

  /// A path below the data folder. One that leads out of it is not returned: no output may ever name it.
  mutating func path(_ node: YAMLNode?, _ field: String) -> String? {
    guard let node, let text = text(node, field, length: 1...255) else { return nil }
    let parts = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    let leadsOut =
      text.utf8.contains(UInt8(ascii: "\\"))
      || parts.contains { $0.isEmpty || ($0.count <= 2 && $0.allSatisfy { $0 == UInt8(ascii: ".") }) }
    if leadsOut {
      report(.pathOutsideData, "\(field) '\(excerpt(text))' is not a path below the data folder.", at: node.range)
      return nil
    }
    return text
  }

  mutating func email(_ node: YAMLNode?, _ field: String) -> String? {
    guard let node, let text = text(node, field, length: 3...254) else { return nil }
    if !isAddress(text) {
      report(.malformedEmail, "\(field) '\(excerpt(text))' is not an e-mail address.", at: node.range)
    }
    return text
  }

  /// One @ with something before it, and after it a domain of at least two parts.
  private func isAddress(_ text: String) -> Bool {
    let bytes = text.utf8
    guard let at = bytes.firstIndex(of: UInt8(ascii: "@")), at != bytes.startIndex else { return false }
    let domain = bytes[bytes.index(after: at)...]
    let dot = UInt8(ascii: ".")
    guard domain.contains(dot), domain.first != dot, domain.last != dot else { return false }
    var previous: UInt8 = 0
    for byte in bytes {
      if byte == dot, previous == dot { return false }
      if byte == 0x20 || (0x09...0x0D).contains(byte) || Self.notInAddresses.contains(byte) { return false }
      previous = byte
    }
    let isASCII = bytes.allSatisfy { $0 < 0x80 }
    return !domain.contains(UInt8(ascii: "@"))
      && (isASCII
        || !text.unicodeScalars.contains { $0.properties.isWhitespace || (0x2018...0x201F).contains($0.value) })
  }

  private static let notInAddresses = Array("<>()[],;:\\\"".utf8)

  mutating func list(_ node: YAMLNode?, _ field: String) -> [YAMLNode]? {
    guard let node, !node.isEmpty else { return nil }
    guard let items = node.items else {
      report(
        .wrongType, "\(field) takes a list, each item on a line of its own after a hyphen and a blank.", at: node.range)
      return nil
    }
    return isShort(items, node, field) ? items : nil
  }

  /// A list that fills a file is none of a record's: each item would be looked up, and be a finding. Half a list would
  /// grant or take access by accident, so the record is held.
  mutating func isShort(_ items: [YAMLNode], _ node: YAMLNode, _ field: String) -> Bool {
    guard items.count > Self.mostItems else { return true }
    isBlocked = true
    report(.wrongLength, "\(field) has \(items.count) items; it takes at most \(Self.mostItems).", at: node.range)
    return false
  }

  private static let mostItems = 1000

  mutating func texts(_ node: YAMLNode?, _ field: String) -> [String]? {
    list(node, field)?.compactMap { text($0, field, length: 1...255) }
  }

  mutating func externalIDs(_ node: YAMLNode?) -> [ExternalID] {
    guard let node, !node.isEmpty else { return [] }
    guard let entries = node.entries else {
      report(.wrongType, "external_ids takes lines of system: id.", at: node.range)
      return []
    }
    return entries.compactMap { entry in
      text(entry.value, "external_ids.\(entry.key)", length: 1...128).map { ExternalID(system: entry.key, id: $0) }
    }
    .sorted { $0.system < $1.system }
  }
}
