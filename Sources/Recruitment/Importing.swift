import Access
import Catalogue
import Editing
import GitStore
import Proposals
import RecordSchema
import Records
import Validators

/// One import under way: what each hire is found to be, and the commits that follow.
struct Importing {
  let repository: Repository
  let host: ImportHost
  let known: KnownHires
  let numbers: PersonNumbers
  let log: ImportLog
  let request: ImportRequest
  let source: RecruitmentSettings.Source
  let reading: HireReading
  /// Hexadecimal SHA-256 of what was sent.
  let sha256: String
  let branch: String

  private(set) var results: [HireResult] = []
  /// About no hire of its own.
  private(set) var warnings: [ImportFinding] = []
  /// Hires that were found wrong before, by their place.
  private var refused: [Int: [ImportFinding]] = [:]
  /// The ids of new people; kept when the branch moves meanwhile.
  private var ids: [Int: Int] = [:]

  init(
    _ repository: Repository, _ host: ImportHost, known: KnownHires, numbers: PersonNumbers, log: ImportLog,
    _ request: ImportRequest, source: RecruitmentSettings.Source, _ reading: HireReading, sha256: String,
    branch: String
  ) {
    self.repository = repository
    self.host = host
    self.known = known
    self.numbers = numbers
    self.log = log
    self.request = request
    self.source = source
    self.reading = reading
    self.sha256 = sha256
    self.branch = branch
    refused = reading.faults
    warnings = reading.notesOfAll
  }

  /// What is to be done on top of one commit.
  private struct Plan {
    var drafting: HireDrafting
    var new: [(row: Int, draft: HireDraft)] = []
    var changes: [(row: Int, pending: PendingHire, lines: [RecordLine])] = []
    /// Those who are refused.
    var wrong: [(row: Int, draft: HireDraft)] = []
  }

  private var desk: ProposalDesk { desk(isRehearsal: request.isDryRun) }

  private func desk(isRehearsal: Bool) -> ProposalDesk {
    ProposalDesk(
      repository, branch: branch, judge: host.judge, now: request.now, isRehearsal: isRehearsal, wake: host.wake)
  }

  mutating func run() throws {
    var plan = try plan(on: desk.tip())
    let look = SecondLook(
      desk: desk(isRehearsal: true), drafting: plan.drafting, configuration: plan.drafting.ground.configuration)
    let more = try look.findings(plan.wrong, beside: plan.new)
    try land(&plan)
    for (row, findings) in more where results[row].state == .refused { results[row].errors += findings }
  }

  private mutating func land(_ plan: inout Plan) throws {
    for change in plan.changes { try review(change) }
    while !plan.new.isEmpty {
      let outcome = try submit(&plan)
      switch outcome {
      case .unneeded: return
      case .landed(let landed): return settle(plan, landed)
      case .refused(let faults, _): try refuse(&plan, faults)
      }
    }
  }

  /// Tells what became of hires that were taken in before, and changes nothing: what a delayed repeat says may be older than
  /// what was corrected since.
  ///
  /// - Returns: `false` when some are not there any more.
  mutating func look() throws -> Bool { try look(desk.tip()).new.isEmpty }

  // MARK: Planning

  /// Finds out about every hire; those who are new get ids.
  private mutating func plan(on commit: OID) throws -> Plan {
    let plan = try look(commit)
    let without = plan.new.map(\.row).filter { ids[$0] == nil }
    if without.isEmpty { return plan }
    try number(without, plan.drafting.ground)
    // A reference or address may be made of the id.
    return try look(commit)
  }

  private mutating func number(_ rows: [Int], _ ground: HiringGround) throws {
    var rest = rows
    for row in rows {
      // Who waited in review and was turned down there has the id still, unless somebody took it by hand.
      guard let earlier = try log.hire(key(row)), try ground.isFree(PersonID(earlier.person)) else { continue }
      let hire = reading.hires[row]
      // Of the same name alone, and with other data, it may be somebody else.
      if hire.isKnownByNameAlone, earlier.digest != hire.digest { continue }
      ids[row] = earlier.person
      rest.removeAll { $0 == row }
    }
    let first =
      request.isDryRun
      ? try numbers.next(branch: branch, in: repository)
      : try numbers.take(rest.count, branch: branch, in: repository).lowerBound
    for (number, row) in rest.enumerated() { ids[row] = first + number }
  }

