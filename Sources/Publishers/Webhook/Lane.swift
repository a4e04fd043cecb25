import Ledger
import RecordSchema

/// One endpoint's deliveries under way and waiting, and the rules of their order.
///
/// - A record's later event waits for the earlier one; other records' do not. So only the earliest of each record, its
///   head, is in memory, and the next is fetched when the head is done.
/// - Unit events come before those of people of the same commit or day.
/// - A person.deactivated goes first, with what is before it in that person's queue, and does not wait for what has failed
///   once: it becomes the head itself.
final class Lane {
  private(set) var endpoint: Endpoint
  private var heads: [Subject: Head] = [:]
  /// From the start of a request until the ledger has its result.
  private var underway: [Int64: Subject] = [:]
  /// Requests alone.
  private var sending = 0
  /// Heads that may go: people who are to be deactivated, those never tried, those that failed before this process began,
  /// and those that it saw fail.
  private var urgent = Heap<Turn>()
  private var fresh = Heap<Turn>()
  private var untried = Heap<Turn>()
  private var resting = Heap<Turn>()
  /// Heads of people who wait for unit events.
  private var barred: [Part: Set<Subject>] = [:]
  private var barredCount = 0
  /// The latest person.deactivated of everybody who has one.
  private var deactivations: [Subject: QueuedDelivery] = [:]
  private var breaker = CircuitBreaker()
  private var throttle = Throttle()
  private var tickets = 0
  private var startsSinceRetry = 0
  /// The newest place that was loaded, of all and of what is urgent.
  private var reached = (position: 0, number: 0)
  private var urgentReached = (position: 0, number: 0)
  /// Everything that waits was loaded, or is behind something that was; and so was all that is urgent.
  private(set) var isExhausted = false
  private var isUrgentExhausted = false
  /// Nothing is sent any more: the endpoint is gone from the tip, or asked for it.
  private(set) var isClosed = false

  private static let batch = 256
  /// So many heads are ready at most before more are loaded.
  private static let enough = 512
  /// With fresh events always waiting, every so often an old failure goes.
  private static let retryShare = 8

  init(_ endpoint: Endpoint) { self.endpoint = endpoint }

  var isIdle: Bool { underway.isEmpty }
  private var target: String { endpoint.target }
}

extension Lane {
  /// Sends to the endpoint as it is now.
  func change(_ endpoint: Endpoint) {
    if endpoint.url != self.endpoint.url {
      breaker = CircuitBreaker()
      throttle = Throttle()
    }
    self.endpoint = endpoint
    isClosed = false
  }

  /// Nothing more goes here.
  func close() { isClosed = true }

  /// More was published.
  func wake() {
    isExhausted = false
    isUrgentExhausted = false
  }

  /// Something that was done waits again, perhaps before what was loaded.
  func lookAgain() {
    wake()
    reached = (0, 0)
    urgentReached = (0, 0)
  }

  /// Forgets what was loaded, but for what is under way: after the ledger could not be read.
  ///
  /// - Parameter ended: requests that are over, but not in the ledger.
  func startOver(sending tags: Set<Int64>, ended: Set<Int64>) {
    underway = underway.filter { tags.contains($0.key) || ended.contains($0.key) }
    sending = underway.keys.count { tags.contains($0) }
    let kept = Set(underway.values)
    heads = heads.filter { kept.contains($0.key) }
    for subject in kept { heads[subject]?.hasMore = true }
    (urgent, fresh, untried, resting) = (Heap(), Heap(), Heap(), Heap())
    (barred, barredCount, deactivations) = ([:], 0, [:])
    lookAgain()
  }

  /// Loads what is urgent, and more of the rest when little is ready.
  func fill(from queue: DeliveryQueue) throws {
    guard !isExhausted, !isClosed else { return }
    try fillUrgent(from: queue)
    while hasRoom {
      let rows = try queue.waiting(for: target, after: reached, limit: Lane.batch)
      for row in rows { try take(row, queue) }
      if let newest = rows.last { reached = (newest.position, newest.number) }
      guard rows.count == Lane.batch else {
        isExhausted = true
        return
      }
    }
  }

