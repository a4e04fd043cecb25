import RecordSchema
import Records

/// A new key stands beside the old one until the system uses it.
enum ReplacedKey: ChangeRule {
  static let rule = Rule(
    "X005", "key-replaced",
    explanation:
      "The key's hash is replaced in the same file: the system that uses the old key is locked out at once, and nobody can see any more when the old key ended.",
    example: .change(
      [
        "data/apikeys/hr.yaml":
          "system: hr\nkey_hash: «sha256:71acc6c4801ad1fb28f5cdf660fc16ef362c0b37cad978ffdd687352c9de168e»\nscopes: [staff:read]\nexpires_at: 2027-02-02\n"
      ],
      right: [
        "data/apikeys/hr-2.yaml":
          "system: hr\nkey_hash: sha256:71acc6c4801ad1fb28f5cdf660fc16ef362c0b37cad978ffdd687352c9de168e\nscopes: [staff:read]\nexpires_at: 2027-02-02\n"
      ]),
    help:
      "Restore the file, and make the next key in a file of its own: staffrepo apikey rotate NAME. One that leaked: staffrepo apikey revoke NAME"
  )

  static func check(_ change: RecordedChange) -> [Finding] {
    let before = Dictionary(change.old.compactMap(\.apiKey).map { ($0.stem, $0.record.keyHash) }) { $1 }
    return change.new.compactMap(\.apiKey).compactMap { key in
      guard let old = before[key.stem], !old.isEmpty, !key.record.keyHash.isEmpty, old != key.record.keyHash else {
        return nil
      }
      return key.finding(
        rule, at: "key_hash", "The key of \(key.stem) is replaced in place: whoever uses the old one is locked out.")
    }
  }
}
