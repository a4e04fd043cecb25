import Ledger
import RecordSchema

/// One request to an endpoint, as a trial: signed like any other, and recorded nowhere.
public struct WebhookProbe {
  public let status: Int?
  public let error: String?
  public let milliseconds: Int

  /// - Parameter timeout: seconds that it may take as a whole.
  public init(
    _ delivery: Delivery, to endpoint: Endpoint, policy: AddressPolicy, timeout: Int, at now: Instant
  ) throws {
    let transfers = try Transfers(policy: policy, limits: Transfers.Limits(timeout: timeout))
    transfers.start(
      Transfers.Request(
        tag: 1, url: endpoint.url, headers: endpoint.headers(for: delivery, at: now), body: delivery.body,
        caFile: endpoint.caFile, proxy: endpoint.proxy))
    var outcome: Transfers.Outcome?
    while outcome == nil { outcome = transfers.advance(waiting: 200, alsoOn: []).first }
    let verdict = outcome.map { Verdict($0, at: now) }
    status = outcome?.status
    error = verdict?.error
    milliseconds = outcome?.milliseconds ?? 0
  }
}
