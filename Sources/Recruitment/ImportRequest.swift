import Access
import RecordSchema

/// New hires, as somebody sends them.
public struct ImportRequest: Sendable {
  public var body: [UInt8]
  /// `application/json`, `application/x-ndjson` or `text/csv`.
  public var mediaType: String
  public var idempotencyKey: String?
  /// The `Signature` header of a source that signs what it sends.
  public var signature: String?
  /// The system that hands over, where the body does not say so: from the address or the command line.
  public var source: String?
  public var holder: Holder
  public var now: Instant
  /// Where hires land; `nil`: as the settings say.
  public var landing: RecruitmentSettings.Landing?
  /// Hires that were turned down in review wait once more, though the source says nothing new.
  public var isAgain = false
  /// Only tells what would be done.
  public var isDryRun = false

  public init(
    body: [UInt8], mediaType: String = "application/json", idempotencyKey: String? = nil, signature: String? = nil,
    source: String? = nil, grant: Grant?, now: Instant
  ) {
    self.body = body
    self.mediaType = mediaType
    self.idempotencyKey = idempotencyKey
    self.signature = signature
    self.source = source
    holder = grant.map(Holder.key) ?? .signature
    self.now = now
  }

  /// Who stands for a request.
  public enum Holder: Sendable {
    case key(Grant)
    /// Nobody but the signature.
    case signature
    /// Somebody at the command line of the host.
    case operatorOfHost
  }
}

/// What becomes of it: an HTTP answer, or what a command prints.
public struct ImportAnswer: Sendable, Equatable {
  public var status: Int
  public var body: JSON
  public var headers: [Header] = []

  public struct Header: Sendable, Equatable {
    public var name: String
    public var value: String
  }

  /// The body is a problem as RFC 9457 has it.
  public var isProblem: Bool { body["type"] != nil }
  public var mediaType: String { isProblem ? "application/problem+json" : "application/json" }

  init(_ status: Int, _ body: JSON, headers: [Header] = []) {
    self.status = status
    self.body = body
    self.headers = headers
  }

  /// A problem; its kind is a section of docs/troubleshooting.md.
  static func problem(
    _ status: Int, _ kind: String, _ title: String, _ detail: String, more: [JSON.Member] = []
  ) -> ImportAnswer {
    ImportAnswer(
      status,
      .object(
        [
          .init("type", .string("urn:staffrepo:problem:\(kind)")), .init("title", .string(title)),
          .init("status", .int(status)), .init("detail", .string(detail)),
        ] + more),
      headers: status == 503 ? [Header(name: "Retry-After", value: "5")] : [])
  }
}
