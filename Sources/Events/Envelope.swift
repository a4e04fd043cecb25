import RecordSchema

/// Which fields one consumer sees.
public struct FieldSelection: Sendable {
  private let allowed: Set<String>?
  private let sensitive: Set<String>

  /// - Parameter allowed: `nil` for every field but the sensitive ones.
  public init(allowed: [String]?, sensitive: Set<String>) {
    self.allowed = allowed.map(Set.init)
    self.sensitive = sensitive
  }

  /// Everything, for those who may read the repository anyway.
  public static let everything = FieldSelection(allowed: nil, sensitive: [])

  private func shows(_ name: String) -> Bool {
    allowed.map { $0.contains(name) } ?? !sensitive.contains(name)
  }

  /// The id is always there: without it nobody knows whom the event is about.
  public func data(_ members: [JSON.Member]) -> [JSON.Member] {
    members.compactMap { member in
      if member.name == "custom" { return custom(member) }
      return member.name == "id" || shows(member.name) ? member : nil
    }
  }

  func changes(_ members: [JSON.Member]) -> [JSON.Member] {
    members.compactMap { member in
      guard member.name == "custom" else { return shows(member.name) ? member : nil }
      let old = (member.value["old"]).map { custom(.init("custom", $0))?.value ?? .null } ?? .null
      let new = (member.value["new"]).map { custom(.init("custom", $0))?.value ?? .null } ?? .null
      return old == new ? nil : .init("custom", ["old": old, "new": new])
    }
  }

  private func custom(_ member: JSON.Member) -> JSON.Member? {
    guard case .object(let fields) = member.value else { return shows("custom") ? member : nil }
    let visible = fields.filter { field in
      let name = "custom.\(field.name)"
      return shows(name) || (allowed?.contains("custom") == true && !sensitive.contains(name))
    }
    let isListed = allowed.map { $0.contains { $0 == "custom" || $0.hasPrefix("custom.") } } ?? true
    return isListed ? .init("custom", .object(visible)) : nil
  }
}

extension Event {
  /// The body that consumers get; `nil` when the event would show this consumer no change at all.
  ///
  /// - Parameter sequence: journal position and number within the publication.
  /// - Parameter showsEmpty: an update without a visible change is wanted all the same.
  public func envelope(
    fields: FieldSelection, sequence: (position: Int, number: Int), showsEmpty: Bool = false
  ) -> JSON? {
    let visibleChanges = fields.changes(changes)
    if !showsEmpty, visibleChanges.isEmpty, name == .personUpdated || name == .unitUpdated { return nil }
    var visibleData = fields.data(data)
    if let unit { visibleData.append(.init("unit", unit)) }
    if isRemoval { visibleData.append(.init("removed", true)) }
    var members: [JSON.Member] = [
      .init("id", .string(id)), .init("event", .string(name.rawValue)),
      .init("timestamp", .string(timestamp.description)), .init("organisation_id", .int(organisation)),
      .init("commit", .string(commit)), .init("sequence", [.int(sequence.position), .int(sequence.number)]),
      .init("data", .object(visibleData)), .init("changes", .object(visibleChanges)),
    ]
    if case .day(let date) = origin { members.append(.init("on", .string(date.description))) }
    if isRemoval { members.append(.init("removed", true)) }
    if let reason { members.append(.init("reason", .string(reason))) }
    if isRewritten { members.append(.init("rewritten", true)) }
    return .object(members)
  }
}
