import RecordSchema

/// The marks that git leaves where a merge could not decide.
enum MergeConflict {
  /// A document that says so; `nil` when there is no such mark. Everything else that is wrong with such a file follows
  /// from it, and would only distract.
  static func document(_ bytes: UnsafeBufferPointer<UInt8>) -> YAMLDocument? {
    let marks = starts(of: bytes).filter { isMark(bytes, at: $0) }
    guard !marks.isEmpty else { return nil }
    let problems = marks.map { start in
      let place = bytes.position(ofByte: start)
      let end = SourcePosition(line: place.line, column: place.column + 7)
      return YAMLProblem(
        rule: .mergeConflict, message: "A merge was left undecided: both sides' lines stand here.",
        range: SourceRange(start: place, end: end))
    }
    return YAMLDocument(root: nil, problems: problems)
  }

  private static func starts(of bytes: UnsafeBufferPointer<UInt8>) -> [Int] {
    [0] + bytes.indices.filter { bytes[$0] == UInt8(ascii: "\n") }.map { $0 + 1 }
  }

  /// Seven of the same character, and a blank after them: text about a merge has fewer, or something before them.
  private static func isMark(_ bytes: UnsafeBufferPointer<UInt8>, at start: Int) -> Bool {
    guard start + 8 <= bytes.count, bytes[start + 7] == UInt8(ascii: " ") else { return false }
    let first = bytes[start]
    guard first == UInt8(ascii: "<") || first == UInt8(ascii: ">") else { return false }
    return bytes[start..<start + 7].allSatisfy { $0 == first }
  }
}
