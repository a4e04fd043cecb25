import Access
import HTTPTypes
import NIOCore
import RecordSchema
import Roster
import Synchronization

/// What operators, monitoring and the makers of consumers ask for.
struct OperatingEndpoints: Sendable {
  private let surroundings: Surroundings
  private let files: BlockingWork
  private let status = Remembered<JSON>()
  private let numbers = Remembered<String>()

  init(_ surroundings: Surroundings, _ files: BlockingWork) {
    self.surroundings = surroundings
    self.files = files
  }

  var all: [Operation] { [key, standing, health, readiness, metrics] }

  private var key: Operation {
    Operation(
      id: "getKey", tag: .operating, method: .get, path: "/api/key",
      summary: "What this key is and may do: a consumer's test of its connection.", entrance: .key,
      answers: [.json(200, "The key, but not itself.", "Key")]
    ) { call in
      let (state, grant) = (try call.records(), try call.holder())
      var answer = Answer(
        json: [
          "name": .string(grant.key), "system": .string(grant.system),
          "scopes": .array(Grant.Scope.allCases.filter(grant.scopes.contains).map { .string($0.rawValue) }),
          "units": grant.units.map { .array($0.map(\.rawValue).sorted().map(JSON.string)) } ?? .null,
          "expires_at": .optional(grant.expiry?.description), "organisation_id": .int(state.roster.organisation),
          "commit": .string(state.roster.commit), "as_of": .string("\(state.roster.asOf)"),
        ])
      answer.fields[.commit] = state.roster.commit
      answer.fields[.asOf] = "\(state.roster.asOf)"
      return answer
    }
  }

  private var standing: Operation {
    Operation(
      id: "getStatus", tag: .operating, method: .get, path: "/api/status", alias: "/api/status.php",
      summary: "How far each target of publishing is, as 'staffrepo status' tells it.", entrance: .scope(.statusRead),
      answers: [
        .json(200, "The standing, at most a second old.", "Status"), .problem(503, "It cannot be told now."),
      ]
    ) { call in
      do {
        let now = call.now
        return Answer(json: try await files.run { try status.value(at: now) { try surroundings.host.status() } })
      } catch let problem as Problem {
        throw problem
      } catch {
        throw Problem.unavailable("\(error)", retryAfter: 10)
      }
    }
  }

  private var health: Operation {
    Operation(
      id: "getHealth", tag: .operating, method: .get, path: "/healthz", summary: "Whether the program runs.",
      entrance: .open, answers: [.json(200, "It does.", "Health")]
    ) { _ in Answer(json: ["status": "ok"]) }
  }

  private var readiness: Operation {
    Operation(
      id: "getReadiness", tag: .operating, method: .get, path: "/readyz",
      summary: "Whether it answers from records that are up to date, and if not, why.", entrance: .open,
      answers: [.json(200, "It does.", "Readiness"), .problem(503, "It does not; `detail` says why.")]
    ) { call in
      if let fault = surroundings.records.problem() { throw Problem.unavailable(fault, retryAfter: 5) }
      let state = try call.records()
      return Answer(
        json: ["status": "ready", "commit": .string(state.roster.commit), "as_of": .string("\(state.roster.asOf)")])
    }
  }

  private var metrics: Operation {
    Operation(
      id: "getMetrics", tag: .operating, method: .get, path: "/metrics",
      summary: "Numbers for Prometheus: requests, keys, the records' age, publishing.", entrance: .open,
      answers: [
        AnswerForm(
          status: 200, explanation: "In Prometheus' text format.", forms: [("text/plain", ["type": "string"])])
      ]
    ) { call in
      let now = call.now
      // Publishing may be in trouble, or not begun: that is no reason to hide the other numbers.
      let publishing = try await files.run { try? numbers.value(at: now) { try surroundings.host.metrics() } }
      var answer = Answer(
        bytes: ByteBuffer(string: surroundings.tally.text + records(call) + (publishing ?? "")),
        type: "text/plain; version=0.0.4; charset=utf-8")
      answer.fields[.cacheControl] = "no-store"
      return answer
    }
  }

  private func records(_ call: Call) -> String {
    let fault = surroundings.records.problem() == nil ? 0 : 1
    var lines = [
      "# HELP staffrepo_api_ready 1 while requests are answered from records.", "# TYPE staffrepo_api_ready gauge",
      "staffrepo_api_ready \(call.state == nil ? 0 : 1)",
      "# HELP staffrepo_api_fault 1 while the branch cannot be followed.", "# TYPE staffrepo_api_fault gauge",
      "staffrepo_api_fault \(fault)",
    ]
    if let roster = call.state?.roster {
      lines += [
        "# HELP staffrepo_api_records Of which commit and day the answers are.", "# TYPE staffrepo_api_records gauge",
        "staffrepo_api_records{commit=\"\(roster.commit)\",as_of=\"\(roster.asOf)\"} 1",
        "# HELP staffrepo_api_people People in the records.", "# TYPE staffrepo_api_people gauge",
        "staffrepo_api_people \(roster.count)",
      ]
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// The document of all this.
  static func document(_ json: @escaping @Sendable () -> JSON) -> Operation {
    let bytes = ByteBuffer(bytes: json().bytes)
    return Operation(
      id: "getDocument", tag: .operating, method: .get, path: "/openapi.json", summary: "This document.",
      entrance: .open,
      answers: [AnswerForm(status: 200, explanation: "OpenAPI 3.1.", forms: [("application/json", ["type": "object"])])]
    ) { _ in
      var answer = Answer(bytes: bytes, type: "application/json")
      answer.fields[.cacheControl] = "no-cache"
      return answer
    }
  }
}

/// What takes some work to find out, kept for a second.
private final class Remembered<Value: Sendable>: Sendable {
  private let last = Mutex<(value: Value, at: Instant)?>(nil)

  func value(at now: Instant, _ make: () throws -> Value) throws -> Value {
    try last.withLock { last in
      if let last, last.at.seconds == now.seconds { return last.value }
      let value = try make()
      last = (value, now)
      return value
    }
  }
}
