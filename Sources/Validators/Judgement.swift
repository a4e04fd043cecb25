import Catalogue
import GitStore
import RecordSchema
import Records

/// What is wrong with one file by itself.
struct FileFaults: Sendable {
  let file: String
  let diagnostics: [Diagnostic]
  let findings: [Finding]

  /// `nil` when nothing is.
  init?(
    _ entry: TreeEntry, _ role: FileRole, _ reading: AnyReading?, _ source: any RecordSource, _ context: RuleContext
  ) throws {
    file = entry.path
    diagnostics = reading?.findings ?? []
    let inspected = InspectedFile(entry, role, source)
    var findings: [Finding] = []
    for rule in RuleRegistry.files { findings += try rule.check(inspected) }
    switch reading {
    case .person(let reading):
      if let person = Located(reading) { for rule in RuleRegistry.people { findings += rule.check(person, context) } }
    case .unit(let reading):
      if let unit = Located(reading) { for rule in RuleRegistry.units { findings += rule.check(unit, context) } }
    case .webhook(let reading):
      if let webhook = Located(reading) {
        for rule in RuleRegistry.subscriptions { findings += rule.check(webhook, context) }
      }
    case .apiKey(let reading):
      if let key = Located(reading) { for rule in RuleRegistry.apiKeys { findings += rule.check(key, context) } }
    case .approval(let reading):
      if let approval = Located(reading) {
        for rule in RuleRegistry.approvals { findings += rule.check(approval, context) }
      }
    case nil: break
    }
    self.findings = findings
    if diagnostics.isEmpty, findings.isEmpty { return nil }
  }

  init(file: String, diagnostics: [Diagnostic], findings: [Finding]) {
    self.file = file
    self.diagnostics = diagnostics
    self.findings = findings
  }
}

/// Everything that is wrong with a tree, kept by what it depends on: a file, a key, or circles.
///
/// After a change of the tree only the changed files, the keys at which they meet others, and the circles that they can
/// be part of are judged again. The outcome is the same as if everything were; a test compares the two.
struct Judgement {
  private(set) var files: [PathKey: FileFaults] = [:]
  private(set) var keys: [RecordKey: [Finding]] = [:]
  private(set) var circles: [Finding] = []

  init(files: [FileFaults], keys: [RecordKey: [Finding]], circles: [Finding]) {
    self.files = Dictionary(files.map { (PathKey($0.file), $0) }, uniquingKeysWith: { first, _ in first })
    self.keys = keys
    self.circles = circles
  }

  /// Judges a whole tree.
  init(_ faults: [FileFaults], _ index: RecordIndex, _ context: RuleContext) throws {
    self.init(files: faults, keys: [:], circles: [])
    try index.forEachKey { marks in
      let findings = try Self.findings(Meeting(marks, index, context))
      if !findings.isEmpty { keys[try index.key(of: marks[0])] = findings }
    }
    circles = try RuleRegistry.circles.flatMap { try CircleSearch(rule: $0, index: index).everywhere() }
  }

  private static func findings(_ meeting: Meeting) throws -> [Finding] {
    var findings: [Finding] = []
    for rule in RuleRegistry.keysByFamily[meeting.marks[0].family] ?? [] { findings += try rule.check(meeting) }
    return findings
  }

  /// Judges what a change touches.
  ///
  /// - Parameter changed: the paths that differ.
  /// - Parameter faults: those of the files that came in or changed.
  /// - Parameter touched: the keys of all files that differ, as they were and as they are.
  /// - Parameter index: of the tree after the change.
  mutating func change(
    _ changed: [String], _ faults: [FileFaults], touched: Set<RecordKey>, _ index: RecordIndex,
    _ context: RuleContext
  ) throws {
    for path in changed { files[PathKey(path)] = nil }
    for fault in faults { files[PathKey(fault.file)] = fault }
    // Those who were in a circle, and those who lead elsewhere now or are led to by others.
    var starts = Set(try (changed + circles.map(\.file)).compactMap { try index.number(ofPath: $0) })
    for key in touched {
      keys[key] = nil
      let marks = try index.marks(at: key)
      guard !marks.isEmpty else { continue }
      let findings = try marks.withUnsafeBufferPointer { try Self.findings(Meeting($0, index, context)) }
      if !findings.isEmpty { keys[key] = findings }
      starts.formUnion(marks.filter { $0.role == .claim }.map(\.file))
    }
    circles = try RuleRegistry.circles.flatMap { try CircleSearch(rule: $0, index: index).reached(from: starts) }
  }

  /// Everything, with places and with likely spellings.
  ///
  /// - Parameter further: findings that are not the tree's own.
  /// - Parameter largestTakenID: asked for when the next free id is to be told.
  func diagnostics(
    _ index: RecordIndex, with further: [Finding] = [], largestTakenID: @escaping () throws -> Int = { 0 }
  ) throws -> [Diagnostic] {
    let findings = files.values.flatMap(\.findings) + keys.values.joined() + circles + further
    return files.values.flatMap(\.diagnostics)
      + (try Locating(index: index, largestTakenID: largestTakenID).diagnostics(findings))
  }
}
