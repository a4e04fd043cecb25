import Ledger
import RecordSchema

/// Where a subscription's events go, as the branch's tip says.
public struct Endpoint: Sendable {
  public let target: String
  public let url: String
  public let organisation: Int
  /// Newest first; none: unsigned.
  public let secrets: [WebhookSecret]
  /// Why nothing can be sent, such as a secret that is not there.
  public let fault: String?
  /// A file with certificates to trust instead of the system's.
  public let caFile: String?
  /// What requests go through, such as `http://proxy.example.org:3128`.
  public let proxy: String?

  public init(
    target: String, url: String, organisation: Int, secrets: [WebhookSecret], fault: String?, caFile: String? = nil,
    proxy: String? = nil
  ) {
    self.target = target
    self.url = url
    self.organisation = organisation
    self.secrets = secrets
    self.fault = fault
    self.caFile = caFile
    self.proxy = proxy
  }
}

extension Endpoint {
  /// The request's headers, signed for this very attempt.
  func headers(for delivery: Delivery, at now: Instant) -> [String] {
    let id = delivery.eventID
    var headers = [
      "webhook-id: \(id)", "webhook-timestamp: \(now.seconds)", "User-Agent: staffrepo",
      // Without it curl would wait for a go-ahead before sending a body.
      "Expect:",
    ]
    if !secrets.isEmpty {
      let signatures = secrets.map { $0.signature(id: id, timestamp: now.seconds, body: delivery.body) }
      headers.append("webhook-signature: \(signatures.joined(separator: " "))")
    }
    return headers + CloudEvents.headers(for: delivery, organisation: organisation)
  }

  /// The event's body in a subscription's format, thinned when it would be too long for a consumer.
  public static func body(_ envelope: JSON, format: Subscription.Format, organisation: Int, subject: String) -> [UInt8]
  {
    Thinning.bytes(of: envelope) { envelope in
      format == .cloudEventsStructured
        ? CloudEvents.structured(envelope, organisation: organisation, subject: subject) : envelope
    }
  }
}
