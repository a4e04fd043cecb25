import FoundationEssentials
import GitStore
import RecordSchema
import Records

/// An entry as it stands in git.
extension JournalEntry {
  package init(at oid: OID, in repository: Repository) throws {
    let tree = try repository.info(of: oid).tree
    guard let file = try repository.entry(at: "entry.json", in: tree) else {
      throw JournalError(description: "\(Journal.reference) leads to \(oid), which is no journal entry.")
    }
    let bytes = try repository.blob(file.oid)
    guard let wire = try? JSONDecoder().decode(Wire.self, from: Data(bytes)), let entry = wire.entry else {
      throw JournalError(description: "The journal entry \(oid) cannot be read; was it written by a newer version?")
    }
    self = entry
  }

  private struct Wire: Decodable {
    let position: Int
    let kind: JournalEntry.Kind
    let from: String?
    let to: String
    let settled: String
    let held: [Held]
    let approvals: [String]
    let acknowledged: [String: Int]
    let rewritten_at: Int?
    let net: Bool?
    let hold: WireHold?

    var entry: JournalEntry? {
      guard let to = OID(to), let settled = CalendarDate(settled) else { return nil }
      var entry = JournalEntry(
        position: position, kind: kind, from: from.flatMap { OID($0) }, to: to, settled: settled,
        held: held.compactMap(\.record),
        approvals: approvals, acknowledged: acknowledged, rewrittenAt: rewritten_at)
      entry.isNet = net ?? false
      if let hold {
        guard let known = hold.hold else { return nil }
        entry.hold = known
      }
      return entry
    }
  }

  private struct WireHold: Decodable {
    let commit: String
    let tip: String
    let rules: String
    let day: String
    let guards: [Tripped]
    let notes: [String]?
    let told: [String: [Int]]

    struct Tripped: Decodable {
      let `guard`: String
      let target: String?
      let count: Int
      let of: Int
    }

    var hold: Hold? {
      guard let commit = OID(commit), let tip = OID(tip), let rules = OID(rules), let day = CalendarDate(day) else {
        return nil
      }
      var hold = Hold(
        commit: commit, tip: tip, rules: rules, day: day,
        guards: guards.map { .init(name: $0.guard, target: $0.target, count: $0.count, of: $0.of) })
      hold.notes = notes ?? []
      func people(_ name: String) -> Set<PersonID> { Set((told[name] ?? []).map { PersonID($0) }) }
      hold.told.inactive = people("inactive")
      hold.told.gone = people("gone")
      hold.told.restored = people("restored")
      return hold
    }
  }

  private struct Held: Decodable {
    let kind: String
    let id: Int?
    let key: String
    let path: String
    let reason: String

    var record: HeldRecord? {
      RecordKind(rawValue: kind).map { HeldRecord(kind: $0, id: id ?? 0, key: key, path: path, reason: reason) }
    }
  }
}
