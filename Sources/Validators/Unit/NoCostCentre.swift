import RecordSchema

/// Every unit has a cost centre while finance is on.
enum NoCostCentre: UnitRule {
  static let rule = Rule(
    "U007", "no-cost-centre", severity: .warning,
    explanation:
      "Finance is on. The pay of this unit's people is booked to the cost centre of the nearest unit above that has one, or, when none has, to none.",
    example: .unit("«»cost_centre:", right: "cost_centre: CC-210"),
    help: "Add a line: cost_centre: ...")

  static func check(_ unit: Located<Unit>, _ context: RuleContext) -> [Finding] {
    guard context.isOn("finance"), unit.isWhole, unit.record.isActive, unit.record.costCentre == nil else { return [] }
    return [unit.finding(rule, at: .record, "The unit \(unit.subject) has no cost centre, and finance is on.")]
  }
}
