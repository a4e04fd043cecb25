import Ledger
import RecordSchema

extension Standing.Target {
  /// The same with what its destination has: files that were written and not sent help nobody.
  ///
  /// - Parameter arrived: the newest set that the destination has.
  /// - Parameter behind: commits since that one.
  /// - Parameter written: the newest set.
  func sent(
    _ newest: ExportSend?, arrived: ExportSend?, behind: Int?, written: String?, now: Instant
  ) -> Standing.Target {
    let waiting = newest.flatMap { $0.state == .pending ? $0 : nil }
    let since = waiting.map { $0.failingSince ?? $0.queued }
    var target = Standing.Target(
      name: name,
      state: state == .active && waiting?.error != nil
        ? .failed : state == .active && (waiting != nil || arrived == nil) ? .pending : state,
      isSwitchedOff: isSwitchedOff, lastSync: arrived?.finished, commit: arrived?.commit, behind: behind,
      lag: since.map { max(0, Int(now.seconds - $0.seconds)) }, error: error ?? waiting?.error,
      nextAttempt: waiting?.nextAttempt, nextRun: nextRun, isCurrent: isCurrent && newest?.set == written,
      metadata: metadata + [
        .init("destination", .optional(newest?.place)), .init("sent_set", .optional(arrived?.set)),
        .init("sent_as_of", .optional(arrived?.asOf.description)), .init("sent_bytes", .optional(arrived?.bytes)),
        .init("waiting_set", .optional(waiting?.set)), .init("attempts", .int(waiting?.attempts ?? 0)),
        .init("next_attempt", .optional(waiting?.nextAttempt.description)),
      ])
    target.isSent = true
    return target
  }
}
