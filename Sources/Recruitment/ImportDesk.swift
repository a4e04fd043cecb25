import Access
import Catalogue
import FileStore
import GitStore
import Proposals
import RecordSchema
import Records
import Synchronization
import Validators

/// Takes in new hires: the one way by which recruitment systems, over HTTP or from the command line, come into the records.
///
/// One import is under way at a time, on a host as a whole; pushes may come at any time. What is on the branch and on the
/// branches for review decides who is new, so a repeated request finds what the first one did, also after a crash between a
/// commit and its answer. Calls block: they belong on a thread of their own.
public final class ImportDesk: Sendable {
  private let host: ImportHost
  private let known = KnownHires()
  private let numbers: PersonNumbers
  private let turn = Mutex<ImportLog?>(nil)
  /// Idempotency keys of requests that are not answered yet.
  private let running = Mutex<Set<String>>([])

  /// The most hires of one request.
  public static let rowLimit = 10_000

  public init(_ host: ImportHost) {
    self.host = host
    numbers = PersonNumbers(cacheFolder: host.cacheFolder)
  }

  /// Does what a request asks for. It always answers.
  public func handle(_ request: ImportRequest) -> ImportAnswer {
    answering(request.holder) {
      let arrival = try Arrival(request, at: host)
      if case .stranger(let answer) = arrival.outcome { return answer }
      guard let key = request.idempotencyKey else { return try inTurn { try answer(arrival, $0) } }
      let name = "\(arrival.owner)\n\(key)"
      guard running.withLock({ $0.insert(name).inserted }) else {
        return .problem(
          409, "idempotency-running", "The same request is being dealt with",
          "A request with this Idempotency-Key is under way. Ask again in a moment.")
      }
      defer { running.withLock { _ = $0.remove(name) } }
      return try inTurn { try answer(arrival, $0) }
    }
  }

  /// Says in an answer what goes wrong.
  private func answering(_ holder: ImportRequest.Holder, _ answer: () throws -> ImportAnswer) -> ImportAnswer {
    do {
      return try answer()
    } catch let error as GitError where error.reason == .shallow || error.reason == .notFound {
      return .problem(503, "repository", "The records cannot be read", error.message)
    } catch let error as GitError where error.isLostRace {
      return .problem(503, "busy", "The branch is changed all the time", error.message)
    } catch {
      host.complain("An import failed: \(error)")
      // What went wrong inside is for the host's eyes.
      let why = if case .operatorOfHost = holder { " What is wrong: \(error)" } else { "" }
      return .problem(503, "import-failed", "The import failed", "Nothing is lost: send the request again.\(why)")
    }
  }

  /// One import after the other.
  private func inTurn(_ answer: (ImportLog) throws -> ImportAnswer) throws -> ImportAnswer {
    try withLog { log in
      // Between processes; threads wait for each other already.
      guard let lock = try FileLock("\(host.folder)/imports.lock", waiting: 120) else {
        return .problem(503, "busy", "Another import is under way", "Send the request again in a moment.")
      }
      defer { withExtendedLifetime(lock) {} }
      return try answer(log)
    }
  }

  private func withLog(_ answer: (ImportLog) throws -> ImportAnswer) throws -> ImportAnswer {
    try turn.withLock { log throws in
      try FileStore.makeDirectory(host.folder)
      let open = try log ?? ImportLog("\(host.folder)/imports.sqlite")
      log = open
      return try answer(open)
    }
  }

  // MARK: What became of a hire

  /// Tells what became of a hire that was handed over before. It always answers, and changes nothing.
  public func tell(_ question: HireQuestion) -> ImportAnswer {
    answering(.key(question.grant)) { try withLog { try answer(question, $0) } }
  }

  private func answer(_ question: HireQuestion, _ log: ImportLog) throws -> ImportAnswer {
    let present = try Present(of: host)
    let source = question.source ?? question.grant.system
    if let refusal = ImportAccess.refusal(
      of: question.grant.system, for: present.settings.source(source) ?? .init(name: source))
    {
      return refusal
    }
    let ground = try HiringGround(
      at: present.tip, in: present.repository, known, catalogues: host.cacheFolder.map { CatalogueStore(folder: $0) },
      now: question.now)
    let key = SourceKey(system: source, reference: question.reference)
    var hire = NewHire()
    hire[.sourceReference] = question.reference
    var result = HireResult(.accepted, hire)
    let earlier = try log.hire(key)
    let disclosure = Disclosure(.key(question.grant))
    switch try ground.standing(
      of: hire, key, earlier,
      former: formerPersonIDs(upTo: present.tip, in: present.repository, keptIn: host.cacheFolder))
    {
    case .accepted(let person) where disclosure.reaches(person, ground):
      result.become(.accepted, person, branch: present.branch, commit: earlier?.commit ?? present.tip.description)
    case .waiting(let hire) where disclosure.reaches(hire.person, ground):
      result.become(.pendingReview, hire.person, branch: hire.branch, commit: hire.commit.description)
    case .removed(let person): (result.person, result.commit, result.isRemoved) = (person, earlier?.commit, true)
    case .turnedDown(let hire): result.beTurnedDown(hire)
    case .unknown, .accepted, .waiting:
      return .problem(
        404, "not-found", "There is no such hire",
        "\(source) handed over none with the source_reference '\(question.reference)', or it was refused.")
    }
    return ImportAnswer(200, .object(result.members(system: source, row: nil)))
  }

