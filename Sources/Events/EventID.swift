import Crypto
import RecordSchema

/// Where an event comes from: a commit, or a day that began.
public enum Origin: Sendable, Hashable {
  /// The commit's object id.
  case commit(String)
  case day(CalendarDate)

  var name: String {
    switch self {
    case .commit(let oid): oid
    case .day(let date): "on:\(date)"
    }
  }
}

/// Event ids: UUIDs of version 5 (RFC 9562), so that the same cause gives the same id on every run.
public struct EventIDs: Sendable {
  private let namespace: [UInt8]
  /// `<journal position>:` since the branch was rewritten.
  private let prefix: String

  public init(organisation: Int, rewrittenAt position: Int?) {
    namespace = EventIDs.version5(EventIDs.urlNamespace, "urn:staffrepo:organisation:\(organisation)")
    prefix = position.map { "\($0):" } ?? ""
  }

  public func id(_ origin: Origin, _ event: EventName, _ kind: RecordKind, _ record: Int, suffix: String) -> String {
    EventIDs.text(
      EventIDs.version5(
        namespace, "\(prefix)\(origin.name)/\(event.rawValue)/\(kind.rawValue):\(record)\(suffix)"))
  }

  static let urlNamespace: [UInt8] = [
    0x6b, 0xa7, 0xb8, 0x11, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8,
  ]

  static func version5(_ namespace: [UInt8], _ name: String) -> [UInt8] {
    var bytes = Array(Insecure.SHA1.hash(data: namespace + Array(name.utf8)).prefix(16))
    bytes[6] = bytes[6] & 0x0F | 0x50
    bytes[8] = bytes[8] & 0x3F | 0x80
    return bytes
  }

  static func text(_ bytes: [UInt8]) -> String {
    let digits = hexadecimal(bytes)
    var parts: [Substring] = []
    var rest = digits[...]
    for length in [8, 4, 4, 4, 12] {
      parts.append(rest.prefix(length))
      rest = rest.dropFirst(length)
    }
    return parts.joined(separator: "-")
  }
}
