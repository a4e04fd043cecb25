import Catalogue
import RecordSchema

/// A face or a signature is one person's.
enum SharedImage: KeyRule {
  static let rule = Rule(
    "P010", "shared-image", severity: .warning,
    explanation: "Two people name the same photo or signature: one of the two identity cards would show somebody else.",
    example: .person("photo_path: «photos/EMP002.jpg»", right: "photo_path: photos/EMP017.jpg"),
    help: "Correct the path in the record whose image it is not.")

  static let family = RecordKey.Family.image

  static func check(_ meeting: Meeting) throws -> [Finding] {
    guard meeting.marks.count > 1 else { return [] }
    return try [(Role.photo, FieldPath("photo_path")), (.signature, "signature_path")].flatMap { role, field in
      guard meeting.marks.count(where: { $0.role == role }) > 1 else { return [Finding]() }
      let group = try meeting.people(role)
      return group.map {
        $0.finding(rule, at: field, "The same file is named in \(others(group, than: $0.file)).")
      }
    }
  }
}
