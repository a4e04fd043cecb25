import GitStore
import RecordSchema
import Records

/// The approvals that stand in the tree at hand, and whether they count.
struct Approvals {
  private let change: RecordedChange

  init(_ change: RecordedChange) { self.change = change }

  /// - Returns: whether somebody who may has approved so much, and if not, why each approval of the guard does not count.
  func standing(of guardName: String, count: Int) throws -> (isApproved: Bool, why: String) {
    var reasons: [String] = []
    let approvals = try change.index.files(of: .approval).compactMap { try change.index.reading($0)?.approval }
      .filter { $0.record.guardName == guardName && $0.isWhole }
      .sorted { $0.file < $1.file }
    for approval in approvals {
      guard let fault = try fault(of: approval, count) else { return (true, "") }
      reasons.append(" \(approval.file) does not count: \(fault).")
    }
    return (false, reasons.joined())
  }

  private func fault(of approval: Located<Approval>, _ count: Int) throws -> String? {
    if approval.record.limit < count { return "it allows \(approval.record.limit)" }
    if let expires = approval.record.expires, expires < change.context.date { return "it ended on \(expires)" }
    return try authorFault(of: approval)
  }

  /// Why its author may not approve; `nil` when they may.
  func authorFault(of approval: Located<Approval>) throws -> String? {
    guard let author = try author(of: approval.file) else { return "it is not committed yet" }
    let approvers = change.rules.approvers
    if approvers.contains(where: { $0.lowercased() == author.lowercased() }) { return nil }
    return "its author \(author) is none of the approvers that staffrepo.yaml names before this change"
  }

  /// Who committed the file as it stands: the author of the commit in which it got its content.
  private func author(of path: String) throws -> String? {
    guard let tip = change.source.commit, let content = try change.source.entry(at: path)?.oid else { return nil }
    let repository = change.source.repository
    // Beside first parents, only commits of this change count: with an old one as its parent, a merge could bring back an
    // approval that was taken away.
    let own = try change.base.commit.map { Set(try repository.commits(from: $0, to: tip)) } ?? []
    var commit = tip
    while true {
      let info = try repository.info(of: commit)
      let parents = info.parents.enumerated().filter { $0.offset == 0 || own.contains($0.element) }.map(\.element)
      let same = try parents.first { try CommitSource(repository, commit: $0).entry(at: path)?.oid == content }
      guard let same else { return info.authorEmail }
      commit = same
    }
  }
}
