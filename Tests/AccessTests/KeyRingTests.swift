import Access
import RecordSchema
import Records
import TestSupport
import Testing

@Suite struct `Key rings` {
  private let token: KeyToken
  private var key = APIKey(name: "digital-id")

  init() {
    var random = SeededRandom(11)
    token = KeyToken.mint(using: &random)
    key.system = "digital-id"
    key.keyHash = token.hash
    key.scopes = ["staff:read", "photos:read"]
  }

  private func grant(_ keys: [APIKey], at time: String, in zone: TimeZoneRules = .utc) throws -> Grant? {
    KeyRing(keys, in: zone).grant(for: token.text, at: try #require(Instant(time)))
  }

  @Test func `A good key is granted what its file says`() throws {
    var key = key
    key.units = [UnitCode("care-services")]
    key.expiresAt = "2027-03-09"
    let grant = try #require(try grant([key], at: "2026-06-01T00:00:00Z"))
    #expect(grant.key == "digital-id")
    #expect(grant.system == "digital-id")
    #expect(grant.scopes == [.staffRead, .photosRead])
    #expect(grant.units == [UnitCode("care-services")])
    #expect(grant.expiry == Instant("2027-03-09T00:00:00Z"))
    #expect(grant.keyHash == token.hash)
    #expect(!grant.sight.isSensitive)
  }

  @Test func `A key without units sees everybody, and one with an empty list nobody`() throws {
    var key = key
    #expect(try grant([key], at: "2026-06-01T00:00:00Z")?.sight == Sight())
    key.units = []
    #expect(try grant([key], at: "2026-06-01T00:00:00Z")?.sight == Sight(units: []))
  }

  @Test func `Sensitive fields are seen only with their scope`() throws {
    var key = key
    key.scopes.append("staff:read-sensitive")
    #expect(try grant([key], at: "2026-06-01T00:00:00Z")?.sight.isSensitive == true)
  }

  @Test(
    arguments: [
      (nil, nil, "2026-06-01T00:00:00Z", true),
      // A date ends the key at its beginning, as the warning about expired keys has it.
      ("2026-06-01", nil, "2026-05-31T23:59:59Z", true), ("2026-06-01", nil, "2026-06-01T00:00:00Z", false),
      ("2026-06-01T10:30:00Z", nil, "2026-06-01T10:29:59Z", true),
      ("2026-06-01T10:30:00Z", nil, "2026-06-01T10:30:00Z", false),
      (nil, "2026-06-01", "2026-05-31T23:59:59Z", true), (nil, "2026-06-01", "2026-06-01T00:00:00Z", false),
      // A revocation that is to come comes at its time.
      (nil, "2026-07-01T00:00:00Z", "2026-06-30T23:59:59Z", true),
      (nil, "2026-07-01T00:00:00Z", "2026-07-01T00:00:00Z", false),
      ("2027-01-01", "2026-06-01", "2026-06-02T00:00:00Z", false),
      ("2026-06-01", "2027-01-01", "2026-06-02T00:00:00Z", false),
    ] as [(String?, String?, String, Bool)])
  func `A key holds until it expires or is revoked`(
    _ expires: String?, _ revoked: String?, _ time: String, _ isGood: Bool
  ) throws {
    var key = key
    key.expiresAt = expires
    key.revokedAt = revoked
    #expect(try (grant([key], at: time) != nil) == isGood)
  }

  @Test func `A day begins where the organisation is`() throws {
    let auckland = try #require(TimeZoneRules.named("Pacific/Auckland"))
    var key = key
    key.expiresAt = "2026-06-01"
    #expect(try grant([key], at: "2026-05-31T11:59:59Z", in: auckland) != nil)
    #expect(try grant([key], at: "2026-05-31T12:00:00Z", in: auckland) == nil)
  }

  @Test func `Every one of many keys is found, and no other`() throws {
    var random = SeededRandom(12)
    let tokens = (0..<300).map { _ in KeyToken.mint(using: &random) }
    let ring = KeyRing(
      tokens.enumerated().map { number, token in
        var key = APIKey(name: "key-\(number)")
        key.keyHash = token.hash
        return key
      }, in: .utc)
    for (number, token) in tokens.enumerated() {
      #expect(ring.grant(for: token.text, at: Instant(seconds: 0))?.key == "key-\(number)")
    }
    for _ in 0..<300 {
      #expect(ring.grant(for: KeyToken.mint(using: &random).text, at: Instant(seconds: 0)) == nil)
    }
  }

  @Test func `Nobody is granted anything by an empty ring`() throws {
    #expect(try grant([], at: "2026-06-01T00:00:00Z") == nil)
    #expect(KeyRing([], in: .utc).grant(for: token.text, at: Instant(milliseconds: .min)) == nil)
  }

  @Test func `The same key in two files ends with the first of them`() throws {
    var copy = key
    copy.name = "zz-copy"
    copy.revokedAt = "2026-05-01"
    #expect(try grant([key, copy], at: "2026-04-30T00:00:00Z")?.key == "digital-id")
    #expect(try grant([key, copy], at: "2026-06-01T00:00:00Z") == nil)
    #expect(try grant([copy, key], at: "2026-06-01T00:00:00Z") == nil)
  }

  @Test func `A hash that is none opens nothing`() throws {
    var key = key
    key.keyHash = String(token.hash.dropLast())
    #expect(try grant([key], at: "2026-06-01T00:00:00Z") == nil)
    key.keyHash = token.hash.uppercased()
    #expect(try grant([key], at: "2026-06-01T00:00:00Z") == nil)
  }
}
