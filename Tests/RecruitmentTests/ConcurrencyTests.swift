import Dispatch
import GitStore
import Proposals
import RecordSchema
import Recruitment
import Synchronization
import TestSupport
import Testing

@Suite struct `Several at once` {
  @Test func `never get the same id`() throws {
    let house = try HiringHouse()
    let given = Mutex<[Int]>([])
    DispatchQueue.concurrentPerform(iterations: 24) { number in
      // As many servers as there are threads.
      let numbers = PersonNumbers(cacheFolder: nil)
      guard let repository = try? Repository(containing: house.repository) else { return }
      for _ in 0..<4 {
        let ids = (try? numbers.take(1 + number % 3, branch: "main", in: repository)).map(Array.init) ?? []
        given.withLock { $0 += ids }
      }
    }
    let ids = given.withLock { $0 }
    #expect(ids.count == (0..<24).map { (1 + $0 % 3) * 4 }.reduce(0, +))
    #expect(Set(ids).count == ids.count)
    #expect(ids.min() == 3)
  }

  @Test func `make a reference once`() throws {
    let house = try HiringHouse()
    for round in 0..<20 {
      let winners = Atomic(0)
      DispatchQueue.concurrentPerform(iterations: 8) { number in
        guard let repository = try? Repository(containing: house.repository),
          let blob = try? repository.writeBlob(Array("\(round) \(number)".utf8))
        else { return }
        if (try? repository.movesFirst("refs/staffrepo/test-\(round)", to: blob, expected: nil, log: "")) == true {
          winners.add(1, ordering: .relaxed)
        }
      }
      #expect(winners.load(ordering: .relaxed) == 1)
    }
  }

  @Test func `hand over the same hires to two servers, and each is there once`() throws {
    let house = try HiringHouse("recruitment: {landing: direct}\n")
    let other = ImportDesk(house.host)
    let answers = Mutex<[String: Set<String>]>([:])
    DispatchQueue.concurrentPerform(iterations: 40) { number in
      let name = "A-\(number / 4)"
      let body = hire(name, ["email": "h\(number / 4)@example.org"])
      let request = ImportRequest(body: Array(body.utf8), grant: HiringHouse.grant(), now: HiringHouse.now)
      let answer = (number % 2 == 0 ? house.desk : other).handle(request)
      answers.withLock {
        _ = $0[name, default: []].insert("\(answer.body["person_id"].map(\.text) ?? answer.body.text)")
      }
    }
    let given = answers.withLock { $0 }
    #expect(given.count == 10 && given.values.allSatisfy { $0.count == 1 })
    #expect(Set(given.values.joined()).count == 10)
    #expect(try house.git("rev-list", "--count", "main") == "11\n")
  }

  @Test func `is told to wait while the same request is under way`() throws {
    let house = try HiringHouse()
    let body = "[" + (0..<300).map { hire("A-\($0)", ["email": "h\($0)@example.org"]) }.joined(separator: ",") + "]"
    let statuses = Mutex<[Int]>([])
    DispatchQueue.concurrentPerform(iterations: 4) { _ in
      var request = ImportRequest(body: Array(body.utf8), grant: HiringHouse.grant(), now: HiringHouse.now)
      request.idempotencyKey = "once"
      let answer = house.desk.handle(request)
      statuses.withLock { $0.append(answer.status) }
    }
    let all = statuses.withLock { $0 }
    #expect(all.count { $0 == 202 } == 1)
    #expect(all.allSatisfy { [200, 202, 409].contains($0) })
    #expect(try house.branches().count == 2)
  }
}
