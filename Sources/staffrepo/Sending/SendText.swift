import Ledger
import RecordSchema

/// What is said of a set on its way.
enum SendText {
  static func text(_ send: ExportSend) -> String {
    switch send.state {
    case .sent: "\(send.target): \(send.set) sent to \(send.place)"
    case .same: "\(send.target): \(send.place) has the files of \(send.set) already"
    case .pending:
      "\(send.target): \(send.set) could not be sent to \(send.place): \(send.error ?? "not tried yet"). Next try \(send.nextAttempt)"
    case .superseded: "\(send.target): \(send.set) is not needed any more"
    case .cancelled: "\(send.target): \(send.set) is not sent, since its destination is gone"
    }
  }

  /// For a log.
  static func tell(_ send: ExportSend) {
    Terminal.message(
      text(send),
      [
        .init("target", .string(send.target)), .init("set", .string(send.set)),
        .init("state", .string(send.state.rawValue)),
        .init("bytes", .optional(send.bytes)), .init("attempt", .int(send.attempts)),
      ], level: send.error == nil ? .info : .warning)
  }
}

extension ExportSend {
  var json: JSON {
    [
      "target": .string(target), "destination": .string(place), "set": .string(set), "state": .string(state.rawValue),
      "position": .int(position), "commit": .string(commit), "as_of": .string(asOf.description),
      "attempts": .int(attempts), "queued_at": .string(queued.description),
      "last_attempt": .optional(lastAttempt?.description),
      "next_attempt": .optional(state == .pending ? nextAttempt.description : nil),
      "failing_since": .optional(failingSince?.description), "bytes": .optional(bytes),
      "duration_ms": .optional(milliseconds), "error": .optional(error),
      "finished_at": .optional(finished?.description),
    ]
  }
}
