/// By what a source knows somebody.
public struct SourceKey: Hashable, Sendable {
  public let system: String
  public let reference: String

  public init(system: String, reference: String) {
    self.system = system
    self.reference = reference
  }
}

extension Person {
  /// The sources that know this person, and by which number.
  public var sourceKeys: Set<SourceKey> {
    var keys = Set(externalIDs.map { SourceKey(system: $0.system, reference: $0.id) })
    if let system = source?.system, let reference = source?.reference {
      keys.insert(SourceKey(system: system, reference: reference))
    }
    return keys
  }
}
