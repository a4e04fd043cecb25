import Testing

@testable import Publishers

@Suite struct `Signatures` {
  @Test(arguments: [
    (
      "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, #"{"test": 2432232314}"#,
      "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    ),
    (
      "whsec_MDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAw", "msg_1", 1_767_603_600,
      #"{"type":"staff.created","timestamp":"2026-01-05T09:00:00Z","data":{"id":"E1001"}}"#,
      "v1,yVbtkcDYIXGsOkeUuezVagy6BcEB7J0wPWLIFXZE4x4="
    ),
    (
      "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==",
      "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, #"{"test": 2432232314}"#,
      "v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg=="
    ),
    (
      "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbc", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330,
      #"{"test": 2432232314}"#,
      "v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg=="
    ),
  ])
  func `are those of the known vectors`(secret: String, id: String, time: Int, body: String, signature: String) throws {
    let secret = try #require(WebhookSecret(secret))
    #expect(secret.verifier.verifies(header: signature, id: id, timestamp: Int64(time), body: Array(body.utf8)))
    let own = secret.signature(id: id, timestamp: Int64(time), body: Array(body.utf8))
    #expect(own == signature)
  }

  @Test func `are checked with the public key that the secret shows`() throws {
    let text = "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg=="
    let secret = try #require(WebhookSecret(text))
    #expect(secret.publicKey == "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=")
    #expect(WebhookSecret("plain words")?.publicKey == nil)
    let verifier = try #require(secret.publicKey.flatMap(WebhookVerifier.init))
    let shared = try #require(WebhookSecret("plain words"))
    let body = Array("{}".utf8)
    let both = [shared, secret].map { $0.signature(id: "a", timestamp: 1, body: body) }.joined(separator: " ")
    #expect(verifier.verifies(header: both, id: "a", timestamp: 1, body: body))
    #expect(shared.verifier.verifies(header: both, id: "a", timestamp: 1, body: body))
    #expect(!verifier.verifies(header: both, id: "a", timestamp: 2, body: body))
  }

  @Test(arguments: ["plain words", "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbc"])
  func `verify what they signed and nothing else`(text: String) throws {
    let secret = try #require(WebhookSecret(text))
    let check = secret.verifier
    let body = Array("{}".utf8)
    let good = secret.signature(id: "a", timestamp: 1, body: body)
    #expect(check.verifies(header: good, id: "a", timestamp: 1, body: body))
    #expect(check.verifies(header: "v1,AAAA v1a,xyz \(good)", id: "a", timestamp: 1, body: body))
    for (header, id, time, bytes) in [
      (good, "b", Int64(1), body), (good, "a", 2, body), (good, "a", 1, body + [32]), ("", "a", 1, body),
      (String(good.dropFirst(3)), "a", 1, body),
    ] {
      #expect(!check.verifies(header: header, id: id, timestamp: time, body: bytes))
    }
    let other = try #require(WebhookVerifier("other words"))
    #expect(!other.verifies(header: good, id: "a", timestamp: 1, body: body))
  }

  @Test(arguments: [
    "whsec_", "whsec_***", "", "whsk_", "whsk_AAAA", "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=",
    // The public half is another's.
    "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvw==",
  ])
  func `have no broken secrets`(text: String) {
    #expect(WebhookSecret(text) == nil)
  }
}
