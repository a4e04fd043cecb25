import RecordSchema

/// A photo that a record names is there.
enum MissingPhoto: RelationRule {
  static let rule = Rule(
    "P016", "missing-photo",
    explanation: "The record names a photo file that is not in the repository, so the identity card would have none.",
    help: "Add the file in the same change, or remove the line.")

  static func check(_ index: RecordIndex) -> [Finding] {
    missing(index, rule, "photo_path", \.photoPath)
  }
}

/// A signature that a record names is there.
enum MissingSignature: RelationRule {
  static let rule = Rule(
    "P017", "missing-signature", explanation: "The record names a signature file that is not in the repository.",
    help: "Add the file in the same change, or remove the line.")

  static func check(_ index: RecordIndex) -> [Finding] {
    missing(index, rule, "signature_path", \.signaturePath)
  }
}

private func missing(_ index: RecordIndex, _ rule: Rule, _ field: String, _ path: (Person) -> String?) -> [Finding] {
  index.people.compactMap { person in
    guard let path = path(person.record) else { return nil }
    let full = "\(index.configuration.dataFolder)/\(path)"
    guard index.images[full] == nil else { return nil }
    return Finding(
      rule, file: person.file, at: .init(stringLiteral: field), subject: person.record.reference.rawValue,
      "The file \(full) is not there.")
  }
}
