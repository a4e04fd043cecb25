import GitStore
import RecordSchema
import Records

/// Everything below the data folder is a record or an image.
enum StrayFile: FileRule {
  static let rule = Rule(
    "T001", "stray-file",
    explanation:
      "Below the data folder are records (.yaml, in people, units, apikeys, webhooks and approvals) and images (in photos and signatures). Another file is read by nobody; often it is a record with a misspelt folder or ending. (.gitkeep, which keeps an empty folder, may stand anywhere.)",
    example: .files(["data/peple/EMP018.yaml": "«»id: 18\n"], right: [:]),
    help: "Move the file to its folder, give it the ending .yaml, or remove it.")

  static func check(_ file: InspectedFile) -> [Finding] {
    guard file.role == .stray, file.entry.isPlainFile, file.name != ".gitkeep", !WrongEnding.isWrong(file),
      !LeftoverFile.isLeftover(file.name)
    else { return [] }
    return [file.finding(rule, "Nobody reads this file.")]
  }
}
