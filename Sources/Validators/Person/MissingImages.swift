import Catalogue
import RecordSchema
import Records

/// A photo that a record names is there.
enum MissingPhoto: KeyRule {
  static let rule = Rule(
    "P016", "missing-photo",
    explanation: "The record names a photo file that is not in the repository, so the identity card would have none.",
    help: "Add the file in the same change, or remove the line.")

  static let family = RecordKey.Family.image

  static func check(_ meeting: Meeting) throws -> [Finding] {
    try missing(meeting, .photo, rule, "photo_path", \.photoPath)
  }
}

/// A signature that a record names is there.
enum MissingSignature: KeyRule {
  static let rule = Rule(
    "P017", "missing-signature", explanation: "The record names a signature file that is not in the repository.",
    help: "Add the file in the same change, or remove the line.")

  static let family = RecordKey.Family.image

  static func check(_ meeting: Meeting) throws -> [Finding] {
    try missing(meeting, .signature, rule, "signature_path", \.signaturePath)
  }
}

private func missing(
  _ meeting: Meeting, _ role: Role, _ rule: Rule, _ field: FieldPath, _ path: (Person) -> String?
) throws -> [Finding] {
  guard meeting.claims == 0 else { return [] }
  return try meeting.people(role).compactMap { person in
    guard let path = path(person.record) else { return nil }
    return Finding(
      rule, file: person.file, at: field, subject: person.record.reference.rawValue,
      "The file \(meeting.index.configuration.dataFolder)/\(path) is not there.")
  }
}
