import GitStore
import Ledger
import RecordSchema

/// Tells somebody of each trouble when it begins, once a day while it lasts, and when it is over.
struct AlarmBell {
  let command: AlarmCommand?
  let ledger: Ledger
  let now: Instant
  /// Whether an alarm that could not be told is to be tried again.
  var isDue: (String) -> Bool = { _ in true }
  var failed: (String) -> Void = { _ in }
  /// A command that takes too long once would do so again.
  private let patience = Patience()

  init(command: AlarmCommand?, ledger: Ledger, now: Instant) {
    (self.command, self.ledger, self.now) = (command, ledger, now)
  }

  private final class Patience { var isOver = false }

  /// Milliseconds after which a lasting alarm is told again.
  private static let reminder: Int64 = 86_400_000

  /// - Parameter troubles: everything that is wrong now.
  func ring(_ troubles: [Trouble]) throws {
    let lasting = Dictionary(try ledger.alarms().map { ($0.key, $0) }) { $1 }
    for trouble in troubles {
      let known = lasting[trouble.key]
      var alarm = Alarm(
        key: trouble.key, target: trouble.target, text: trouble.text, raised: known?.raised ?? now, told: known?.told)
      let isDue = alarm.told.map { now.milliseconds - $0.milliseconds >= Self.reminder } ?? true
      if known == nil { Terminal.warning("alarm: \(trouble.text)") }
      if isDue, tell(alarm, known == nil || known?.told == nil ? .raised : .lasts) { alarm.told = now }
      if alarm != known { try ledger.keep(alarm) }
    }
    let keys = Set(troubles.map(\.key))
    for alarm in lasting.values.sorted(by: { $0.key < $1.key }) where !keys.contains(alarm.key) {
      Terminal.message("over: \(alarm.text)")
      // Whoever never heard of it need not hear that it is over.
      if alarm.told == nil || tell(alarm, .over) { try ledger.clear(alarm, at: now) }
    }
  }

  /// Whether somebody was told, or nobody is to be.
  private func tell(_ alarm: Alarm, _ state: AlarmCommand.State) -> Bool {
    guard let command else { return true }
    guard !patience.isOver, isDue(alarm.key) else { return false }
    do {
      try command.run(
        state, key: alarm.key, target: alarm.target, text: state == .over ? "Over: \(alarm.text)" : alarm.text,
        since: alarm.raised)
      return true
    } catch {
      patience.isOver = error is AlarmCommand.TookTooLong
      failed(alarm.key)
      Terminal.problem("\(error)")
      return false
    }
  }
}
