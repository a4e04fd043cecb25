import Crypto
import RecordSchema
import Recruitment
import Testing

@Suite struct `A message of Greenhouse` {
  static let settings = """
    recruitment:
      sources:
        greenhouse:
          format: greenhouse
          secret: file:greenhouse
          fields: {organisational_unit: /payload/application/offer/custom_fields/unit/value}

    """

  static let message = """
    {"action":"hire_candidate","payload":{"application":{"id":46194062,"candidate":{"id":1,"first_name":"Jos\\u00e9",
    "last_name":"Nuñez","email_addresses":[{"value":"jose@home.example","type":"personal"}]},
    "jobs":[{"id":3,"name":"Nurse","departments":[{"id":5,"name":"Care Team"}]}],
    "offer":{"id":9,"starts_at":"2026-07-01","custom_fields":{"unit":{"type":"short_text","value":"team-o"}}}}}}
    """

  static func signature(_ body: String, _ key: String = "s3cret") -> String {
    let code = HMAC<SHA256>.authenticationCode(for: Array(body.utf8), using: SymmetricKey(data: Array(key.utf8)))
    return "sha256 " + hexadecimal(code)
  }

  private func send(_ body: String, _ signature: String?, to house: HiringHouse) -> ImportAnswer {
    house.send(body, as: nil) { $0.signature = signature }
  }

  @Test func `becomes a hire with a work address and never the candidate's own`() throws {
    let house = try HiringHouse(Self.settings)
    let answer = send(Self.message, Self.signature(Self.message), to: house)
    #expect(answer.status == 202)
    #expect(answer.body["source_id"] == "46194062")
    let file = try house.file("data/people/EMP003.yaml", at: "recruitment/greenhouse/46194062")
    #expect(file.contains("first_name: José\n") && file.contains("email: jose.nunez@example.org\n"))
    #expect(
      file.contains("  - team-o\n") && file.contains("job_title: Nurse\n")
        && file.contains("employment_start_date: 2026-07-01\n"))
    #expect(file.contains("greenhouse: \"46194062\"\n") && !file.contains("home.example"))
    #expect(send(Self.message, Self.signature(Self.message), to: house).body["repeated"] == true)
  }

  @Test func `counts by the signature over its very bytes`() throws {
    let house = try HiringHouse(Self.settings)
    #expect(send(Self.message + " ", Self.signature(Self.message), to: house).status == 401)
    #expect(send(Self.message, Self.signature(Self.message, "other"), to: house).status == 401)
    #expect(send(Self.message, "sha256 " + String(repeating: "0", count: 63), to: house).status == 401)
    #expect(send(Self.message, "", to: house).status == 401)
    #expect(send(Self.message, nil, to: house).status == 401)
    #expect(try house.branches() == ["main"])
    let plain = try HiringHouse()
    #expect(send(Self.message, Self.signature(Self.message), to: plain).status == 401)
  }

  @Test(
    arguments: [
      ("greenhouse", nil, 401), ("greenhouse", "greenhouse", 401), ("hub", "greenhouse", 401),
      ("entra", "greenhouse", 403),
    ] as [(String, String?, Int)])
  func `is taken from no key without its signature`(_ system: String, _ source: String?, _ status: Int) throws {
    let house = try HiringHouse(
      Self.settings.replacing(
        "format: greenhouse", with: "format: greenhouse\n      landing: direct\n      systems: [hub]"))
    for body in [Self.message, "{\"action\":\"ping\"}", "{}"] {
      let answer = house.send(body, as: HiringHouse.grant(system)) { $0.source = source }
      #expect(answer.status == status)
    }
    #expect(try house.branches() == ["main"] && house.git("rev-list", "--count", "main") == "1\n")
    let signed = house.send(Self.message, as: HiringHouse.grant(system)) {
      ($0.source, $0.signature) = (source, Self.signature(Self.message))
    }
    #expect(signed.status == 201)
  }

  @Test(arguments: [("greenhouse", 202), ("hub", 202), ("entra", 403)])
  func `is taken from the keys that may speak for it where nobody signs`(_ system: String, _ status: Int) throws {
    let house = try HiringHouse(
      Self.settings.replacing("secret: file:greenhouse", with: "systems: [hub]"))
    let answer = house.send(Self.message, as: HiringHouse.grant(system)) { $0.source = "greenhouse" }
    #expect(answer.status == status)
  }

  @Test func `of a key's own system is no form for what it hands over in another's name`() throws {
    let house = try HiringHouse(Self.settings + "    workday: {systems: [greenhouse]}\n")
    let answer = house.send(hire("W-1"), as: HiringHouse.grant("greenhouse")) { $0.source = "workday" }
    #expect(answer.status == 202 && answer.body["source_system"] == "workday")
  }

  @Test func `that asks for nothing is answered, and does nothing`() throws {
    let house = try HiringHouse(Self.settings)
    for (body, state) in [
      ("{\"action\":\"ping\",\"payload\":{}}", "pong"), ("{\"action\":\"candidate_stage_change\"}", "ignored"),
    ] {
      let answer = send(body, Self.signature(body), to: house)
      #expect(answer.status == 200 && answer.state == .string(state))
    }
    #expect(try house.branches() == ["main"])
  }

  @Test func `is refused at the place where something is missing`() throws {
    let house = try HiringHouse(Self.settings)
    let body = Self.message.replacing("\"starts_at\":\"2026-07-01\",", with: "").replacing("team-o", with: "nowhere")
    #expect(
      send(body, Self.signature(body), to: house).faults == [
        "S001 /payload/application/offer/starts_at",
        "P015 /payload/application/offer/custom_fields/unit/value",
      ])
  }
}
