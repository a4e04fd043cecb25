import RecordSchema
import Testing

@testable import Events

/// A person on 15 January 2026, with changes.
private func state(
  on day: String = "2026-01-15", photo: String? = nil, signature: String? = nil, units: [Unit] = standardUnits,
  _ change: (inout Person) -> Void = { _ in }
) -> PersonState {
  var person = Person(id: PersonID(17), reference: EmployeeReference("EMP017"))
  person.firstName = "Grace"
  person.lastName = "Hill"
  person.email = "grace@example.org"
  person.jobTitle = "Nurse"
  person.startDate = CalendarDate("2020-01-01")
  person.units = [UnitAssignment(unit: UnitCode("team-a"))]
  change(&person)
  let images = ["photos/a.jpg": photo, "signatures/a.png": signature]
  return PersonState(
    person, on: CalendarDate(day) ?? CalendarDate(dayNumber: 0), units: UnitDirectory(units),
    image: { path in path.flatMap { images[$0] ?? nil } })
}

private func unit(_ id: Int, _ code: String) -> Unit { Unit(id: UnitID(id), code: UnitCode(code)) }
private let standardUnits = [unit(3, "team-a"), unit(4, "team-b"), unit(2, "team-c")]

private func names(_ before: PersonState?, _ after: PersonState?) -> [String] {
  personDrafts(before: before, after: after).map { draft in
    draft.name.rawValue + (draft.unit.map { " \($0.id.rawValue)" } ?? "")
  }
}

@Suite struct `A person's events` {
  @Test func `nothing changed, nothing is told`() {
    #expect(names(state(), state()) == [])
    #expect(names(state(), state(on: "2026-06-15")) == [], "a day without a boundary")
  }

  @Test func `a new person gains everything that the record has, units by id`() {
    let after = state(photo: "p1", signature: "s1") {
      $0.units = ["team-b", "team-c"].map { UnitAssignment(unit: UnitCode($0)) }
      $0.photoPath = "photos/a.jpg"
      $0.signaturePath = "signatures/a.png"
    }
    #expect(
      names(nil, after) == [
        "person.created", "person.unit.assigned 2", "person.unit.assigned 4", "photo.updated", "person.photo.approved",
        "signature.uploaded",
      ])
  }

  @Test func `a removed person is deactivated with the last known data, then loses the units`() throws {
    #expect(names(state(), nil) == ["person.deactivated", "person.unit.removed 3"])
    let draft = try #require(personDrafts(before: state(), after: nil).first)
    #expect(draft.isRemoval)
    #expect(draft.data.first { $0.name == "is_active" }?.value == .bool(false))
    #expect(draft.data.first { $0.name == "first_name" }?.value == .string("Grace"))
  }

  @Test func `an inactive person who is removed is deactivated too, since the record is gone`() {
    #expect(names(state { $0.isActive = false }, nil) == ["person.deactivated", "person.unit.removed 3"])
  }

  @Test func `a leaver is deactivated, and nothing else says so again`() {
    #expect(names(state(), state { $0.isActive = false }) == ["person.deactivated"])
    #expect(names(state(), state { $0.endDate = CalendarDate("2026-01-14") }) == ["person.deactivated"])
    #expect(
      names(
        state(),
        state {
          $0.isActive = false
          $0.endDate = CalendarDate("2026-01-10")
        }) == ["person.deactivated"])
  }

  @Test func `a leaver whose job changes too is updated as well`() {
    #expect(
      names(
        state(),
        state {
          $0.isActive = false
          $0.jobTitle = "Sister"
        }) == ["person.updated", "person.deactivated"])
  }

  @Test func `an end date in the future is an update`() {
    #expect(names(state(), state { $0.endDate = CalendarDate("2026-06-30") }) == ["person.updated"])
  }

  @Test func `coming back is an update and an activation`() {
    #expect(names(state { $0.isActive = false }, state()) == ["person.updated", "person.activated"])
  }

  @Test func `the last day worked counts; the day after deactivates`() {
    func leaver(_ day: String) -> PersonState { state(on: day) { $0.endDate = CalendarDate("2026-03-31") } }
    #expect(leaver("2026-03-31").status == .active)
    #expect(names(leaver("2026-03-31"), leaver("2026-04-01")) == ["person.deactivated"])
  }

  @Test func `a start date activates`() {
    func starter(_ day: String) -> PersonState { state(on: day) { $0.startDate = CalendarDate("2026-03-01") } }
    #expect(starter("2026-02-28").status == .pending)
    #expect(names(starter("2026-02-28"), starter("2026-03-01")) == ["person.updated", "person.activated"])
  }

  @Test func `a move is an update, then what was gained, then what was lost`() {
    let after = state { $0.units = [UnitAssignment(unit: UnitCode("team-b"))] }
    #expect(names(state(), after) == ["person.updated", "person.unit.assigned 4", "person.unit.removed 3"])
  }

  @Test func `a scheduled move comes with its day`() {
    func mover(_ day: String) -> PersonState {
      state(on: day) {
        $0.units = [
          UnitAssignment(unit: UnitCode("team-a"), until: CalendarDate("2026-01-31")),
          UnitAssignment(unit: UnitCode("team-b"), from: CalendarDate("2026-02-01")),
        ]
      }
    }
    #expect(
      names(mover("2026-01-31"), mover("2026-02-01")) == [
        "person.updated", "person.unit.assigned 4", "person.unit.removed 3",
      ])
  }

  @Test func `codes that swap move people who did not change`() {
    let swapped = state(units: [unit(3, "team-b"), unit(4, "team-a")])
    #expect(names(state(), swapped) == ["person.updated", "person.unit.assigned 4", "person.unit.removed 3"])
  }

  @Test func `a unit's new name is not its people's change`() {
    var renamed = unit(3, "team-a")
    renamed.name = "Another name"
    #expect(names(state(), state(units: [renamed])) == [])
  }

  @Test func `a photo that comes pending is updated, and approved later`() {
    func pictured(_ status: Person.PhotoStatus, _ content: String?) -> PersonState {
      state(photo: content) {
        $0.photoPath = "photos/a.jpg"
        $0.photoStatus = status
      }
    }
    #expect(names(state(), pictured(.pending, "p1")) == ["person.updated", "photo.updated"])
    #expect(names(pictured(.pending, "p1"), pictured(.approved, "p1")) == ["person.updated", "person.photo.approved"])
    #expect(names(pictured(.approved, "p1"), pictured(.approved, "p2")) == ["photo.updated", "person.photo.approved"])
    #expect(names(pictured(.approved, "p1"), pictured(.approved, nil)) == ["photo.updated"], "the file is gone")
    #expect(names(pictured(.approved, "p1"), state()) == ["person.updated", "photo.updated"])
  }

  @Test func `outputs name a photo only while it is approved`() {
    let pending = state(photo: "p1") {
      $0.photoPath = "photos/a.jpg"
      $0.photoStatus = .pending
    }
    #expect(pending.data().first { $0.name == "photo_path" }?.value == .null)
  }

  @Test func `changes show old and new, derived fields too`() throws {
    let drafts = personDrafts(before: state(), after: state { $0.isActive = false })
    let expected: [JSON.Member] = [
      .init("is_active", ["old": true, "new": false]), .init("status", ["old": "active", "new": "inactive"]),
    ]
    #expect(try #require(drafts.first).changes == expected)
  }
}
