import Events
import GitStore
import Journal
import Ledger
import RecordSchema

/// Derives every event and every body anew from git and the journal, and compares them with the ledger.
struct Auditing {
  struct Difference {
    let position: Int
    /// Of the event within the publication; `nil`: the publication as a whole.
    let number: Int?
    let event: String?
    let target: String?
    let text: String
  }

  struct Result {
    var publications = 0
    var events = 0
    var deliveries = 0
    /// Deliveries whose bodies are no longer kept: only that they were made is compared.
    var withoutBody = 0
    /// Deliveries to endpoints that came later, which `redeliver` made.
    var replayed = 0
    var differences: [Difference] = []
  }

  let workspace: Workspace
  /// Positions before this one are left alone.
  let since: Int
  /// Told of each publication that is done, and of how many there are.
  var progress: (Int, Int) -> Void = { _, _ in }

  func run() throws -> Result {
    let journal = try Journal(workspace.repository)
    var result = Result()
    guard let ledger = try Ledger.openForReading(workspace.ledgerPath) else {
      if let last = journal.last {
        result.differences.append(
          Difference(
            position: last.position, number: nil, event: nil, target: nil,
            text: "there is no ledger, although \(last.position) publications were made; the next publish rebuilds it"))
      }
      return result
    }
    for entry in try journal.entries.entries(from: since) {
      try compare(entry, journal, ledger, &result)
      result.publications += 1
      progress(entry.position, journal.entries.count)
    }
    for position in journal.entries.count..<max(journal.entries.count, try ledger.position()) {
      result.differences.append(
        Difference(
          position: position + 1, number: nil, event: nil, target: nil,
          text: "the ledger has a publication that the journal does not know"))
    }
    return result
  }

  private func compare(_ entry: JournalEntry, _ journal: Journal, _ ledger: Ledger, _ result: inout Result) throws {
    func differs(_ text: String, number: Int? = nil, event: String? = nil, target: String? = nil) {
      result.differences.append(
        Difference(position: entry.position, number: number, event: event, target: target, text: text))
    }
    guard let recorded = try ledger.publication(at: entry.position) else {
      return differs("the ledger does not have this publication; the next publish writes it")
    }
    if recorded.to != entry.to.description {
      differs("the ledger says that it led to \(recorded.to.prefix(10)), the journal says \(entry.to.short)")
    }
    if recorded.settled != entry.settled.description {
      differs("the ledger says that it settled \(recorded.settled), the journal says \(entry.settled)")
    }
    var events = Dictionary(recorded.events.map { ($0.id, $0) }) { $1 }
    var deliveries = Dictionary(recorded.deliveries.map { (Key($0.target, $0.eventID), $0) }) { $1 }
    _ = try Telling(line: workspace.line(journal.entries), entry: entry).tell { item in
      switch item {
      case .event(let event, let number):
        result.events += 1
        let name = "\(event.name.rawValue) \(event.kind.rawValue):\(event.recordID)"
        guard let known = events.removeValue(forKey: event.id) else {
          return differs("\(name) is missing from the ledger", number: number, event: event.id)
        }
        if known.number != number || known.name != event.name.rawValue || known.recordID != event.recordID
          || known.commit != event.commit || known.timestamp != event.timestamp
        {
          differs(
            "the ledger has it as number \(known.number), \(known.name) \(known.kind.rawValue):\(known.recordID) of commit \(known.commit.prefix(10)); it is number \(number), \(name) of commit \(event.commit.prefix(10))",
            number: number, event: event.id)
        }
      case .delivery(let delivery, let event):
        result.deliveries += 1
        let key = Key(delivery.target, delivery.eventID)
        let name = "\(delivery.name) \(delivery.kind.rawValue):\(delivery.recordID)"
        guard let known = deliveries.removeValue(forKey: key) else {
          return differs(
            "\(name) is missing from what is sent to \(delivery.target)", number: delivery.number, event: event.id,
            target: delivery.target)
        }
        if known.body.isEmpty {
          result.withoutBody += 1
        } else if known.body != delivery.body {
          differs(
            "\(name) to \(delivery.target) has another body: \(Self.firstDifference(known.body, delivery.body))",
            number: delivery.number, event: event.id, target: delivery.target)
        }
      }
    }
    for event in events.values.sorted(by: { $0.number < $1.number }) {
      differs(
        "the ledger has \(event.name) \(event.kind.rawValue):\(event.recordID), which git and the journal do not give",
        number: event.number, event: event.id)
    }
    for delivery in deliveries.values.sorted(by: { ($0.number, $0.target) < ($1.number, $1.target) }) {
      if recorded.replayed.contains([delivery.target, delivery.eventID]) {
        result.replayed += 1
        continue
      }
      differs(
        "the ledger has \(delivery.name) \(delivery.kind):\(delivery.recordID) to \(delivery.target), which git and the journal do not give",
        number: delivery.number, event: delivery.eventID, target: delivery.target)
    }
  }

  private struct Key: Hashable {
    let target: String
    let event: String

    init(_ target: String, _ event: String) {
      self.target = target
      self.event = event
    }
  }

  /// Where two bodies begin to differ.
  private static func firstDifference(_ recorded: [UInt8], _ derived: [UInt8]) -> String {
    let place = zip(recorded, derived).prefix { $0 == $1 }.count
    func part(_ bytes: [UInt8]) -> String {
      String(decoding: bytes[max(0, place - 24)..<min(bytes.count, place + 24)], as: UTF8.self).printable
    }
    return "from byte \(place + 1) on the ledger has …\(part(recorded))… instead of …\(part(derived))…"
  }
}
