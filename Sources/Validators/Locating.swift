import Catalogue
import GitStore
import RecordSchema
import Records
import YAMLReader

/// Turns findings into diagnostics: looks up lines and columns, and the words that were probably meant.
struct Locating {
  let index: RecordIndex
  /// The largest id that somebody gave up, as history has it, or that is promised to somebody.
  let largestTakenID: () throws -> Int

  /// Looking for a word among a hundred thousand costs milliseconds, so only so many findings get a suggestion.
  private static let suggestionLimit = 50

  func diagnostics(_ findings: [Finding]) throws -> [Diagnostic] {
    let sorted = findings.sorted {
      let (left, right) = (($0.file, $0.rule.code, $0.message), ($1.file, $1.rule.code, $1.message))
      return left == right ? $0.field < $1.field : left < right
    }
    var words: [RecordKey.Family: [String]] = [:]
    var left = Self.suggestionLimit
    var suggestions: [Int: String] = [:]
    for (number, finding) in sorted.enumerated() {
      guard case .spelling(let wish) = finding.wish, left > 0 else { continue }
      left -= 1
      let known = try words[wish.family] ?? index.claimedTexts(of: wish.family)
      words[wish.family] = known
      suggestions[number] = try suggestion(for: wish, among: known)
    }
    let byFile = Dictionary(grouping: sorted.indices) { PathKey(sorted[$0].file) }
    return try byFile.flatMap { file, numbers in
      let isPlaced = numbers.contains { sorted[$0].field != .record && sorted[$0].range == nil }
      let root = isPlaced ? try index.bytes(ofPath: file.path).flatMap { YAMLReader.read($0).root } : nil
      let places = root.map(Places.init)
      return try numbers.map { try diagnostic(sorted[$0], suggestions[$0], places) }
    }
  }

  private func suggestion(for wish: Finding.Spelling, among known: [String]) throws -> String? {
    guard let near = closest(to: wish.word, among: known), !differsInNumberOnly(wish.word, near) else { return nil }
    // Keys ignore case; a suggestion is spelt as its own record spells it.
    var word = near
    if wish.family == .reference {
      let claims = try index.marks(at: RecordKey(.reference, near)).filter { $0.role == .claim }
      let readings = try claims.compactMap { try index.reading($0.file) }.compactMap { reading in
        if case .person(let person) = reading { person } else { nil }
      }
      word = readings.min { $0.path < $1.path }?.draft?.reference.rawValue ?? near
    }
    return word == wish.excluding ? nil : word
  }

  /// EMP002 is no slip for EMP001: where people are numbered, another number is another person.
  private func differsInNumberOnly(_ word: String, _ near: String) -> Bool {
    let pairs = zip(word.lowercased().utf8, near.lowercased().utf8)
    func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }
    return word.utf8.count == near.utf8.count && pairs.allSatisfy { $0 == $1 || isDigit($0) && isDigit($1) }
      && pairs.contains { $0 != $1 }
  }

  /// What stands there instead: with the folder that was left out, without the one too many, with another ending, in other
  /// capitals.
  private func image(like path: String) throws -> String? {
    let name = path.split(separator: "/").last.map(String.init) ?? path
    let stem = name.lastIndex(of: ".").map { String(name[..<$0]) } ?? name
    let names = [name] + ["jpg", "jpeg", "png", "webp"].map { "\(stem).\($0)" }
    let folders = path.contains("sign") ? ["signatures", "photos"] : ["photos", "signatures"]
    for name in names {
      for folder in folders {
        let marks = try index.marks(at: RecordKey(.imageName, "\(folder)/\(name)")).filter { $0.role == .claim }
        guard let file = try marks.first.map({ try index.file($0.file).path }) else { continue }
        return String(file.dropFirst(index.configuration.dataFolder.count + 1))
      }
    }
    return nil
  }

  private func diagnostic(_ finding: Finding, _ given: String?, _ places: Places?) throws -> Diagnostic {
    let node = finding.field == .record ? nil : places?.node(at: finding.field)
    var (message, help, suggestion) = (finding.message, finding.help, given)
    switch finding.wish {
    case .spelling(let wish):
      guard let suggestion else { break }
      message += wish.family == .reference ? " Did you mean \(suggestion)?" : " Did you mean '\(suggestion)'?"
    case .nextID:
      let next = try max(index.largestID(of: .person), largestTakenID()) + 1
      let words = ["Ids are never shared or reused. Give the newer record the next free id, \(next).", help]
      help = words.compactMap(\.self).joined(separator: " ")
    case .image(let path):
      suggestion = try image(like: path)
      if let suggestion { message += " Did you mean '\(suggestion)'?" }
    case nil: break
    }
    let fix = (suggestion ?? finding.rewriting).flatMap { text in
      node.flatMap { (node) -> Diagnostic.Fix? in
        if node.range.start.line != node.range.end.line { return nil }
        let isSafe = finding.rewriting != nil
        let edit = Diagnostic.Edit(range: node.range, text: isSafe ? quoted(text) : text)
        return Diagnostic.Fix(title: "Write \(text)", edits: [edit], isSafe: isSafe)
      }
    }
    return Diagnostic(
      finding.rule, message, file: finding.file, range: finding.range ?? node?.range ?? .fileStart,
      subject: finding.subject,
      help: help, fix: fix)
  }
}

/// The values of a file by their paths. A file has as many findings as it has lines, so its fields are looked up, not
/// looked through.
private struct Places {
  private let root: YAMLNode
  private let fields: [String: YAMLNode]

  init(_ root: YAMLNode) {
    self.root = root
    fields = Dictionary((root.entries ?? []).map { ($0.key, $0.value) }, uniquingKeysWith: { $1 })
  }

  /// The node that a path leads to. A unit may be written as its code alone, so the last step may not be there.
  func node(at path: FieldPath) -> YAMLNode? {
    guard case .key(let name) = path.steps.first else { return root }
    guard let field = fields[name] else { return root.scalar == nil ? nil : root }
    let rest = FieldPath(Array(path.steps.dropFirst()))
    if let node = field.node(at: rest) { return node }
    let nearest = field.nearest(to: rest)
    return nearest.scalar == nil ? nil : nearest
  }
}
