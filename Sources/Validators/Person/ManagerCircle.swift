import RecordSchema

/// Line managers do not form a circle.
enum ManagerCircle: RelationRule {
  static let rule = Rule(
    "P014", "manager-circle",
    explanation:
      "Going up from manager to manager must end somewhere. In a circle nobody is at the top, and systems that walk up the line never end.",
    help: "One of these people has another manager, or none; correct that record.")

  static func check(_ index: RecordIndex) -> [Finding] {
    let circles = circles(in: index.people.indices) { position in
      let person = index.people[position].record
      guard let manager = person.lineManager, manager.folded != person.reference.folded,
        let found = index.peopleByReference[manager.folded], found.count == 1
      else { return nil }
      return found[0]
    }
    return circles.flatMap { circle in
      circle.indices.map { place in
        let person = index.people[circle[place]]
        let way = (circle[place...] + circle[..<place] + [circle[place]]).map {
          index.people[$0].record.reference.rawValue
        }
        return Finding(
          rule, file: person.file, at: "line_manager", subject: person.record.reference.rawValue,
          "The line managers go round in a circle: \(abbreviated(way)).")
      }
    }
  }
}

/// The circles of a graph in which everything leads to at most one other thing. Linear in the number of things.
func circles(in nodes: Range<Int>, next: (Int) -> Int?) -> [[Int]] {
  /// In which walk a node was first met; 0 before.
  var walk = [Int](repeating: 0, count: nodes.upperBound)
  var found: [[Int]] = []
  for start in nodes where walk[start] == 0 {
    var path: [Int] = []
    var current: Int? = start
    while let node = current, walk[node] == 0 {
      walk[node] = start + 1
      path.append(node)
      current = next(node)
    }
    if let node = current, walk[node] == start + 1, let first = path.firstIndex(of: node) {
      found.append(Array(path[first...]))
    }
  }
  return found
}

/// A way as text, without its middle when it is long.
func abbreviated(_ way: [String]) -> String {
  let shown = way.count > 8 ? Array(way.prefix(4)) + ["..."] + way.suffix(2) : way
  return shown.joined(separator: " > ")
}
