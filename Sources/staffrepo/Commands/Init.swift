import ArgumentParser
import FileStore
import GitStore
import RecordSchema
import Records

struct Init: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init", abstract: "Make a data repository: configuration, sample records, hooks, a CI workflow.",
    discussion: """
      EXAMPLES:
        staffrepo init records --name "Larkfield Care Trust" --domain larkfield.example
      """)

  @Argument(help: "The folder to make, or an empty one.")
  var folder: String

  @Option(help: "The organisation's name.")
  var name = "Example Care Trust"

  @Option(help: "The domain of work e-mail addresses.")
  var domain = "example.org"

  @Option(help: "The time zone in which days begin and end, such as Europe/London.")
  var timeZone = "Europe/London"

  func run() throws {
    guard TimeZoneRules.named(timeZone) != nil else {
      throw ValidationError("There is no time zone '\(timeZone)'. Write a name such as Europe/London.")
    }
    guard !domain.contains("@"), domain.contains(".") else {
      throw ValidationError("--domain takes what stands after the @ of work addresses, such as example.org.")
    }
    guard !FileStore.exists("\(folder)/staffrepo.yaml") else {
      throw Refusal("\(folder) holds a staffrepo.yaml already; nothing was changed.")
    }
    try FileStore.makeDirectory(folder)
    let repository =
      FileStore.exists("\(folder)/.git")
      ? try Repository(containing: folder) : try Repository.create(at: folder, bare: false, branch: "main")
    for (path, text) in Samples(name: name, domain: domain, timeZone: timeZone).files {
      try FileStore.makeDirectory(FileStore.directory(of: "\(folder)/\(path)"))
      try FileStore.write(text.utf8, to: "\(folder)/\(path)")
      Terminal.print("\(folder)/\(path)")
    }
    for path in try HookFiles.install(in: repository, replacesOthers: false) { Terminal.print(path) }
    Terminal.message(
      """
      Next:
        cd \(folder)
        staffrepo validate --worktree
        git add -A && git commit -m "Begin the staff records"
        staffrepo publish
      """)
  }
}
