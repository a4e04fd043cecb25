import Catalogue
import RecordSchema

extension Staff {
  /// Whoever has an employee reference now; without regard to case.
  public func person(withReference reference: String) throws -> Person? {
    let ids = try candidates(RecordKey(.reference, reference))
    return try ids.compactMap { try person($0)?.record }.first {
      $0.reference.rawValue.lowercased() == reference.lowercased()
    }
  }
}
