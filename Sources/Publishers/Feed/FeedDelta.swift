import Events
import RecordSchema
import Workers

/// The people who differ from what the system was given last; whose record is gone as `"removed":true`.
final class FeedDelta: StaffFile {
  private let set: ExportSet
  private let context: StaffContext
  private let fields: FieldSelection
  private let file: ExportFile
  private let isList: Bool
  private var differences: Differences?
  private var count = 0

  init(_ name: String, isList: Bool, _ fields: FieldSelection, in set: ExportSet, _ context: StaffContext) throws {
    (self.set, self.context, self.fields, self.isList) = (set, context, fields, isList)
    file = try set.open(name)
    if isList { file.write(FeedPublisher.start(context)) }
    differences = try Differences(name, in: set) { [unowned self] difference in
      tell((difference.new ?? difference.farewell).first ?? "")
    }
  }

  func take(_ members: [StaffMember]) throws {
    let (fields, context) = (fields, context)
    let parts = Workers.map(members, partSize: 256) { part in
      part.map { member in
        (
          member, FeedLine.text(member, fields, context, removed: false),
          FeedLine.text(member, fields, context, removed: true)
        )
      }
    }
    for (member, line, farewell) in parts.joined() {
      try differences?.take(
        RowKey(member.person.id.rawValue), [line], farewell: [farewell], isActive: member.status.isActive)
    }
  }

  func finish() throws {
    try differences?.finish()
    if isList { file.write("\n]}\n") }
    try set.close(file, rows: count)
  }

  private func tell(_ line: String) {
    file.write(isList ? (count == 0 ? "\n" : ",\n") + line : line + "\n")
    count += 1
  }
}
