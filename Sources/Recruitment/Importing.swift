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
  }

  /// What is to be done on top of one commit.
  private struct Plan {
    var drafting: HireDrafting
    var new: [(row: Int, draft: HireDraft)] = []
    var changes: [(row: Int, pending: PendingHire, lines: [RecordLine])] = []
  }

  private var desk: ProposalDesk {
    ProposalDesk(
      repository, branch: branch, judge: host.judge, now: request.now, isRehearsal: request.isDryRun, wake: host.wake)
  }

  mutating func run() throws {
    var plan = try plan(on: desk.tip())
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
      guard let given = try log.hire(key(row))?.person, try ground.isFree(PersonID(given)) else { continue }
      ids[row] = given
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
      drafting: try HireDrafting(
        ground, source: source, now: request.now, allowed: allowedUnits, mayNamePeople: mayNamePeople))
    let former = try formerPersonIDs(upTo: commit, in: repository, keptIn: host.cacheFolder)
    results = reading.hires.map { HireResult(.refused, $0) }
    var seen: [SourceKey: Int] = [:]
    for row in reading.hires.indices {
      results[row].warnings = reading.notes[row] ?? []
      if let findings = refused[row] {
        results[row].errors = findings
        // All that is wrong is told at once.
        if reading.faults[row] != nil {
          results[row].errors += try plan.drafting.draft(reading.hires[row], id: 1).errors
        }
        continue
      }
      if let first = seen.updateValue(row, forKey: key(row)) {
        results[row].errors = [twice(row, first)]
        continue
      }
      try look(at: row, ground, former, &plan)
    }
    return plan
  }

  private mutating func look(
    at row: Int, _ ground: HiringGround, _ former: Set<Int>, _ plan: inout Plan
  ) throws {
    let hire = reading.hires[row]
    let earlier = try log.hire(key(row))
    let isSame = earlier?.digest == hire.digest
    if let (person, _) = try ground.accepted(key(row)) {
      results[row].become(.accepted, person, branch: branch, commit: ground.source.commit)
      results[row].isRepeated = true
      // Where it was accepted, as far as that was here.
      if let commit = earlier?.commit { results[row].commit = commit }
      var drafting = plan.drafting
      let differences =
        try isSame
        ? [] : HireComparison(draft: drafting.draft(hire, id: person.id.rawValue), person: person).differences
      plan.drafting.note(person)
      if !differences.isEmpty { results[row].warnings.append(otherwise(differences, hire)) }
    } else if let pending = ground.pending(key(row)) {
      results[row].become(.pendingReview, pending.person, branch: pending.branch, commit: pending.commit)
      results[row].isRepeated = true
      defer { plan.drafting.note(pending.person) }
      guard !isSame else { return }
      var draft = try plan.drafting.draft(hire, id: pending.person.id.rawValue)
      if let given = hire[.employeeReference], given != pending.person.reference.rawValue {
        draft.errors.append(
          ImportFinding(
            rule("id-changed"), "The hire waits in review as \(pending.person.reference).",
            help: "Send that reference, or have the review branch \(pending.branch) deleted and send the hire again."
          ).at(hire.place(of: .employeeReference)))
      }
      let lines = HireComparison(draft: draft, person: pending.person).differences
      guard draft.errors.isEmpty else {
        results[row] = HireResult(.refused, hire)
        results[row].errors = draft.errors
        return
      }
      if !lines.isEmpty { plan.changes.append((row, pending, lines)) }
    } else if let earlier, former.contains(earlier.person) {
      results[row].errors = [
        ImportFinding(
          rule("id-reused"), "This hire was accepted before, as id \(earlier.person), and its record is gone since.",
          help:
            "Nobody is taken back by an import. HR restores the record, or the source sends another source_reference."
        ).at(hire.place(of: .sourceReference))
      ]
    } else {
      let draft = try plan.drafting.draft(hire, id: ids[row] ?? Self.stand(in: row))
      results[row].errors = draft.errors
      results[row].warnings += draft.warnings
      if draft.errors.isEmpty { plan.new.append((row, draft)) }
    }
  }

  /// Stands for an id until it is known who gets one: for each hire another, since a reference may be made of it.
  private static func stand(in row: Int) -> Int { 900_000 + row }

  private var allowedUnits: Set<UnitCode>? {
    if case .key(let grant) = request.holder { grant.units } else { nil }
  }

  private var mayNamePeople: Bool {
    switch request.holder {
    case .key(let grant): grant.scopes.contains(.staffRead)
    case .signature: false
    case .operatorOfHost: true
    }
  }

  private func twice(_ row: Int, _ first: Int) -> ImportFinding {
    let hire = reading.hires[row]
    return ImportFinding(
      rule("duplicate-reference"),
      "The source's reference '\(hire.reference)' stands in row \(first + 1) already.", help: "Send each hire once."
    ).at(hire.place(of: .sourceReference))
  }

  private func otherwise(_ differences: [RecordLine], _ hire: NewHire) -> ImportFinding {
    ImportFinding(
      .acceptedOtherwise,
      "The hire was accepted, and its record says otherwise now: \(differences.map(\.name).joined(separator: ", ")).",
      help: "Nothing was changed. HR changes the record itself where the source is right."
    ).at(hire.place)
  }

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

  /// A branch that is not there yet.
  private func freeName(_ new: [(row: Int, draft: HireDraft)]) throws -> String {
    let last = reading.isBulk ? "batch-\(sha256.prefix(12))" : BranchName.part(reading.hires[new[0].row].reference)
    let name = "recruitment/\(BranchName.part(source.name))/\(last)"
    var free = name
    var number = 2
    while try repository.target(of: "refs/heads/\(free)") != nil {
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
        let finding = HireDrafting.finding(warning, draft.hire, in: plan.drafting.bytes(of: draft))
        if !result.warnings.contains(where: { $0.code == finding.code && $0.field == finding.field }) {
          result.warnings.append(finding)
        }
      }
      results[row] = result
    }
    warnings += ofFiles.values.joined().map { ImportFinding($0.rule, $0.message, help: $0.help) }
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
        ? faults.map { ImportFinding($0.rule, "\($0.file): \($0.message)", help: $0.help) }
        : own.map { HireDrafting.finding($0, draft.hire, in: plan.drafting.bytes(of: draft)) }
    }
    plan = try self.plan(on: desk.tip())
  }

  // MARK: People who wait in review

  private mutating func review(_ change: (row: Int, pending: PendingHire, lines: [RecordLine])) throws {
    let (row, pending, lines) = change
    let hire = reading.hires[row]
    let outcome = try desk.submit(to: .review(pending.branch)) { base in
      guard let entry = try base.entry(at: pending.path) else { return nil }
      var edit = try RecordEdit(base.read(entry))
      for line in lines { try edit.set(line.name, to: line.value) }
      return Proposal(
        files: [ProposedFile(path: pending.path, bytes: edit.bytes)],
        author: .init(system: BranchName.part(source.name)),
        message: "\(source.name) corrects \(lines.map(\.name).joined(separator: ", ")) of \(pending.person.reference)",
        trailers: trailers(row))
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
      results[row].errors = faults.map { HireDrafting.finding($0, hire, in: bytes) }
    case .unneeded: break
    }
  }
}

extension HireResult {
  fileprivate mutating func become(_ state: State, _ person: Person, branch: String, commit: OID?) {
    self.state = state
    self.person = person.id
    reference = person.reference.rawValue
    self.branch = branch
    self.commit = commit?.description
  }
}

/// A system's word as a part of a branch's name.
enum BranchName {
  /// Letters, digits, dots, hyphens and underscores stay; two words that git would not tell apart stay two.
  static func part(_ text: String) -> String {
    let kept = String(
      text.unicodeScalars.map { scalar -> Character in
        scalar.isASCII && (isASCIIAlphanumeric(UInt8(scalar.value)) || "-_.".unicodeScalars.contains(scalar))
          ? Character(scalar) : "-"
      }.prefix(60))
    let isFine =
      kept == text && !kept.hasPrefix(".") && !kept.hasPrefix("-") && !kept.hasSuffix(".")
      && !kept.hasSuffix(".lock") && !kept.contains("..") && !kept.isEmpty
    if isFine { return kept }
    let plain = kept.filter { $0 != "." }
    return "x" + plain + "-" + digest(of: text).prefix(8)
  }
}
