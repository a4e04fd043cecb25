import Addresses
import RecordSchema
import Records

/// An endpoint inside the organisation works only where the server's administrator allows it.
enum InternalAddress: SubscriptionRule {
  static let rule = Rule(
    "W011", "internal-address", severity: .warning,
    explanation:
      "The address is of this machine or of a private network. Events go there only where the publishing server's administrator has allowed that network; elsewhere every delivery fails.",
    example: .webhook("url: «http://10.20.0.7/hook»", right: "url: https://cards.example.org/hook"),
    help:
      "Write the receiver's public name, or have the administrator run: git config staffrepo.allowNetworks <network>")

  static func check(_ subscription: Located<Subscription>, _ context: RuleContext) -> [Finding] {
    guard subscription.record.isActive, EndpointAddress(subscription.record.url).isInside else { return [] }
    return [
      subscription.finding(rule, at: "url", "This address is inside a private network, or this machine itself.")
    ]
  }

  /// What the host decides is no part of what is kept about a tree.
  static func isAllowed(_ diagnostic: Diagnostic, _ index: RecordIndex, _ isAllowed: (String) -> Bool) throws -> Bool {
    guard let file = try index.number(ofPath: diagnostic.file), let subscription = try index.reading(file)?.webhook
    else {
      return false
    }
    return isAllowed(EndpointAddress(subscription.record.url).host)
  }
}
