import RecordSchema
import Records

extension HireReading {
  /// The names under which systems send what a hire says, beside a field's own.
  private static let otherNames: [NewHire.Field: [String]] = [
    .sourceReference: ["reference", "source_id", "external_id", "application_id", "candidate_id", "id"],
    .startDate: ["start_date"], .endDate: ["end_date"], .unit: ["unit"], .jobTitle: ["position", "title"],
  ]

  private static let names: [String: (field: NewHire.Field, rank: Int)] = Dictionary(
    uniqueKeysWithValues: NewHire.Field.allCases.flatMap { field in
      ([field.rawValue] + (otherNames[field] ?? [])).enumerated().map { ($1, (field, $0 + 1)) }
    })

  /// Names by which systems call their own number of a hire.
  static let referenceNames = Set(names.filter { $0.value.field == .sourceReference }.keys)

  static func field(_ name: String) -> NewHire.Field? { names[name]?.field }

  static func rank(of name: String) -> Int { names[name]?.rank ?? .max }
}

/// A value that a hire gives one of its fields, under one of the names that the field has.
struct HireSaying {
  let field: NewHire.Field
  let name: String
  /// Of several that say something, the smallest counts.
  let rank: Int
  let text: String?
  let place: NewHire.Place

  /// Where the settings say that the field stands.
  static let mapped = 0
}

extension NewHire {
  /// Takes each field from the first of its names that says something, in whatever order they came: who somebody is must not
  /// depend on the order in which a program writes its members, nor on one that it leaves empty.
  ///
  /// - Returns: what was passed over although it says something else.
  mutating func take(_ sayings: [HireSaying]) -> [ImportFinding] {
    var counting: [Field: HireSaying] = [:]
    var notes: [ImportFinding] = []
    for (_, saying) in sayings.enumerated().sorted(by: { ($0.element.rank, $0.offset) < ($1.element.rank, $1.offset) })
    {
      if let first = counting[saying.field] {
        let text = saying.text.map(trimmed) ?? ""
        // What the settings say was chosen knowingly.
        if first.rank > HireSaying.mapped, !text.isEmpty, text != self[saying.field] {
          notes.append(Self.passedOver(saying, for: first))
        }
        continue
      }
      if places[saying.field] == nil || saying.text.map(trimmed)?.isEmpty == false {
        set(saying.field, saying.text, at: saying.place)
      }
      if self[saying.field] != nil { counting[saying.field] = saying }
    }
    return notes
  }

  private static func passedOver(_ saying: HireSaying, for first: HireSaying) -> ImportFinding {
    ImportFinding(
      .severalNames, "'\(saying.name)' says something else than '\(first.name)', and is not taken.",
      help:
        "Send \(saying.field.rawValue) alone, or have staffrepo.yaml say under recruitment.sources.NAME.fields which of them counts."
    ).at(saying.place)
  }
}
