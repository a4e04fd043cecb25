import Foundation
import Ledger

/// A consumer that starts empty and does what it is told: the simplest one there can be.
struct Replica {
  private(set) var people: [Int: [String: String]] = [:]
  private(set) var units: [Int: String] = [:]
  private(set) var memberships: [Int: Set<Int>] = [:]

  /// Takes one event's body.
  mutating func apply(_ body: [UInt8]) throws {
    guard let event = try JSONSerialization.jsonObject(with: Data(body)) as? [String: Any],
      let name = event["event"] as? String, let data = event["data"] as? [String: Any], let id = data["id"] as? Int
    else { throw ReplicaError(description: "not an event: \(String(decoding: body, as: UTF8.self))") }
    let isRemoved = data["removed"] as? Bool == true
    if name.hasPrefix("unit.") {
      units[id] = isRemoved ? nil : data["code"] as? String
      return
    }
    if name == "person.unit.assigned" || name == "person.unit.removed" {
      guard let unit = (data["unit"] as? [String: Any])?["id"] as? Int else {
        throw ReplicaError(description: "\(name) names no unit")
      }
      if name == "person.unit.assigned" {
        memberships[id, default: []].insert(unit)
      } else {
        memberships[id]?.remove(unit)
      }
      if memberships[id]?.isEmpty == true { memberships[id] = nil }
    }
    people[id] = isRemoved ? nil : data.mapValues { "\($0)" }
  }
}

struct ReplicaError: Error, CustomStringConvertible {
  let description: String
}
