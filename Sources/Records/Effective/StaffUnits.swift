import Catalogue
import RecordSchema

/// The units in force at one moment. Few of the two thousand units of a large organisation matter to a change, so they
/// are looked up one by one unless somebody wants all.
public struct StaffUnits {
  private let table: EffectiveTable<Unit>
  private let base: RecordIndex?
  private let known: Lazy<UnitDirectory>

  init(_ table: EffectiveTable<Unit>, base: RecordIndex?, known: Lazy<UnitDirectory>) {
    self.table = table
    self.base = base
    self.known = known
  }

  public func all() throws -> UnitDirectory {
    if let known = known.value { return known }
    let units = UnitDirectory(try table.all().map(\.record))
    known.value = units
    return units
  }

  /// Only the units that these people's records name, and those with these ids.
  public func needed(by people: [Person], and ids: [UnitID]) throws -> UnitDirectory {
    if let known = known.value { return known }
    let codes = Set(people.flatMap(\.units).map(\.unit))
    return UnitDirectory(
      try codes.compactMap { try unit($0) } + ids.compactMap { try table.entry($0)?.record })
  }

  /// The unit that a code leads to: of several with the same code, the one with the lowest id.
  public func unit(_ code: UnitCode) throws -> Unit? {
    let marks =
      try base?.marks(at: RecordKey(.unitCode, code.rawValue)).filter { $0.role == .claim && $0.isWhole } ?? []
    let ofBase = try marks.compactMap { try base?.file($0.file).claimedID.map { UnitID($0) } }
    let candidates = Set(ofBase + table.changedEntries.filter { $0.record.code == code }.map(\.record.id))
    return try candidates.sorted().lazy.compactMap { try table.entry($0)?.record }.first { $0.code == code }
  }
}

/// Something that is worked out when somebody asks.
final class Lazy<Value> {
  var value: Value?
}
