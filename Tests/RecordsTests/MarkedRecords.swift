import GitStore
import RecordSchema
import Records

/// A little repository in memory, written with the places of expected findings marked: `«P012 EMP999»` means that rule
/// P012 must report exactly this text's place. A mark without text, `«S001»`, stands at the file's beginning and means
/// its first line.
struct MarkedRecords: RecordSource, Sendable {
  let commit: OID? = nil
  private(set) var texts: [String: String] = [:]
  /// Of those that are no plain files.
  private var kinds: [String: TreeEntry.Kind] = [:]
  private(set) var expected: Set<Place> = []

  /// Where a rule must report something.
  struct Place: Hashable, Sendable, CustomStringConvertible {
    let file: String
    let code: String
    let range: SourceRange

    var description: String {
      "\(code) \(file):\(range.start.line):\(range.start.column)-\(range.end.line):\(range.end.column)"
    }
  }

  static let configuration =
    "organisation:\n  id: 1\n  time_zone: Europe/London\ncustom_fields:\n  pin: string\n  level: integer\n"

  /// - Parameter files: paths below data/ with marked text.
  init(_ files: [String: String], configuration: String = MarkedRecords.configuration) {
    add("staffrepo.yaml", configuration)
    for (path, text) in files { add("data/\(path)", text) }
  }

  /// - Parameter tree: paths from the top with marked text.
  init(tree: [String: String], kinds: [String: TreeEntry.Kind] = [:]) {
    for (path, text) in tree { add(path, text) }
    self.kinds = kinds
  }

  private mutating func add(_ path: String, _ marked: String) {
    var text = ""
    var (line, column) = (1, 1)
    var open: [(code: String, start: SourcePosition)] = []
    var rest = marked.unicodeScalars[...]
    // It is no character of the first line.
    if rest.first == "\u{FEFF}" { text.unicodeScalars.append(rest.removeFirst()) }
    while let scalar = rest.popFirst() {
      switch scalar {
      case "«":
        let code = String(String.UnicodeScalarView(rest.prefix(4)))
        rest = rest.dropFirst(4)
        if rest.first == " " { rest.removeFirst() }
        open.append((code, SourcePosition(line: line, column: column)))
      case "»":
        guard let mark = open.popLast() else { continue }
        let end = SourcePosition(line: line, column: column)
        expected.insert(Place(file: path, code: mark.code, range: SourceRange(start: mark.start, end: end)))
      default:
        text.unicodeScalars.append(scalar)
        (line, column) = scalar == "\n" ? (line + 1, 1) : (line, column + 1)
      }
    }
    texts[path] = text
  }

  func files(below folder: String) throws -> [TreeEntry] {
    texts.keys.sorted().filter { $0.hasPrefix(folder + "/") }.compactMap(entry(at:))
  }

  func files(outside folder: String) throws -> [TreeEntry] {
    texts.keys.sorted().filter { !$0.hasPrefix(folder + "/") }.compactMap(entry(at:))
  }

  func size(of entry: TreeEntry) throws -> Int { try read(entry).count }

  var opener: @Sendable () throws -> any RecordSource {
    { [self] in self }
  }

  func read(_ entry: TreeEntry) throws -> [UInt8] { Self.bytes(of: texts[entry.path] ?? "") }

  /// PHOTO and SIGNATURE stand for images, which no text can hold.
  static func bytes(of text: String) -> [UInt8] {
    if text.hasPrefix("PHOTO") { return [0xFF, 0xD8, 0xFF, 0xE0] + text.utf8 }
    if text.hasPrefix("SIGNATURE") { return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + text.utf8 }
    return Array(text.utf8)
  }

  func entry(at path: String) -> TreeEntry? {
    texts[path] == nil ? nil : TreeEntry(path: path, oid: .zero, kind: kinds[path] ?? .file)
  }
}
