import RecordSchema
import Records

/// Finds the unit that somebody means, by name or code, without regard to case.
struct UnitFinder {
  private let units: UnitDirectory
  private var byName: [String: [Unit]] = [:]

  init(_ units: UnitDirectory) {
    self.units = units
    for unit in units.sorted {
      for name in Set([Self.folded(unit.name), Self.folded(unit.code.rawValue)]) {
        byName[name, default: []].append(unit)
      }
    }
  }

  enum Outcome: Equatable {
    case found(Unit)
    /// Nothing was said.
    case none
    case unknown(NewHire.Field, String, near: String?)
    case ambiguous(NewHire.Field, String, [Unit])
    /// The unit is there, but not below the department.
    case elsewhere(Unit, department: String)
  }

  /// - Parameter department: the unit above it, at any distance; without a unit, the unit itself.
  func unit(_ name: String?, department: String?) -> Outcome {
    guard let name else {
      guard let department else { return .none }
      return one(of: units(named: department), .department, department)
    }
    let candidates = units(named: name)
    guard let first = candidates.first else { return one(of: [], .unit, name) }
    guard let department else { return one(of: candidates, .unit, name) }
    let above = Set(units(named: department).map(\.id))
    if above.isEmpty { return one(of: [], .department, department) }
    let below = candidates.filter { units.lineage(of: $0).contains { above.contains($0.id) } }
    if below.isEmpty { return .elsewhere(first, department: department) }
    return one(of: below, .unit, name)
  }

  /// Whether a unit is one of these or below one of them.
  func isIn(_ unit: Unit, _ codes: Set<UnitCode>) -> Bool {
    units.lineage(of: unit).contains { codes.contains($0.code) }
  }

  /// The same; a code that is no unit's is below none.
  func isIn(_ code: UnitCode, _ codes: Set<UnitCode>) -> Bool { units[code].map { isIn($0, codes) } ?? false }

  private func one(of found: [Unit], _ field: NewHire.Field, _ name: String) -> Outcome {
    let open = found.filter(\.isActive)
    let candidates = open.isEmpty ? found : open
    if candidates.count > 1 { return .ambiguous(field, name, candidates) }
    if let unit = candidates.first { return .found(unit) }
    let names = units.sorted.flatMap { [$0.name, $0.code.rawValue] }
    return .unknown(field, name, near: closest(to: name, among: names))
  }

  private func units(named name: String) -> [Unit] { byName[Self.folded(name)] ?? [] }

  private static func folded(_ name: String) -> String {
    name.lowercased().split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }
}
