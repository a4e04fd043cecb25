import Access
import HTTPTypes
import NIOCore
import RecordSchema
import Roster

/// Lists of people, one person, and what they look like.
struct StaffEndpoints: Sendable {
  private let surroundings: Surroundings
  private let files: BlockingWork

  init(_ surroundings: Surroundings, _ files: BlockingWork) {
    self.surroundings = surroundings
    self.files = files
  }

  var all: [Operation] { [list, person, image("photo"), image("signature")] }

  // MARK: Lists

  private var list: Operation {
    Operation(
      id: "listStaff", tag: .staff, method: .get, path: "/api/staff-data", alias: "/api/staff-data.php",
      summary: "The people whom the key may see, by id.",
      explanation:
        "Active people, unless include_inactive says all. With updated_since those who differ since then, and how: who left, was removed, or left the selection is among them as well. As NDJSON or CSV everybody comes in one answer unless per_page is given.",
      entrance: .scope(.staffRead),
      parameters: [
        .flag(
          "include_inactive", "1: those as well who are not active: who left, is not there yet, or was deactivated."),
        .text("unit", "Members of this unit, or one below it: its code, or its id.", limit: 128),
        .text(
          "q", "Words that must all begin a word of the name, the reference, the e-mail address or the job title.",
          limit: 256),
        .number("id", "The person of this id.", 1...9_007_199_254_740_991),
        .text("employee_reference", "The person of this reference, in whatever case.", limit: 64),
        .text(
          "updated_since",
          "Only who differs since then: the meta.cursor of an earlier answer, a commit, a time (2026-01-15T10:30:00Z) or a date. 410: it is not known here; fetch everything.",
          limit: 128),
        .number("page", "From 1 on.", 1...1_000_000),
        .number("per_page", "People on a page; 100 if not given.", 1...1000),
        .choice("format", "The form, instead of Accept.", Representation.allCases.map(\.rawValue)),
        .ifNoneMatch,
      ],
      answers: [
        AnswerForm(
          status: 200, explanation: "A page of people, or all.",
          forms: [
            (Representation.json.mediaType, ["$ref": "#/components/schemas/StaffList"]),
            (Representation.ndjson.mediaType, ["type": "string"]), ("text/csv", ["type": "string"]),
          ], fields: HeaderForms.list),
        .notModified, .problem(400, "A parameter cannot be used."),
        .problem(406, "There is no such form."),
        .problem(410, "updated_since is no commit of the branch, or of too long ago: fetch everything."),
      ], isKept: true, run: list)
  }

  /// What a list was asked for.
  private struct Wish {
    var query = StaffQuery()
    var since: Since?
    var page = 1
    var perPage: Int?
    let form: Representation
  }

  private func wish(_ call: Call, _ state: Snapshot) throws -> Wish {
    var query = call.query
    let format = query.choice("format", of: Representation.self)
    let unit = query.text("unit", atMost: 128)
    let (page, perPage) = (query.number("page", in: 1...1_000_000), query.number("per_page", in: 1...1000))
    var staff = StaffQuery()
    staff.includesInactive = query.flag("include_inactive")
    staff.text = query.text("q", atMost: 256)
    staff.id = query.number("id", in: 1...9_007_199_254_740_991).map { PersonID($0) }
    staff.reference = query.text("employee_reference", atMost: 64).map { EmployeeReference($0) }
    let moment = query.text("updated_since", atMost: 128)
    let since = moment.flatMap { Since($0) }
    if moment != nil, since == nil {
      query.wrong(
        "updated_since", "updated_since is a cursor, a commit, a date or a time such as 2026-01-15T10:30:00Z.")
    }
    if let unit {
      staff.unit = try state.roster.unit(unit, call.holder().sight)?.code
      if staff.unit == nil { query.wrong("unit", "There is no unit '\(unit)'. GET /api/units lists them.") }
    }
    try query.finish()
    guard let form = format ?? Representation(accept: call.header(.accept)) else {
      throw Problem.notAcceptable(Representation.allCases.map(\.mediaType))
    }
    return Wish(query: staff, since: since, page: page ?? 1, perPage: perPage, form: form)
  }

  private func list(_ call: Call) async throws -> Answer {
    let state = try call.records()
    let sight = try call.holder().sight
    let wish = try wish(call, state)
    let shown: (roster: Roster, people: Selection, full: Selection?)
    if let since = wish.since {
      let changes = try await changes(since, wish.query, sight)
      shown = (changes.roster, changes.people, changes.full)
    } else {
      shown = (state.roster, state.roster.people(wish.query, sight), nil)
    }
    let listing = Listing(
      roster: shown.roster, selection: shown.people, full: shown.full, form: wish.form, page: wish.page,
      perPage: wish.perPage)
    let (type, fields) = (wish.form.mediaType, listing.fields(call))
    if listing.isLarge {
      return try call.streamedAnswer(shown.roster, type: type, fields: fields, pieces: listing.pieces) {
        listing.piece($0)
      }
    }
    return try await call.recordAnswer(shown.roster, type: type, fields: fields) { listing.bytes }
  }