  /// Who waits for unit events counts as well, as long as these get on.
  private var hasRoom: Bool {
    guard fresh.count < Lane.enough else { return false }
    return barredCount < Lane.enough || (underway.isEmpty && first(of: &fresh) == nil)
  }

  private func fillUrgent(from queue: DeliveryQueue) throws {
    while !isUrgentExhausted, urgent.count < Lane.enough {
      let rows = try queue.urgent(for: target, after: urgentReached, limit: Lane.batch)
      for row in rows {
        let subject = Subject(row)
        deactivations[subject] = row
        if heads[subject] == nil {
          try loadHead(of: subject, queue)
        } else {
          heads[subject]?.hasMore = true
          try settle(subject, queue)
        }
      }
      if let newest = rows.last { urgentReached = (newest.position, newest.number) }
      isUrgentExhausted = rows.count < Lane.batch
    }
  }

  /// Keeps a row if it is the first of its record.
  private func take(_ row: QueuedDelivery, _ queue: DeliveryQueue) throws {
    let subject = Subject(row)
    guard let head = heads[subject] else {
      heads[subject] = Head(row)
      return try settle(subject, queue)
    }
    heads[subject]?.hasMore = true
    // Only what waits again can be before its head.
    if Place(row) < Place(head.row), head.stage != .underway, !head.hasOvertaken {
      heads[subject]?.row = row
      try settle(subject, queue)
    }
  }
}

extension Lane {
  /// Decides which of a record's events is its head, and where it waits.
  private func settle(_ subject: Subject, _ queue: DeliveryQueue) throws {
    guard var head = heads[subject], head.stage != .underway else { return }
    if let deactivation = deactivations[subject], deactivation.id != head.row.id,
      try mayOvertake(deactivation, head.row, queue)
    {
      head.row = deactivation
      head.hasMore = true
      head.hasOvertaken = true
      head.wasTried = false
    }
    tickets += 1
    head.ticket = tickets
    if let bar = head.bar { leave(subject, bar) }
    head.bar = try isBarred(head.row, queue) ? Part(head.row) : nil
    heads[subject] = head
    if let bar = head.bar {
      if barred[bar, default: []].insert(subject).inserted { barredCount += 1 }
    } else {
      line(up: subject, head)
    }
  }

  /// An event before it has failed, or one of a unit that bars it; and nothing of that is under way.
  private func mayOvertake(_ deactivation: QueuedDelivery, _ head: QueuedDelivery, _ queue: DeliveryQueue) throws
    -> Bool
  {
    if try queue.hasFailure(before: deactivation, for: target) { return true }
    for row in [head, deactivation] where row.isBarred && !isUnderway(Part(row)) {
      if try queue.hasFailedBar(before: row, for: target) { return true }
    }
    return false
  }

  private func isBarred(_ row: QueuedDelivery, _ queue: DeliveryQueue) throws -> Bool {
    guard row.isBarred, row.isDeactivation else { return row.isBarred }
    // It was loaded early, perhaps before the units' events were done.
    let first = try queue.firstUnitEvent(for: target, position: row.position, part: row.part)
    guard let first, first.number < row.number else { return false }
    return try isUnderway(Part(row)) || !queue.hasFailedBar(before: row, for: target)
  }

  private func isUnderway(_ part: Part) -> Bool {
    underway.values.contains { $0.kind == .unit && heads[$0].map { Part($0.row) } == part }
  }

  private func line(up subject: Subject, _ head: Head) {
    let row = head.row
    if let deactivation = deactivations[subject], !row.hasFailed {
      urgent.insert(Turn(subject, head.ticket, time: 0, Place(deactivation)))
    } else if !row.hasFailed {
      fresh.insert(Turn(subject, head.ticket, time: 0, Place(row)))
    } else if head.wasTried {
      resting.insert(Turn(subject, head.ticket, time: row.nextAttempt.milliseconds, Place(row)))
    } else {
      untried.insert(Turn(subject, head.ticket, time: row.nextAttempt.milliseconds, Place(row)))
    }
  }

