/// The word that was probably meant: the one with the fewest typing errors, at most two, or one in short words.
public func closest(to word: String, among words: some Sequence<String>) -> String? {
  let limit = word.count <= 4 ? 1 : 2
  let ranked = words.compactMap { candidate -> (word: String, distance: Int)? in
    guard abs(candidate.count - word.count) <= limit else { return nil }
    let distance = typingErrors(between: word.lowercased(), and: candidate.lowercased())
    return distance <= limit ? (candidate, distance) : nil
  }
  return ranked.min { ($0.distance, $0.word) < ($1.distance, $1.word) }?.word
}

/// Letters to insert, remove, replace or swap with a neighbour (optimal string alignment distance).
private func typingErrors(between left: String, and right: String) -> Int {
  let (a, b) = (Array(left), Array(right))
  var rows = [Array(0...b.count)]
  for i in 0..<a.count {
    var row = [i + 1]
    for j in 0..<b.count {
      var cost = min(rows[i][j + 1] + 1, row[j] + 1, rows[i][j] + (a[i] == b[j] ? 0 : 1))
      if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, rows[i - 1][j - 1] + 1) }
      row.append(cost)
    }
    rows.append(row)
  }
  return rows[a.count][b.count]
}
