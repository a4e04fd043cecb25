import Catalogue
import FileStore
import GitStore
import RecordSchema
import Records

/// A judgement on disk, with the tree that it is about.
struct KeptJudgement {
  /// The data folder.
  let tree: OID
  /// The whole tree, of which the other files are looked through for keys.
  let root: OID
  /// The day of which it speaks.
  let date: CalendarDate
  let judgement: Judgement
  private let seal: UInt64

  init(_ judgement: Judgement, tree: OID, on date: CalendarDate, in source: CommitSource) throws {
    self.judgement = judgement
    self.tree = tree
    self.date = date
    root = source.tree
    seal = try Self.seal(source)
  }

  /// `nil` when there is none, or none of this program's for the same configuration, or when it is damaged.
  init?(_ path: String, for source: CommitSource) throws {
    seal = try Self.seal(source)
    guard let bytes = SealedFile.read(path, seal: seal) else { return nil }
    var unpacker = Unpacker(bytes)
    guard let tree = (try? unpacker.text()).flatMap({ OID($0) }),
      let root = (try? unpacker.text()).flatMap({ OID($0) }),
      let day = try? unpacker.number(), let judgement = try? Judgement(&unpacker)
    else { return nil }
    self.tree = tree
    self.root = root
    date = CalendarDate(dayNumber: Int32(clamping: day))
    self.judgement = judgement
  }

  func save(to path: String) {
    var packer = Packer()
    packer.add(tree.description)
    packer.add(root.description)
    packer.add(Int(date.dayNumber))
    judgement.pack(into: &packer)
    SealedFile.write(packer.bytes, to: path, seal: seal)
  }

  /// Rules may look at any setting, so another configuration file is another judgement.
  private static func seal(_ source: CommitSource) throws -> UInt64 {
    programStamp ^ Fingerprint.of(try source.configurationFile()?.oid.description ?? "none")
  }
}

extension Judgement {
  func pack(into packer: inout Packer) {
    packer.add(Array(files.values)) { packer, faults in
      packer.add(faults.file)
      packer.add(faults.diagnostics) { $1.pack(into: &$0) }
      packer.add(faults.findings) { $1.pack(into: &$0) }
    }
    packer.add(Array(keys)) { packer, entry in
      packer.add(Int(entry.key.family.rawValue))
      packer.add(entry.key.text)
      packer.add(entry.value) { $1.pack(into: &$0) }
    }
    packer.add(circles) { $1.pack(into: &$0) }
  }

  init(_ unpacker: inout Unpacker) throws(Unpacker.Malformed) {
    let files = try unpacker.items { unpacker throws(Unpacker.Malformed) in
      FileFaults(
        file: try unpacker.text(),
        diagnostics: try unpacker.items { unpacker throws(Unpacker.Malformed) in try Diagnostic(&unpacker) },
        findings: try unpacker.items { unpacker throws(Unpacker.Malformed) in try Finding(&unpacker) })
    }
    let keys = try unpacker.items { unpacker throws(Unpacker.Malformed) in
      let family = try family(&unpacker)
      return (
        RecordKey(family, try unpacker.text()),
        try unpacker.items { unpacker throws(Unpacker.Malformed) in try Finding(&unpacker) }
      )
    }
    let circles = try unpacker.items { unpacker throws(Unpacker.Malformed) in try Finding(&unpacker) }
    self.init(files: files, keys: Dictionary(keys, uniquingKeysWith: { first, _ in first }), circles: circles)
  }
}

private func family(_ unpacker: inout Unpacker) throws(Unpacker.Malformed) -> RecordKey.Family {
  guard let family = RecordKey.Family(rawValue: UInt8(clamping: try unpacker.number())) else {
    throw Unpacker.Malformed()
  }
  return family
}

private func rule(_ unpacker: inout Unpacker) throws(Unpacker.Malformed) -> Rule {
  guard let rule = RuleRegistry.byCode[try unpacker.text()] else { throw Unpacker.Malformed() }
  return rule
}

extension Finding {
  fileprivate func pack(into packer: inout Packer) {
    packer.add(rule.code)
    packer.add(file)
    packer.add(field.steps) { packer, step in
      switch step {
      case .key(let key):
        packer.add(0)
        packer.add(key)
      case .index(let index):
        packer.add(1)
        packer.add(index)
      case .word(let word):
        packer.add(2)
        packer.add(word)
      }
    }
    packer.add(subject)
    packer.add(message)
    packer.add(help)
    switch wish {
    case nil: packer.add(0)
    case .nextID: packer.add(1)
    case .image(let path):
      packer.add(3)
      packer.add(path)
    case .spelling(let spelling):
      packer.add(2)
      packer.add(spelling.word)
      packer.add(Int(spelling.family.rawValue))
      packer.add(spelling.excluding)
    }
    packer.add(rewriting)
    packer.add(range.map { [$0] } ?? []) { $0.add($1) }
  }

  private static func wish(_ unpacker: inout Unpacker) throws(Unpacker.Malformed) -> Wish? {
    switch try unpacker.number() {
    case 0: nil
    case 1: .nextID
    case 3: .image(try unpacker.text())
    default:
      .spelling(
        Spelling(word: try unpacker.text(), family: try family(&unpacker), excluding: try unpacker.optionalText()))
    }
  }

  fileprivate init(_ unpacker: inout Unpacker) throws(Unpacker.Malformed) {
    self.init(
      try Validators.rule(&unpacker), file: try unpacker.text(),
      at: FieldPath(
        try unpacker.items { unpacker throws(Unpacker.Malformed) in
          switch try unpacker.number() {
          case 0: .key(try unpacker.text())
          case 1: .index(try unpacker.number())
          default: .word(try unpacker.text())
          }
        }), subject: try unpacker.optionalText(), try unpacker.text(), help: try unpacker.optionalText(),
      wish: try Self.wish(&unpacker), rewriting: try unpacker.optionalText(),
      range: try unpacker.items { unpacker throws(Unpacker.Malformed) in try unpacker.range() }.first)
  }
}

extension Diagnostic {
  fileprivate func pack(into packer: inout Packer) {
    packer.add(rule.code)
    packer.add(severity == .error)
    packer.add(message)
    packer.add(file)
    packer.add(range)
    packer.add(subject)
    packer.add(help)
    packer.add(fix?.title)
    packer.add(fix?.isSafe ?? false)
    packer.add(fix?.edits ?? []) { packer, edit in
      packer.add(edit.range)
      packer.add(edit.text)
    }
  }

  fileprivate init(_ unpacker: inout Unpacker) throws(Unpacker.Malformed) {
    let rule = try Validators.rule(&unpacker)
    let severity: Severity = try unpacker.flag() ? .error : .warning
    self.init(
      rule, try unpacker.text(), file: try unpacker.text(), range: try unpacker.range(),
      subject: try unpacker.optionalText(), severity: severity)
    help = try unpacker.optionalText()
    let title = try unpacker.optionalText()
    let isSafe = try unpacker.flag()
    let edits = try unpacker.items { unpacker throws(Unpacker.Malformed) in
      Edit(range: try unpacker.range(), text: try unpacker.text())
    }
    fix = title.map { Fix(title: $0, edits: edits, isSafe: isSafe) }
  }
}

extension Packer {
  fileprivate mutating func add(_ range: SourceRange) {
    for number in [range.start.line, range.start.column, range.end.line, range.end.column] { add(number) }
  }
}

extension Unpacker {
  fileprivate mutating func range() throws(Malformed) -> SourceRange {
    SourceRange(
      start: SourcePosition(line: try number(), column: try number()),
      end: SourcePosition(line: try number(), column: try number()))
  }
}
