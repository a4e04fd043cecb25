import RecordSchema

/// Subscriptions and approvals in force, by name. A file that cannot be read keeps what it last said.
struct NamedTable<Record: Sendable> {
  let kind: RecordKind
  private(set) var inForce: [String: Entry<Record>] = [:]
  /// The readable files of a name, by path; nearly always one.
  private var claims: [String: [String: Entry<Record>]] = [:]
  /// The files of a name that cannot be read.
  private var broken: [String: Set<String>] = [:]

  init(kind: RecordKind) { self.kind = kind }

  var isClean: Bool { broken.isEmpty && claims.allSatisfy { $0.value.count == 1 } }

  mutating func apply(removed: [String], read: [Reading<Record>]) {
    var touched: Set<String> = []
    for path in removed { forget(path, &touched) }
    for reading in read {
      forget(reading.path, &touched)
      if let record = reading.record {
        claims[reading.stem, default: [:]][reading.path] = Entry(record, path: reading.path)
      } else {
        broken[reading.stem, default: []].insert(reading.path)
      }
    }
    for name in touched { settle(name) }
  }

  private mutating func forget(_ path: String, _ touched: inout Set<String>) {
    let name = fileStem(of: path)
    touched.insert(name)
    claims[name]?[path] = nil
    if claims[name]?.isEmpty == true { claims[name] = nil }
    broken[name]?.remove(path)
    if broken[name]?.isEmpty == true { broken[name] = nil }
  }

  /// One readable file is what is in force; none at all is nothing; anything else keeps what there was.
  private mutating func settle(_ name: String) {
    let readable = claims[name] ?? [:]
    if broken[name] == nil, readable.count <= 1 { inForce[name] = readable.first?.value }
  }

  var sorted: [Record] { inForce.sorted { $0.key < $1.key }.map(\.value.record) }

  var heldRecords: [HeldRecord] {
    let contested = claims.filter { $0.value.count > 1 && broken[$0.key] == nil }.map { name, files in
      HeldRecord(
        kind: kind, id: 0, key: name, path: files.keys.min() ?? "",
        reason: "\(files.keys.sorted().joined(separator: " and ")) have the same name")
    }
    let unreadable = broken.map { name, files in
      HeldRecord(
        kind: kind, id: 0, key: name, path: files.min() ?? "", reason: "\(files.min() ?? name) cannot be read")
    }
    return (contested + unreadable).sorted { $0.key < $1.key }
  }
}
