import Catalogue
import RecordSchema
import Records

/// No two names differ only in case.
enum CaseCollision: KeyRule {
  static let rule = Rule(
    "T006", "case-collision",
    explanation:
      "On Windows and macOS two names that differ only in case, or in how an accent is encoded, are one file: a colleague's checkout loses one of the two, and the next commit deletes it.",
    example: .files(["data/photos/emp017.jpg": "«»PHOTO"], right: [:]),
    help: "Rename one of the two.")

  static let family = RecordKey.Family.imageName

  static func check(_ meeting: Meeting) throws -> [Finding] {
    guard meeting.claims > 1 else { return [] }
    let files = try meeting.places(.claim).map(\.file)
    return files.map { file in
      let others = files.filter { $0 != file }.joined(separator: ", ")
      return Finding(
        rule, file: file, at: .record, subject: nil, "Only capitals and small letters tell it from \(others).")
    }
  }
}
