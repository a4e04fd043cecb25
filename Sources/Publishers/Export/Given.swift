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

  /// What was given last was given to another place than where files go now. That one has nothing yet, so a set must be
  /// written for it, and a file of differences must tell it everything.
  ///
  /// - Parameter place: empty when the system takes its files from here.
  public func isElsewhere(than place: String) -> Bool { (try? FileStore.read(placePath)) != Array(place.utf8) }

  func move(to place: String) throws { try FileStore.write(place.utf8, to: placePath, mode: 0o640) }

  func forgetGiven() throws { try FileStore.remove(givenPath) }

  private var placePath: String { "\(path)/.place" }

  private var givenPath: String { "\(path)/.given" }
}
