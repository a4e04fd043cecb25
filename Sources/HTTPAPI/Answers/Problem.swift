import RecordSchema

/// What is wrong with a request, as RFC 9457 has it.
public struct Problem: Error, Sendable, Equatable {
  public let status: Int
  /// The last part of `type`; docs/troubleshooting.md has a section of this name.
  public let kind: String
  public let title: String
  public let detail: String?
  /// Further members.
  public let more: [JSON.Member]
  /// Further header fields, such as Retry-After.
  public let fields: [Field]

  public struct Field: Sendable, Equatable {
    public let name: String
    public let value: String
  }

  public init(
    _ status: Int, _ kind: String, title: String, detail: String? = nil, more: [JSON.Member] = [],
    fields: KeyValuePairs<String, String> = [:]
  ) {
    self.status = status
    self.kind = kind
    self.title = title
    self.detail = detail
    self.more = more
    self.fields = fields.map { Field(name: $0, value: $1) }
  }

  public static let mediaType = "application/problem+json"

  public var json: JSON {
    var members: [JSON.Member] = [
      .init("type", .string("urn:staffrepo:problem:\(kind)")), .init("title", .string(title)),
      .init("status", .int(status)),
    ]
    if let detail { members.append(.init("detail", .string(detail))) }
    return .object(members + more)
  }
}
