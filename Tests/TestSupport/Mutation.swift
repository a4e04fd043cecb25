extension [UInt8] {
  /// Changes a text in one place: a byte or a few are taken out or replaced, a line is repeated somewhere, or one of the
  /// pieces is put in.
  public mutating func mutate(with pieces: [[UInt8]], _ random: inout SeededRandom) {
    let place = Int.random(in: 0...count, using: &random)
    switch Int.random(in: 0..<5, using: &random) {
    case 0 where place < count: remove(at: place)
    case 1 where place < count:
      let other = Int.random(in: place...count, using: &random)
      removeSubrange(place..<Swift.min(other, place + 12))
    case 2 where place < count: self[place] = UInt8.random(in: 0...255, using: &random)
    case 3:
      // A line again, or somewhere else.
      let lines = split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      let line = lines.randomElement(using: &random)! + [UInt8(ascii: "\n")]
      let start = self[..<place].lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
      insert(contentsOf: line, at: start)
    default: insert(contentsOf: pieces.randomElement(using: &random)!, at: place)
    }
  }

  /// Puts a part of another text into this one, over what is there or between it.
  public mutating func splice(_ other: [UInt8], _ random: inout SeededRandom) {
    let (start, end) = (
      Int.random(in: 0...other.count, using: &random), Int.random(in: 0...other.count, using: &random)
    )
    let place = Int.random(in: 0...count, using: &random)
    let gone = random.oneIn(2) ? 0 : Int.random(in: 0...(count - place), using: &random)
    replaceSubrange(place..<place + gone, with: other[Swift.min(start, end)..<Swift.max(start, end)])
  }
}
