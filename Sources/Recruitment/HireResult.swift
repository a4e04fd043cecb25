import GitStore
import RecordSchema
import Records

/// What became of one hire.
struct HireResult: Sendable {
  /// As answers have it.
  enum State: String, Sendable {
    /// On the branch.
    case accepted
    /// On a branch for review.
    case pendingReview = "pending_review"
    /// It waited for review, and nobody was taken in.
    case rejected
    case refused
  }

  var state: State
  var hire: NewHire
  var person: PersonID?
  var reference: String?
  var commit: String?
  var branch: String?
  /// The source said it before.
  var isRepeated = false
  /// The source says something else than before, and what waits in review was changed.
  var isChanged = false
  /// Accepted once, and gone since.
  var isRemoved = false
  var errors: [ImportFinding] = []
  var warnings: [ImportFinding] = []

  init(_ state: State, _ hire: NewHire) {
    self.state = state
    self.hire = hire
  }

  /// 201 accepted, 202 waits for review, 200 nothing new, 422 refused.
  var status: Int {
    switch state {
    case .refused: 422
    case .accepted: isRepeated ? 200 : 201
    case .pendingReview: isRepeated ? 200 : 202
    case .rejected: 200
    }
  }

  /// - Parameter row: of several, which.
  func members(system: String, row: Int?) -> [JSON.Member] {
    var members: [JSON.Member] = []
    func add(_ name: String, _ value: JSON?) { if let value { members.append(.init(name, value)) } }
    add("row", row.map(JSON.int))
    add("line", hire.place.line.map(JSON.int))
    add("state", .string(state.rawValue))
    add("person_id", person.map { .int($0.rawValue) })
    add("employee_reference", reference.map(JSON.string))
    add("source_system", .string(system))
    add("source_id", .string(hire.reference))
    add("commit", commit.map(JSON.string))
    add("branch", branch.map(JSON.string))
    if isRepeated { add("repeated", true) }
    if isChanged { add("changed", true) }
    if isRemoved { add("removed", true) }
    if row != nil || !errors.isEmpty { add("errors", .array(errors.map(\.json))) }
    add("warnings", .array(warnings.map(\.json)))
    return members
  }
}

extension HireResult {
  mutating func become(_ state: State, _ person: Person, branch: String, commit: String?) {
    self.state = state
    self.person = person.id
    reference = person.reference.rawValue
    self.branch = branch
    self.commit = commit
  }

  /// - Parameter earlier: where it waited.
  mutating func beTurnedDown(_ earlier: ImportLog.Hire) {
    state = .rejected
    person = PersonID(earlier.person)
    commit = earlier.commit
    warnings.append(
      ImportFinding(
        .turnedDown, "It was turned down in review: nobody was taken in.",
        help:
          "The same again changes nothing. Where it is wanted after all, send it corrected, or as it is with ?again=1: it waits anew, under the same number."
      ).at(hire.place))
  }
}
