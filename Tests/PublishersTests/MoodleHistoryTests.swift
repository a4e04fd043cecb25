import CustomDump
import Publishers
import RecordSchema
import Testing

/// Sets are uploaded one after another to something that does what Moodle does; some are lost on the way, and nobody is
/// told. In the end everybody has one account, their own, with their cohorts and no other.
@Suite struct `Moodle over many sets` {
  private struct World {
    var people: [Int: Person] = [:]
    /// Had another address since Moodle was known to have everything.
    var isMoved: Set<Int> = []
    var made = 0

    mutating func address() -> String {
      made += 1
      return "name\(made)@example.org"
    }

    mutating func change(_ dice: inout Dice, isCertain: Bool) {
      for _ in 0..<(1 + dice.roll(4)) {
        let id = 1 + dice.roll(7)
        guard var person = people[id] else {
          // Somebody new, or a record that comes back, with an address that nobody had.
          people[id] = SampleList.person(id) { $0.email = address() }
          isMoved.insert(id)
          continue
        }
        switch dice.roll(6) {
        case 0: people[id] = nil
        case 1: person.isActive.toggle()
        case 2: move(id, &person, &dice, isCertain: isCertain)
        default:
          person.units = ["trust", "410"].filter { _ in dice.roll(2) > 0 }.map { UnitAssignment(unit: UnitCode($0)) }
        }
        if people[id] != nil { people[id] = person }
      }
      for id in people.keys { people[id]?.lastName = "Hill" }
    }

    /// To an address that nobody had; one that another gives up; or two people exchange theirs.
    private mutating func move(_ id: Int, _ person: inout Person, _ dice: inout Dice, isCertain: Bool) {
      guard isMoved.insert(id).inserted else { return }
      let other = people.keys.sorted().first { $0 != id && !isMoved.contains($0) }
      guard let other, let theirs = people[other]?.email, dice.roll(2) > 0 else {
        person.email = address()
        return
      }
      isMoved.insert(other)
      let next = isCertain && dice.roll(2) > 0 ? person.email : address()
      people[other]?.email = next
      person.email = theirs
    }
  }

  @Test(arguments: 1...40)
  func `everybody keeps one account of their own`(seed: Int) throws {
    let history = try SetHistory("lms", "moodle")
    var (dice, world, moodle) = (Dice(UInt64(seed)), World(), PretendMoodle())
    var numbers: [Int: Int] = [:]
    var wasCertain = true
    for round in 1...30 {
      let isCertain = round == 30 || dice.roll(3) > 0
      world.change(&dice, isCertain: isCertain && wasCertain)
      let people = world.people.keys.sorted().compactMap { world.people[$0] }
      try history.run(people, units: SampleList.units.map(Self.plain), isCertain ? .arrives : .inDoubt)
      wasCertain = isCertain
      guard isCertain || dice.roll(2) > 0 else { continue }
      moodle.upload(try history.lines("moodle-users.csv"))
      moodle.remove(try history.lines("moodle-removals.csv"))
      guard isCertain else { continue }
      world.isMoved = []
      var seen: [Int: Int] = [:]
      for person in people {
        let account = moodle.accounts[person.email]
        let id = person.id.rawValue
        let number = numbers[id] ?? account?.number ?? 0
        seen[id] = number
        expectNoDifference(
          account,
          PretendMoodle.Account(
            number: number, idnumber: person.reference.rawValue, isSuspended: !person.isActive,
            cohorts: Set(person.units.map { $0.unit == UnitCode("410") ? "unit-410" : $0.unit.rawValue })),
          "\(person.email), round \(round)")
      }
      numbers = seen
      for (name, account) in moodle.accounts where !people.contains(where: { $0.email == name }) {
        #expect(account.isSuspended && account.cohorts.isEmpty, "\(name), round \(round)")
      }
    }
  }

  /// Without the marks that make cells of a line hard to tell apart.
  private static func plain(_ unit: Unit) -> Unit {
    var unit = unit
    unit.name = unit.code.rawValue
    return unit
  }
}
