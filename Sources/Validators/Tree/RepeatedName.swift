import Catalogue
import GitStore
import RecordSchema
import Records

/// Names of keys, subscriptions and approvals are their own, whatever folder the file is in.
enum RepeatedName: KeyRule {
  static let rule = Rule(
    "T003", "repeated-name",
    explanation:
      "A key, a subscription and an approval are known by their file's name; two files with one name are one thing.",
    example: .files(
      [
        "data/apikeys/old/hr.yaml":
          "«»system: hr\nkey_hash: sha256:71acc6c4801ad1fb28f5cdf660fc16ef362c0b37cad978ffdd687352c9de168e\nscopes: [staff:read]\nexpires_at: 2027-02-02\n"
      ],
      right: [
        "data/apikeys/hr-2.yaml":
          "system: hr\nkey_hash: sha256:71acc6c4801ad1fb28f5cdf660fc16ef362c0b37cad978ffdd687352c9de168e\nscopes: [staff:read]\nexpires_at: 2027-02-02\n"
      ]),
    help: "Rename one of the two.")

  static let family = RecordKey.Family.fileName

  static func check(_ meeting: Meeting) throws -> [Finding] {
    guard meeting.claims > 1 else { return [] }
    let files = try meeting.places(.claim).map(\.file)
    return files.map { file in
      let others = files.filter { $0 != file }.joined(separator: ", ")
      return Finding(rule, file: file, at: .record, subject: fileStem(of: file), "\(others) has the same name.")
    }
  }
}
