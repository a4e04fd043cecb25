import Publishers
import RecordSchema

/// How many people a change touches in each of the ways that guards watch.
struct MassChange {
  private var counts: [String: Int] = [:]
  private let peopleBefore: Int
  private let membershipsBefore: Int

  init(before: StaffList, after: StaffList) {
    peopleBefore = before.members.count
    membershipsBefore = before.members.map(\.units.count).reduce(0, +)
    let new = Dictionary(uniqueKeysWithValues: after.members.map { ($0.person.id, $0) })
    let known = Set(before.members.map(\.person.id))
    counts["creations"] = after.members.count { !known.contains($0.person.id) }
    for old in before.members { count(old, new[old.person.id]) }
  }

  private mutating func count(_ old: StaffList.Member, _ new: StaffList.Member?) {
    func add(_ name: String, _ number: Int = 1) { counts[name, default: 0] += number }
    if new == nil { add("removals") }
    if old.status.isActive, new?.status.isActive != true { add("deactivations") }
    let units = Set(new?.units.map(\.id) ?? [])
    add("memberships_lost", old.units.count { !units.contains($0.id) })
    guard let new else { return }
    if old.person.lineManager != new.person.lineManager { add("manager_changes") }
    if old.person.email.lowercased() != new.person.email.lowercased() { add("email_changes") }
  }

  /// The number of changes, and of what they are a share.
  func count(for guardName: String) -> (count: Int, of: Int) {
    (counts[guardName] ?? 0, guardName == "memberships_lost" ? membershipsBefore : peopleBefore)
  }
}