  private func key(_ row: Int) -> SourceKey {
    SourceKey(system: source.name, reference: reading.hires[row].reference)
  }

  private mutating func look(_ commit: OID) throws -> Plan {
    let ground = try HiringGround(
      at: commit, in: repository, known, catalogues: host.cacheFolder.map { CatalogueStore(folder: $0) },
      now: request.now)
    var plan = Plan(
      drafting: try HireDrafting(ground, source: source, now: request.now, disclosure))
    let former = try formerPersonIDs(upTo: commit, in: repository, keptIn: host.cacheFolder)
    results = reading.hires.map { HireResult(.refused, $0) }
    var seen: [SourceKey: Int] = [:]
    for row in reading.hires.indices {
      results[row].warnings = reading.notes[row] ?? []
      if let findings = refused[row] {
        results[row].errors = findings
        // All that is wrong is told at once, and once of each field.
        if reading.faults[row] != nil {
          var draft = try plan.drafting.draft(reading.hires[row], id: Self.stand(in: row))
          draft.errors.removeAll { error in findings.contains { $0.field != nil && $0.field == error.field } }
          results[row].errors += draft.errors
          draft.errors = results[row].errors
          plan.wrong.append((row, draft))
        }
        continue
      }
      let hire = reading.hires[row]
      if let first = seen[key(row)] {
        results[row].errors = [.twice(hire, reading.hires[first], row: first + 1)]
        continue
      }
      seen[key(row)] = row
      try look(at: row, ground, former, &plan)
    }
    return plan
  }

  private mutating func look(
    at row: Int, _ ground: HiringGround, _ former: Set<Int>, _ plan: inout Plan
  ) throws {
    let hire = reading.hires[row]
    let earlier = try log.hire(key(row))
    switch try ground.standing(of: hire, key(row), earlier, former: former) {
    case .accepted(let person): try look(at: row, accepted: person, earlier, &plan)
    case .waiting(let pending): try look(at: row, waiting: pending, earlier, &plan)
    case .removed(let person):
      results[row].errors = [
        ImportFinding(
          rule("id-reused"), "This hire was accepted before, as id \(person.rawValue), and its record is gone since.",
          help:
            "Nobody is taken back by an import. HR restores the record, or the source sends another source_reference."
        ).at(hire.place(of: .sourceReference))
      ]
    case .turnedDown(let earlier) where earlier.digest == hire.digest && !request.isAgain:
      results[row].beTurnedDown(earlier)
      results[row].isRepeated = true
    case .turnedDown, .unknown:
      let draft = try plan.drafting.draft(hire, id: ids[row] ?? Self.stand(in: row))
      results[row].errors = draft.errors
      results[row].warnings += draft.warnings
      if draft.errors.isEmpty { plan.new.append((row, draft)) } else { plan.wrong.append((row, draft)) }
    }
  }

  private mutating func look(
    at row: Int, accepted person: Person, _ earlier: ImportLog.Hire?, _ plan: inout Plan
  ) throws {
    let hire = reading.hires[row]
    let ground = plan.drafting.ground
    plan.drafting.note(person)
    guard disclosure.reaches(person, ground) else {
      results[row].errors = [.outOfReach(hire)]
      return
    }
    var differences: [RecordLine] = []
    // A warning tells something of the record, so whoever does not read it has to have handed it over.
    if earlier?.digest != hire.digest, disclosure.names(person, ground) || person.source?.system == source.name {
      var drafting = plan.drafting
      differences = try HireComparison(draft: drafting.draft(hire, id: person.id.rawValue), person: person).differences
    }
    if hire.isKnownByNameAlone, earlier.map({ $0.digest != hire.digest }) ?? !differences.isEmpty {
      results[row].errors = [.namesake(of: hire, "was accepted before")]
      return
    }
    // Where it was accepted, as far as that was here.
    results[row].become(.accepted, person, branch: branch, commit: earlier?.commit ?? ground.source.commit?.description)
    results[row].isRepeated = true
    if !differences.isEmpty {
      results[row].warnings.append(
        .otherwise(hire, disclosure.names(person, ground) ? differences.map(\.name) : []))
    }
    if !person.sourceKeys.contains(key(row)) { results[row].warnings.append(.unnamed(hire, source.name)) }
  }

