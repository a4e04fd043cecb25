import RecordSchema

/// What one file says. A class, since a reading goes through many hands and a person's record has twenty fields.
public final class Reading<Record: Sendable>: Sendable {
  /// The path in the repository.
  public let path: String
  /// The file's name without folders and `.yaml`.
  public let stem: String
  /// What could be made out, good or not, so that all findings of a file come in one run.
  public let draft: Record?
  /// The file can be read as a record; otherwise its record is held.
  public let isWhole: Bool
  /// The id that the file claims, readable even when the rest is not.
  public let claimedID: Int?
  /// The file says `is_active: false`, readable even when the rest is not.
  public let saysInactive: Bool
  /// The file says `is_active: true` in so many words.
  public let saysActive: Bool
  /// When the file says that its key is revoked, readable even when the rest is not.
  public let saysRevoked: String?
  public let findings: [Diagnostic]

  init(
    path: String, stem: String, draft: Record?, isWhole: Bool, claimedID: Int?, saysInactive: Bool,
    saysActive: Bool = false, saysRevoked: String? = nil, findings: [Diagnostic]
  ) {
    self.path = path
    self.stem = stem
    self.draft = draft
    self.isWhole = isWhole
    self.claimedID = claimedID
    self.saysInactive = saysInactive
    self.saysActive = saysActive
    self.saysRevoked = saysRevoked
    self.findings = findings
  }

  /// `nil` when the file cannot be read as a record.
  public var record: Record? { isWhole ? draft : nil }
}

/// A path's last part without `.yaml`.
public func fileStem(of path: String) -> String {
  let bytes = path.utf8
  let name = bytes[(bytes.lastIndex(of: UInt8(ascii: "/")).map { bytes.index(after: $0) } ?? bytes.startIndex)...]
  return String(Substring(name.suffix(5).elementsEqual(".yaml".utf8) ? name.dropLast(5) : name))
}
