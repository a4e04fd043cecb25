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
    return [file.finding(rule, "Nobody reads this file. \(advice(file))")]
  }

  private static func advice(_ file: InspectedFile) -> String {
    guard file.name.hasSuffix(".yaml") else { return "Only records and images belong here; remove it." }
    let folders = RecordKind.allCases.map(\.folder)
    let parts = file.entry.path.split(separator: "/").map(String.init)
    let known = parts.dropLast().compactMap { part in closest(to: part, among: folders).map { (part, $0) } }
    if let (written, meant) = known.first(where: { $0 != $1 }) {
      return "The folder is named \(meant), not \(written)."
    }
    return "A record is in one of the folders \(folders.joined(separator: ", ")): a person's in people."
  }
}
