import RecordSchema

/// An account that Moodle must know by another name from now on.
struct MoodleRename {
  /// Whose row it is.
  let row: MoodleUsers.Row
  /// The name that the row was written with.
  let written: String
  /// The new one.
  let name: String
  /// Those by which Moodle may know it. More than one when nobody knows whether the last set arrived.
  let former: [String]
  let isUncertain: Bool
}

extension [MoodleRename] {
  /// One line of the file: which rename, from which name to which.
  typealias Step = (rename: MoodleRename, from: String, to: String)

  /// In an order in which each new name is free when its turn comes: Moodle reads line by line, and refuses a name that
  /// another account has. Where names go round in a circle, one account steps aside first; but not when nobody knows
  /// whether the circle was turned already: turned twice, it would give people each other's accounts.
  ///
  /// - Parameter circle: is told of each circle, by one of its accounts, and whether it is left as it is; and of a name that
  ///   either of two accounts may have.
  func inOrder(circle: (MoodleRename, _ isLeft: Bool) -> Void) -> [Step] {
    var holders: [String: Int] = [:]
    for (place, rename) in enumerated() {
      for name in rename.former where holders.updateValue(place, forKey: name) != nil { circle(rename, true) }
    }
    var isDone = [Bool](repeating: false, count: count)
    var steps: [Step] = []
    for start in indices where !isDone[start] {
      // Each waits for one other at most: whoever has its new name now.
      var line: [Int] = []
      var next: Int? = start
      while let place = next, !isDone[place] {
        isDone[place] = true
        line.append(place)
        next = holders[self[place].name]
      }
      var aside: Int?
      if let place = next, let entry = line.firstIndex(of: place) {
        let isLeft = line[entry...].contains { self[$0].isUncertain }
        circle(self[place], isLeft)
        if isLeft {
          line.removeSubrange(entry...)
        } else {
          aside = place
          steps += self[place].former.map { (self[place], $0, Self.aside(self[place])) }
        }
      }
      for place in line.reversed() {
        let former = place == aside ? [Self.aside(self[place])] : self[place].former
        steps += former.map { (self[place], $0, self[place].name) }
      }
    }
    return steps
  }

  private static func aside(_ rename: MoodleRename) -> String { "moved-\(rename.row.id.rawValue)" }
}
