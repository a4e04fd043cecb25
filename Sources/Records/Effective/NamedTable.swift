import RecordSchema

/// Subscriptions and approvals in force, by name. A file that cannot be read keeps what it last said.
struct NamedTable<Record: Sendable> {
  let kind: RecordKind
  private(set) var inForce: [String: Entry<Record>] = [:]
  private var broken: Set<String> = []

  init(kind: RecordKind) { self.kind = kind }

  var isClean: Bool { broken.isEmpty }

  mutating func apply(removed: [String], read: [Reading<Record>]) {
    let heldNames = Set(read.filter { $0.record == nil }.map(\.stem))
    for path in removed {
      broken.remove(path)
      if heldNames.contains(fileStem(of: path)) { continue }
      if inForce[fileStem(of: path)]?.path == path { inForce[fileStem(of: path)] = nil }
    }
    for reading in read {
      if let record = reading.record {
        broken.remove(reading.path)
        inForce[reading.stem] = Entry(record, path: reading.path)
      } else {
        broken.insert(reading.path)
      }
    }
  }

  var sorted: [Record] { inForce.sorted { $0.key < $1.key }.map(\.value.record) }

  var heldRecords: [HeldRecord] {
    broken.sorted().map {
      HeldRecord(kind: kind, id: 0, key: fileStem(of: $0), path: $0, reason: "\($0) cannot be read")
    }
  }
}
