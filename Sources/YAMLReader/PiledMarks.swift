extension String {
  /// A letter with more marks on it than any writing has.
  ///
  /// Swift brings the marks of a letter into order whenever it compares texts, in square time: a file full of them would
  /// take half a second. The limit is Unicode's own, that of stream-safe text.
  var hasPiledMarks: Bool {
    // Nearly every text is too short for that: a mark has at least two bytes.
    guard utf8.count > 2 * Self.mostMarks else { return false }
    var marks = 0
    for scalar in unicodeScalars {
      let isMark = scalar.value >= 0x300 && scalar.properties.canonicalCombiningClass != .notReordered
      marks = isMark ? marks + 1 : 0
      if marks > Self.mostMarks { return true }
    }
    return false
  }

  private static let mostMarks = 30
}
