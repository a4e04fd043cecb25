import RecordSchema
import Access
import Testing

@Suite struct `Grants` {
  @Test func `A grant shows sensitive fields only with their scope`() {
    let plain = Grant(key: "hr", system: "hr", scopes: [.staffRead], units: nil, expiry: nil)
    let sensitive = Grant(key: "hr", system: "hr", scopes: [.staffRead, .staffReadSensitive], units: nil, expiry: nil)
    #expect(!plain.sight.isSensitive)
    #expect(sensitive.sight.isSensitive)
  }
}