  private func changes(_ since: Since, _ query: StaffQuery, _ sight: Sight) async throws -> StaffChanges {
    do {
      return try await files.run { try surroundings.records.changes(since, query, sight) }
    } catch let error as StaleCopy {
      throw Problem(
        410, "resync", title: "Fetch everything",
        detail: "\(error) Fetch all people with include_inactive=1, and go on from the new cursor.")
    }
  }

  // MARK: One person

  private var person: Operation {
    Operation(
      id: "getPerson", tag: .staff, method: .get, path: "/api/staff-data/{person}",
      summary: "One person, active or not.",
      explanation: "Digits that are somebody's id are that id; all else is a reference, in whatever case.",
      entrance: .scope(.staffRead),
      parameters: [
        .person, Self.naming,
        .ifNoneMatch,
      ],
      answers: [
        AnswerForm(
          status: 200, explanation: "The person.",
          forms: [("application/json", ["$ref": "#/components/schemas/OnePerson"])], fields: HeaderForms.records),
        .notModified, .problem(400, "A parameter cannot be used."), .unknown("person"),
      ], isKept: true
    ) { call in
      let state = try call.records()
      let found = try find(call, state)
      return try await call.recordAnswer(state.roster, type: "application/json") {
        var bytes = ByteBuffer(string: #"{"data":"#)
        bytes.writeBytes(found.json)
        bytes.writeString(#","meta":"#)
        bytes.writeBytes(JSON.object(Listing.meta(state.roster)).bytes)
        bytes.writeString("}")
        return bytes
      }
    }
  }

  private enum Naming: String, CaseIterable {
    case id, reference
  }

  /// Whoever stores ids says so: where nobody has this id any more, digits could be somebody's reference.
  private static let naming = Parameter.choice(
    "by", "What the address holds, where it could be either.", Naming.allCases.map(\.rawValue))

  private func find(_ call: Call, _ state: Snapshot) throws -> RosterPerson {
    var query = call.query
    let naming = query.choice("by", of: Naming.self)
    try query.finish()
    let text = call.values["person"] ?? ""
    let sight = try call.holder().sight
    var found: RosterPerson?
    if naming != .reference, text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
      let id = Int(text)
    {
      found = state.roster.person(PersonID(id), sight)
    }
    if found == nil, naming != .id { found = state.roster.person(EmployeeReference(text), sight) }
    guard let found else { throw Problem.unknown("person") }
    return found
  }

  // MARK: Images

  private func image(_ kind: String) -> Operation {
    Operation(
      id: kind == "photo" ? "getPhoto" : "getSignature", tag: .staff, method: .get,
      path: kind == "photo" ? "/api/staff-data/{person}/photo" : "/api/staff-data/{person}/signature",
      summary: kind == "photo" ? "A person's photo, while it is approved." : "A person's signature.",
      entrance: .scope(.photosRead), parameters: [.person, Self.naming, .ifNoneMatch],
      answers: [
        AnswerForm(
          status: 200, explanation: "The image.",
          forms: ["image/jpeg", "image/png", "image/webp"].map { ($0, ["type": "string", "format": "binary"]) },
          fields: HeaderForms.records),
        .notModified, .problem(400, "A parameter cannot be used."), .unknown(kind),
      ]
    ) { call in
      let state = try call.records()
      let (person, sight) = (try find(call, state), try call.holder().sight)
      let found =
        kind == "photo" ? state.roster.photo(of: person.id, sight) : state.roster.signature(of: person.id, sight)
      guard let image = found else { throw Problem.unknown(kind) }
      let fields: HTTPFields = [
        .eTag: "\"\(image.blob)\"", .cacheControl: "private, no-cache", .vary: "Authorization, X-API-Key",
        .commit: state.roster.commit, .asOf: "\(state.roster.asOf)", .noSniff: "nosniff",
      ]
      if let known = call.header(.ifNoneMatch), let tag = fields[.eTag], Tag.list(known, contains: tag) {
        return .notModified(fields)
      }
      guard let (format, bytes) = try await files.run({ try image.read() }) else { throw Problem.unknown(kind) }
      var answer = Answer(bytes: ByteBuffer(bytes: bytes), type: format.mediaType)
      answer.fields.append(contentsOf: fields)
      return answer
    }
  }
}
