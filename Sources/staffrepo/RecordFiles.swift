import FileStore
import GitStore
import Publishers
import RecordSchema
import Records
import Validators

/// The files of one kind in the work tree, where commands write what nobody has committed yet.
struct RecordFiles {
  let kind: RecordKind
  let configuration: Configuration
  private let workspace: Workspace
  private let root: String
  private let source: WorkTreeSource

  init(_ workspace: Workspace, _ kind: RecordKind) throws {
    guard let root = workspace.repository.workDirectory else {
      throw EnvironmentError(
        "This repository is bare: it has no work tree to write files into. Clone it, run the command in the clone, then commit and push."
      )
    }
    self.kind = kind
    self.workspace = workspace
    self.root = root
    source = WorkTreeSource(root: root)
    configuration = try source.configuration().configuration ?? Configuration()
  }

  struct File {
    let path: String
    let bytes: [UInt8]
    let reading: AnyReading
    var name: String { fileStem(of: path) }
  }

  func all() throws -> [File] { try source.recordFiles(kind, configuration) }

  /// The file of a record; throws when there is none, or more than one.
  func file(named name: String) throws -> File {
    let files = try all()
    let named = files.filter { $0.name == name }
    guard named.count <= 1 else {
      throw Refusal(
        "Two files are called \(name): \(named.map(\.path).joined(separator: ", ")). Give one of them another name first."
      )
    }
    guard let file = named.first else {
      let names = files.map(\.name).sorted()
      throw Refusal(
        "There is no \(folder)/\(name).yaml in the work tree. There are: \(names.isEmpty ? "none" : names.joined(separator: ", "))."
      )
    }
    return file
  }

  private var folder: String { "\(configuration.dataFolder)/\(kind.folder)" }

  /// The first of endlessly many names that no file has.
  func free(among names: some Sequence<String>) throws -> String {
    let taken = try takenNames()
    return names.first { !taken.contains($0.lowercased()) } ?? ""
  }

  /// Names that differ in case only would be one file elsewhere.
  private func takenNames() throws -> Set<String> { Set(try all().map { $0.name.lowercased() }) }

  /// Writes a new file, unless the rules find an error in it; warnings are told.
  ///
  /// - Parameter folder: below the root; the usual one if nothing else is said.
  /// - Returns: its path.
  func add(_ name: String, in folder: String? = nil, _ bytes: some Sequence<UInt8>) throws -> String {
    guard try !takenNames().contains(name.lowercased()) else {
      throw Refusal(
        "There is a file \(name).yaml below \(self.folder) already; nothing was written. Choose another name.")
    }
    let path = "\(folder ?? self.folder)/\(name).yaml"
    try FileStore.makeDirectory(FileStore.directory(of: root + path))
    let file = try NewFile(root + path, isExclusive: true)
    file.write(Array(bytes))
    try file.finish()
    do {
      try judge(path)
    } catch {
      try FileStore.remove(root + path)
      throw error
    }
    return path
  }

  func replace(_ file: File, with bytes: [UInt8]) throws {
    try FileStore.write(bytes, to: root + file.path, keepingMode: true)
  }

  func remove(_ file: File) throws { try FileStore.remove(root + file.path) }

  func remove(_ path: String) throws { try FileStore.remove(root + path) }

  /// By the same rules as `validate`.
  private func judge(_ path: String) throws {
    let report = try Validators.validate(
      source, asOf: Clock.today(of: source), isAllowed: workspace.addressPolicy().allows(host:))
    let findings = report.diagnostics.filter { $0.file == path }
    var writer = DiagnosticText(source)
    let errors = findings.filter { $0.severity == .error }
    guard errors.isEmpty else {
      throw Refusal(
        "Nothing was written, for the file would not be valid.\n"
          + errors.map { writer.text($0) }.joined(separator: "\n"))
    }
    for warning in findings { Terminal.message(writer.text(warning)) }
  }

  /// The schema that editors check a new file by, as the file's folder names it; `nil` where there is none.
  var schema: String? {
    let name = "\(kind.rawValue).schema.json"
    let up = String(repeating: "../", count: folder.split(separator: "/").count)
    return ["schemas", "docs/schemas"].first { FileStore.exists("\(root)\($0)/\(name)") }.map { "\(up)\($0)/\(name)" }
  }

  /// A name that is a file's everywhere, and a word in commands.
  static func isName(_ text: String) -> Bool {
    func isAllowed(_ byte: UInt8) -> Bool { isASCIIAlphanumeric(byte) || "-_.".utf8.contains(byte) }
    guard let first = text.utf8.first, isASCIIAlphanumeric(first), text.utf8.count <= 64 else { return false }
    return text.utf8.allSatisfy(isAllowed) && !text.hasSuffix(".yaml") && !text.hasSuffix(".")
  }
}

extension RecordSource {
  /// The files that should hold records of a kind.
  func recordFiles(_ kind: RecordKind, _ configuration: Configuration) throws -> [RecordFiles.File] {
    try files(below: "\(configuration.dataFolder)/\(kind.folder)").filter { entry in
      FileRole(path: entry.path, dataFolder: configuration.dataFolder) == .record(kind)
        && (entry.kind == .file || entry.kind == .executable)
    }.map { entry in
      let bytes = try read(entry)
      return RecordFiles.File(
        path: entry.path, bytes: bytes,
        reading: AnyReading(bytes, kind: kind, entry: entry, configuration: configuration))
    }
  }
}

extension RecordFiles.File {
  var key: Reading<APIKey>? { if case .apiKey(let reading) = reading { reading } else { nil } }
  var subscription: Reading<Subscription>? { if case .webhook(let reading) = reading { reading } else { nil } }
}
