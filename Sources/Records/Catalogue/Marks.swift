import Catalogue
import GitStore
import RecordSchema

extension CatalogueChunk {
  /// Adds a file of the tree with everything that it claims and names.
  ///
  /// - Parameter reading: `nil` for what is no record.
  public mutating func add(_ entry: TreeEntry, dataFolder: String, reading: AnyReading?) {
    add(entry, FileRole(path: entry.path, dataFolder: dataFolder), dataFolder: dataFolder, reading)
  }

  mutating func add(_ entry: TreeEntry, _ role: FileRole, dataFolder: String, _ reading: AnyReading?) {
    var file = CatalogueFile(path: entry.path, oid: entry.oid, kind: entry.kind, content: role.content)
    guard let reading else {
      // A link or a submodule in a record's place is a record that cannot be read.
      if case .record = role {
        file.content = .stray
        file.isWhole = false
      }
      add(file)
      if role == .image {
        let inside = String(entry.path.dropFirst(dataFolder.count + 1))
        mark(.image, inside, .claim)
        mark(.imageName, inside, .claim)
      }
      if !file.isWhole { note() }
      markName(entry.path, role)
      return
    }
    file.claimedID = reading.claimedID
    file.isWhole = reading.isWhole
    add(file)
    switch reading {
    case .person(let person):
      if let draft = person.draft { mark(draft, isWhole: person.isWhole) }
      if !person.isWhole { mark(.reference, person.stem, .unreadable) }
      if !file.isWhole { note() }
    case .unit(let unit):
      if let draft = unit.draft { mark(draft, isWhole: unit.isWhole) }
      if !unit.isWhole { mark(.unitCode, unit.stem.lowercased(), .unreadable) }
      note(unit.record?.packed ?? [])
    case .apiKey(let key):
      if let draft = key.draft {
        if !draft.keyHash.isEmpty { mark(.keyHash, draft.keyHash, .claim) }
        markUnits(draft.units ?? [], .keyUnit)
      }
      note()
    case .webhook(let subscription):
      markUnits(subscription.draft?.units ?? [], .subscriptionUnit)
      note()
    case .approval: note()
    }
    markName(entry.path, role)
  }

  private mutating func mark(_ person: Person, isWhole: Bool) {
    if person.id.rawValue > 0 { mark(.personID, String(person.id.rawValue), .claim, isWhole: isWhole) }
    if !person.reference.rawValue.isEmpty { mark(.reference, person.reference.rawValue, .claim, isWhole: isWhole) }
    if !person.isActive || person.endDate != nil, !person.reference.rawValue.isEmpty {
      mark(.reference, person.reference.rawValue, .leaving, isWhole: isWhole)
    }
    if !person.email.isEmpty { mark(.email, person.email, .claim, isWhole: isWhole) }
    if let manager = person.lineManager { mark(.reference, manager.rawValue, .lineManager, isWhole: isWhole) }
    for (position, assignment) in person.units.enumerated() where !assignment.unit.rawValue.isEmpty {
      mark(.unitCode, assignment.unit.rawValue, .membership, position: position, isWhole: isWhole)
    }
    if let path = person.photoPath { mark(.image, path, .photo, isWhole: isWhole) }
    if let path = person.signaturePath { mark(.image, path, .signature, isWhole: isWhole) }
    // Of what could be made out as well: rules judge that.
    for date in person.boundaryDates { note(boundary: date) }
  }

  private mutating func mark(_ unit: Unit, isWhole: Bool) {
    if unit.id.rawValue > 0 { mark(.unitID, String(unit.id.rawValue), .claim, isWhole: isWhole) }
    if !unit.code.rawValue.isEmpty { mark(.unitCode, unit.code.rawValue, .claim, isWhole: isWhole) }
    if !unit.isActive, !unit.code.rawValue.isEmpty { mark(.unitCode, unit.code.rawValue, .closed, isWhole: isWhole) }
    if let parent = unit.parent { mark(.unitCode, parent.rawValue, .parent, isWhole: isWhole) }
    if let manager = unit.manager { mark(.reference, manager.rawValue, .unitManager, isWhole: isWhole) }
  }

  private mutating func markUnits(_ units: [UnitCode], _ role: Role) {
    for (position, unit) in units.enumerated() where !unit.rawValue.isEmpty {
      mark(.unitCode, unit.rawValue, role, position: position)
    }
  }

  /// Keys, subscriptions and approvals are known by their files' names.
  private mutating func markName(_ path: String, _ role: FileRole) {
    guard case .record(let kind) = role, kind == .apiKey || kind == .webhook || kind == .approval else { return }
    mark(.fileName, "\(kind.rawValue)/\(fileStem(of: path))", .claim)
  }
}

extension FileRole {
  fileprivate var content: FileContent {
    switch self {
    case .record(let kind): .record(kind)
    case .image: .image
    case .stray, .outside: .stray
    }
  }
}

extension Unit {
  /// For the catalogue, which knows every unit without reading its file.
  var packed: [UInt8] {
    var packer = Packer()
    packer.add(id.rawValue)
    packer.add(code.rawValue)
    packer.add(name)
    packer.add(parent?.rawValue)
    packer.add(type)
    packer.add(costCentre)
    packer.add(manager?.rawValue)
    packer.add(isActive)
    packer.add(externalIDs) { packer, id in
      packer.add(id.system)
      packer.add(id.id)
    }
    return packer.bytes
  }

  init(packed bytes: [UInt8]) throws(Unpacker.Malformed) {
    var unpacker = Unpacker(bytes)
    self.init(id: UnitID(try unpacker.number()), code: UnitCode(try unpacker.text()))
    name = try unpacker.text()
    parent = try unpacker.optionalText().map { UnitCode($0) }
    type = try unpacker.optionalText()
    costCentre = try unpacker.optionalText()
    manager = try unpacker.optionalText().map { EmployeeReference($0) }
    isActive = try unpacker.flag()
    externalIDs = try unpacker.items { unpacker throws(Unpacker.Malformed) in
      ExternalID(system: try unpacker.text(), id: try unpacker.text())
    }
  }
}
