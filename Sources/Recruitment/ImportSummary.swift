import RecordSchema

/// All results of one import, and the answer that they make.
struct ImportSummary {
  let results: [HireResult]
  let warnings: [ImportFinding]
  let source: String
  let isBulk: Bool
  let isDryRun: Bool

  /// Those for whom something was done.
  var changed: [HireResult] { results.filter { $0.state != .refused && !$0.isRepeated } }

  private func count(_ test: (HireResult) -> Bool) -> Int { results.count(where: test) }

  /// For the log.
  var outcome: String {
    let refused = count { $0.state == .refused }
    if refused == results.count { return "refused" }
    if refused > 0 { return "partial" }
    return changed.first?.state.rawValue ?? "repeated"
  }

  var answer: ImportAnswer {
    guard !isBulk, let result = results.first else { return bulkAnswer }
    guard result.state != .refused else { return refusal(result) }
    var single = result
    single.warnings += warnings
    return ImportAnswer(isDryRun ? 200 : result.status, .object(single.members(system: source, row: nil) + rehearsal))
  }

  private var rehearsal: [JSON.Member] { isDryRun ? [.init("dry_run", true)] : [] }

  private func refusal(_ result: HireResult) -> ImportAnswer {
    let count = result.errors.count
    return .problem(
      422, "import-refused", "The hire was refused",
      "\(count == 1 ? "One thing is" : "\(count) things are") wrong with it; nothing was changed.",
      more: [
        .init("source_system", .string(source)), .init("source_id", .string(result.hire.reference)),
        .init("errors", .array(result.errors.map(\.json))), .init("warnings", .array(result.warnings.map(\.json))),
      ] + rehearsal)
  }

  private var bulkAnswer: ImportAnswer {
    let rows = results.enumerated().map { JSON.object($1.members(system: source, row: $0 + 1)) }
    let refused = count { $0.state == .refused }
    let members: [JSON.Member] = [
      .init("source_system", .string(source)),
      .init("accepted", .int(count { $0.state == .accepted && !$0.isRepeated })),
      .init("pending_review", .int(count { $0.state == .pendingReview && !$0.isRepeated })),
      .init("repeated", .int(count(\.isRepeated))), .init("refused", .int(refused)),
      .init("commit", .optional(changed.first?.commit)), .init("branch", .optional(changed.first?.branch)),
      .init("rows", .array(rows)), .init("warnings", .array(warnings.map(\.json))),
    ]
    guard refused < results.count else {
      return .problem(
        422, "import-refused", "Nobody was taken in", "All \(results.count) hires were refused; nothing was changed.",
        more: members + rehearsal)
    }
    let status = changed.isEmpty || isDryRun ? 200 : changed.allSatisfy { $0.state == .accepted } ? 201 : 202
    return ImportAnswer(status, .object(members + rehearsal))
  }
}
