/// An organisational unit: a team, a site, a department. Units form a tree by `parent`.
public struct Unit: Sendable, Equatable {
  public var id: UnitID
  public var code: UnitCode
  public var name = ""
  public var parent: UnitCode?
  public var type: String?
  public var costCentre: String?
  public var manager: EmployeeReference?
  public var isActive = true
  public var externalIDs: [ExternalID] = []

  public init(id: UnitID, code: UnitCode) {
    self.id = id
    self.code = code
  }
}

/// The units of one tree, found by id and by code.
public struct UnitDirectory: Sendable, Equatable {
  public private(set) var byID: [UnitID: Unit] = [:]
  private var idByCode: [UnitCode: UnitID] = [:]

  public init(_ units: some Sequence<Unit> = []) {
    for unit in units { byID[unit.id] = unit }
    for unit in byID.values.sorted(by: { $0.id < $1.id }) where idByCode[unit.code] == nil {
      idByCode[unit.code] = unit.id
    }
  }

  public subscript(code: UnitCode) -> Unit? {
    idByCode[code].flatMap { byID[$0] }
  }

  public subscript(id: UnitID) -> Unit? { byID[id] }

  public var sorted: [Unit] { byID.values.sorted { $0.id < $1.id } }

  /// The unit and those above it, nearest first. Ends where a parent is unknown or comes round again.
  public func lineage(of unit: Unit) -> [Unit] {
    var line = [unit]
    var seen: Set<UnitID> = [unit.id]
    while let parent = line.last?.parent.flatMap({ self[$0] }), seen.insert(parent.id).inserted {
      line.append(parent)
    }
    return line
  }

  /// The ids of the named units and of all below them.
  public func below(_ codes: [UnitCode]) -> Set<UnitID> {
    let roots = Set(codes.compactMap { self[$0]?.id })
    return Set(byID.values.filter { lineage(of: $0).contains { roots.contains($0.id) } }.map(\.id))
  }
}
