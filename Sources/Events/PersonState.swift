import RecordSchema

/// A person on a given day, with what follows from other records and from the date.
public struct PersonState: Sendable {
  public let person: Person
  public let status: StaffStatus
  /// The units in force on the day, in the record's order. A code that names no unit is none.
  public let units: [Unit]
  /// The photo file's content; `nil` when it is not there.
  public let photo: String?
  public let signature: String?

  public init(
    _ person: Person, on date: CalendarDate, units directory: UnitDirectory, image: (String?) throws -> String?
  ) rethrows {
    self.person = person
    status = person.status(on: date)
    units = person.unitsInForce(on: date, directory)
    photo = try image(person.photoPath)
    signature = try image(person.signaturePath)
  }

  var unitIDs: Set<UnitID> { Set(units.map(\.id)) }

  var hasApprovedPhoto: Bool { photo != nil && person.photoStatus == .approved }
}

extension Person {
  /// Each unit that the person belongs to on the day, once, in the record's order.
  public func unitsInForce(on date: CalendarDate, _ directory: UnitDirectory) -> [Unit] {
    var seen: Set<UnitID> = []
    return units.compactMap { assignment in
      guard assignment.isInForce(on: date), let unit = directory[assignment.unit], seen.insert(unit.id).inserted
      else { return nil }
      return unit
    }
  }
}

extension PersonState {
  /// The fields that consumers get, in their order, derived ones included.
  ///
  /// - Parameter removed: the record is gone, or out of the consumer's sight: the last known data, no longer active.
  public func data(removed: Bool = false) -> [JSON.Member] {
    var members = Person.fields.map { field in
      JSON.Member(field.name, outputValue(of: field, removed: removed))
    }
    members.append(.init("status", .string(removed ? StaffStatus.inactive.rawValue : status.rawValue)))
    members.append(.init("unit_schedule", schedule))
    return members
  }

  private func outputValue(of field: RecordField<Person>, removed: Bool) -> JSON {
    switch field.name {
    case "is_active": .bool(!removed && status.isActive)
    case "organisational_units": .array(units.map(\.reference))
    case "photo_path": .optional(person.visiblePhotoPath)
    default: field.value(person)
    }
  }

  /// The record's own list of units when it holds more than the units of the day: dates, or codes that lead nowhere.
  private var schedule: JSON {
    let hasDates = person.units.contains { $0.from != nil || $0.until != nil }
    guard hasDates || person.units.count != units.count else { return .null }
    return .array(person.units.map(\.json))
  }

  /// What consumers see differ. The units' own names are not the person's: they count only when the person's record or
  /// memberships changed.
  static func visibleChanges(_ before: PersonState, _ after: PersonState) -> [JSON.Member] {
    let unitsChanged = before.person.units != after.person.units || before.units.map(\.id) != after.units.map(\.id)
    return zip(before.data(), after.data()).compactMap { old, new in
      guard old.value != new.value else { return nil }
      if old.name == "organisational_units", !unitsChanged { return nil }
      return .init(old.name, ["old": old.value, "new": new.value])
    }
  }
}

extension Unit {
  /// As people's data name a unit.
  public var reference: JSON {
    ["id": .int(id.rawValue), "code": .string(code.rawValue), "name": .string(name)]
  }
}
