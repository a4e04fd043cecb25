import GitStore
import RecordChecks
import RecordSchema

/// Builds trees as an input says, some of which git's own commands would never make.
struct TreeProgram {
  private var program: ByteProgram
  private let store: ObjectStore

  init(_ program: ByteProgram, store: ObjectStore) {
    self.program = program
    self.store = store
  }

  private struct Entry {
    let mode: String
    let name: [UInt8]
    let oid: OID
  }

  /// The next root tree: the good records, and what the input adds to them.
  mutating func root() -> OID {
    var data: [Entry] = []
    for kind in RecordKind.allCases { data.append(folder(kind.folder)) }
    data += entries(limit: 3, folder: "")
    var root = [Entry(mode: "40000", name: Array("data".utf8), oid: tree(data)), settings()]
    root += entries(limit: 2, folder: "")
    return tree(root)
  }

  private mutating func settings() -> Entry {
    let text = program.choice(4) == 1 ? program.longText() : Array(EveryReading.configuration.utf8)
    let mode = program.choice(8) == 1 ? self.mode() : "100644"
    return Entry(mode: mode, name: Array("staffrepo.yaml".utf8), oid: store.write(text, .blob))
  }

  private mutating func folder(_ name: String) -> Entry {
    var found: [Entry] = []
    for (path, bytes) in MemoryRecords.good.files.sorted(by: { $0.key < $1.key }) where path.contains("/\(name)/") {
      let file = path.utf8.split(separator: UInt8(ascii: "/")).last.map { Array($0) } ?? []
      found.append(Entry(mode: "100644", name: file, oid: store.write(bytes, .blob)))
    }
    found += entries(limit: 4, folder: name)
    return Entry(mode: "40000", name: Array(name.utf8), oid: tree(found))
  }

  private mutating func entries(limit: Int, folder: String) -> [Entry] {
    (0..<program.choice(limit + 1)).map { _ in entry(folder: folder) }
  }

  private mutating func entry(folder: String) -> Entry {
    let name = name()
    switch program.choice(8) {
    case 0: return Entry(mode: "40000", name: name, oid: nested())
    case 1: return Entry(mode: mode(), name: name, oid: OID.zero)
    case 2: return Entry(mode: mode(), name: name, oid: store.write(content(), .tree))
    default: return Entry(mode: mode(), name: name, oid: store.write(content(), .blob))
    }
  }

  /// A file in folders in folders.
  private mutating func nested() -> OID {
    let depth = program.choice(32) == 31 ? program.choice(256) * 16 : program.choice(8)
    let name = self.name()
    var oid = tree([Entry(mode: "100644", name: Array("EMP7.yaml".utf8), oid: store.write(content(), .blob))])
    for _ in 0..<depth { oid = tree([Entry(mode: "40000", name: name.isEmpty ? [0x61] : name, oid: oid)]) }
    return oid
  }

  private mutating func mode() -> String {
    let modes = [
      "100644", "100755", "120000", "160000", "40000", "040000", "100664", "100600", "0", "", "777777777777",
    ]
    return modes[program.choice(modes.count)]
  }

  private mutating func name() -> [UInt8] {
    let names = [
      "EMP900.yaml", "EMP001.yaml", "emp001.yaml", "people", "..", ".", ".git", "", "a/b", "EMP\u{1}.yaml", "a.yml",
      "\u{1B}[31m.yaml", "e\u{301}.yaml", "\u{E9}.yaml", "staffrepo.yaml", "data",
    ]
    let choice = program.choice(names.count + 8)
    // A zero byte would end the name.
    return choice < names.count ? Array(names[choice].utf8) : program.text().filter { $0 != 0 }
  }

  private mutating func content() -> [UInt8] {
    switch program.choice(8) {
    case 0: Array(repeating: program.byte(), count: program.choice(256) * 300)
    case 1: MemoryRecords.good.files["data/people/EMP001.yaml"] ?? []
    case 2: MemoryRecords.good.files["data/units/team-a.yaml"] ?? []
    case 3: []
    default: program.longText()
    }
  }

  /// As git sorts entries, most of the time.
  private mutating func tree(_ entries: [Entry]) -> OID {
    let isSorted = program.choice(8) != 7
    func key(_ entry: Entry) -> [UInt8] { entry.name + (entry.mode == "40000" ? [UInt8(ascii: "/")] : []) }
    let ordered = isSorted ? entries.sorted { key($0).lexicographicallyPrecedes(key($1)) } : entries
    var bytes: [UInt8] = []
    for entry in ordered {
      bytes += Array("\(entry.mode) ".utf8) + entry.name + [0]
      withUnsafeTemporaryAllocation(byteCount: 20, alignment: 1) {
        entry.oid.write(to: $0)
        bytes += Array($0)
      }
    }
    return store.write(bytes, .tree)
  }
}
