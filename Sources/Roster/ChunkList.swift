/// Everybody, by id, in chunks.
struct ChunkList: Sendable {
  private(set) var chunks: [Chunk] = []
  let count: Int

  init(_ chunks: [Chunk]) {
    self.chunks = chunks
    count = chunks.reduce(0) { $0 + $1.count }
  }

  /// - Parameter rows: sorted by id.
  init(_ rows: [Row]) {
    self.init(Self.chunks(rows))
  }

  private static func chunks(_ rows: [Row]) -> [Chunk] {
    stride(from: 0, to: rows.count, by: Chunk.size).map { Chunk(rows[$0..<min($0 + Chunk.size, rows.count)]) }
  }

  /// The chunk in which an id is, or would be.
  private func chunk(of id: Int) -> Int {
    var (low, high) = (0, chunks.count)
    while low < high {
      let middle = (low + high) / 2
      if chunks[middle].ids[0] <= id { low = middle + 1 } else { high = middle }
    }
    return max(0, low - 1)
  }

  /// Where somebody is; `nil` when there is nobody of this id.
  func place(of id: Int) -> (chunk: Chunk, row: Int)? {
    guard !chunks.isEmpty else { return nil }
    let chunk = chunks[self.chunk(of: id)]
    let found = chunk.position(of: id)
    return found.isThere ? (chunk, found.position) : nil
  }

  func row(_ id: Int) -> Row? { place(of: id).map { $0.chunk.row($0.row) } }

  /// The same with some people replaced, added or (`nil`) taken out. Chunks without any of them are shared.
  func replacing(_ rows: [Int: Row?]) -> ChunkList {
    guard !chunks.isEmpty else { return ChunkList(rows.values.compactMap(\.self).sorted { $0.id < $1.id }) }
    let fresh = rows.filter { id, row in !isSame(row, as: id) }
    let concerned = Dictionary(grouping: fresh.keys, by: chunk(of:))
    var result: [Chunk] = []
    result.reserveCapacity(chunks.count + 1)
    for (number, chunk) in chunks.enumerated() {
      guard let ids = concerned[number] else {
        result.append(chunk)
        continue
      }
      var people = Dictionary(uniqueKeysWithValues: chunk.rows.map { ($0.id, $0) })
      for id in ids { people[id] = rows[id] ?? nil }
      let sorted = people.values.sorted { $0.id < $1.id }
      if sorted.count > Chunk.size * 2 {
        result += Self.chunks(sorted)
      } else if !sorted.isEmpty {
        result.append(Chunk(sorted))
      }
    }
    return ChunkList(result)
  }

  /// Nothing that could be shared differs.
  private func isSame(_ row: Row?, as id: Int) -> Bool {
    guard let (chunk, number) = place(of: id) else { return row == nil }
    guard let row, row.images == chunk.images(number) else { return false }
    return chunk.withValues(number) { $0.elementsEqual(row.values) }
  }

  /// The ids of those who are in one only, or not the same in both as far as every consumer can tell.
  func differences(from other: ChunkList) -> Set<Int> {
    let (own, others) = (Set(chunks.map(ObjectIdentifier.init)), Set(other.chunks.map(ObjectIdentifier.init)))
    var rows: [Int: (Chunk, Int)] = [:]
    var found: Set<Int> = []
    for chunk in other.chunks where !own.contains(ObjectIdentifier(chunk)) {
      for (number, id) in chunk.ids.enumerated() {
        rows[id] = (chunk, number)
        found.insert(id)
      }
    }
    for chunk in chunks where !others.contains(ObjectIdentifier(chunk)) {
      for (number, id) in chunk.ids.enumerated() {
        if let (other, place) = rows[id], other.isSame(place, as: number, of: chunk) {
          found.remove(id)
        } else {
          found.insert(id)
        }
      }
    }
    return found
  }
}

extension Chunk {
  fileprivate func isSame(_ number: Int, as place: Int, of other: Chunk) -> Bool {
    images(number) == other.images(place)
      && withValues(number) { own in other.withValues(place) { own.elementsEqual($0) } }
  }
}
