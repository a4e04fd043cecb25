import ArgumentParser
import GitStore
import Journal
import Ledger
import RecordSchema
import Records

struct Status: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Show for each target how far it is, and what is wrong.",
    discussion: """
      A target is active (it has everything), pending (something is on its way), failed, overdue (its files are later than
      their schedule says, by more than git config staffrepo.freshness), or disabled.

      EXAMPLES:
        staffrepo status
        staffrepo status --format json | jq '.targets[] | select(.status != "active")'
        staffrepo status --format prometheus > /var/lib/node_exporter/staffrepo.prom
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable {
    case text, json, prometheus
  }

  @Option(help: "text, json, or prometheus.")
  var format = Format.text

  @OptionGroup var ledger: LedgerOptions

  func run() throws {
    let now = Clock.now()
    let standing = try Standing(Workspace.open(ledger: ledger.ledger), at: now)
    switch format {
    case .json: Terminal.print(standing.json.prettyText)
    case .prometheus: Swift.print(MetricsText.text(standing, at: now), terminator: "")
    case .text: Terminal.print(text(standing))
    }
  }

  private func text(_ standing: Standing) -> String {
    var lines = [
      "\(standing.branch) is at \(standing.tip.short); "
        + (standing.journal.map { "publication \($0.position) is at \($0.to.short)" } ?? "nothing is published yet")
    ]
    switch standing.behind {
    case nil: lines.append("The branch was rewritten since; the next publish sends the net difference.")
    case let behind? where behind > 0 && standing.journal?.hold != nil:
      lines.append("\(counted(behind, "commit")) held back, see below")
    case let behind? where behind > 0 && standing.journal != nil:
      lines.append("\(counted(behind, "commit")) not published yet: staffrepo publish")
    default: break
    }
    if standing.hasLostLedger {
      lines.append("The ledger is not there: what was delivered is not known. The next publish makes it anew.")
    }
    if let text = CalendarText.text(standing) { lines.append(text) }
    var table = Table("TARGET", "STATUS", "LAST SYNC", "COMMIT", "BEHIND", "DETAIL")
    for target in standing.targets {
      table.add(
        target.name, target.state.rawValue, target.lastSync?.description ?? "never",
        target.commit.map { String($0.prefix(10)) } ?? "-", target.behind.map(String.init) ?? "-",
        target.error ?? detail(target, standing))
    }
    lines += ["", table.text]
    if let hold = standing.journal?.hold { lines += ["", HoldText.text(hold)] }
    lines += [""]
    for alarm in standing.alarms where alarm.key != "hold" && alarm.key != "records" {
      lines.append("Alarm since \(alarm.raised): \(alarm.text)")
    }
    if let daemon = standing.daemon { lines.append("Process \(daemon) follows the branch.") }
    for held in standing.held {
      lines.append("Held: \(held.kind.rawValue) \(held.key): \(held.reason); the last good state stays in force.")
    }
    return lines.joined(separator: "\n")
  }

  private func detail(_ target: Standing.Target, _ standing: Standing) -> String {
    var parts = target.metadata.filter {
      ["files", "rows", "delivered", "pending"].contains($0.name) && $0.value != .null
    }
    .map { "\($0.name) \($0.value.text)" }
    if let next = target.nextRun { parts.append(next <= standing.now ? "due since \(next)" : "next \(next)") }
    return parts.joined(separator: ", ")
  }
}
