import Catalogue
import RecordSchema
import Records

/// No two key files hold the same key.
enum RepeatedKeyHash: KeyRule {
  static let rule = Rule(
    "K001", "repeated-key",
    explanation: "Every consumer has a key of its own; with a shared one nobody knows who asked.",
    example: .files(
      [
        "data/apikeys/finance.yaml":
          "system: finance\nkey_hash: «sha256:02778948ce69f721c3bee690d8e902d92d14705d7025f3e535589558ee5ed918»\nscopes: [staff:read]\nexpires_at: 2027-02-02\n"
      ],
      right: [
        "data/apikeys/finance.yaml":
          "system: finance\nkey_hash: sha256:71acc6c4801ad1fb28f5cdf660fc16ef362c0b37cad978ffdd687352c9de168e\nscopes: [staff:read]\nexpires_at: 2027-02-02\n"
      ]),
    help: "Make a new key for one of the two: staffrepo apikey create")

  static let family = RecordKey.Family.keyHash

  static func check(_ meeting: Meeting) throws -> [Finding] {
    guard meeting.claims > 1 else { return [] }
    let group = try meeting.apiKeys(.claim)
    return group.map { key in
      key.finding(rule, at: "key_hash", "The same key is in \(others(group, than: key.file)).")
    }
  }
}

func unknownUnits(_ meeting: Meeting, _ role: Role, _ rule: Rule) throws -> [Finding] {
  guard !meeting.isKnown else { return [] }
  let code = try meeting.index.key(of: meeting.marks[0]).text
  return try meeting.places(role).map { file, position in
    Finding(
      rule, file: file, at: FieldPath("units").item(position), subject: fileStem(of: file),
      "There is no unit '\(code)'.")
  }
}
