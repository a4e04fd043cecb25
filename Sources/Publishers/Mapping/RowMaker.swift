import RecordSchema

/// A row of a table, and what is needed to tell how it differs from an earlier one.
struct MadeRow: Sendable {
  let key: RowKey
  let subject: RowSubject
  let fields: [String]
  /// The same row after its record was deleted; for files of differences only.
  var farewell: [String] = []
  /// The values that a file of changes watches.
  var watched: [String] = []
}

/// Makes a table's rows. Anything but the file itself.
struct RowMaker: Sendable {
  let mapping: TableMapping
  let context: StaffContext
  /// The units that the filter names and those below them.
  private let scope: Set<UnitID>?

  init(_ mapping: TableMapping, _ context: StaffContext) {
    self.mapping = mapping
    self.context = context
    scope = mapping.filter.units.map { context.units.below($0) }
  }

  func isWanted(_ member: StaffMember) -> Bool {
    let filter = mapping.filter
    if let statuses = filter.statuses, !statuses.contains(member.status) { return false }
    if let scope, !member.units.contains(where: { scope.contains($0.id) }) { return false }
    guard let isActive = filter.isActive, member.status.isActive != isActive else { return true }
    return isActive && filter.leaversWithinDays.map { hasLeft(member, within: $0) } ?? false
  }

  /// By what the system knows somebody's row.
  func key(of member: StaffMember) -> String? {
    var wasCut = false
    return try? mapping.keyColumn.map { try mapping.columns[$0].text(RowSubject(member), context, &wasCut) }
  }

  /// Of whoever was deactivated without an end date nobody knows since when: they stay.
  private func hasLeft(_ member: StaffMember, within days: Int) -> Bool {
    guard member.status != .pending else { return false }
    guard let end = member.person.endDate, end < context.asOf else { return true }
    return end >= context.asOf.adding(days: -days)
  }

  /// A person's rows, by key.
  func rows(of member: StaffMember, _ faults: inout [TableFault]) -> [MadeRow] {
    guard isWanted(member) else { return [] }
    switch mapping.rows {
    case .units: return []
    case .people: return [row(RowKey(member.person.id.rawValue), RowSubject(member), &faults)].compactMap(\.self)
    case .memberships:
      let places = member.units.indices.filter { scope?.contains(member.units[$0].id) ?? true }
      let rows = places.compactMap { place in
        row(
          RowKey(member.person.id.rawValue, member.units[place].id.rawValue),
          RowSubject(member, unitAt: place, on: context.asOf), &faults)
      }
      if member.units.isEmpty, mapping.includesUnassigned, scope == nil {
        return [row(RowKey(member.person.id.rawValue), RowSubject(unassigned: member), &faults)].compactMap(\.self)
      }
      return mapping.content == .full ? rows : rows.sorted { $0.key < $1.key }
    }
  }

  /// The units' rows, where rows are units.
  func unitRows(_ faults: inout [TableFault]) -> [MadeRow] {
    guard mapping.rows == .units else { return [] }
    return context.units.sorted.filter { scope?.contains($0.id) ?? true }.compactMap {
      row(RowKey($0.id.rawValue), RowSubject($0), &faults)
    }
  }

  private func row(_ key: RowKey, _ subject: RowSubject, _ faults: inout [TableFault]) -> MadeRow? {
    guard let fields = texts(mapping.columns, subject, &faults) else { return nil }
    var row = MadeRow(key: key, subject: subject, fields: fields)
    if mapping.content != .full {
      // Said as of somebody who left, or not at all.
      guard let farewell = texts(mapping.columns, subject.departed, &faults) else { return nil }
      row.farewell = farewell
    }
    if !mapping.watched.isEmpty {
      guard let watched = texts(mapping.watched, subject, &faults) else { return nil }
      row.watched = watched
    }
    return row
  }

  private func texts(_ columns: [TableColumn], _ subject: RowSubject, _ faults: inout [TableFault]) -> [String]? {
    var texts: [String] = []
    texts.reserveCapacity(columns.count)
    var isWhole = true
    for column in columns {
      do {
        var wasCut = false
        texts.append(try column.text(subject, context, &wasCut))
        if wasCut {
          let message = "was cut to \(column.maximumLength ?? 0) characters"
          faults.append(TableFault(subject, column: column.heading, message, isRefusal: false))
        }
      } catch {
        faults.append(TableFault(subject, column: column.heading, error.message))
        isWhole = false
      }
    }
    return isWhole ? texts : nil
  }
}

/// A cell that cannot be written.
public struct TableFault: Sendable {
  /// Whose row it is, as messages name it.
  public let subject: String
  public let person: PersonID?
  public let column: String
  public let message: String
  /// `false`: it was written in another way; that is only noted.
  let isRefusal: Bool

  init(_ subject: RowSubject?, column: String, _ message: String, isRefusal: Bool = true) {
    self.subject = subject?.name ?? "a record that is gone"
    person = subject?.member?.person.id
    self.column = column
    self.message = message
    self.isRefusal = isRefusal
  }
}

extension TableFault {
  public var text: String { "\(subject), column \(column): \(message)" }
}

/// A table that was not written, because some of its cells cannot be.
public struct TableRefusal: Error, CustomStringConvertible {
  public let file: String
  /// The first of them.
  public let faults: [TableFault]
  public let count: Int

  static let limit = 20

  public var description: String {
    let lines = faults.map(\.text)
    let more = count > faults.count ? ["and \(count - faults.count) more"] : []
    return "\(file) is not written: " + (lines + more).joined(separator: "; ")
  }
}