  private func leave(_ subject: Subject, _ bar: Part) {
    if barred[bar]?.remove(subject) != nil { barredCount -= 1 }
    if barred[bar]?.isEmpty == true { barred[bar] = nil }
  }

  private func loadHead(of subject: Subject, _ queue: DeliveryQueue) throws {
    guard let row = try queue.first(for: target, kind: subject.kind, recordID: subject.id) else { return }
    var head = Head(row)
    head.hasMore = true
    heads[subject] = head
    try settle(subject, queue)
  }
}

extension Lane {
  /// Whose delivery may go now; it counts as under way from here on.
  ///
  /// - Parameter isEager: what failed before this process began goes once, due or not.
  func next(at now: Instant, isEager: Bool) -> QueuedDelivery? {
    guard !isClosed else { return nil }
    let isPaused = throttle.pausedUntil.map { $0 > now } ?? false
    let limit = breaker.limit(throttle.parallel, at: now)
    guard !isPaused, sending < limit else {
      let isShut = isPaused || limit == 0
      // Revoking somebody's access is worth a try.
      guard isShut, sending == 0, breaker.allowsUrgent(at: now), let turn = first(of: &urgent) else { return nil }
      urgent.removeFirst()
      return start(turn)
    }
    if let turn = first(of: &urgent) {
      urgent.removeFirst()
      return start(turn)
    }
    let isRetrysTurn = startsSinceRetry >= Lane.retryShare
    if !isRetrysTurn, let turn = first(of: &fresh) {
      fresh.removeFirst()
      startsSinceRetry += 1
      return start(turn)
    }
    startsSinceRetry = 0
    if let turn = first(of: &resting), turn.time <= now.milliseconds {
      resting.removeFirst()
      return start(turn)
    }
    if let turn = first(of: &untried), isEager || turn.time <= now.milliseconds {
      untried.removeFirst()
      return start(turn)
    }
    guard let turn = first(of: &fresh) else { return nil }
    fresh.removeFirst()
    return start(turn)
  }

  /// When something more may be sent; `nil` when nothing waits, or only for what is under way.
  func nextDue(at now: Instant, isEager: Bool) -> Instant? {
    guard !isClosed else { return nil }
    let limit = breaker.limit(throttle.parallel, at: now)
    guard sending == 0 || sending < limit else { return nil }
    let isUrgent = first(of: &urgent) != nil
    let isReady = isUrgent || first(of: &fresh) != nil || (isEager && first(of: &untried) != nil)
    let times = [first(of: &resting), first(of: &untried)].compactMap { $0?.time }
    let earliest = isReady || (!isExhausted && hasRoom) ? now : times.min().map(Instant.init(milliseconds:))
    guard let earliest else { return nil }
    let due = [throttle.pausedUntil, breaker.opensAgain].compactMap { $0 }.reduce(earliest, max)
    return isUrgent && sending == 0 ? min(due, max(now, breaker.urgentAfter ?? now)) : due
  }

  var isCircuitClosed: Bool { breaker.isClosed }

  /// The first turn that still holds.
  private func first(of turns: inout Heap<Turn>) -> Turn? {
    while let turn = turns.first {
      if let head = heads[turn.subject], head.ticket == turn.ticket, head.stage == .waiting { return turn }
      turns.removeFirst()
    }
    return nil
  }

  private func start(_ turn: Turn) -> QueuedDelivery? {
    heads[turn.subject]?.stage = .underway
    guard let row = heads[turn.subject]?.row else { return nil }
    underway[row.id] = turn.subject
    sending += 1
    return row
  }
}

