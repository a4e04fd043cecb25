import RecordSchema

extension Rule {
  public static let malformedHash = Rule(
    "S015", "malformed-key-hash",
    explanation:
      "A key file holds sha256: and the 64 hexadecimal digits of the key's SHA-256, never the key itself.",
    example: .apiKey(
      "key_hash: «9883c457»", right: "key_hash: sha256:9883c45779e9dda8704a34220cdbd460a2420a5dc0639091ad068482d8c0e04c"
    ),
    help: "Make a new key, whose hash is written for you: staffrepo apikey create")
}