  private mutating func look(
    at row: Int, waiting pending: PendingHire, _ earlier: ImportLog.Hire?, _ plan: inout Plan
  ) throws {
    let hire = reading.hires[row]
    defer { plan.drafting.note(pending.person) }
    guard disclosure.reaches(pending.person, plan.drafting.ground) else {
      results[row].errors = [.outOfReach(hire)]
      return
    }
    let isSame = earlier?.digest == hire.digest
    var draft = try isSame ? nil : plan.drafting.draft(hire, id: pending.person.id.rawValue)
    let lines = draft.map { HireComparison(draft: $0, person: pending.person).differences } ?? []
    if hire.isKnownByNameAlone, !isSame, earlier != nil || !lines.isEmpty {
      results[row].errors = [.namesake(of: hire, "waits in review")]
      return
    }
    if draft != nil, let given = hire[.employeeReference], given != pending.person.reference.rawValue {
      draft?.errors.append(.otherReference(hire, pending))
    }
    if let draft, !draft.errors.isEmpty {
      results[row].errors = draft.errors
      results[row].warnings = []
      plan.wrong.append((row, draft))
      return
    }
    results[row].become(
      .pendingReview, pending.person, branch: pending.branch, commit: pending.commit.description)
    results[row].isRepeated = true
    if !lines.isEmpty { plan.changes.append((row, pending, lines)) }
  }

  /// Stands for an id until it is known who gets one: for each hire another, since a reference may be made of it.
  private static func stand(in row: Int) -> Int { 900_000 + row }

  private var disclosure: Disclosure { Disclosure(request.holder) }

  // MARK: New people

  private mutating func submit(_ plan: inout Plan) throws -> ProposalOutcome {
    var current = plan
    var importing = self
    defer {
      plan = current
      self = importing
    }
    let name = try freeName(plan.new)
    let landing = request.landing ?? source.landing ?? plan.drafting.ground.configuration.recruitment.landing
    return try desk.submit(to: landing == .direct ? .direct(orReview: name) : .review(name)) { base in
      if base.commit != current.drafting.ground.source.commit, let commit = base.commit {
        current = try importing.plan(on: commit)
      }
      return current.new.isEmpty ? nil : importing.proposal(current)
    }
  }

  /// A branch that is not there yet, and below which there is none: git keeps branches as files in folders.
  private func freeName(_ new: [(row: Int, draft: HireDraft)]) throws -> String {
    let last = reading.isBulk ? "batch-\(sha256.prefix(12))" : BranchName.part(reading.hires[new[0].row].reference)
    let name = "recruitment/\(BranchName.part(source.name))/\(last)"
    var free = name
    var number = 2
    while try repository.target(of: "refs/heads/\(free)") != nil
      || !repository.references(below: "refs/heads/\(free)/").isEmpty
    {
      free = "\(name)-\(number)"
      number += 1
    }
    return free
  }

  private func proposal(_ plan: Plan) -> Proposal {
    let configuration = plan.drafting.ground.configuration
    let files = plan.new.map {
      ProposedFile(path: $0.draft.path(configuration), bytes: plan.drafting.bytes(of: $0.draft))
    }
    let message =
      reading.isBulk
      ? "\(plan.new.count == 1 ? "A new hire" : "\(plan.new.count) new hires") from \(source.name)"
      : "New hire \(plan.new[0].draft.reference) from \(source.name)"
    return Proposal(
      files: files, author: .init(system: BranchName.part(source.name)), message: message,
      trailers: trailers(reading.isBulk ? nil : plan.new[0].row))
  }

