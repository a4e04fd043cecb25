import RecordSchema

/// Everything that the API does, in the order of the document.
struct Endpoints: Sendable {
  let all: [Operation]

  init(_ surroundings: Surroundings) {
    let files = BlockingWork(threads: 4)
    let staff = StaffEndpoints(surroundings, files)
    let organisation = UnitEndpoints()
    let exports = ExportEndpoints(surroundings, files)
    let writing = WritingEndpoints(surroundings)
    let operating = OperatingEndpoints(surroundings, files)
    let listed =
      staff.all + organisation.all + exports.all + writing.all + operating.all
    let document = OpenAPIDocument(listed + [OperatingEndpoints.document { .null }], surroundings.forms).json
    all = listed + [OperatingEndpoints.document { document }]
  }
}
