import Catalogue
import RecordSchema

/// Every photo and signature is somebody's.
enum OrphanedImage: KeyRule {
  static let rule = Rule(
    "T009", "orphaned-image", severity: .warning,
    explanation:
      "No record names this image. A photo of somebody who is not in the records any more is personal data without a reason; often the path in a record is misspelt.",
    example: .files(["data/photos/EMP099.jpg": "«»PHOTO"], right: [:]),
    help: "Remove the file, or name it in the record of the person whose it is.")

  static let family = RecordKey.Family.image

  static func check(_ meeting: Meeting) throws -> [Finding] {
    guard meeting.claims > 0, !meeting.has(.photo), !meeting.has(.signature) else { return [] }
    return try meeting.places(.claim).map(\.file).filter { file in
      let name = file.split(separator: "/").last ?? ""
      return name != ".gitkeep" && !LeftoverFile.isLeftover(name)
    }.map {
      Finding(rule, file: $0, at: .record, subject: nil, "No record names this image.")
    }
  }
}
