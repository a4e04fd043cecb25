import Addresses
import RecordSchema

/// No endpoint is an address that events may never go to.
enum ForbiddenAddress: SubscriptionRule {
  static let rule = Rule(
    "W007", "forbidden-address",
    explanation:
      "Link-local addresses, the metadata services of clouds, multicast and 0.0.0.0 are refused whatever anybody configures: a request there could hand out the server's own credentials. How the address is spelt, as one number or in octal or hexadecimal, makes no difference.",
    example: .webhook("url: «https://169.254.169.254/hook»", right: "url: https://cards.example.org/hook"),
    help: "Write the receiver's own address.")

  static func check(_ subscription: Located<Subscription>, _ context: RuleContext) -> [Finding] {
    guard EndpointAddress(subscription.record.url).isForbidden else { return [] }
    return [subscription.finding(rule, at: "url", "No event may ever be sent to this address.")]
  }
}
