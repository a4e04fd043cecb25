import Access
import Proposals
import RecordSchema
import Validators

/// What whoever hands over may do to people who are in the records already, and may be told of them.
///
/// Writing hires is no reading: a key that only writes learns of others that there is somebody, and nothing about whom.
struct Disclosure: Sendable {
  /// These units and those below them only; `nil`: all.
  let units: Set<UnitCode>?
  let readsPeople: Bool
  let readsUnits: Bool

  init(_ holder: ImportRequest.Holder) {
    switch holder {
    case .key(let grant):
      units = grant.units
      (readsPeople, readsUnits) = (grant.scopes.contains(.staffRead), grant.scopes.contains(.unitsRead))
    case .signature: (units, readsPeople, readsUnits) = (nil, false, false)
    case .operatorOfHost: (units, readsPeople, readsUnits) = (nil, true, true)
    }
  }

  private var readsEverybody: Bool { readsPeople && units == nil }

  /// Whether somebody is in these units, today or, who has not begun, on the first day.
  func reaches(_ person: Person, _ ground: HiringGround) -> Bool {
    guard let units else { return true }
    let day = max(ground.today, person.startDate ?? ground.today)
    return person.units.contains { $0.isInForce(on: day) && ground.units.isIn($0.unit, units) }
  }

  func names(_ person: Person, _ ground: HiringGround) -> Bool { readsPeople && reaches(person, ground) }

  func names(_ unit: Unit, _ ground: HiringGround) -> Bool {
    readsUnits && units.map { ground.units.isIn(unit, $0) } ?? true
  }

  /// A finding as it may be told: how a record fits together with others says something of those.
  func told(_ finding: Diagnostic) -> Diagnostic {
    if readsEverybody || finding.isBrake || RuleRegistry.looksAtOneRecord(finding.rule) { return finding }
    var told = finding
    told.message = "This does not fit what other records say: \(finding.rule.name)."
    told.help = finding.rule.help
    return told
  }

  /// The same, of a record that is none of the request's.
  func told(ofAnother finding: Diagnostic) -> ImportFinding {
    let told = told(finding)
    return ImportFinding(told.rule, readsEverybody ? "\(told.file): \(told.message)" : told.message, help: told.help)
  }
}
