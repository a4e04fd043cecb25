import RecordSchema
import YAMLReader

/// A unit's file.
enum UnitDecoder {
  static func read(path: String, document: YAMLDocument, lines: [UInt8]) -> Reading<Unit> {
    var reader = FieldReader(file: path)
    let stem = fileStem(of: path)
    reader.subject = stem
    guard let fields = reader.rootFields(of: document, known: Unit.fields.map(\.name), what: "A unit", own: "code")
    else {
      return .unreadable(path: path, stem: stem, lines: lines, findings: reader.findings)
    }
    let id = reader.identifier(fields["id"], "id")
    let code = reader.unitCode(fields["code"], "code", blocks: true)
    var unit = Unit(id: UnitID(id ?? 0), code: code ?? UnitCode(""))
    unit.name = reader.text(fields["name"], "name", length: 1...128) ?? ""
    unit.parent = reader.unitCode(fields["parent"], "parent")
    unit.type = reader.text(fields["type"], "type", length: 1...64)
    unit.costCentre = reader.text(fields["cost_centre"], "cost_centre", length: 1...64)
    unit.manager = reader.reference(fields["manager"], "manager")
    let isActive = reader.boolean(fields["is_active"], "is_active")
    unit.isActive = isActive ?? true
    unit.externalIDs = reader.externalIDs(fields["external_ids"])
    for name in ["id", "code", "name"] where fields[name].map({ name == "id" ? $0.isNull : $0.isEmpty }) ?? true {
      reader.missing(name, what: "A unit's record")
      if name != "name" { reader.isBlocked = true }
    }
    let isHeld = reader.isBlocked || !document.problems.isEmpty
    return Reading(
      path: path, stem: stem, draft: unit, isWhole: !isHeld, claimedID: id,
      saysInactive: Reading<Unit>.saysInactive(document, lines),
      findings: reader.findings)
  }
}
