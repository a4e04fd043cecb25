import Crypto
import RecordSchema

/// One unit as a consumer sees it.
public struct RosterUnit: Sendable {
  public let id: UnitID
  public let code: UnitCode
  /// An object of JSON: what events of units hold, and the parent's id.
  public let json: [UInt8]
  let hash: Hash
}

/// The units in a sight, by id.
public final class UnitList: Sendable {
  public let units: [RosterUnit]
  /// As that of people: over each unit's id and its canonical JSON.
  public let digest: String

  init(_ tree: UnitTree, in codes: Set<UnitCode>?) {
    let (scope, directory) = (tree.below(codes), tree.directory)
    units = directory.sorted.filter { scope?.contains($0.id) ?? true }.map { unit in
      let parent = unit.parent.flatMap { directory[$0] }
      let members =
        Unit.fields.map { JSON.Member($0.name, $0.value(unit)) } + [.init("parent_id", .optional(parent?.id.rawValue))]
      let json = JSON.object(members).bytes
      return RosterUnit(id: unit.id, code: unit.code, json: json, hash: Hash(of: CanonicalJSON.bytes(of: json)))
    }
    var lines: [UInt8] = []
    for unit in units {
      lines += "\(unit.id.rawValue):".utf8
      unit.hash.writeHexadecimal(to: &lines)
      lines.append(UInt8(ascii: "\n"))
    }
    digest = "sha256:" + Hash(of: lines).hexadecimal
  }

  public var count: Int { units.count }

  /// The units at these positions as objects of JSON with commas between them.
  public func json(_ positions: Range<Int>) -> [UInt8] {
    Array(units[positions.clamped(to: 0..<count)].map(\.json).joined(separator: [UInt8(ascii: ",")]))
  }

  /// `nil` when there is none in this sight.
  public func unit(_ id: UnitID) -> RosterUnit? { units.first { $0.id == id } }
}
