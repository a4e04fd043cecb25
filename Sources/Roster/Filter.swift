import RecordSchema

/// A question and a sight at one moment: units are sets by now.
struct Filter {
  /// Whose people are in sight; `nil`: everybody.
  let scope: Set<UnitID>?
  /// Whose people are asked for; `nil`: everybody.
  let unit: Set<UnitID>?
  private let query: StaffQuery
  private let words: [[UInt8]]

  init(_ query: StaffQuery, _ sight: Sight, _ units: UnitTree) {
    self.query = query
    scope = units.below(sight.units)
    unit = units.below(query.unit.map { [$0] })
    words = query.text.map(SearchText.words) ?? []
  }

  func isInSight(_ chunk: Chunk, _ number: Int) -> Bool {
    scope.map { scope in chunk.units.withPart(number) { $0.contains(where: scope.contains) } } ?? true
  }

  /// In sight and asked for, active or not.
  func choosesEver(_ chunk: Chunk, _ number: Int) -> Bool {
    if let id = query.id, chunk.ids[number] != id.rawValue { return false }
    if let unit, !chunk.units.withPart(number, { $0.contains(where: unit.contains) }) { return false }
    guard isInSight(chunk, number) else { return false }
    if let reference = query.reference, !chunk.has(reference, at: number) { return false }
    return words.isEmpty || chunk.has(words, at: number)
  }

  func chooses(_ chunk: Chunk, _ number: Int) -> Bool {
    (query.includesInactive || chunk.isActive[number]) && choosesEver(chunk, number)
  }
}
