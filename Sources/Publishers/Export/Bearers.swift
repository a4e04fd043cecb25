import RecordSchema

/// Whose an employee reference or an e-mail address is, while two people in force share one.
///
/// Validation refuses that. It comes about on a branch that bypassed validation, or when a file that cannot be read holds
/// its person's last good record in the very commit in which somebody takes over the reference.
public struct Bearers: Sendable {
  /// By what other systems know people.
  public enum Name: CaseIterable, Sendable {
    case reference, email

    func text(of person: Person) -> String {
      switch self {
      case .reference: person.reference.folded
      case .email: person.email.lowercased()
      }
    }

    var title: String {
      switch self {
      case .reference: "employee reference"
      case .email: "e-mail address"
      }
    }
  }

  private var bearers: [Name: [String: [PersonID]]] = [:]
  /// Who works here on the day.
  private var active: Set<PersonID> = []

  public init() {}

  /// - Parameter people: in the order of their ids.
  public mutating func take(_ people: [Person], on day: CalendarDate) {
    for person in people {
      for name in Name.allCases where !name.text(of: person).isEmpty {
        bearers[name, default: [:]][name.text(of: person), default: []].append(person.id)
      }
      if person.status(on: day).isActive { active.insert(person.id) }
    }
  }

  /// Those who share a name with somebody.
  func rivals(by name: Name) -> Set<PersonID> {
    Set((bearers[name] ?? [:]).values.filter { $0.count > 1 }.joined())
  }

  func bearers(of text: String, by name: Name) -> [PersonID] { bearers[name]?[text] ?? [] }

  func isActive(_ id: PersonID) -> Bool { active.contains(id) }

  /// Every text that is somebody's, with whose it is.
  func all(by name: Name) -> [String: [PersonID]] { bearers[name] ?? [:] }

  /// Why somebody cannot be told to a system that knows people by these; `nil` when nothing is shared.
  func fault(of person: Person, by names: [Name]) -> String? {
    for name in names {
      let others = bearers(of: name.text(of: person), by: name).filter { $0 != person.id }
      guard !others.isEmpty else { continue }
      return "its \(name.title) is also that of the person with the id \(others[0].rawValue)."
    }
    return nil
  }

  /// What every set's manifest says.
  var notes: [String] {
    Name.allCases.flatMap { name in
      all(by: name).filter { $0.value.count > 1 }.sorted { $0.key < $1.key }.map { text, ids in
        "The \(name.title) \(text) is that of several people: those with the ids \(ids.map { String($0.rawValue) }.joined(separator: ", ")). Files of differences for a system that knows people by it leave whoever works here as the system has them, and end the access of the others. Mend the records: `staffrepo validate` and `staffrepo status` name the files."
      }
    }
  }
}
