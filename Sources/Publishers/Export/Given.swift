import FileStore
import RecordSchema

/// Which set a system was given last: what a file of differences is told against.
///
/// It stands beside the sets, not in the ledger: whoever loses the ledger does not lose what another system holds.
public struct Given: Sendable, Equatable {
  /// The set's name.
  public var set: String
  /// The system is known to have it. `false`: sending it was begun, and nobody knows how far it came.
  public var isConfirmed: Bool

  public init(set: String, isConfirmed: Bool) {
    self.set = set
    self.isConfirmed = isConfirmed
  }

  /// `nil` when there is no such file.
  init?(readFrom path: String) {
    guard let bytes = try? FileStore.read(path) else { return nil }
    let words = String(decoding: bytes, as: UTF8.self).split { $0 == " " || $0 == "\n" }
    guard words.count == 2, words[0] == "sent" || words[0] == "sending" else { return nil }
    self.init(set: String(words[1]), isConfirmed: words[0] == "sent")
  }

  func write(to path: String) throws {
    try FileStore.write("\(isConfirmed ? "sent" : "sending") \(set)\n".utf8, to: path)
  }
}

extension ExportFolder {
  /// `nil` when the system was given nothing that is known of.
  public var given: Given? { Given(readFrom: givenPath) }

  /// Remembers, durably: before the first byte of a set is sent, and again when the system has all of it.
  public func remember(_ given: Given) throws { try given.write(to: givenPath) }

  private var givenPath: String { "\(path)/.given" }
}
