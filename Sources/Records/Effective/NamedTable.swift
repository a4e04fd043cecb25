import RecordSchema

/// A record that is known by its file's name.
protocol NamedRecord: Sendable {
  /// The record while its files cannot be taken as they stand, as far as they say beyond doubt that it is over.
  func held(by files: [Reading<Self>]) -> Self
}

extension Subscription: NamedRecord {
  func held(by files: [Reading<Subscription>]) -> Subscription { self }
}

extension Approval: NamedRecord {
  func held(by files: [Reading<Approval>]) -> Approval { self }
}

extension APIKey: NamedRecord {
  /// A key that is taken back must be worth nothing even while the rest of its file cannot be read.
  func held(by files: [Reading<APIKey>]) -> APIKey {
    var key = self
    key.revokedAt = (files.compactMap(\.saysRevoked) + [revokedAt].compactMap(\.self)).min()
    return key
  }
}

/// Keys, subscriptions and approvals in force, by name. A file that cannot be read keeps what it last said.
struct NamedTable<Record: NamedRecord> {
  let kind: RecordKind
  private(set) var inForce: [String: Entry<Record>] = [:]
  /// The readable files of a name, by path; nearly always one.
  private var claims: [String: [String: Reading<Record>]] = [:]
  /// The files of a name that cannot be read.
  private var broken: [String: [String: Reading<Record>]] = [:]

  init(kind: RecordKind) { self.kind = kind }

  var isClean: Bool { broken.isEmpty && claims.allSatisfy { $0.value.count == 1 } }

  mutating func apply(removed: [String], read: [Reading<Record>]) {
    var touched: Set<String> = []
    for path in removed { forget(path, &touched) }
    for reading in read {
      forget(reading.path, &touched)
      if reading.isWhole {
        claims[reading.stem, default: [:]][reading.path] = reading
      } else {
        broken[reading.stem, default: [:]][reading.path] = reading
      }
    }
    for name in touched { settle(name) }
  }

  private mutating func forget(_ path: String, _ touched: inout Set<String>) {
    let name = fileStem(of: path)
    touched.insert(name)
    claims[name]?[path] = nil
    if claims[name]?.isEmpty == true { claims[name] = nil }
    broken[name]?[path] = nil
    if broken[name]?.isEmpty == true { broken[name] = nil }
  }

  /// One readable file is what is in force; none at all is nothing; anything else keeps what there was.
  private mutating func settle(_ name: String) {
    let readable = claims[name] ?? [:]
    if broken[name] == nil, readable.count <= 1 {
      inForce[name] = readable.values.first.flatMap { file in file.record.map { Entry($0, path: file.path) } }
    } else if let last = inForce[name] {
      let files = Array(readable.values) + Array((broken[name] ?? [:]).values)
      inForce[name] = Entry(last.record.held(by: files), path: last.path)
    }
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
        kind: kind, id: 0, key: name, path: files.keys.min() ?? "", reason: "\(files.keys.min() ?? name) cannot be read"
      )
    }
    return (contested + unreadable).sorted { $0.key < $1.key }
  }
}
