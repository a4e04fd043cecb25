import RecordSchema
import YAMLReader

/// A key's file.
enum APIKeyDecoder {
  static let fieldNames = [
    "system", "name", "key_hash", "key_hint", "scopes", "units", "created_at", "expires_at", "revoked_at",
  ]

  static func read(path: String, document: YAMLDocument) -> Reading<APIKey> {
    var reader = FieldReader(file: path)
    let stem = fileStem(of: path)
    reader.subject = stem
    guard let fields = reader.rootFields(of: document, known: fieldNames, what: "A key", own: "key_hash") else {
      return .unreadable(path: path, stem: stem, lines: [], findings: reader.findings)
    }
    var key = APIKey(name: stem)
    key.system = reader.text(fields["system"], "system", length: 1...64) ?? ""
    _ = reader.text(fields["name"], "name", length: 1...128)
    key.keyHash = reader.hash(fields["key_hash"])
    key.keyHint = reader.text(fields["key_hint"], "key_hint", length: 1...8)
    key.scopes = reader.words(fields["scopes"], "scopes", known: APIKey.knownScopes, rule: .unknownScope)
    key.units = reader.list(fields["units"], "units")?.map { reader.unitCode($0, "units") ?? UnitCode("") } ?? []
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
      findings: reader.findings)
  }
}
