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

  /// - Parameter action: from the address; the body's own counts before it.
  init(_ bytes: [UInt8], action: Action?) throws(Problem) {
    var body = JSON.object([])
    do {
      // What needs no details may come without a body.
      if !bytes.isEmpty { body = try JSON(reading: bytes) }
    } catch {
      throw Self.unreadable("\(error)")
    }
    guard case .object = body else { throw Self.unreadable("It is no object.") }
    let word = try Self.text("action", in: body)
    guard let wanted = word.map({ Action(rawValue: $0) }) ?? action else {
      throw .refusedSubscription([("action", "action is subscribe, unsubscribe or list.")])
    }
    self.action = wanted
    (name, url) = (try Self.text("name", in: body), try Self.text("url", in: body))
    (events, fields) = (try Self.texts("events", in: body), try Self.texts("fields", in: body))
    (units, format) = (try Self.texts("units", in: body), try Self.text("format", in: body))
  }

  private static func unreadable(_ detail: String) -> Problem {
    Problem(
      400, "unreadable", title: "The body cannot be read",
      detail: "\(detail) Send a JSON object such as {\"action\":\"subscribe\",\"url\":\"https://...\"}.")
  }

  private static func text(_ name: String, in body: JSON) throws(Problem) -> String? {
    switch body[name] {
    case nil, .null: return nil
    case .string(let text): return text
    default: throw .refusedSubscription([(name, "\(name) is a text.")])
    }
  }

  private static func texts(_ name: String, in body: JSON) throws(Problem) -> [String]? {
    switch body[name] {
    case nil, .null: return nil
    case .string(let text): return [text]
    case .array(let items):
      var texts: [String] = []
      for item in items {
        guard case .string(let text) = item else { throw .refusedSubscription([(name, "\(name) holds texts only.")]) }
        texts.append(text)
      }
      return texts
    default: throw .refusedSubscription([(name, "\(name) is a list of texts.")])
    }
  }
}

extension Problem {
  /// - Parameter errors: what is wrong with each member.
  public static func refusedSubscription(_ errors: [(field: String, message: String)]) -> Problem {
    Problem(
      422, "subscription-refused", title: "The subscription is refused",
      detail: errors.map(\.message).joined(separator: " "),
      more: [
        .init("errors", .array(errors.map { ["field": .string($0.field), "message": .string($0.message)] }))
      ])
  }
}
