import Access
import FileStore
import RecordSchema
import Recruitment
import Testing

@Suite struct `A stranger` {
  static let settings = """
    recruitment:
      sources:
        workday: {secret: file:workday}
        hub: {secret: file:hub}

    """

  private func body(_ system: String) -> String {
    hire("A-1").replacing("{\"source_reference\"", with: "{\"source_system\":\"\(system)\",\"source_reference\"")
  }

  private func send(_ body: String, _ signature: String?, _ key: String, to house: HiringHouse) -> ImportAnswer {
    house.send(body, as: nil) { ($0.signature, $0.idempotencyKey) = (signature, key) }
  }

  @Test func `leaves nothing behind, and takes nobody's Idempotency-Key`() throws {
    let house = try HiringHouse(Self.settings)
    #expect(send("junk", "sha256 00", "W-1/1", to: house).status == 401)
    #expect(send("junk", nil, "W-1/1", to: house).status == 401)
    #expect(house.send(body("workday"), as: HiringHouse.grant("workday")).status == 401)
    #expect(!FileStore.exists(house.host.folder + "/imports.sqlite"))
    let signature = `A message of Greenhouse`.signature(body("workday"))
    #expect(send(body("workday"), signature, "W-1/1", to: house).status == 202)
    #expect(send(body("workday"), signature, "W-1/1", to: house).status == 200)
    #expect(try ImportLog(house.host.folder + "/imports.sqlite").entries().map(\.system) == ["workday"])
  }

  @Test func `waits for no import that is under way`() throws {
    let house = try HiringHouse(Self.settings)
    try FileStore.makeDirectory(house.host.folder)
    let lock = try FileLock("\(house.host.folder)/imports.lock", waiting: 0)
    #expect(lock != nil)
    // Whoever waited would do so for minutes, and then be told that another import is under way.
    #expect(send("junk", "sha256 00", "W-1/1", to: house).status == 401)
    withExtendedLifetime(lock) {}
  }
}

@Suite struct `Sources that sign` {
  @Test func `have Idempotency-Keys of their own`() throws {
    let house = try HiringHouse(`A stranger`.settings, secret: { "\($0)" })
    for source in ["workday", "hub"] {
      let body = hire("A-1", ["email": "\(source)@example.org"])
      let answer = house.send(body, as: nil) {
        $0.signature = `A message of Greenhouse`.signature(body, "file:\(source)")
        $0.idempotencyKey = "1"
      }
      #expect(answer.status == 202 && answer.body["source_system"] == .string(source))
    }
  }
}
