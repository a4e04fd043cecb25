import Events
import GitStore
import Journal
import Publishers
import RecordSchema
import Records

extension Staff {
  /// Everybody in force, as of a day, for export files.
  ///
  /// - Parameter told: what consumers were told of some, whatever the records say.
  func list(on date: CalendarDate, _ told: ToldPeople = ToldPeople()) throws -> StaffList {
    let units = try units.all()
    let context = StaffContext(
      organisation: configuration.organisation, commit: commit?.description ?? "", asOf: date, units: units,
      publicURL: configuration.publicURL, bearers: try hasRivals() ? bearers(on: date, told) : nil)
    let open = imageOpener
    let images = StaffImages(content: { try image($0)?.description }) {
      let read = try open()
      return { content in try OID(content).map(read) ?? [] }
    }
    return StaffList(context, images: images) { take in
      // There are fewer managers than people, and many people have the same.
      var managers: [String: StaffMember.Manager?] = [:]
      try forEachPart { entries in
        let people = entries.map { told.record($0.record.id) ?? $0.record }
        let unknown = Set(people.compactMap(\.lineManager).filter { managers[$0.folded] == nil })
        let found = try self.people(referenced: unknown)
        for reference in unknown { managers[reference.folded] = .some(found[reference.folded].map { .init($0) }) }
        try take(
          people.map { person in
            StaffMember(
              person, status: person.status(on: date), units: person.unitsInForce(on: date, units),
              manager: person.lineManager.flatMap { managers[$0.folded] ?? nil })
          })
      }
    }
  }
  private func bearers(on date: CalendarDate, _ told: ToldPeople) throws -> Bearers {
    var bearers = Bearers()
    try forEachPart { entries in bearers.take(entries.map { told.record($0.record.id) ?? $0.record }, on: date) }
    return bearers
  }
}
