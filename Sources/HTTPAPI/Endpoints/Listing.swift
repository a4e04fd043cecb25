import HTTPTypes
import HummingbirdCore
import NIOCore
import RecordSchema
import Roster

/// A page of a selection, or all of it, in one of the forms.
struct Listing: Sendable {
  private let roster: Roster
  private let selection: Selection
  private let full: Selection?
  private let form: Representation
  private let page: Int
  private let perPage: Int?
  private let range: Range<Int>

  init(roster: Roster, selection: Selection, full: Selection?, form: Representation, page: Int, perPage: Int?) {
    (self.roster, self.selection, self.full, self.form, self.page) = (roster, selection, full, form, page)
    self.perPage = perPage ?? (form == .json ? 100 : nil)
    let size = self.perPage ?? max(1, selection.count)
    let start = min(selection.count, (page - 1) * size)
    range = start..<min(selection.count, start + size)
  }

  static func meta(_ roster: Roster) -> [JSON.Member] {
    [
      .init("organisation_id", .int(roster.organisation)), .init("commit", .string(roster.commit)),
      .init("as_of", .string("\(roster.asOf)")), .init("cursor", .string(cursor(roster))),
    ]
  }

  private static func cursor(_ roster: Roster) -> String { "\(roster.commit)@\(roster.asOf)" }

  private var meta: JSON {
    var meta = Self.meta(roster)
    meta += [
      .init("page", .int(page)), .init("per_page", .int(perPage ?? selection.count)),
      .init("total", .int(selection.count)), .init("digest", .string(selection.digest)),
    ]
    if let full { meta.append(.init("full", ["total": .int(full.count), "digest": .string(full.digest)])) }
    return .object(meta)
  }

  func fields(_ call: Call) -> HTTPFields {
    var fields: HTTPFields = [
      .total: "\(selection.count)", .digest: selection.digest, .cursor: Self.cursor(roster),
    ]
    if let full { (fields[.fullTotal], fields[.fullDigest]) = ("\(full.count)", full.digest) }
    let links = links(call)
    if !links.isEmpty { fields[.link] = links.joined(separator: ", ") }
    return fields
  }

  /// Relative addresses: what a proxy calls this place is its own affair.
  private func links(_ call: Call) -> [String] {
    guard let perPage else { return [] }
    let last = max(1, (selection.count + perPage - 1) / perPage)
    let others = call.queryText.split(separator: "&").filter { !$0.hasPrefix("page=") }
    let path = (call.request.head.path ?? "").prefix { $0 != "?" }
    func link(_ number: Int, _ relation: String) -> String {
      "<\(path)?\((others + ["page=\(number)"]).joined(separator: "&"))>; rel=\"\(relation)\""
    }
    var links: [String] = []
    if page > 1 { links += [link(1, "first"), link(min(page - 1, last), "prev")] }
    if page < last { links += [link(page + 1, "next"), link(last, "last")] }
    return links
  }

  /// Too much to be held as a whole for each who asks.
  var isLarge: Bool { range.count > 1000 }

  private static let pieceSize = 256

  var pieces: Int { max(1, (range.count + Self.pieceSize - 1) / Self.pieceSize) }

  /// Of a large one, which is never JSON: its pages are small.
  func piece(_ number: Int) -> ByteBuffer {
    let start = range.lowerBound + number * Self.pieceSize
    let part = start..<min(range.upperBound, start + Self.pieceSize)
    guard form == .csv else { return ByteBuffer(bytes: selection.ndjson(part)) }
    return ByteBuffer(bytes: (number == 0 ? selection.csvHeader : []) + selection.csv(part))
  }

  var bytes: ByteBuffer {
    switch form {
    case .ndjson: return ByteBuffer(bytes: selection.ndjson(range))
    case .csv: return ByteBuffer(bytes: selection.csvHeader + selection.csv(range))
    case .json: return .object("data", array: selection.json(range), "meta", meta)
    }
  }
}

extension ByteBuffer {
  /// `{"data":[...],"meta":{...}}`, of which the array's inside is ready.
  static func object(_ name: String, array: [UInt8], _ other: String, _ value: JSON) -> ByteBuffer {
    var bytes = ByteBuffer(string: "{\"\(name)\":[")
    bytes.writeBytes(array)
    bytes.writeString("],\"\(other)\":")
    bytes.writeBytes(value.bytes)
    bytes.writeString("}")
    return bytes
  }
}
