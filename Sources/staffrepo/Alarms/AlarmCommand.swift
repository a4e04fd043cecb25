import RecordSchema

/// The command by which the host wants to be told: `git config staffrepo.alarmCommand`. A shell runs it, with one JSON object
/// on its standard input.
struct AlarmCommand: Sendable {
  enum State: String {
    case raised, lasts, over
  }

  let command: String
  /// The repository's path, so that one command can serve several.
  let repository: String

  /// Seconds that it may take.
  private static let limit = 20

  struct TookTooLong: Error, CustomStringConvertible {
    let description: String
  }

  func run(_ state: State, key: String, target: String?, text: String, since: Instant) throws {
    let message: JSON = [
      "state": .string(state.rawValue), "alarm": .string(key), "target": .optional(target), "text": .string(text),
      "since": .string(since.description), "repository": .string(repository),
    ]
    let status = try Shell.run(command, input: message.text + "\n", limit: Self.limit)
    guard let status else {
      throw TookTooLong(
        description: "The alarm command took more than \(Self.limit) seconds and was ended: \(command)")
    }
    guard status == 0 else {
      throw EnvironmentError("The alarm command failed (\(status)), so perhaps nobody was told: \(command)")
    }
  }
}
