import RecordSchema
import Workers

/// Bodies for `/bulkUpload`, numbered: `bulk-upload-0001.json` and so on. None of them is empty.
final class EntraBatches {
  /// Entra refuses a request with more operations.
  static let size = 50

  private let prefix: String
  private let set: ExportSet
  private var waiting: [[UInt8]] = []
  private var number = 0

  init(_ prefix: String, in set: ExportSet) {
    self.prefix = prefix
    self.set = set
  }

  func add(_ operation: [UInt8]) throws {
    waiting.append(operation)
    if waiting.count == Self.size { try write() }
  }

  func finish() throws { if !waiting.isEmpty { try write() } }

  private func write() throws {
    number += 1
    let digits = String(number)
    try set.file("\(prefix)-\(String(repeating: "0", count: max(0, 4 - digits.count)))\(digits).json") { file in
      file.write(#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":["#)
      for (place, operation) in waiting.enumerated() {
        file.write(place == 0 ? "\n" : ",\n")
        file.write(operation)
      }
      file.write("\n],\"failOnErrors\":null}\n")
      return waiting.count
    }
    waiting.removeAll(keepingCapacity: true)
  }
}

/// Everybody, for a full cycle.
final class EntraUpload: StaffFile {
  private let set: ExportSet
  private let context: StaffContext
  private let sendsDates: Bool
  private let batches: EntraBatches

  init(_ set: ExportSet, _ context: StaffContext, sendsDates: Bool) {
    self.set = set
    self.context = context
    self.sendsDates = sendsDates
    batches = EntraBatches("bulk-upload", in: set)
  }

  func take(_ members: [StaffMember]) throws {
    let (context, sendsDates) = (context, sendsDates)
    let parts = Workers.map(members, partSize: 256) { part in
      part.map { member in
        EntraUser.fault(member.person, context) == nil
          ? EntraUser.operation(member, context, sendsDates: sendsDates).bytes : nil
      }
    }
    for (member, operation) in zip(members, parts.joined()) {
      if let operation {
        try batches.add(operation)
      } else if let fault = EntraUser.fault(member.person, context) {
        set.note("\(member.person.reference): left out, \(fault)")
      }
    }
  }

  func finish() throws { try batches.finish() }
}
