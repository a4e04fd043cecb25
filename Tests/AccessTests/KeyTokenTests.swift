import Access
import RecordSchema
import TestSupport
import Testing

@Suite struct `Keys themselves` {
  /// Computed by Python: zlib.crc32 and hashlib.sha256.
  static let known = [
    "stf_0000000000000000000000000000002C8GjS": "8771db3f3d58faa9d2b95f5ebaa3c6102799bda2e8a920074c72fb69c720200f",
    "stf_zzzzzzzzzzzzzzzzzzzzzzzzzzzzzz4IlJEz": "e3591abf92a306ace793a8124592e6a1fca80902c3a582ca67248bd3bf4eb58f",
    "stf_0123456789ABCDEFGHIJKLMNOPQRST4PMbyp": "f0e04734c0df7594f5b6166ea30e0505ee272cdd3437c1f72a214dcfa8dab7e4",
    "stf_abcdefghijklmnopqrstuvwxyz01232LolCm": "7ccb52b93166060a8270aa5f80af6d3f6cd66574662b89905ffabae1c15a4a7d",
    // Its checksum begins with zeros.
    "stf_i3LdrxhJucQwPEWT4CKGkfbDWwFXdK000ZfW": "a8d2d8fe368e6a5025aa9d6d894bd944ff74145a52171746304885b477f84773",
  ]

  @Test(arguments: known.keys.sorted())
  func `A key with the checksum that zlib computes is well formed`(_ key: String) {
    #expect(KeyToken.isWellFormed(key))
    #expect(KeyToken.isWellFormed(Substring(key)))
  }

  @Test(arguments: known.keys.sorted())
  func `The ring knows a key by the hash that hashlib computes`(_ key: String) throws {
    var record = APIKey(name: "hr")
    record.keyHash = "sha256:" + (try #require(Self.known[key]))
    #expect(KeyRing([record], in: .utc).grant(for: key, at: Instant(seconds: 0))?.key == "hr")
  }

  @Test func `A minted key is well formed, and its hash and hint are its own`() {
    var random = SeededRandom(1)
    for _ in 0..<1000 {
      let token = KeyToken.mint(using: &random)
      #expect(KeyToken.isWellFormed(token.text))
      #expect(token.text.hasSuffix(token.hint))
      #expect(token.hint.count == 4)
      var record = APIKey(name: "hr")
      record.keyHash = token.hash
      #expect(KeyRing([record], in: .utc).grant(for: token.text, at: Instant(seconds: 0)) != nil)
    }
  }

  @Test func `Every character is as likely as any other`() {
    var random = SeededRandom(2)
    var counts: [Character: Int] = [:]
    let keys = 20_000
    for _ in 0..<keys {
      for character in KeyToken.mint(using: &random).text.dropFirst(4).prefix(30) { counts[character, default: 0] += 1 }
    }
    let expected = Double(keys * 30) / 62
    // The sum of squares is 61 on average, with a deviation of 11; bytes taken modulo 62 would make it thousands.
    let squares = counts.values.reduce(0.0) { $0 + (Double($1) - expected) * (Double($1) - expected) / expected }
    #expect(counts.count == 62)
    #expect(squares < 61 + 6 * 11)
  }

  @Test(arguments: [
    "", "stf_", "stf_0000000000000000000000000000002C8Gj", "stf_0000000000000000000000000000002C8GjSS",
    " stf_0000000000000000000000000000002C8GjS", "STF_0000000000000000000000000000002C8GjS",
    "stf-0000000000000000000000000000002C8GjS", "stf_000000000000000000000000000000\u{e9}C8GjS",
    "stf_0000000000000000000000000000002c8gjs", "stf_00000000000000000000000000000_2C8GjS",
  ])
  func `What is no key is not taken for one`(_ text: String) {
    #expect(!KeyToken.isWellFormed(text))
  }

  @Test func `A million slips of one character are all told by the checksum`() {
    var random = SeededRandom(3)
    let prefixes = Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_. ".utf8)
    var accepted: [String] = []
    var tried = 0
    while tried < 1_000_000 {
      let key = Array(KeyToken.mint(using: &random).text.utf8)
      // Each place of each key once, so that no place is left out by chance.
      for place in key.indices {
        var slip = key
        let others = place < 4 ? prefixes : KeyFormat.digits
        repeat { slip[place] = others[Int.random(in: others.indices, using: &random)] } while slip[place] == key[place]
        let text = String(decoding: slip, as: UTF8.self)
        if KeyToken.isWellFormed(text) { accepted.append(text) }
        tried += 1
      }
    }
    #expect(accepted == [])
    #expect(tried >= 1_000_000)
  }
}
