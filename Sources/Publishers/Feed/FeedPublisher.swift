import Events
import RecordSchema

/// Lists of people for apps and whatever else reads them: JSON, NDJSON or CSV. A person's data are those of events.
struct FeedPublisher {
  private let fields: FieldSelection

  /// - Parameter sensitive: fields that are not in a feed unless the option `fields` names them.
  init(_ settings: Configuration.SystemSettings, sensitive: Set<String>) {
    let names = settings.options["fields"]?.split { $0 == "," || $0 == " " }.map { String($0) }
    fields = FieldSelection(allowed: names, sensitive: sensitive)
  }

  func files(of profile: String, in set: ExportSet, _ context: StaffContext) throws -> [any StaffFile] {
    switch profile {
    case "feed-json": [try whole("staff.json", start: Self.start(context), separator: ",", end: "\n]}\n", set, context)]
    case "feed-ndjson": [try whole("staff.ndjson", set, context)]
    case "feed-json-delta": [try FeedDelta("staff-delta.json", isList: true, fields, in: set, context)]
    case "feed-ndjson-delta": [try FeedDelta("staff-delta.ndjson", isList: false, fields, in: set, context)]
    default: []
    }
  }

  private func whole(
    _ name: String, start: String = "", separator: String = "", end: String = "", _ set: ExportSet,
    _ context: StaffContext
  ) throws -> any StaffFile {
    let fields = fields
    let isList = !separator.isEmpty
    return try PersonLines(name, in: set, start: start, separator: separator, end: end) { member in
      let line = FeedLine.text(member, fields, context, removed: false)
      return Array((isList ? "\n" + line : line + "\n").utf8)
    }
  }

  static func start(_ context: StaffContext) -> String {
    """
    {"organisation_id":\(context.organisation.id),"commit":\(JSON.string(context.commit).text),\
    "as_of":"\(context.asOf)","people":[
    """
  }

  static func tables(of profile: String) -> [ReadyTable] {
    switch profile {
    case "feed-csv": [ReadyTable("staff.csv", "columns:\n" + columns)]
    case "feed-csv-delta":
      [
        ReadyTable(
          "staff-delta.csv",
          "# Those who differ from what the system was given last.\ncontent: delta\ncolumns:\n  - change\n" + columns)
      ]
    default: []
    }
  }

  private static let columns = """
      - id
      - employee_reference
      - first_name
      - last_name
      - preferred_name
      - email
      - job_title
      - employment_start_date
      - employment_end_date
      - status
      - is_active
      - line_manager
      - unit_codes
      - unit_names
      - photo_path
    """
}

/// A person as one line of JSON.
enum FeedLine {
  static func text(_ member: StaffMember, _ fields: FieldSelection, _ context: StaffContext, removed: Bool) -> String {
    let state = PersonState(member.person, on: context.asOf, units: context.units) { _ in nil }
    var data = fields.data(state.data(removed: removed))
    if removed { data.append(.init("removed", true)) }
    return JSON.object(data).text
  }
}
