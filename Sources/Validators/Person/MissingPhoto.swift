import Catalogue
import RecordSchema
import Records

/// A photo that a record names is there.
enum MissingPhoto: KeyRule {
  static let rule = Rule(
    "P016", "missing-photo",
    explanation: "The record names a photo file that is not in the repository, so the identity card would have none.",
    example: .person("photo_path: «photos/EMP017.jpeg»", right: "photo_path: photos/EMP017.jpg"),
    help: "Add the file in the same change, or remove the line.")

  static let family = RecordKey.Family.image

  static func check(_ meeting: Meeting) throws -> [Finding] {
    try missing(meeting, .photo, rule, "photo_path", \.photoPath)
  }
}

/// What names an image that is not there.
func missing(
  _ meeting: Meeting, _ role: Role, _ rule: Rule, _ field: FieldPath, _ path: (Person) -> String?
) throws -> [Finding] {
  guard meeting.claims == 0 else { return [] }
  return try meeting.people(role).compactMap { person in
    guard let path = path(person.record) else { return nil }
    return person.finding(
      rule, at: field, "The file \(meeting.index.configuration.dataFolder)/\(path) is not there.",
      wish: .image(path))
  }
}
