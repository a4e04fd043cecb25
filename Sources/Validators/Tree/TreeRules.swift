import Catalogue
import GitStore
import RecordSchema
import Records

/// Everything below the data folder is a record or an image.
enum StrayFile: FileRule {
  static let rule = Rule(
    "T001", "stray-file",
    explanation:
      "Below the data folder are records (.yaml, in people, units, apikeys, webhooks and approvals) and images (in photos and signatures). Another file is read by nobody; often it is a record with a misspelt folder or ending.",
    help: "Move the file to its folder, give it the ending .yaml, or remove it.")

  static func check(_ entry: TreeEntry, _ role: FileRole) -> Finding? {
    guard role == .stray, entry.kind == .file || entry.kind == .executable else { return nil }
    let hint = entry.path.hasSuffix(".yml") ? " Records end in .yaml, not .yml." : ""
    return Finding(rule, file: entry.path, at: .record, subject: nil, "Nobody reads this file.\(hint)")
  }
}

/// Records and images are plain files.
enum NotAFile: FileRule {
  static let rule = Rule(
    "T002", "not-a-plain-file",
    explanation:
      "A symbolic link or a submodule points elsewhere: what it says is not in this commit, so it would not be what was reviewed.",
    help: "Put the file itself in its place.")

  static func check(_ entry: TreeEntry, _ role: FileRole) -> Finding? {
    guard entry.kind == .symbolicLink || entry.kind == .submodule else { return nil }
    let what = entry.kind == .submodule ? "a submodule" : "a symbolic link"
    return Finding(rule, file: entry.path, at: .record, subject: nil, "This is \(what), not a file.")
  }
}

/// Names of keys, subscriptions and approvals are their own, whatever folder the file is in.
enum RepeatedName: KeyRule {
  static let rule = Rule(
    "T003", "repeated-name",
    explanation:
      "A key, a subscription and an approval are known by their file's name; two files with one name are one thing.",
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
