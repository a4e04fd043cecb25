import RecordSchema

/// Whether an endpoint as a whole works: one that does not is left alone for a while, then asked by a single request.
///
/// It knows no clock and no dice: both come in as values.
struct CircuitBreaker {
  enum State: Equatable {
    case closed
    case open(until: Instant)
    /// One request finds out.
    case halfOpen
  }

  private(set) var state = State.closed
  private var failuresInARow = 0
  private var pause = shortestPause
  /// When something urgent may ask again although the circuit is open.
  private(set) var urgentAfter: Instant?

  /// After so many failures in a row the endpoint counts as down.
  static let failureLimit = 5
  /// Milliseconds.
  static let shortestPause: Int64 = 30_000
  static let longestPause: Int64 = 600_000
  /// Each pause is up to this share shorter or longer, so that many endpoints behind one proxy do not come back together.
  static let jitter = 0.2

  var isClosed: Bool { state == .closed }

  /// How many requests may be under way.
  mutating func limit(_ parallel: Int, at now: Instant) -> Int {
    if case .open(let end) = state, end <= now { state = .halfOpen }
    return switch state {
    // After a failure the next ones feel their way.
    case .closed: failuresInARow > 0 ? 1 : parallel
    case .halfOpen: 1
    case .open: 0
    }
  }

  /// Whether something urgent may go although the circuit is open, when nothing else is under way.
  func allowsUrgent(at now: Instant) -> Bool { urgentAfter.map { $0 <= now } ?? true }

  /// When requests may go again; `nil` when they may now.
  var opensAgain: Instant? {
    if case .open(let end) = state { end } else { nil }
  }

  /// The endpoint answered, be it that it refused this very event.
  mutating func answered() { self = CircuitBreaker() }

  /// No answer, or one that means that the endpoint does not work.
  ///
  /// - Parameter random: from 0 to 1.
  mutating func failed(at now: Instant, random: Double) {
    failuresInARow += 1
    switch state {
    case .closed:
      guard failuresInARow >= Self.failureLimit else { return }
      open(at: now, random)
    case .halfOpen:
      pause = min(pause * 2, Self.longestPause)
      open(at: now, random)
    case .open:
      // Sent before it opened, or urgent.
      urgentAfter = now.adding(milliseconds: Self.shortestPause)
    }
  }

  private mutating func open(at now: Instant, _ random: Double) {
    let length = Double(pause) * (1 + Self.jitter * (2 * random - 1))
    state = .open(until: now.adding(milliseconds: Int64(length)))
  }
}