  // MARK: One request

  private func answer(_ arrival: Arrival, _ log: ImportLog) throws -> ImportAnswer {
    let (request, owner) = (arrival.request, arrival.owner)
    let sha256 = digest(of: request.body)
    if let key = request.idempotencyKey, let earlier = try log.answer(to: digest(of: key), of: owner, at: request.now) {
      guard earlier.sha256 == sha256 else {
        return .problem(
          422, "idempotency-mismatch", "The Idempotency-Key was used for another request",
          "A new request needs a new key; the same key is for sending the same bytes again.")
      }
      if !request.isAgain, let body = earlier.body, let json = try? JSON(reading: Array(body.utf8)) {
        let now = try perform(arrival, log, sha256: sha256, isRepeat: true)
        return now?.answer ?? ImportAnswer(200, json.repeated)
      }
    }
    guard let attempt = try perform(arrival, log, sha256: sha256, isRepeat: false) else {
      preconditionFailure("Only a repeat finds nothing to tell")
    }
    guard !request.isDryRun else { return attempt.answer }
    // What landed is answered for even when it cannot be noted: it is in git, with who and from which bytes.
    var answer = attempt.answer
    do {
      try log.note(attempt.hires)
      try log.add(attempt.entry)
      if let key = request.idempotencyKey {
        let isDone = answer.status < 400
        try log.keep(
          .init(sha256: sha256, status: answer.status, body: isDone ? answer.body.text : nil), to: digest(of: key),
          of: owner, at: request.now)
      }
    } catch {
      guard answer.status < 300 else { throw error }
      answer.body = answer.body.adding(
        .init("unrecorded", "The import is in git, but could not be noted in imports.sqlite: is the disk full?"))
    }
    return answer
  }

  private struct Attempt {
    var answer: ImportAnswer
    var entry: ImportLog.Entry
    var hires: [(key: SourceKey, hire: ImportLog.Hire)] = []
  }

  /// - Parameter isRepeat: the very request was answered before: nothing is changed.
  /// - Returns: `nil` when it is a repeat, and what it brought is not there any more.
  private func perform(
    _ arrival: Arrival, _ log: ImportLog, sha256: String, isRepeat: Bool
  ) throws -> Attempt? {
    let request = arrival.request
    var key: String?
    if case .key(let grant) = request.holder { key = grant.key }
    var entry = ImportLog.Entry(
      at: request.now, key: key, system: arrival.source?.name ?? request.source ?? "", sha256: sha256,
      bytes: request.body.count, rows: 0, outcome: "refused")
    func refused(_ answer: ImportAnswer, _ code: String) -> Attempt {
      entry.codes = [code]
      return Attempt(answer: answer, entry: entry)
    }
    let (source, reading): (RecruitmentSettings.Source, HireReading)
    switch arrival.outcome {
    case .stranger(let answer), .refused(let answer, _):
      return refused(answer, answer.body["type"].flatMap(HireReading.text) ?? "")
    case .nothingToDo(let answer, _):
      entry.outcome = "ignored"
      return Attempt(answer: answer, entry: entry)
    case .hires(let found, let read): (source, reading) = (found, read)
    }
    entry.rows = reading.hires.count
    guard (1...Self.rowLimit).contains(reading.hires.count) else {
      return refused(
        .problem(
          422, "import-refused", "Nobody was taken in",
          reading.hires.isEmpty
            ? "No hire was sent." : "More hires were sent than a request may have: at most \(Self.rowLimit)."),
        "rows")
    }
    guard reading.faultsOfAll.isEmpty else {
      let faults = reading.faultsOfAll
      entry.codes = faults.map(\.code)
      return Attempt(
        answer: .problem(
          422, "import-refused", "Nobody was taken in", faults.map(\.message).joined(separator: " "),
          more: [.init("source_system", .string(source.name)), .init("errors", .array(faults.map(\.json)))]),
        entry: entry)
    }
    var importing = Importing(
      arrival.repository, host, known: known, numbers: numbers, log: log, request, source: source, reading,
      sha256: sha256, branch: arrival.branch)
    if isRepeat {
      guard try importing.look() else { return nil }
    } else {
      try importing.run()
    }
    let summary = ImportSummary(
      results: importing.results, warnings: importing.warnings, source: source.name, isBulk: reading.isBulk,
      isDryRun: request.isDryRun)
    entry.outcome = summary.outcome
    entry.people = summary.changed.compactMap { $0.person?.rawValue }
    entry.commit = summary.changed.first?.commit
    entry.branch = summary.changed.first?.branch
    entry.codes = importing.results.flatMap(\.errors).map(\.code)
    let hires = importing.results.filter { ![.refused, .rejected].contains($0.state) }.compactMap { result in
      result.person.map {
        (
          key: SourceKey(system: source.name, reference: result.hire.reference),
          hire: ImportLog.Hire(person: $0.rawValue, digest: result.hire.digest, commit: result.commit)
        )
      }
    }
    return Attempt(answer: summary.answer, entry: entry, hires: hires)
  }
}

extension JSON {
  fileprivate var repeated: JSON { self["repeated"] == nil ? adding(.init("repeated", true)) : self }

  fileprivate func adding(_ member: Member) -> JSON {
    guard case .object(let members) = self else { return self }
    return .object(members + [member])
  }
}