extension Lane {
  /// A request ended: what that says about the endpoint as a whole.
  func ended(_ verdict: Verdict, at now: Instant, random: Double) {
    sending -= 1
    if verdict.isTooFast { throttle.narrow(at: now, retryAfter: verdict.retryAfter) }
    if verdict.isDown {
      breaker.failed(at: now, random: random)
    } else {
      breaker.answered()
      if verdict.isSuccess { throttle.succeeded() }
    }
  }

  /// The delivery does not wait any more: somebody else ended it.
  func vanished(_ id: Int64, _ queue: DeliveryQueue) throws {
    sending -= 1
    try finished(id, queue)
  }

  /// The delivery was taken, or given up, and the ledger has it.
  func finished(_ id: Int64, _ queue: DeliveryQueue) throws {
    guard let subject = underway.removeValue(forKey: id), let head = heads.removeValue(forKey: subject) else { return }
    if deactivations[subject]?.id == id {
      deactivations[subject] = try queue.lastDeactivation(for: target, person: subject.id)
    }
    if head.hasMore { try loadHead(of: subject, queue) }
    if subject.kind == .unit { try lift(Part(head.row), queue) }
  }

  /// The delivery waits for another attempt, and the ledger has it.
  func failed(_ id: Int64, next: Instant, _ queue: DeliveryQueue) throws {
    guard let subject = underway.removeValue(forKey: id) else { return }
    heads[subject]?.stage = .waiting
    heads[subject]?.row.hasFailed = true
    heads[subject]?.row.nextAttempt = next
    heads[subject]?.wasTried = true
    try settle(subject, queue)
    guard subject.kind == .unit else { return }
    // Deactivations need not wait for it any more.
    for waiting in barred.values.joined().filter({ deactivations[$0] != nil }) { try settle(waiting, queue) }
  }

  /// A unit's event is done: who waited for it alone may go.
  private func lift(_ part: Part, _ queue: DeliveryQueue) throws {
    guard let waiting = barred[part] else { return }
    let first = try queue.firstUnitEvent(for: target, position: part.position, part: part.part)
    for subject in waiting {
      guard let row = heads[subject]?.row else { continue }
      let isFree = first.map { row.number < $0.number } ?? true
      heads[subject]?.row.isBarred = !isFree
      if isFree || deactivations[subject] != nil { try settle(subject, queue) }
    }
  }
}

/// The first of one record's deliveries that wait.
private struct Head {
  enum Stage { case waiting, underway }

  var row: QueuedDelivery
  var stage = Stage.waiting
  /// Which turn in the queues is its own; older ones are void.
  var ticket = 0
  /// The ledger may have more of this record.
  var hasMore = false
  /// It has failed since this process began.
  var wasTried = false
  /// It went before earlier ones.
  var hasOvertaken = false
  var bar: Part?

  init(_ row: QueuedDelivery) { self.row = row }
}

private struct Subject: Hashable {
  let kind: RecordKind
  let id: Int

  init(_ delivery: QueuedDelivery) {
    kind = delivery.kind
    id = delivery.recordID
  }
}

/// One commit or day of one publication.
private struct Part: Hashable {
  let position: Int
  let part: Int

  init(_ delivery: QueuedDelivery) {
    position = delivery.position
    part = delivery.part
  }
}

private struct Place: Comparable {
  let position: Int
  let number: Int

  init(_ delivery: QueuedDelivery) {
    position = delivery.position
    number = delivery.number
  }

  static func < (left: Place, right: Place) -> Bool {
    (left.position, left.number) < (right.position, right.number)
  }
}

/// A head's place in a queue: by time, then in the order of events.
private struct Turn: Comparable {
  let subject: Subject
  let ticket: Int
  let time: Int64
  let place: Place

  init(_ subject: Subject, _ ticket: Int, time: Int64, _ place: Place) {
    self.subject = subject
    self.ticket = ticket
    self.time = time
    self.place = place
  }

  static func < (left: Turn, right: Turn) -> Bool {
    (left.time, left.place) < (right.time, right.place)
  }
}
