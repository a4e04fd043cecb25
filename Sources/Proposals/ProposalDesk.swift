import GitStore
import RecordSchema
import Records

/// What became of a proposal.
public enum ProposalOutcome: Sendable {
  case landed(LandedProposal)
  /// Nothing was changed.
  case refused([Diagnostic], warnings: [Diagnostic])
  /// There was nothing to change: whoever made the proposal found it done.
  case unneeded
}

/// A proposal that is a commit of some branch now.
public struct LandedProposal: Sendable {
  public let commit: OID
  /// Without `refs/heads/`.
  public let branch: String
  /// It is on the branch that counts, not in review.
  public let isDirect: Bool
  public let warnings: [Diagnostic]
  /// Why it is in review although it was to land on the branch.
  public let reviewReason: String?
}

/// Makes commits of proposals: judged as a push is, and put on a branch only if that is still what it was when they were
/// judged. A push that comes in between wins, and the proposal is made and judged again on top of it.
public struct ProposalDesk {
  public let repository: Repository
  /// The branch that counts.
  public let branch: String
  private let judge: ChangeJudge
  private let now: Instant
  /// Everything is judged, and no branch moves.
  private let isRehearsal: Bool
  private let rehearsed = Rehearsed()
  /// Called when something landed on the branch.
  private let wake: @Sendable () -> Void

  public init(
    _ repository: Repository, branch: String, judge: ChangeJudge, now: Instant, isRehearsal: Bool = false,
    wake: @escaping @Sendable () -> Void = {}
  ) {
    self.isRehearsal = isRehearsal
    self.repository = repository
    self.branch = branch
    self.judge = judge
    self.now = now
    self.wake = wake
  }

  /// How often a proposal is made anew because others were quicker. Each time somebody else got on, so that many in a row
  /// mean that something is wrong.
  private static let attemptLimit = 1000

  public enum Place: Sendable, Equatable {
    /// Onto the branch that counts; into review under this name where that is refused.
    case direct(orReview: String)
    /// Onto a branch for review: a new one from the tip of the branch that counts, or on top of the one that is there.
    case review(String)
  }

  /// - Parameter make: the change on top of a commit; called again when the branch moved; `nil`: nothing is to be changed.
  public func submit(
    to place: Place, _ make: (CommitSource) throws -> Proposal?
  ) throws -> ProposalOutcome {
    for _ in 0..<Self.attemptLimit {
      do {
        return switch place {
        case .direct(let review): try land(orReview: review, make)
        case .review(let name): try review(name, because: nil, make)
        }
      } catch let error as GitError where error.isLostRace {
        continue
      }
    }
    throw GitError(.locked, "The branch \(branch) does not keep still long enough to put a commit on it. Try again.")
  }

  /// The newest commit of the branch that counts.
  public func tip() throws -> OID {
    guard let tip = try repository.target(of: "refs/heads/\(branch)") else {
      throw GitError(.notFound, "The branch \(branch) has no commits yet. Commit staffrepo.yaml first.")
    }
    return tip
  }

  private func land(orReview review: String, _ make: (CommitSource) throws -> Proposal?) throws -> ProposalOutcome {
    if repository.isCheckedOut(branch: branch) {
      return try self.review(review, because: "the branch \(branch) is checked out in a work tree here", make)
    }
    let tip = try tip()
    guard let proposal = try make(CommitSource(repository, commit: tip)) else { return .unneeded }
    let commit = try write(proposal, on: tip)
    let verdict = try judge.verdict(on: commit, from: tip, givesIDs: true, at: now, in: repository)
    guard verdict.faults.isEmpty else { return .refused(verdict.faults, warnings: verdict.warnings) }
    if let brake = verdict.brakes.first {
      return try self.review(review, because: "\(brake.rule.code): \(brake.message)", make)
    }
    try move("refs/heads/\(branch)", to: commit, expected: tip, proposal)
    if !isRehearsal { wake() }
    return .landed(
      LandedProposal(
        commit: commit, branch: branch, isDirect: true, warnings: verdict.warnings, reviewReason: nil))
  }

  private func review(
    _ name: String, because reason: String?, _ make: (CommitSource) throws -> Proposal?
  ) throws -> ProposalOutcome {
    let (tip, reference) = (try tip(), "refs/heads/\(name)")
    let open = try repository.target(of: reference)
    if open == nil { try makeSureOfRoom(for: name) }
    let parent = open ?? tip
    guard let proposal = try make(CommitSource(repository, commit: parent)) else { return .unneeded }
    let commit = try write(proposal, on: parent)
    let base = try open == nil ? tip : repository.mergeBase(of: tip, and: commit)
    let verdict = try judge.verdict(on: commit, from: base, rules: tip, givesIDs: true, at: now, in: repository)
    guard verdict.faults.isEmpty else { return .refused(verdict.faults, warnings: verdict.warnings) }
    try move(reference, to: commit, expected: open, proposal)
    return .landed(
      LandedProposal(
        commit: commit, branch: name, isDirect: false, warnings: verdict.warnings + verdict.brakes,
        reviewReason: reason))
  }

  /// git keeps a branch as a file, so that none can lie below another.
  private func makeSureOfRoom(for name: String) throws {
    var above = name[...]
    while let slash = above.lastIndex(of: "/") {
      above = above[..<slash]
      if try repository.target(of: "refs/heads/\(above)") != nil {
        throw inTheWay(String(above), of: name, rename: "\(above)-old")
      }
    }
    if let below = try repository.references(below: "refs/heads/\(name)/").first {
      let branch = String(below.dropFirst("refs/heads/".count))
      throw inTheWay(branch, of: name, rename: "\(name)-\(branch.dropFirst(name.count + 1))")
    }
  }

  private func inTheWay(_ branch: String, of name: String, rename other: String) -> GitError {
    GitError(
      .other,
      "The branch \(branch) is in the way of \(name), which is wanted for a review. Rename it: git branch -m \(branch) \(other)"
    )
  }

  private func move(_ name: String, to commit: OID, expected: OID?, _ proposal: Proposal) throws {
    guard !isRehearsal else { return }
    try repository.move(name, to: commit, expected: expected, log: "staffrepo: \(proposal.author.name)")
  }

  /// So many objects are cheaper in one file than each in a file of its own, which reaches the disk by itself.
  private static let packedFrom = 32

  private func write(_ proposal: Proposal, on parent: OID) throws -> OID {
    guard proposal.files.count >= Self.packedFrom || isRehearsal else {
      return try write(proposal, on: parent, in: repository)
    }
    let (commit, pack) = try repository.packing { try write(proposal, on: parent, in: $0) }
    if isRehearsal { rehearsed.packs.append(pack) }
    return commit
  }

  private func write(_ proposal: Proposal, on parent: OID, in repository: Repository) throws -> OID {
    let tree = try repository.info(of: parent).tree
    let signature = Signature(name: proposal.author.name, email: proposal.author.email, time: now.seconds)
    let files = try repository.storing(proposal.files.map { ($0.path, $0.bytes) })
    return try repository.writeCommit(
      tree: repository.tree(tree, changing: files), parents: [parent], signature: signature, message: proposal.text)
  }
}

/// What a rehearsal leaves behind, gone when it is over.
private final class Rehearsed {
  var packs: [NewPack] = []

  deinit { for pack in packs { pack.remove() } }
}
