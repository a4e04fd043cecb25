import Addresses
import RecordSchema

/// Events go over https.
enum PlainHTTP: SubscriptionRule {
  static let rule = Rule(
    "W006", "plain-http",
    explanation:
      "Over http everybody on the way reads names and addresses of staff, and could change them. It is allowed inside the organisation's own networks only, which the server's administrator names.",
    example: .webhook("url: «http://cards.example.org/hook»", right: "url: https://cards.example.org/hook"),
    help: "Write https:// and give the receiver a certificate.")

  static func check(_ subscription: Located<Subscription>, _ context: RuleContext) -> [Finding] {
    let endpoint = EndpointAddress(subscription.record.url)
    // Of an address inside, ForbiddenAddress says what is to be known.
    guard endpoint.scheme == "http", !endpoint.isInside, !endpoint.isForbidden else { return [] }
    return [subscription.finding(rule, at: "url", "Events to \(subscription.stem) would go over http, in the open.")]
  }
}
