import GitStore
import Proposals
import RecordSchema
import Records

/// Judges hires that are refused already as if they could be taken in, so that what only whole records show, such as a line
/// manager whom nobody knows, is told in the same answer. Nothing of it stays.
struct SecondLook {
  let desk: ProposalDesk
  let drafting: HireDrafting
  let configuration: Configuration

  typealias Drafts = [(row: Int, draft: HireDraft)]

  /// So many are judged at most: others wait for the import meanwhile, and whoever has more of them wrong begins with these.
  private static let most = 100

  /// What is found beside what each draft has already, by row.
  ///
  /// - Parameter good: others of the request; of these, those come along whom somebody wrong names.
  func findings(_ wrong: Drafts, beside good: Drafts) throws -> [Int: [ImportFinding]] {
    guard !wrong.isEmpty else { return [:] }
    let wrong = wrong.prefix(Self.most)
    let managers = Set(wrong.compactMap { $0.draft.hire[.lineManager]?.lowercased() })
    let named = good.filter { managers.contains($0.draft.reference.lowercased()) }
    var found: [Int: [ImportFinding]] = [:]
    var ofFiles: [String: (row: Int, draft: HireDraft)] = [:]
    let outcome = try desk.submit(to: .review("hires-at-a-second-look")) { base in
      var files: [String: ProposedFile] = [:]
      for (_, draft) in named { files[draft.path(configuration)] = file(draft) }
      ofFiles = [:]
      for (row, draft) in wrong {
        var draft = draft
        // Under a name that is taken, or is none, it stands in nobody's place.
        if try files[draft.path(configuration)] != nil || !isFree(draft, base) {
          draft = drafting.draft(draft, as: "HIRE\(draft.id)-\(row)")
        }
        let path = draft.path(configuration)
        files[path] = file(draft)
        ofFiles[path] = (row, draft)
      }
      return Proposal(
        files: files.values.sorted { $0.path < $1.path }, author: .init(system: "staffrepo"), message: "A second look")
    }
    guard case .refused(let faults, _) = outcome else { return [:] }
    for fault in faults where fault.rule.name != "missing-field" {
      guard let (row, draft) = ofFiles[fault.file] else { continue }
      let finding = HireDrafting.finding(drafting.disclosure.told(fault), draft.hire, in: drafting.bytes(of: draft))
      let told = draft.errors + (found[row] ?? [])
      // One fault of a field often makes others.
      if !told.contains(where: { $0.field == finding.field }) { found[row, default: []].append(finding) }
    }
    return found
  }

  private func file(_ draft: HireDraft) -> ProposedFile {
    ProposedFile(path: draft.path(configuration), bytes: drafting.bytes(of: draft))
  }

  private func isFree(_ draft: HireDraft, _ base: CommitSource) throws -> Bool {
    try BranchName.part(draft.reference) == draft.reference && base.entry(at: draft.path(configuration)) == nil
  }
}
