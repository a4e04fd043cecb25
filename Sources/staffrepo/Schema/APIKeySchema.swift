import RecordSchema

extension SchemaForm {
  static let apiKey = fields([
    .init("system", text(1...64), isRequired: true, "The system that holds the key.", examples: ["digital-id"]),
    .init("name", text(1...128), "What the key is for, as people read it.", examples: ["Digital ID badges"]),
    .init(
      "key_hash",
      SchemaForm([
        "type": "string", "pattern": "^sha256:[0-9a-f]{64}$",
        "patternErrorMessage":
          "Write sha256: and the 64 hexadecimal digits of the key's SHA-256, in lower case; never the key itself.",
      ]),
      isRequired: true, "The SHA-256 of the key, never the key itself.",
      examples: ["sha256:9883c45779e9dda8704a34220cdbd460a2420a5dc0639091ad068482d8c0e04c"]),
    .init(
      "key_hint", text(1...8), "The key's last four characters, by which people tell keys apart.", examples: ["46og"]),
    .init(
      "scopes", oneOrList(of: choice(APIKey.knownScopes)), isRequired: true, "What the key may do.",
      examples: [["staff:read", "units:read"]]),
    .init(
      "units", list(of: unitCode), "Only people in these units and below them can be read with it.",
      examples: [["care-services"]]),
    .init("created_at", moment, "When the key was made.", examples: ["2026-02-02"]),
    .init("expires_at", moment, "When the key ends by itself.", examples: ["2027-02-02"]),
    .init(
      "revoked_at", moment, "When the key was taken back. It is worth nothing from then on.", examples: ["2026-06-30"]),
  ])
}
