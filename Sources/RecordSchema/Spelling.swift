/// The word that was probably meant: the one with the fewest typing errors, at most two, or one in short words.
public func closest(to word: String, among words: some Sequence<String>) -> String? {
  // Counting the letters of a text that fills a file costs more than reading it.
  guard word.utf8.count <= longestMisspelt else { return nil }
  let limit = word.count <= 4 ? 1 : 2
  let meant = Array(word.lowercased().unicodeScalars)
  let ranked = words.compactMap { candidate -> (word: String, distance: Int)? in
    guard abs(candidate.unicodeScalars.count - meant.count) <= limit else { return nil }
    let distance = typingErrors(between: meant, and: Array(candidate.lowercased().unicodeScalars))
    return distance <= limit ? (candidate, distance) : nil
  }
  return ranked.min { ($0.distance, $0.word) < ($1.distance, $1.word) }?.word
}

/// ` Did you mean 'x'?` where a word is near; else nothing.
public func didYouMean(_ word: String, among words: some Sequence<String>) -> String {
  closest(to: word, among: words).map { " Did you mean '\($0)'?" } ?? ""
}

/// In bytes: no name that records know is as long.
private let longestMisspelt = 200

/// Letters to insert, remove, replace or swap with a neighbour (optimal string alignment distance).
private func typingErrors(between a: [Unicode.Scalar], and b: [Unicode.Scalar]) -> Int {
  // Two rows are looked back at: the one before, and for a swap the one before that.
  var (beforeLast, last) = ([Int](), Array(0...b.count))
  for i in 0..<a.count {
    var row = [i + 1]
    row.reserveCapacity(b.count + 1)
    for j in 0..<b.count {
      var cost = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
      if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, beforeLast[j - 1] + 1) }
      row.append(cost)
    }
    (beforeLast, last) = (last, row)
  }
  return last[b.count]
}
