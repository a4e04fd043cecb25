import GitStore
import RecordSchema
import Records

/// The approvals that stand in a tree, and whether they count for what happened since a base.
public struct Approvals {
  private let source: CommitSource
  private let base: OID?
  /// Whose approvers count.
  private let rules: Configuration
  private let date: CalendarDate
  private let all: [Located<Approval>]

  /// - Parameter base: the commit before what is to be approved.
  /// - Parameter rules: whose approvers count: those that were named before.
  /// - Parameter date: no approval counts after its end.
  public init(in source: CommitSource, since base: OID?, by rules: Configuration, on date: CalendarDate) throws {
    let configuration = try source.configuration().configuration ?? rules
    let folder = configuration.dataFolder
    let all = try source.files(below: "\(folder)/\(RecordKind.approval.folder)").compactMap { entry in
      FileRole(path: entry.path, dataFolder: folder) == .record(.approval)
        ? try reading(of: entry, from: source, configuration)?.approval : nil
    }
    self.init(all, in: source, since: base, by: rules, on: date)
  }

  init(_ change: RecordedChange) throws {
    let all = try change.index.files(of: .approval).compactMap { try change.index.reading($0)?.approval }
    self.init(all, in: change.source, since: change.base.commit, by: change.rules, on: change.context.date)
  }

  private init(
    _ all: [Located<Approval>], in source: CommitSource, since base: OID?, by rules: Configuration,
    on date: CalendarDate
  ) {
    self.all = all.filter(\.isWhole).sorted { $0.file < $1.file }
    (self.source, self.base, self.rules, self.date) = (source, base, rules, date)
  }

  /// - Returns: the file in which somebody who may has approved so much, or why each approval of the guard does not count.
  public func standing(of guardName: String, count: Int) throws -> (approval: String?, why: String) {
    var reasons: [String] = []
    for approval in all where approval.record.guardName == guardName {
      guard let fault = try fault(of: approval, count) else { return (approval.file, "") }
      reasons.append(" \(approval.file) does not count: \(fault).")
    }
    return (nil, reasons.joined())
  }

  private func fault(of approval: Located<Approval>, _ count: Int) throws -> String? {
    if approval.record.limit < count { return "it allows \(approval.record.limit)" }
    if let expires = approval.record.expires, expires < date { return "it ended on \(expires)" }
    return try authorFault(of: approval)
  }

  /// Why its author may not approve; `nil` when they may.
  func authorFault(of approval: Located<Approval>) throws -> String? {
    guard let author = try author(of: approval.file) else { return "it is not committed yet" }
    if rules.approvers.contains(where: { $0.lowercased() == author.lowercased() }) { return nil }
    return "its author \(author) is none of the approvers that staffrepo.yaml names before this change"
  }

  /// Who committed the file as it stands: the author of the commit in which it got its content.
  private func author(of path: String) throws -> String? {
    guard let tip = source.commit, let content = try source.entry(at: path)?.oid else { return nil }
    let repository = source.repository
    // Beside first parents, only commits of this change count: with an old one as its parent, a merge could bring back an
    // approval that was taken away.
    let own = try base.map { Set(try repository.commits(from: $0, to: tip)) } ?? []
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
