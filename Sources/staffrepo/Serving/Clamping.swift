import Access
import HTTPAPI
import RecordSchema
import Records
import Roster

/// What a subscription may be told: what was wished for, as far as the key may read it.
struct Clamping {
  private let wish: SubscriptionWish
  private let grant: Grant
  private let roster: Roster?
  private var errors: [SubscriptionFault] = []

  init(_ wish: SubscriptionWish, _ grant: Grant, _ roster: Roster?) {
    (self.wish, self.grant, self.roster) = (wish, grant, roster)
  }

  struct Clamped {
    let events: [String]
    let fields: [String]?
    let units: [String]?
    let format: Subscription.Format
  }

  /// Throws what goes beyond the key: a consumer that was told less than it thinks would never notice.
  func clamped() throws -> Clamped {
    var copy = self
    let clamped = Clamped(
      events: copy.events(), fields: copy.fields(), units: copy.units(), format: copy.format())
    if !copy.errors.isEmpty { throw Problem.refusedSubscription(copy.errors) }
    return clamped
  }

  private func scope(of event: EventName) -> Grant.Scope {
    event.rawValue.hasPrefix("unit.") ? .unitsRead : .staffRead
  }

  private mutating func events() -> [String] {
    let readable = EventName.allCases.filter { grant.scopes.contains(scope(of: $0)) }
    if wish.events?.isEmpty == true {
      errors.append(.init("events", "events holds none. Leave it out for all that the key may read."))
    }
    let wanted = wish.events ?? ["*"]
    let unknown = wanted.filter { !Subscription.knownEvents.contains($0) }
    errors += unknown.map { .init("events", unknown: $0, known: Subscription.knownEvents) }
    if wanted.contains("*") {
      if readable.isEmpty {
        errors.append(
          .init("events", "The key may read neither people nor units: it lacks staff:read and units:read."))
      }
      return readable.count == EventName.allCases.count ? ["*"] : readable.map(\.rawValue)
    }
    for event in wanted.compactMap({ EventName(rawValue: $0) }) where !readable.contains(event) {
      errors.append(.init("events", "\(event.rawValue) wants the scope \(scope(of: event).rawValue)."))
    }
    return wanted
  }

  private mutating func fields() -> [String]? {
    guard let wanted = wish.fields else { return nil }
    let configuration = roster?.configuration ?? Configuration()
    for name in wanted {
      if !configuration.subscriptionFields.contains(name) {
        errors.append(.init("fields", unknown: name, known: configuration.subscriptionFields))
      } else if configuration.sensitiveFields.contains(name), !grant.sight.isSensitive {
        errors.append(.init("fields", "\(name) wants the scope staff:read-sensitive."))
      }
    }
    return wanted
  }

  private mutating func units() -> [String]? {
    guard let wanted = wish.units else { return grant.units.map { $0.map(\.rawValue).sorted() } }
    for code in wanted where roster?.unit(code, grant.sight)?.code.rawValue != code {
      errors.append(
        .init(
          "units", "There is no unit '\(code)', or none that the key may see.",
          help: "Write the code of a unit that GET /api/units lists."))
    }
    return wanted
  }

  private mutating func format() -> Subscription.Format {
    guard let wanted = wish.format else { return .staffService }
    if let format = Subscription.Format(rawValue: wanted) { return format }
    let names = Subscription.Format.allCases.map(\.rawValue).joined(separator: ", ")
    errors.append(.init("format", "format is one of \(names)."))
    return .staffService
  }
}
