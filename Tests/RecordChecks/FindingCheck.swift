import RecordSchema

/// What must hold of all findings about one file, whatever it holds: the fuzzers and the tests ask the same.
public struct FindingCheck {
  private let lines: Int
  private let characters: Int

  public init(_ bytes: [UInt8]) {
    var (lines, characters) = (1, 0)
    // Tests do this a hundred thousand times without the optimiser.
    bytes.withUnsafeBufferPointer { bytes in
      for place in 0..<bytes.count {
        let byte = bytes[place]
        if byte & 0xC0 != 0x80 { characters += 1 }
        if byte < 0x20 || byte > 0x7F, Self.isLineBreak(bytes, place) { lines += 1 }
      }
    }
    (self.lines, self.characters) = (lines, characters)
  }

  /// What is wrong with the findings; empty when nothing is.
  public func faults(of findings: [Diagnostic]) -> [String] {
    findings.flatMap { finding in
      let ranges = [finding.range] + (finding.fix?.edits.map(\.range) ?? [])
      let code = finding.rule.code
      var faults = ranges.flatMap { self.faults(of: $0) }
      if code.utf8.count != 4 { faults.append("has the code '\(code)'") }
      if finding.message.isEmpty || finding.file.isEmpty { faults.append("says nothing") }
      return faults.map { "\(code) \($0)" }
    }
  }

  private func faults(of range: SourceRange) -> [String] {
    var faults: [String] = []
    let (start, end) = (range.start, range.end)
    let place = "\(start.line):\(start.column)-\(end.line):\(end.column)"
    for position in [start, end] {
      if position.line < 1 || position.line > lines + 1 { faults.append("is at line \(position.line) of \(lines)") }
      // libyaml may find fault with the character after the last one, and a mark is one character wide.
      if position.column < 1 || position.column > characters + 2 { faults.append("is at no column: \(place)") }
    }
    if end < start { faults.append("ends before it starts: \(place)") }
    return faults
  }

  /// YAML 1.1 breaks lines at CR, NEL and the two Unicode separators as well.
  private static func isLineBreak(_ bytes: UnsafeBufferPointer<UInt8>, _ place: Int) -> Bool {
    func next(_ distance: Int) -> UInt8 { place + distance < bytes.count ? bytes[place + distance] : 0 }
    switch bytes[place] {
    case 0x0A: return true
    case 0x0D: return next(1) != 0x0A
    case 0xC2: return next(1) == 0x85
    case 0xE2: return next(1) == 0x80 && (next(2) == 0xA8 || next(2) == 0xA9)
    default: return false
    }
  }
}
