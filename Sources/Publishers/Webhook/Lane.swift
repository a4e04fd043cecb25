import Ledger
import RecordSchema

/// One endpoint's deliveries under way and waiting, and the rules of their order.
///
/// A person's later event waits for the earlier one; other people's do not. Unit events come before those of the same
/// publication's people. A person.deactivated does not wait for what has failed once.
struct Lane {
  let endpoint: Endpoint
  /// What waits, in the order of events; those under way included.
  private(set) var window: [Delivery] = []
  private var underway: Set<Int64> = []
  /// Tried in this run already.
  private var tried: Set<Int64> = []
  private var failuresInARow = 0
  /// Nothing is sent before this: the endpoint seems to be down.
  private(set) var pausedUntil: Instant?
  private var isExhausted = false
  /// The position and number of the newest delivery that was loaded.
  private var reached = (0, 0)

  static let parallel = 4
  /// After so many failures in a row the endpoint counts as down.
  static let failureLimit = 3
  private static let windowSize = 512

  init(_ endpoint: Endpoint) { self.endpoint = endpoint }

  var isIdle: Bool { underway.isEmpty }

  /// Loads more when little is left to choose from.
  mutating func fill(from ledger: Ledger) throws {
    guard !isExhausted, window.count < Lane.windowSize / 2 else { return }
    let more = try ledger.waiting(for: endpoint.target, after: reached, limit: Lane.windowSize)
    window += more
    if let newest = more.last { reached = (newest.position, newest.number) }
    isExhausted = more.count < Lane.windowSize
  }

  /// The next delivery that may be sent now, and those that it overtakes.
  mutating func next(at now: Instant, isEager: Bool) -> Delivery? {
    let limit = failuresInARow > 0 ? 1 : Lane.parallel
    guard underway.count < limit, pausedUntil.map({ $0 <= now }) ?? true else { return nil }
    let free = unblocked.filter { isDue($0, now, isEager) }
    // Old failures come last: they must not keep others waiting, run after run.
    guard let chosen = free.first(where: { $0.attempts == 0 || isUrgent($0) }) ?? free.first else { return nil }
    underway.insert(chosen.id)
    tried.insert(chosen.id)
    return chosen
  }

  /// What waits and does not have to wait for anything else, in order.
  private var unblocked: [Delivery] {
    var earlier: [Subject: [Delivery]] = [:]
    var unitEvents: [Delivery] = []
    return window.filter { delivery in
      let before = earlier[Subject(delivery)] ?? []
      defer {
        earlier[Subject(delivery), default: []].append(delivery)
        if delivery.kind == RecordKind.unit.rawValue { unitEvents.append(delivery) }
      }
      return !underway.contains(delivery.id) && mayGo(delivery, before, unitEvents)
    }
  }

  private func isUrgent(_ delivery: Delivery) -> Bool { delivery.name == EventName.personDeactivated.rawValue }

  private func isDue(_ delivery: Delivery, _ now: Instant, _ isEager: Bool) -> Bool {
    delivery.nextAttempt <= now || (isEager && !tried.contains(delivery.id))
  }

  private func mayGo(_ delivery: Delivery, _ before: [Delivery], _ unitEvents: [Delivery]) -> Bool {
    let isPerson = delivery.kind == RecordKind.person.rawValue
    let unitsFirst = isPerson ? unitEvents.filter { $0.position == delivery.position } : []
    return isPassable(before, by: delivery) && (unitsFirst.isEmpty || isPassable(unitEvents, by: delivery))
  }

  /// Nothing is in the way, or something urgent may overtake: one of these has failed, and none is under way.
  private func isPassable(_ before: [Delivery], by delivery: Delivery) -> Bool {
    guard !before.isEmpty else { return true }
    return isUrgent(delivery) && before.contains { $0.attempts > 0 } && !before.contains { underway.contains($0.id) }
  }

  /// When something here may be sent again; `nil` when nothing waits.
  func nextDue(isEager: Bool) -> Instant? {
    guard let earliest = unblocked.map(\.nextAttempt).min() else { return nil }
    return pausedUntil.map { max($0, earliest) } ?? earliest
  }

  /// The delivery was taken. Returns what it overtook, which is not to be sent any more.
  mutating func succeeded(_ delivery: Delivery) -> [Delivery] {
    failuresInARow = 0
    pausedUntil = nil
    underway.remove(delivery.id)
    let overtaken =
      delivery.name == EventName.personDeactivated.rawValue
      ? window.filter {
        Subject($0) == Subject(delivery) && ($0.position, $0.number) < (delivery.position, delivery.number)
      } : []
    let gone = Set(overtaken.map(\.id)).union([delivery.id])
    window.removeAll { gone.contains($0.id) }
    return overtaken
  }

  /// The delivery will be tried again later, or never.
  ///
  /// - Parameter isDown: the endpoint as a whole seems not to work, not only this event.
  mutating func failed(_ delivery: Delivery, next: Instant?, isDown: Bool) {
    failuresInARow = isDown ? failuresInARow + 1 : 0
    underway.remove(delivery.id)
    if let next, let index = window.firstIndex(where: { $0.id == delivery.id }) {
      window[index] = delivery
      if failuresInARow >= Lane.failureLimit { pausedUntil = max(pausedUntil ?? next, next) }
    } else {
      window.removeAll { $0.id == delivery.id }
    }
  }

  /// Nothing more goes here in this run.
  mutating func close() {
    window.removeAll { !underway.contains($0.id) }
    isExhausted = true
  }

  private struct Subject: Hashable {
    let kind: String
    let id: Int

    init(_ delivery: Delivery) {
      kind = delivery.kind
      id = delivery.recordID
    }
  }
}
