import GitStore
import RecordSchema
import Records

/// Everything below the data folder is a record or an image.
enum StrayFile: RelationRule {
  static let rule = Rule(
    "T001", "stray-file",
    explanation:
      "Below the data folder are records (.yaml, in people, units, apikeys, webhooks and approvals) and images (in photos and signatures). Another file is read by nobody; often it is a record with a misspelt folder or ending.",
    help: "Move the file to its folder, give it the ending .yaml, or remove it.")

  static func check(_ index: RecordIndex) -> [Finding] {
    index.strays.filter { $0.kind == .file || $0.kind == .executable }.map { entry in
      let hint = entry.path.hasSuffix(".yml") ? " Records end in .yaml, not .yml." : ""
      return Finding(
        rule, file: entry.path, at: .record, subject: nil, "Nobody reads this file.\(hint)")
    }
  }
}

/// Records and images are plain files.
enum NotAFile: RelationRule {
  static let rule = Rule(
    "T002", "not-a-plain-file",
    explanation:
      "A symbolic link or a submodule points elsewhere: what it says is not in this commit, so it would not be what was reviewed.",
    help: "Put the file itself in its place.")

  static func check(_ index: RecordIndex) -> [Finding] {
    index.entries.filter { $0.kind == .symbolicLink || $0.kind == .submodule }.map { entry in
      let what = entry.kind == .submodule ? "a submodule" : "a symbolic link"
      return Finding(rule, file: entry.path, at: .record, subject: nil, "This is \(what), not a file.")
    }
  }
}

/// Names of keys, subscriptions and approvals are their own, whatever folder the file is in.
enum RepeatedName: RelationRule {
  static let rule = Rule(
    "T003", "repeated-name",
    explanation:
      "A key, a subscription and an approval are known by their file's name; two files with one name are one thing.",
    help: "Rename one of the two.")

  static func check(_ index: RecordIndex) -> [Finding] {
    let kinds: [RecordKind] = [.apiKey, .webhook, .approval]
    let files = index.entries.compactMap { entry -> (key: String, path: String)? in
      guard case .record(let kind) = FileRole(path: entry.path, dataFolder: index.configuration.dataFolder),
        kinds.contains(kind)
      else { return nil }
      return ("\(kind.rawValue)/\(fileStem(of: entry.path).lowercased())", entry.path)
    }
    return Dictionary(grouping: files, by: \.key).values.filter { $0.count > 1 }.flatMap { group in
      group.map { file in
        let others = group.map(\.path).filter { $0 != file.path }.joined(separator: ", ")
        return Finding(
          rule, file: file.path, at: .record, subject: fileStem(of: file.path), "\(others) has the same name.")
      }
    }
  }
}
