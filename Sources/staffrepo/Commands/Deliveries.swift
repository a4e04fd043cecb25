import ArgumentParser
import Journal
import Ledger
import RecordSchema

struct Deliveries: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "deliveries",
    abstract: "List what was sent, and what waits, newest first.",
    discussion: """
      EXAMPLES:
        staffrepo deliveries --state pending
        staffrepo deliveries --to webhook/digital-id --limit 20 --format json
        staffrepo deliveries --to export/hr                which sets of files were sent, and which wait
        staffrepo deliveries --person EMP017               what each system knows of one person, and since when
      """)

  @Option(help: "Only this target.")
  var to: String?

  @Option(help: "Only these: pending, delivered, dead, superseded or cancelled.")
  var state: Delivery.State?

  @Option(help: "What each system was told of this person: an employee reference, or an id.")
  var person: String?

  @Option(help: "How many at most.")
  var limit = 100

  @Option(help: "text or json.")
  var format = TextOrJSON.text

  @OptionGroup var ledger: LedgerOptions

  func run() throws {
    let workspace = try Workspace.open(ledger: ledger.ledger)
    if let person { return try show(person, workspace) }
    guard let ledger = try Ledger.openForReading(workspace.ledgerPath) else {
      if format == .json { Terminal.print("[]") }
      let isNew = try Journal(workspace.repository).last == nil
      return Terminal.message(
        isNew
          ? "Nothing was published here yet."
          : "The ledger is not there: what was delivered is not known. The next publish makes it anew.")
    }
    if let to, to.hasPrefix("export/") { return try showSends(to, ledger) }
    let deliveries = try ledger.deliveries(.init(target: to, state: state, limit: limit))
    switch format {
    case .json: Terminal.print(JSON.array(try deliveries.map { try json($0, ledger) }).prettyText)
    case .text:
      var table = Table("TARGET", "STATE", "EVENT", "SUBJECT", "ATTEMPTS", "LAST ANSWER", "ID")
      for delivery in deliveries {
        table.add(
          delivery.target, delivery.state.rawValue, delivery.name, delivery.subject, "\(delivery.attempts)",
          delivery.lastError ?? delivery.lastStatus.map(String.init) ?? "-", delivery.eventID)
      }
      Terminal.print(table.text)
    }
  }

  private func showSends(_ target: String, _ ledger: Ledger) throws {
    let states: [ExportSend.State]? =
      switch state {
      case nil: nil
      case .delivered: [.sent, .same]
      case .some(let state): ExportSend.State(rawValue: state.rawValue).map { [$0] } ?? []
      }
    let sends = try ledger.sends(to: target, limit: limit).filter { states?.contains($0.state) ?? true }
    if format == .json { return Terminal.print(JSON.array(sends.map(\.json)).prettyText) }
    var table = Table("TARGET", "STATE", "SET", "DESTINATION", "ATTEMPTS", "BYTES", "AT", "LAST ERROR")
    for send in sends {
      table.add(
        send.target, send.state.rawValue, send.set, send.place, "\(send.attempts)",
        send.bytes.map(String.init) ?? "-", (send.finished ?? send.lastAttempt)?.description ?? "never",
        send.error ?? "-")
    }
    Terminal.print(table.text)
  }

  private func show(_ name: String, _ workspace: Workspace) throws {
    let knowledge = try PersonKnowledge(name, workspace, only: to)
    if format == .json { return Terminal.print(knowledge.json.prettyText) }
    var table = Table("TARGET", "ITS ID", "LAST TOLD", "COMMIT", "AT", "WAITING", "GIVEN UP")
    for target in knowledge.targets {
      table.add(
        target.name, target.externalID ?? "-", target.event ?? "-", target.commit.map { String($0.prefix(10)) } ?? "-",
        target.at?.description ?? "never", "\(target.waiting)", "\(target.dead)")
    }
    Terminal.print("\(knowledge.reference), id \(knowledge.id.rawValue)\n\n\(table.text)")
  }

  private func json(_ delivery: Delivery, _ ledger: Ledger) throws -> JSON {
    let attempts = try ledger.attempts(of: delivery.id).map { attempt -> JSON in
      [
        "at": .string(attempt.at.description), "status": .optional(attempt.status), "error": .optional(attempt.error),
        "duration_ms": .int(attempt.milliseconds),
      ]
    }
    let waits = delivery.state == .pending
    return [
      "id": .string(delivery.eventID), "target": .string(delivery.target), "event": .string(delivery.name),
      "kind": .string(delivery.kind), "record_id": .int(delivery.recordID), "subject": .string(delivery.subject),
      "sequence": [.int(delivery.position), .int(delivery.number)], "state": .string(delivery.state.rawValue),
      "attempts": .array(attempts), "next_attempt": .optional(waits ? delivery.nextAttempt.description : nil),
      "last_status": .optional(delivery.lastStatus), "error": .optional(delivery.lastError),
      "finished_at": .optional(delivery.finished?.description),
    ]
  }
}

extension Delivery.State: ExpressibleByArgument {}
