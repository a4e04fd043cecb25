import RecordSchema

/// Keeps bodies within what every consumer has to take. A thinned event says so, and the consumer reads the record itself.
enum Thinning {
  /// CloudEvents: intermediaries and consumers take at least 64 KiB.
  static let limit = 65_536
  /// Enough to know whom it is about, and whether that person has access.
  private static let kept = ["id", "employee_reference", "code", "is_active", "status", "removed", "unit"]

  /// - Parameter wrap: what the subscription's format puts around the envelope; its bytes count as well.
  static func bytes(of envelope: JSON, wrap: (JSON) -> JSON) -> [UInt8] {
    let whole = wrap(envelope).bytes
    guard whole.count > limit, case .object(var members) = envelope else { return whole }
    members.append(.init("thinned", true))
    replace("changes", in: &members) { _ in .object([]) }
    let withoutChanges = wrap(.object(members)).bytes
    guard withoutChanges.count > limit else { return withoutChanges }
    replace("data", in: &members) { data in
      guard case .object(let fields) = data else { return data }
      return .object(fields.filter { kept.contains($0.name) })
    }
    return wrap(.object(members)).bytes
  }

  private static func replace(_ name: String, in members: inout [JSON.Member], _ change: (JSON) -> JSON) {
    for index in members.indices where members[index].name == name {
      members[index].value = change(members[index].value)
    }
  }
}
