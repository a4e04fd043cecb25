import RecordSchema

/// A unit's parent is there.
enum UnknownParent: RelationRule {
  static let rule = Rule(
    "U004", "unknown-parent",
    explanation: "A unit's parent is another unit's code. An unknown one leaves the unit in the air.",
    help: "Write the code of the unit above, or remove the line for a unit at the top.")

  static func check(_ index: RecordIndex) -> [Finding] {
    var speller = Speller(index.units.map(\.record.code.rawValue))
    return index.units.compactMap { unit in
      guard let parent = unit.record.parent, !index.knows(parent) else { return nil }
      let near = speller.suggestion(for: parent.rawValue)
      return Finding(
        rule, file: unit.file, at: "parent", subject: unit.record.code.rawValue,
        "There is no unit '\(parent)' to be the parent.\(near.map { " Did you mean '\($0)'?" } ?? "")",
        replacement: near)
    }
  }
}

/// Units form a tree.
enum UnitCircle: RelationRule {
  static let rule = Rule(
    "U005", "unit-circle",
    explanation: "Going up from unit to unit must end at the top. In a circle no unit is at the top.",
    help: "One of these units has another parent, or none; correct that record.")

  static func check(_ index: RecordIndex) -> [Finding] {
    let circles = circles(in: index.units.indices) { position in
      guard let parent = index.units[position].record.parent, let found = index.unitsByCode[parent], found.count == 1
      else { return nil }
      return found[0]
    }
    return circles.flatMap { circle in
      circle.indices.map { place in
        let unit = index.units[circle[place]]
        let way = (circle[place...] + circle[..<place] + [circle[place]]).map { index.units[$0].record.code.rawValue }
        return Finding(
          rule, file: unit.file, at: "parent", subject: unit.record.code.rawValue,
          "The units go round in a circle: \(abbreviated(way)).")
      }
    }
  }
}

/// A unit's manager is somebody in the repository.
enum UnknownUnitManager: RelationRule {
  static let rule = Rule(
    "U006", "unknown-unit-manager", explanation: "A unit's manager is named by employee reference.",
    help: "Write the manager's employee reference, or remove the line if there is none.")

  static func check(_ index: RecordIndex) -> [Finding] {
    var speller = Speller(index.people.map(\.record.reference.rawValue))
    return index.units.compactMap { unit in
      guard let manager = unit.record.manager, !index.knows(manager) else { return nil }
      let near = speller.suggestion(for: manager.rawValue)
      return Finding(
        rule, file: unit.file, at: "manager", subject: unit.record.code.rawValue,
        "The unit's manager \(manager) is nobody in this repository.\(near.map { " Did you mean \($0)?" } ?? "")",
        replacement: near)
    }
  }
}
