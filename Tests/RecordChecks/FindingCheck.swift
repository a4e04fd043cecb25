import RecordSchema

/// What must hold of all findings about one file, whatever it holds: the fuzzers and the tests ask the same.
public struct FindingCheck {
  private let lines: Int
  private let characters: Int

  public init(_ bytes: [UInt8]) {
    lines = Self.lineBreaks(in: bytes) + 1
    characters = bytes.count { $0 & 0xC0 != 0x80 }
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
  private static func lineBreaks(in bytes: [UInt8]) -> Int {
    bytes.indices.count { place in
      let rest = bytes[place...]
      switch bytes[place] {
      case 0x0A: return true
      case 0x0D: return rest.dropFirst().first != 0x0A
      case 0xC2: return rest.starts(with: [0xC2, 0x85])
      case 0xE2: return rest.starts(with: [0xE2, 0x80, 0xA8]) || rest.starts(with: [0xE2, 0x80, 0xA9])
      default: return false
      }
    }
  }
}
