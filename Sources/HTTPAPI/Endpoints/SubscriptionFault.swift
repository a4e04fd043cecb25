import RecordSchema

/// What is wrong with a member of a subscription's request, or with the subscription that it would make.
public struct SubscriptionFault: Sendable, Equatable {
  public let field: String
  public let message: String
  /// How to mend it.
  public let help: String?

  public init(_ field: String, _ message: String, help: String? = nil) {
    self.field = field
    self.message = message
    self.help = help
  }

  /// A word that is none of those known, told as `validate` tells it.
  public init(_ field: String, unknown word: String, known: [String]) {
    self.init(
      field, "\(field): '\(word.prefix(64))' is not known.\(didYouMean(word, among: known.filter { $0 != "*" }))",
      help: "Known are: \(known.joined(separator: ", ")).")
  }

  var json: JSON {
    .compact(["field": .string(field), "message": .string(message), "help": help.map(JSON.string)])
  }
}

extension Problem {
  /// - Parameter faults: what is wrong with each member.
  public static func refusedSubscription(_ faults: [SubscriptionFault], more: [JSON.Member] = []) -> Problem {
    Problem(
      422, "subscription-refused", title: "The subscription is refused",
      detail: faults.map(\.message).joined(separator: " "),
      more: [.init("errors", .array(faults.map(\.json)))] + more)
  }
}
