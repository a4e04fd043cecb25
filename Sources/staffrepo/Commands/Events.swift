import ArgumentParser
import Events
import GitStore
import Journal
import RecordSchema

struct Events: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "events",
    abstract: "Print the events of a range of commits and of the days between them, one JSON line each.",
    discussion: """
      The range's own events, for a reader who sees every field. Their sequence is [0, number]: they are not a publication.

      EXAMPLES:
        staffrepo events HEAD~1..HEAD
        staffrepo events v2026.01..main | jq .event
      """)

  @Argument(help: "BASE..HEAD; HEAD alone means everything up to it.")
  var range: String

  @Option(help: "text or json; both are one event a line.")
  var format = TextOrJSON.json

  func run() throws {
    let workspace = try Workspace.open()
    let repository = workspace.repository
    let (base, head) = try CommitRange(range).resolve(repository)
    var number = 0
    let line = workspace.line(try Journal(repository).entries)
    _ = try line.tell(from: base, to: head, at: Clock.now()) { step in
      for event in try step.events() {
        number += 1
        switch format {
        case .json:
          if let envelope = event.envelope(fields: .everything, sequence: (0, number), showsEmpty: true) {
            Terminal.print(envelope.text)
          }
        case .text: Terminal.print("\(event.timestamp)  \(event.name.rawValue)  \(event.subject)")
        }
      }
    }
  }
}

/// `BASE..HEAD`, `BASE..` (to HEAD) or `HEAD` (from the beginning).
struct CommitRange {
  private let base: String?
  private let head: String

  init(_ text: String) throws {
    guard !text.contains("...") else {
      throw ValidationError("'\(text)' has three dots; a range has two: BASE..HEAD")
    }
    let parts = text.split(separator: "..", omittingEmptySubsequences: false).map(String.init)
    switch parts.count {
    case 1: (base, head) = (nil, parts[0])
    case 2: (base, head) = (parts[0].isEmpty ? "HEAD" : parts[0], parts[1].isEmpty ? "HEAD" : parts[1])
    default: throw ValidationError("'\(text)' is not a range of commits. Write BASE..HEAD")
    }
  }

  func resolve(_ repository: Repository) throws -> (base: OID?, head: OID) {
    (try base.map { try repository.commit(named: $0) }, try repository.commit(named: head))
  }
}
