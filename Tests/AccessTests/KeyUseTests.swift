import Access
import RecordSchema
import TestSupport
import Testing

@Suite struct `Use of keys` {
  private let scratch: Scratch
  private let now = Instant(seconds: 1_800_000_000)

  init() throws { scratch = try Scratch() }

  private var path: String { "\(scratch.path)/staffrepo/keys.sqlite" }

  private func grant(_ hash: String) -> Grant {
    Grant(key: "hr", system: "hr", scopes: [.staffRead], units: nil, expiry: nil, keyHash: hash)
  }

  @Test func `What was counted is read back, once it is written down`() throws {
    let use = KeyUse(path: path)
    #expect(try KeyUse.read(path) == [:])
    for second in 0..<5 { use.note(grant("sha256:a"), at: now.adding(seconds: Int64(second))) }
    use.note(grant("sha256:a"), refused: true, at: now)
    use.note(grant("sha256:b"), at: now)
    #expect(try KeyUse.read(path) == [:])
    try use.flush()
    let expected: [String: KeyUse.Entry] = [
      "sha256:a": .init(requests: 5, refused: 1, lastUsed: now.adding(seconds: 4)),
      "sha256:b": .init(requests: 1, refused: 0, lastUsed: now),
    ]
    #expect(try KeyUse.read(path) == expected)
    try use.flush()
    #expect(try KeyUse.read(path) == expected)
  }

  @Test func `Several servers add to the same counts`() throws {
    let (first, second) = (KeyUse(path: path), KeyUse(path: path))
    for round in 0..<20 {
      first.note(grant("sha256:a"), at: now.adding(seconds: Int64(round)))
      second.note(grant("sha256:a"), at: now.adding(seconds: Int64(-round)))
      try first.flush()
      try second.flush()
    }
    #expect(try KeyUse.read(path) == ["sha256:a": .init(requests: 40, refused: 0, lastUsed: now.adding(seconds: 19))])
  }

  @Test func `Counting goes on beside writing, and nothing is lost or counted twice`() async throws {
    let uses = (0..<3).map { _ in KeyUse(path: path) }
    let (grant, now) = (grant("sha256:a"), now)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for use in uses {
        group.addTask { for _ in 0..<2000 { use.note(grant, at: now) } }
        group.addTask { for _ in 0..<10 { try use.flush() } }
      }
      try await group.waitForAll()
    }
    for use in uses { try use.flush() }
    #expect(try KeyUse.read(path)["sha256:a"]?.requests == 6000)
  }

  @Test func `What cannot be written is kept for the next time`() throws {
    // A file stands where the folder should be.
    try run("touch", ["\(scratch.path)/staffrepo"])
    let use = KeyUse(path: path)
    use.note(grant("sha256:a"), at: now)
    #expect(throws: KeyUseError.self) { try use.flush() }
    use.note(grant("sha256:a"), at: now)
    try run("rm", ["\(scratch.path)/staffrepo"])
    try use.flush()
    #expect(try KeyUse.read(path)["sha256:a"]?.requests == 2)
  }

  @Test func `A file that is moved away while a server runs is made anew`() throws {
    let use = KeyUse(path: path)
    use.note(grant("sha256:a"), at: now)
    try use.flush()
    try run("sh", ["-c", "rm \(path)*"])
    use.note(grant("sha256:a"), at: now)
    try use.flush()
    #expect(try KeyUse.read(path)["sha256:a"]?.requests == 1)
  }

  @Test func `A damaged file is told, with what to do`() throws {
    try run(
      "sh", ["-c", "mkdir -p \(scratch.path)/staffrepo && echo 'no database, but long enough to look' > \(path)"])
    let error = #expect(throws: KeyUseError.self) { try KeyUse.read(path) }
    #expect(error?.description.contains("Move it away") == true)
    let use = KeyUse(path: path)
    use.note(grant("sha256:a"), at: now)
    #expect(throws: KeyUseError.self) { try use.flush() }
  }
}
