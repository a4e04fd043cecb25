import RecordSchema
import Workers

/// Bodies for `/bulkUpload`: `bulk-upload-0001.json` and so on.
final class EntraBatches: StaffFile {
  /// Entra refuses a request with more operations.
  static let size = 50

  private let prefix: String
  private let set: ExportSet
  private let context: StaffContext
  private let sendsDates: Bool
  private var waiting: [StaffMember] = []
  private var number = 0

  init(_ prefix: String, in set: ExportSet, _ context: StaffContext, sendsDates: Bool) {
    self.prefix = prefix
    self.set = set
    self.context = context
    self.sendsDates = sendsDates
  }

  func take(_ members: [StaffMember]) throws {
    for member in members {
      if let fault = EntraUser.fault(member.person) {
        set.note("\(member.person.reference): left out, \(fault)")
      } else {
        waiting.append(member)
      }
    }
    let whole = waiting.count / Self.size * Self.size
    try write(Array(waiting[..<whole]))
    waiting.removeFirst(whole)
  }

  func finish() throws { try write(waiting) }

  private func write(_ members: [StaffMember]) throws {
    let (context, sendsDates) = (context, sendsDates)
    let batches = Workers.map(members, partSize: Self.size) { batch in
      let operations = batch.map { EntraUser.operation($0, context, sendsDates: sendsDates) }
      let body: JSON = [
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": .array(operations),
        "failOnErrors": .null,
      ]
      return (bytes: body.prettyLines, count: batch.count)
    }
    for batch in batches {
      number += 1
      let digits = String(number)
      try set.file("\(prefix)-\(String(repeating: "0", count: max(0, 4 - digits.count)))\(digits).json") { file in
        file.write(batch.bytes)
        return batch.count
      }
    }
  }
}
