import RecordSchema

/// The hash is that of a real key.
enum WeakKeyHash: APIKeyRule {
  static let rule = Rule(
    "K004", "weak-key-hash",
    explanation:
      "The hash is a placeholder, or that of a word that anybody would try. Whoever knows the word could read the staff records.",
    example: .apiKey(
      "key_hash: «sha256:5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8»",
      right: "key_hash: sha256:02778948ce69f721c3bee690d8e902d92d14705d7025f3e535589558ee5ed918"),
    help: "Make a real key: staffrepo apikey create")

  static func check(_ key: Located<APIKey>, _ context: RuleContext) -> [Finding] {
    let digits = key.record.keyHash.dropFirst("sha256:".count)
    guard digits.utf8.count == 64 else { return [] }
    guard knownHashes.contains(String(digits)) || Set(digits.utf8).count < 8 else { return [] }
    return [key.finding(rule, at: "key_hash", "This is a placeholder or the hash of a word that anybody would try.")]
  }

  /// SHA-256 of the empty text and of the words: password, secret, test, changeme, admin, 123456, key, apikey, api-key,
  /// token, staffrepo, stf_, letmein, example. (A test computes them.)
  static let knownWords = [
    "", "password", "secret", "test", "changeme", "admin", "123456", "key", "apikey", "api-key", "token", "staffrepo",
    "stf_", "letmein", "example",
  ]
  static let knownHashes: Set<String> = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8",
    "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b",
    "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "057ba03d6c44104863dc7361fe4578965d1887360f90a0895882e58a6248fc86",
    "8c6976e5b5410415bde908bd4dee15dfb167a9c873fc4bb8a81f6f2ab448a918",
    "8d969eef6ecad3c29a3a629280e686cf0c3f5d5a86aff3ca12020c923adc6c92",
    "2c70e12b7a0646f92279f427c7b38e7334d8e5389cff167a1dc30e73f826b683",
    "6c793695171e793d7d0080ad7700a2bc50256912cef2492c201e8ecc54b24ab5",
    "8c284055dbb54b7f053a2dc612c3727c7aa36354361055f2110f4903ea8ee29c",
    "3c469e9d6c5875d37a43f353d4f88e61fcf812c66eee3457465a40b0da4153e0",
    "138e6c7ba9dc080b9244bc45d64a7529438de66923eb64cb568d2607c9f0006b",
    "91666a54049d0d57b3ca697a5e2182d99f518b6fdd8dde25cf275c550acc0300",
    "1c8bfe8f801d79745c4631d09fff36c82aa37fc4cce4fc946683d7b336b63032",
    "50d858e0985ecc7f60418aaf0cc5ab587f42c2570a884095a9e8ccacd0f6545c",
  ]
}
