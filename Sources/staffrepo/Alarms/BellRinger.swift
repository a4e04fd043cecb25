import Dispatch
import Ledger
import RecordSchema
import Synchronization

/// Rings alarms beside the daemon's work: a command of the host's may take its time, and deliveries must not wait for it.
final class BellRinger: Sendable {
  private let isRinging = Mutex(false)
  private let queue = DispatchQueue(label: "alarms")
  /// When what could not be told is tried again, by alarm.
  private let pauses = Mutex<[String: Instant]>([:])

  /// Seconds until an alarm that could not be told is tried again.
  private static let pause: Int64 = 300

  /// Rings, unless it still does.
  ///
  /// - Parameter troubles: everything that is wrong now.
  func ring(_ troubles: [Trouble], by command: AlarmCommand?, in ledger: Ledger, at now: Instant) {
    let mayBegin = isRinging.withLock { isRinging in
      defer { isRinging = true }
      return !isRinging
    }
    guard mayBegin else { return }
    queue.async { [self] in
      defer { isRinging.withLock { $0 = false } }
      var bell = AlarmBell(command: command, ledger: ledger, now: now)
      bell.isDue = { [self] key in pauses.withLock { $0[key].map { $0 <= now } ?? true } }
      bell.failed = { [self] key in pauses.withLock { $0[key] = now.adding(seconds: Self.pause) } }
      do {
        try bell.ring(troubles)
      } catch {
        Terminal.problem("\(error)")
      }
    }
  }

  /// Has the host told of something by itself.
  func tell(_ state: AlarmCommand.State, key: String, _ text: String, by command: AlarmCommand?, at now: Instant) {
    guard let command else { return }
    queue.async {
      do {
        try command.run(state, key: key, target: nil, text: text, since: now)
      } catch {
        Terminal.problem("\(error)")
      }
    }
  }
}
