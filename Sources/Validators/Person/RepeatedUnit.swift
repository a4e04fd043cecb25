import RecordSchema

/// Nobody is in the same unit twice at one time.
enum RepeatedUnit: PersonRule {
  static let rule = Rule(
    "P006", "repeated-unit",
    explanation: "A person is in a unit or not. The same unit twice at one time is a slip, often of the dates.",
    example: .person(
      "organisational_units: [care-team-a, «care-team-a»]", right: "organisational_units: [care-team-a, head-office]"),
    help: "Remove one of the two, or correct the dates so that they do not overlap.")

  static func check(_ person: Located<Person>, _ context: RuleContext) -> [Finding] {
    let units = person.record.units
    guard units.count > 1 else { return [] }
    var seen: [UnitCode: [UnitAssignment]] = [:]
    return units.indices.compactMap { later in
      defer { seen[units[later].unit, default: []].append(units[later]) }
      guard !units[later].unit.rawValue.isEmpty,
        let earlier = seen[units[later].unit]?.first(where: { $0.overlaps(units[later]) })
      else { return nil }
      return person.finding(
        rule, at: FieldPath("organisational_units").item(later),
        "The unit \(earlier.unit) is listed twice for the same time.")
    }
  }
}

extension UnitAssignment {
  fileprivate func overlaps(_ other: UnitAssignment) -> Bool {
    let startsInTime = from.flatMap { from in other.until.map { from <= $0 } } ?? true
    let otherStartsInTime = other.from.flatMap { from in until.map { from <= $0 } } ?? true
    return startsInTime && otherStartsInTime
  }
}
