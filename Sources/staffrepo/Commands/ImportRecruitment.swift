import ArgumentParser
import FileStore
import RecordSchema
import Recruitment

struct ImportRecruitment: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "recruitment",
    abstract: "Take in new hires from a file, as the API does: each becomes a record on a branch for review.",
    discussion: """
      FILE is JSON (one hire, a list, or {"new_hires": [...]}), NDJSON (.ndjson, .jsonl) or CSV (.csv); - is standard \
      input. A hire that is sent again changes nothing; one that waits in review is brought up to date.

      EXAMPLES:
        staffrepo import recruitment hire.json
        staffrepo import recruitment hires.csv --source workday --dry-run
        staffrepo import recruitment hires.json --direct      onto the branch itself
      """)

  @Argument(help: "The file; - reads standard input.")
  var file: String

  @Option(help: "The system that hands over, where the file does not say so.")
  var source: String?

  @Flag(help: "Tell what would be done, and do nothing.")
  var dryRun = false

  @Flag(help: "Land on the branch itself instead of a branch for review.")
  var direct = false

  @Flag(help: "Take in those as well who were turned down in review, though nothing else is said of them.")
  var again = false

  @Option(help: "text for people, json for machines.")
  var format = TextOrJSON.text

  func run() throws {
    let workspace = try Workspace.open()
    var request = ImportRequest(
      body: try InputBytes.read(file), mediaType: InputBytes.mediaType(of: file), source: source, grant: nil,
      now: Clock.now())
    request.holder = .operatorOfHost
    request.isDryRun = dryRun
    request.isAgain = again
    if direct { request.landing = .direct }
    let answer = ImportDesk(try workspace.importHost()).handle(request)
    switch format {
    case .json: Terminal.print(answer.body.prettyText)
    case .text: Terminal.print(ImportText.text(answer))
    }
    if answer.status >= 500 { throw ExitCode(70) }
    if answer.status >= 400 || answer.refusedCount > 0 { throw ExitCode(1) }
  }
}

/// What a command reads that takes a file or standard input.
enum InputBytes {
  static func read(_ path: String) throws -> [UInt8] {
    // Standard input is a file as well.
    try FileStore.read(path == "-" ? "/dev/stdin" : path)
  }

  /// By the ending of a file's name.
  static func mediaType(of path: String) -> String {
    switch path.split(separator: ".").last.map({ $0.lowercased() }) {
    case "csv": "text/csv"
    case "ndjson", "jsonl": "application/x-ndjson"
    default: "application/json"
    }
  }
}

extension ImportAnswer {
  /// How many hires were refused, of several.
  var refusedCount: Int { if case .int(let count)? = body["refused"] { count } else { 0 } }
}
