import RecordSchema

/// What somebody asks of /api/webhooks.
public struct SubscriptionWish: Sendable {
  public enum Action: String, CaseIterable, Sendable {
    case subscribe, unsubscribe, list
  }

  public let action: Action
  /// The subscription's; made from the system's name when it is not given.
  public let name: String?
  public let url: String?
  public let events: [String]?
  public let fields: [String]?
  public let units: [String]?
  public let format: String?

  /// What a request may hold.
  public static let members = ["action", "name", "url", "events", "fields", "units", "format"]

  /// - Parameter action: from the address; the body's own counts before it.
  init(_ bytes: [UInt8], action: Action?) throws(Problem) {
    var body = JSON.object([])
    do {
      // What needs no details may come without a body.
      if !bytes.isEmpty { body = try JSON(reading: bytes) }
    } catch {
      throw Self.unreadable("\(error)")
    }
    guard case .object(let members) = body else { throw Self.unreadable("It is no object.") }
    var reading = MemberReading(members)
    let word = reading.text("action")
    (name, url) = (reading.text("name"), reading.text("url"))
    (events, fields) = (reading.texts("events"), reading.texts("fields"))
    (units, format) = (reading.texts("units"), reading.text("format"))
    let wanted = word.map { Action(rawValue: $0) } ?? action
    if wanted == nil { reading.faults.append(.init("action", "action is subscribe, unsubscribe or list.")) }
    guard let wanted, reading.faults.isEmpty else { throw .refusedSubscription(reading.faults) }
    self.action = wanted
  }

  private static func unreadable(_ detail: String) -> Problem {
    Problem(
      400, "unreadable", title: "The body cannot be read",
      detail: "\(detail) Send a JSON object such as {\"action\":\"subscribe\",\"url\":\"https://...\"}.")
  }
}

/// Reads the members of a request, and keeps what is wrong with them: all of it. One that is not known is wrong, since a
/// misspelt limit would be none.
private struct MemberReading {
  private let body: JSON
  var faults: [SubscriptionFault] = []

  init(_ members: [JSON.Member]) {
    body = .object(members)
    let known = SubscriptionWish.members
    faults = members.map(\.name).filter { !known.contains($0) }.prefix(20).map { name in
      SubscriptionFault(
        String(name.prefix(64)), "There is no member '\(name.prefix(64))'.\(didYouMean(name, among: known))",
        help: "Known are: \(known.joined(separator: ", ")).")
    }
  }

  mutating func text(_ name: String) -> String? {
    switch body[name] {
    case nil, .null: return nil
    case .string(let text): return text
    default:
      faults.append(.init(name, "\(name) takes a text."))
      return nil
    }
  }

  mutating func texts(_ name: String) -> [String]? {
    switch body[name] {
    case nil, .null: return nil
    case .string(let text): return [text]
    case .array(let items):
      let texts = items.compactMap { if case .string(let text) = $0 { text } else { nil } }
      if texts.count < items.count { faults.append(.init(name, "\(name) holds texts only.")) }
      return texts
    default:
      faults.append(.init(name, "\(name) takes a list of texts."))
      return nil
    }
  }
}
