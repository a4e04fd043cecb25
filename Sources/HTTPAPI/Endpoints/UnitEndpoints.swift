import Access
import HTTPTypes
import NIOCore
import RecordSchema
import Roster

/// The organisation's units.
struct UnitEndpoints: Sendable {
  var all: [Operation] { [list] }

  private var list: Operation {
    Operation(
      id: "listUnits", tag: .units, method: .get, path: "/api/units", alias: "/api/units.php",
      summary: "The organisational units, by id.",
      explanation: "A key for some units sees these and those below them.",
      entrance: .scope(.unitsRead), parameters: [.ifNoneMatch],
      answers: [
        AnswerForm(
          status: 200, explanation: "All units.",
          forms: [("application/json", ["$ref": "#/components/schemas/UnitList"])], fields: HeaderForms.units),
        .notModified,
      ], isKept: true
    ) { call in
      let query = call.query
      try query.finish()
      let state = try call.records()
      let units = try state.roster.units(call.holder().sight)
      let fields: HTTPFields = [.total: "\(units.count)", .digest: units.digest]
      return try await call.recordAnswer(state.roster, type: "application/json", fields: fields) {
        let meta =
          Listing.meta(state.roster) + [.init("total", .int(units.count)), .init("digest", .string(units.digest))]
        return .object("data", array: units.json(0..<units.count), "meta", .object(meta))
      }
    }
  }
}
