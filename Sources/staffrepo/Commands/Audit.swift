import ArgumentParser
import RecordSchema

struct Audit: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit", abstract: "Compare what was sent with what git says.", subcommands: [AuditVerify.self])
}

struct AuditVerify: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Derive every event anew from git and the journal, and compare with the ledger.",
    discussion: """
      Says exactly what differs, and exits with 1 then. Reads only; it may run at any time.

      EXAMPLES:
        staffrepo audit verify
        staffrepo audit verify --since 120 --format json
      """)

  @Option(help: "Begin with this publication.")
  var since = 1

  @Option(help: "text or json.")
  var format = TextOrJSON.text

  @OptionGroup var ledger: LedgerOptions

  func validate() throws {
    if since < 1 { throw ValidationError("--since takes the position of a publication, from 1 on.") }
  }

  func run() throws {
    var auditing = Auditing(workspace: try Workspace.open(ledger: ledger.ledger), since: since)
    auditing.progress = { done, of in Terminal.progress("publication \(done) of \(of)") }
    let result = try auditing.run()
    Terminal.endProgress()
    Terminal.print(format == .json ? result.json.prettyText : text(result))
    if !result.differences.isEmpty { throw ExitCode(1) }
  }

  private func text(_ result: Auditing.Result) -> String {
    var lines = result.differences.map { difference in
      "Publication \(difference.position)\(difference.number.map { ", number \($0)" } ?? ""): \(difference.text)"
    }
    lines.append(
      "Derived anew: \(counted(result.publications, "publication")), \(counted(result.events, "event")), \(counted(result.deliveries, "delivery", "deliveries"))"
        + (result.withoutBody > 0 ? " (\(result.withoutBody) without their bodies, which are no longer kept)" : "")
        + (result.replayed > 0 ? "; \(result.replayed) more were made by redeliver, for endpoints that came later" : "")
        + (result.differences.isEmpty
          ? ". Everything is as the ledger has it." : ". \(counted(result.differences.count, "difference")).")
    )
    return lines.joined(separator: "\n")
  }
}

extension Auditing.Result {
  var json: JSON {
    [
      "publications": .int(publications), "events": .int(events), "deliveries": .int(deliveries),
      "without_body": .int(withoutBody), "replayed": .int(replayed),
      "differences": .array(
        differences.map {
          [
            "position": .int($0.position), "number": .optional($0.number), "event": .optional($0.event),
            "target": .optional($0.target), "message": .string($0.text),
          ]
        }),
    ]
  }
}
