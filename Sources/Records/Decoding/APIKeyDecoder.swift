import RecordSchema
import YAMLReader

/// A key's file.
enum APIKeyDecoder {
  static func read(path: String, document: YAMLDocument, lines: [UInt8]) -> Reading<APIKey> {
    var reader = FieldReader(file: path)
    let stem = fileStem(of: path)
    reader.subject = stem
    guard let fields = reader.rootFields(of: document, known: APIKey.fieldNames, what: "A key", own: "key_hash") else {
      return Reading(
        path: path, stem: stem, draft: nil, isWhole: false, claimedID: nil, saysInactive: false,
        saysRevoked: revocation(document, lines), findings: reader.findings)
    }
    var key = APIKey(name: stem)
    key.system = reader.text(fields["system"], "system", length: 1...64) ?? ""
    _ = reader.text(fields["name"], "name", length: 1...128)
    key.keyHash = reader.hash(fields["key_hash"])
    key.keyHint = reader.text(fields["key_hint"], "key_hint", length: 1...8)
    key.scopes = reader.words(fields["scopes"], "scopes", known: APIKey.knownScopes, rule: .unknownScope)
    if let node = fields["units"] {
      // Whatever is meant by it, a key that names units is never one for everybody.
      key.units = reader.list(node, "units")?.map { reader.unitCode($0, "units") ?? UnitCode("") } ?? []
      if node.items == nil, !node.isEmpty { reader.isBlocked = true }
    }
    key.createdAt = reader.moment(fields["created_at"], "created_at")
    key.expiresAt = reader.moment(fields["expires_at"], "expires_at")
    key.revokedAt = reader.moment(fields["revoked_at"], "revoked_at")
    for name in ["system", "key_hash", "scopes"] where fields[name].map(\.isEmpty) ?? true {
      reader.missing(name, what: "A key's record")
      reader.isBlocked = true
    }
    let isHeld = reader.isBlocked || !document.problems.isEmpty
    return Reading(
      path: path, stem: stem, draft: key, isWhole: !isHeld, claimedID: nil, saysInactive: false,
      saysRevoked: isHeld ? revocation(document, lines) : key.revokedAt, findings: reader.findings)
  }

  /// The first moment that the file names as `revoked_at`, as a field or on a line of its own. A key is taken back also
  /// where the rest cannot be read, or the time is not written as it should be: then its day counts.
  private static func revocation(_ document: YAMLDocument, _ lines: [UInt8]) -> String? {
    let fields = (document.root?.entries ?? []).filter { $0.key == "revoked_at" }.compactMap(\.value.scalar)
    return (fields + texts(of: "revoked_at", in: lines)).compactMap { text in
      let text = text.filter { $0 != "\"" && $0 != "'" }
      if Instant(text) != nil || CalendarDate(text) != nil { return text }
      let day = String(text.prefix(10))
      return CalendarDate(day) == nil ? nil : day
    }.min()
  }
}
