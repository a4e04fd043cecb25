import Catalogue
import Records

/// Finds the circles that a rule is about.
struct CircleSearch {
  let rule: any CircleRule.Type
  let index: RecordIndex

  /// All circles of a fresh index.
  func everywhere() throws -> [Finding] {
    var leadsTo = [Int32](repeating: -1, count: index.fileCount)
    var starts: [Int] = []
    index.forEachKey { marks in
      guard marks[0].family == rule.family, marks.contains(where: { $0.role == rule.role }) else { return }
      let claims = marks.filter { $0.role == .claim }
      guard claims.count == 1 else { return }
      for mark in marks where mark.role == rule.role {
        leadsTo[mark.file] = Int32(claims[0].file)
        starts.append(mark.file)
      }
    }
    let found = circles(from: starts, among: leadsTo.count) { leadsTo[$0] < 0 ? nil : Int(leadsTo[$0]) }
    return try found.flatMap(findings)
  }

  /// The circles that can be reached from these files.
  func reached(from files: Set<Int>) throws -> [Finding] {
    try circles(from: files.sorted(), among: index.fileCount, next: next).flatMap(findings)
  }

  private func next(_ file: Int) throws -> Int? {
    guard let reading = try index.reading(file), let key = rule.next(reading) else { return nil }
    let claims = try index.marks(at: key).filter { $0.role == .claim }
    return claims.count == 1 ? claims[0].file : nil
  }

  private func findings(_ circle: [Int]) throws -> [Finding] {
    guard circle.count > 1 || rule.includesSelf else { return [] }
    let readings = try circle.compactMap { try index.reading($0) }
    let names = readings.map { rule.name($0) }
    return readings.indices.compactMap { place in
      let way = names[place...] + names[..<place] + [names[place]]
      return rule.finding(readings[place], way: abbreviated(Array(way)))
    }
  }
}

/// The circles of a graph in which everything leads to at most one other thing, as far as they are reached from some
/// things. Linear in the number of things on the way.
///
/// - Parameter count: things are numbered from 0 up to it.
func circles(from starts: [Int], among count: Int, next: (Int) throws -> Int?) rethrows -> [[Int]] {
  /// In which walk a thing was first met; 0 before.
  var walks = [Int32](repeating: 0, count: count)
  var found: [[Int]] = []
  for (number, start) in starts.enumerated() where walks[start] == 0 {
    let walk = Int32(number + 1)
    var path: [Int] = []
    var current: Int? = start
    while let thing = current, walks[thing] == 0 {
      walks[thing] = walk
      path.append(thing)
      current = try next(thing)
    }
    if let thing = current, walks[thing] == walk, let first = path.firstIndex(of: thing) {
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
