import Crypto
import RecordSchema
import Workers

/// `bulk-upload-delta-0001.json` and so on: only who differs from what Entra was given last. Who is gone from the records
/// is told once more as last known, no longer active, after everybody else.
final class EntraChanges: StaffFile {
  private let set: ExportSet
  private let context: StaffContext
  private let sendsDates: Bool
  private let batches: EntraBatches
  private let spool: SpoolFile
  private let standoff: Standoff
  private var differences: Differences?
  /// Of the person who is compared just now.
  private var operation: [UInt8]?
  private var departed: [(reference: String, operation: Range<Int>)] = []
  /// Entra finds people by their references, so who lives on under another id is not gone.
  private var present: Set<String> = []

  init(_ set: ExportSet, _ context: StaffContext, sendsDates: Bool) throws {
    self.set = set
    self.context = context
    self.sendsDates = sendsDates
    batches = EntraBatches(Self.table, in: set)
    spool = try set.spool()
    standoff =
      try context.bearers.map { bearers in
        try Standoff(
          bearers, by: Bearers.Name.allCases, table: Self.table, of: set.base,
          known: { states, _ in states.map { $0[0] } },
          bearers: { bearers.bearers(of: EmployeeReference($0).folded, by: .reference) })
      } ?? Standoff()
    differences = try Differences(Self.table, in: set) { [unowned self] in try tell($0) }
  }

  private static let table = "bulk-upload-delta"

  func take(_ members: [StaffMember]) throws {
    let (context, sendsDates, standoff) = (context, sendsDates, standoff)
    let parts = Workers.map(members, partSize: 256) { part in
      part.map { member in
        EntraUser.fault(member.person, context) == nil && !standoff.contains(member.person.id)
          ? Row(member, context, sendsDates: sendsDates) : nil
      }
    }
    for (member, row) in zip(members, parts.joined()) {
      let key = RowKey(member.person.id.rawValue)
      if let row {
        present.insert(member.person.reference.folded)
        operation = row.operation
        try differences?.take(key, row.fields, farewell: row.farewell, isActive: member.status.isActive)
        operation = nil
      } else {
        try leaveOut(member)
      }
    }
  }

  /// Whoever works here keeps the account, under what Entra knows it by. A leaver loses it, under that name as well.
  private func leaveOut(_ member: StaffMember) throws {
    let person = member.person
    let fault = EntraUser.fault(person, context)
    let reason = fault ?? "Entra knows somebody by this number whose own is in doubt."
    guard member.status.isActive else { return set.note("\(person.reference): left out, \(reason)") }
    let known = Set(try differences?.keep(RowKey(person.id.rawValue)).states.map { $0[0] } ?? [])
    present.formUnion(known.map { EmployeeReference($0).folded })
    // The account may have been made for an earlier record of the same person.
    if known.isEmpty, !standoff.contains(person.id) { present.insert(person.reference.folded) }
    let others = known.subtracting([person.reference.rawValue]).sorted()
    let account = others.isEmpty ? "" : " Entra knows the account by \(others.joined(separator: " or "))."
    set.note("\(person.reference): left out, \(reason)\(account)")
  }

  func finish() throws {
    try differences?.finish()
    for (reference, operation) in departed where !present.contains(reference) {
      try batches.add(spool.read(operation))
    }
    try batches.finish()
  }

  private func tell(_ difference: Differences.Difference) throws {
    // Under which references Entra may know the person.
    let known = Set(([difference.old ?? []] + difference.perhaps).compactMap(\.first))
    guard let row = difference.new else {
      // Who was not active is not active there.
      guard difference.wasActive else { return }
      for reference in known.sorted() {
        let operation = Row.farewell(difference.farewell, as: reference)
        departed.append((EmployeeReference(reference).folded, try spool.write(Array(operation.utf8))))
      }
      return
    }
    for old in known.sorted() where old != row[0] {
      set.note(
        "\(old) is now \(row[0]). Entra finds people by this number, so write it into the account there (employeeId) before the file goes in; else a second account is made."
      )
    }
    if let operation { return try batches.add(operation) }
    // It is kept as it was, and nobody knows whether Entra has it.
    let last = difference.farewell[1]
    try batches.add(Array(difference.isActive ? last.replacing(Row.inactive, with: Row.active).utf8 : last.utf8))
  }

  /// What is remembered of a person: enough to see a difference and to say goodbye.
  private struct Row: Sendable {
    // Nothing else looks like it: within a text the quotation marks would be escaped.
    static let (active, inactive) = (#""active":true"#, #""active":false"#)

    let operation: [UInt8]
    let fields: [String]
    let farewell: [String]

    init(_ member: StaffMember, _ context: StaffContext, sendsDates: Bool) {
      let text = EntraUser.operation(member, context, sendsDates: sendsDates).text
      operation = Array(text.utf8)
      let reference = member.person.reference.rawValue
      fields = [reference, hexadecimal(SHA256.hash(data: operation).prefix(16))]
      farewell = [reference, text.replacing(Self.active, with: Self.inactive)]
    }

    /// The goodbye to the account that has another reference still.
    static func farewell(_ last: [String], as reference: String) -> String {
      guard reference != last[0] else { return last[1] }
      return ["bulkId", "externalId", "employeeNumber"].reduce(last[1]) { text, name in
        text.replacing("\"\(name)\":\(JSON.string(last[0]).text)", with: "\"\(name)\":\(JSON.string(reference).text)")
      }
    }
  }
}
