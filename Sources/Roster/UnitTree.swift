import RecordSchema
import Synchronization

/// The units of one moment, and what is below which; shared by all rosters whose units are the same.
final class UnitTree: Sendable {
  let directory: UnitDirectory
  private let known = Mutex<[Set<UnitCode>: Set<UnitID>]>([:])

  init(_ directory: UnitDirectory) { self.directory = directory }

  /// The named units and all below them; `nil` stands for everybody's.
  func below(_ codes: Set<UnitCode>?) -> Set<UnitID>? {
    guard let codes else { return nil }
    return known.withLock { known in
      if let units = known[codes] { return units }
      let units = directory.below(Array(codes))
      if known.count >= 256 { known = [:] }
      known[codes] = units
      return units
    }
  }

  /// The codes that people's data show otherwise than another tree does.
  func codes(unlike other: UnitTree) -> Set<UnitCode> {
    guard self !== other else { return [] }
    let codes = Set(directory.byID.values.map(\.code)).union(other.directory.byID.values.map(\.code))
    return codes.filter { code in
      let (own, others) = (directory[code], other.directory[code])
      return own?.id != others?.id || own?.name != others?.name
    }
  }
}
