import Crypto
import RecordSchema
import Workers

/// A SHA-256 over all records and what is derived of them: two lists with the same digest are the same list.
public struct StaffDigest {
  private var hash = SHA256()
  public private(set) var people = 0

  public init(_ context: StaffContext) {
    for unit in context.units.sorted {
      hash.update(data: Self.line(Unit.fields.map { .init($0.name, $0.value(unit)) }))
    }
  }

  public mutating func take(_ members: [StaffMember]) {
    let parts = Workers.map(members, partSize: 512) { part in part.flatMap(Self.line) }
    for part in parts { hash.update(data: part) }
    people += members.count
  }

  public var text: String { "sha256:" + hexadecimal(hash.finalize()) }

  private static func line(_ member: StaffMember) -> [UInt8] {
    var fields = Person.fields.map { JSON.Member($0.name, $0.value(member.person)) }
    fields.append(.init("status", .string(member.status.rawValue)))
    fields.append(.init("units", .array(member.units.map { .int($0.id.rawValue) })))
    return line(fields)
  }

  private static func line(_ members: [JSON.Member]) -> [UInt8] { JSON.object(members).bytes + [UInt8(ascii: "\n")] }
}