  private func trailers(_ row: Int?) -> [Proposal.Trailer] {
    var trailers: [Proposal.Trailer] = []
    if case .key(let grant) = request.holder { trailers.append(.init("Staffrepo-Key", grant.key)) }
    trailers.append(
      .init("Staffrepo-Source", row.map { "\(source.name) \(reading.hires[$0].reference)" } ?? source.name))
    trailers.append(.init("Staffrepo-Import", "sha256:\(sha256)"))
    return trailers
  }

  private mutating func settle(_ plan: Plan, _ landed: LandedProposal) {
    var ofFiles = Dictionary(grouping: landed.warnings) { $0.file }
    for (row, draft) in plan.new {
      var result = HireResult(landed.isDirect ? .accepted : .pendingReview, draft.hire)
      result.person = PersonID(draft.id)
      result.reference = draft.reference
      result.branch = landed.branch
      result.commit = request.isDryRun ? nil : landed.commit.description
      result.warnings = results[row].warnings
      for warning in ofFiles.removeValue(forKey: draft.path(plan.drafting.ground.configuration)) ?? [] {
        let finding = HireDrafting.finding(disclosure.told(warning), draft.hire, in: plan.drafting.bytes(of: draft))
        if !result.warnings.contains(where: { $0.code == finding.code && $0.field == finding.field }) {
          result.warnings.append(finding)
        }
      }
      results[row] = result
    }
    warnings += ofFiles.values.joined().map(disclosure.told(ofAnother:))
    if let reason = landed.reviewReason {
      warnings.append(
        ImportFinding(
          .reviewNeeded, "It waits for review instead of landing at once: \(reason).",
          help: "Somebody who may merges the branch \(landed.branch)."))
    }
  }

  /// Takes those out whom the judge found wrong; when nobody in particular is, all of them.
  private mutating func refuse(_ plan: inout Plan, _ faults: [Diagnostic]) throws {
    let ofFiles = Dictionary(grouping: faults) { $0.file }
    let wrong = plan.new.filter { ofFiles[$0.draft.path(plan.drafting.ground.configuration)] != nil }
    for (row, draft) in wrong.isEmpty ? plan.new : wrong {
      let own = ofFiles[draft.path(plan.drafting.ground.configuration)] ?? []
      refused[row] =
        own.isEmpty
        ? faults.map(disclosure.told(ofAnother:))
        : own.map { HireDrafting.finding(disclosure.told($0), draft.hire, in: plan.drafting.bytes(of: draft)) }
    }
    plan = try self.plan(on: desk.tip())
  }

  // MARK: People who wait in review

  private mutating func review(_ change: (row: Int, pending: PendingHire, lines: [RecordLine])) throws {
    let (row, pending, lines) = change
    let hire = reading.hires[row]
    let outcome: ProposalOutcome
    do {
      outcome = try correct(pending, lines, row)
    } catch let fault as EditFault {
      results[row] = HireResult(.refused, hire)
      results[row].errors = [.notEditable(hire, pending, "\(fault)")]
      return
    }
    switch outcome {
    case .landed(let landed):
      results[row].isRepeated = false
      results[row].isChanged = true
      if !request.isDryRun { results[row].commit = landed.commit.description }
    case .refused(let faults, _):
      let text = try CommitSource(repository, commit: pending.commit)
      let bytes = try text.entry(at: pending.path).map { try text.read($0) } ?? []
      results[row] = HireResult(.refused, hire)
      results[row].errors = faults.map { HireDrafting.finding(disclosure.told($0), hire, in: bytes) }
    case .unneeded: break
    }
  }

  private func correct(_ pending: PendingHire, _ lines: [RecordLine], _ row: Int) throws -> ProposalOutcome {
    try desk.submit(to: .review(pending.branch)) { base in
      guard let entry = try base.entry(at: pending.path) else { return nil }
      var edit = try RecordEdit(base.read(entry))
      for line in lines { try edit.set(line.name, to: line.value) }
      return Proposal(
        files: [ProposedFile(path: pending.path, bytes: edit.bytes)],
        author: .init(system: BranchName.part(source.name)),
        message: "\(source.name) corrects \(lines.map(\.name).joined(separator: ", ")) of \(pending.person.reference)",
        trailers: trailers(row))
    }
  }
}
