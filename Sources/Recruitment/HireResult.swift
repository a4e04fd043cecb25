import GitStore
import RecordSchema

/// What became of one hire.
struct HireResult: Sendable {
  enum State: String, Sendable {
    /// On the branch.
    case accepted
    /// On a branch for review.
    case pendingReview = "pending_review"
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
    if row != nil || !errors.isEmpty { add("errors", .array(errors.map(\.json))) }
    add("warnings", .array(warnings.map(\.json)))
    return members
  }
}
