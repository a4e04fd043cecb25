import Publishers
import RecordSchema

/// A small staff list with everything that files find hard.
enum SampleList {
  static let units: [Unit] = {
    var trust = Unit(id: UnitID(1), code: UnitCode("trust"))
    trust.name = "The Trust"
    trust.costCentre = "CC-1"
    var team = Unit(id: UnitID(2), code: UnitCode("410"))
    team.name = "Team \"A\", North"
    team.parent = UnitCode("trust")
    team.externalIDs = [ExternalID(system: "entra", id: "0f0f")]
    return [trust, team]
  }()

  static func person(_ id: Int, _ change: (inout Person) -> Void = { _ in }) -> Person {
    var person = Person(id: PersonID(id), reference: EmployeeReference("00\(id)"))
    person.firstName = "Zoë"
    person.lastName = "O'Neill, \"Zo\""
    person.email = "p\(id)@example.org"
    person.jobTitle = "Nurse"
    person.startDate = CalendarDate("2020-01-01")
    person.units = [UnitAssignment(unit: UnitCode("410"))]
    change(&person)
    return person
  }

  static let people: [Person] = [
    person(1),
    person(2) {
      $0.lineManager = EmployeeReference("001")
      $0.photoPath = "photos/2.jpg"
      $0.units = [UnitAssignment(unit: UnitCode("trust")), UnitAssignment(unit: UnitCode("410"))]
    },
    person(3) {
      $0.endDate = CalendarDate("2025-12-31")
      $0.lineManager = EmployeeReference("NOBODY")
    },
    person(4) {
      $0.photoPath = "photos/4.jpg"
      $0.photoStatus = .pending
      $0.units = []
      $0.email = "zoë@example.org"
    },
  ]

  static func list(
    _ people: [Person] = SampleList.people, units: [Unit] = SampleList.units, on day: String = "2026-01-15"
  ) -> StaffList {
    let date = CalendarDate(day) ?? CalendarDate(dayNumber: 0)
    let directory = UnitDirectory(units)
    var organisation = Configuration.Organisation()
    organisation.id = 1
    organisation.name = "Example Care Trust"
    let managers = Dictionary(people.map { ($0.reference.folded, $0) }, uniquingKeysWith: { first, _ in first })
    let members = people.map { person in
      StaffMember(
        person, status: person.status(on: date),
        units: person.units.filter { $0.isInForce(on: date) }.compactMap { directory[$0.unit] },
        manager: person.lineManager.flatMap { managers[$0.folded] }.map { .init($0) })
    }
    var bearers = Bearers()
    bearers.take(people, on: date)
    return StaffList(
      StaffContext(organisation: organisation, commit: "c0ffee", asOf: date, units: directory, bearers: bearers)
    ) { take in
      // In parts, as a large organisation comes.
      for start in stride(from: 0, to: members.count, by: 2) { try take(Array(members[start...].prefix(2))) }
    }
  }
}
