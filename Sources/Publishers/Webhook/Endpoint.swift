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
    switch delivery.format {
    case .staffService: headers.append("Content-Type: application/json")
    case .cloudEventsStructured: headers.append("Content-Type: application/cloudevents+json; charset=utf-8")
    case .cloudEventsBinary:
      headers += [
        "Content-Type: application/json", "ce-specversion: 1.0", "ce-id: \(id)", "ce-type: \(delivery.name)",
        "ce-source: urn:staffrepo:organisation:\(organisation)", "ce-subject: \(delivery.kind):\(delivery.recordID)",
        "ce-time: \(delivery.happened)",
      ]
    }
    return headers
  }

  /// The event's body in a subscription's format.
  public static func body(_ envelope: JSON, format: Subscription.Format, organisation: Int, subject: String) -> [UInt8]
  {
    guard format == .cloudEventsStructured else { return envelope.bytes }
    let event: JSON = [
      "specversion": "1.0", "id": envelope["id"] ?? .null,
      "source": .string("urn:staffrepo:organisation:\(organisation)"), "type": envelope["event"] ?? .null,
      "subject": .string(subject), "time": envelope["timestamp"] ?? .null, "datacontenttype": "application/json",
      "data": envelope,
    ]
    return event.bytes
  }
}
