import FoundationEssentials
import RecordSchema

/// What somebody asks of /api/webhooks.
public struct SubscriptionWish: Sendable {
  public enum Action: String, CaseIterable, Codable, Sendable {
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

  private struct Body: Decodable {
    var action: String?
    var name: String?
    var url: String?
    var events: [String]?
    var fields: [String]?
    var units: [String]?
    var format: String?
  }

  /// - Parameter action: from the address; the body's own counts before it.
  init(_ bytes: [UInt8], action: Action?) throws(Problem) {
    let body: Body
    do {
      // What needs no details may come without a body.
      body = bytes.isEmpty ? Body() : try JSONDecoder().decode(Body.self, from: Data(bytes))
    } catch {
      throw Problem(
        400, "unreadable-body", title: "The body cannot be read",
        detail: "It is a JSON object such as {\"action\":\"subscribe\",\"url\":\"https://...\"}; events, fields and units are arrays of text.")
    }
    guard let wanted = body.action.map({ Action(rawValue: $0) }) ?? action else {
      throw Problem(
        422, "refused", title: "The request says not what to do", detail: "action is subscribe, unsubscribe or list.",
        more: [.init("errors", [["field": "action", "message": "action is subscribe, unsubscribe or list."]])])
    }
    self.action = wanted
    (name, url, events, fields) = (body.name, body.url, body.events, body.fields)
    (units, format) = (body.units, body.format)
  }
}
