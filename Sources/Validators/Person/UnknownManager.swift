import Catalogue
import RecordSchema

/// A line manager is somebody in the repository.
enum UnknownManager: KeyRule {
  static let rule = Rule(
    "P012", "unknown-manager",
    explanation:
      "The line manager is named by employee reference. A reference that nobody has leaves approvals and the organisation chart without a way up.",
    example: .person("line_manager: «EMP0011»", right: "line_manager: EMP001"),
    help: "Write the manager's employee reference, or remove the line if there is none.")

  static let family = RecordKey.Family.reference

  static func check(_ meeting: Meeting) throws -> [Finding] {
    guard !meeting.isKnown else { return [] }
    return try meeting.people(.lineManager).compactMap { person in
      guard let manager = person.record.lineManager else { return nil }
      // Nobody is their own manager, however alike the references look.
      let own = person.record.reference.rawValue
      return Finding(
        rule, file: person.file, at: "line_manager", subject: own,
        "The line manager \(manager) is nobody in this repository.",
        wish: .spelling(.init(word: manager.rawValue, family: .reference, excluding: own)))
    }
  }
}
