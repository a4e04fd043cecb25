import Events
import GitStore
import Journal
import Ledger
import Publishers
import RecordSchema
import Records

/// Turns a publication's steps into numbered events and the bodies that each endpoint gets.
struct Telling {
  enum Item {
    case event(Event, number: Int)
    /// With the event that it carries.
    case delivery(NewDelivery, Event)
  }

  let line: PublishedLine
  let entry: JournalEntry

  /// Tells everything of the entry, in order; returns the staff at its end.
  ///
  /// - Parameter mayPass: asked before each commit; `nil`: every one may.
  func tell(while mayPass: ((Step) throws -> Bool)? = nil, _ emit: (Item) throws -> Void) throws -> Staff {
    if entry.kind == .baseline {
      let staff = try line.staff(at: entry.to)
      // Nothing is sent for what was there before, except to those who ask for it: then the branch is told from its root.
      guard staff.subscriptions.contains(where: \.backfill) else { return staff }
    }
    var (number, part) = (0, 0)
    func tellStep(_ step: Step) throws {
      part += 1
      try tell(step, part, &number, emit)
    }
    return try mayPass.map { try line.tell(entry, while: $0, tellStep) } ?? line.tell(entry, tellStep)
  }

  /// Tells what one consumer would have been sent, had it been there: for sending it later.
  func tell(to subscription: Subscription, _ emit: (NewDelivery) throws -> Void) throws {
    var (number, part) = (0, 0)
    try line.tell(entry, to: subscription) { step in
      part += 1
      let events = try step.events()
      let consumers = try step.consumerEvents(events)
      let own = try step.seen(by: subscription).consumerEvents(events).first
      // The numbers are those under which others know the events.
      let numbers = numbered(events + consumers.flatMap(\.own), from: &number)
      let fields = FieldSelection(allowed: subscription.fields, sensitive: step.sensitiveFields)
      for event in (own?.common ?? []) + (own?.own ?? []) {
        try deliver(event, (numbers[event.id] ?? number, part), subscription, fields) { item in
          if case .delivery(let delivery, _) = item { try emit(delivery) }
        }
      }
    }
  }

  private func tell(_ step: Step, _ part: Int, _ number: inout Int, _ emit: (Item) throws -> Void) throws {
    let events = try step.events()
    let consumers = try step.consumerEvents(events)
    let numbers = numbered(events + consumers.flatMap(\.own), from: &number)
    if entry.kind != .baseline {
      for event in events { try emit(.event(event, number: numbers[event.id] ?? 0)) }
    }
    for consumer in consumers where entry.kind != .baseline || consumer.subscription.backfill {
      let fields = FieldSelection(allowed: consumer.subscription.fields, sensitive: step.sensitiveFields)
      for event in consumer.common + consumer.own {
        try deliver(event, (numbers[event.id] ?? 0, part), consumer.subscription, fields, emit)
      }
    }
  }

  /// One number an id, whoever gets the event: units before people, each by id, and one record's events in their order.
  private func numbered(_ events: [Event], from number: inout Int) -> [String: Int] {
    var numbers: [String: Int] = [:]
    for event in events.sorted(by: { $0.order < $1.order }) where numbers[event.id] == nil {
      number += 1
      numbers[event.id] = number
    }
    return numbers
  }

  private func deliver(
    _ event: Event, _ place: (number: Int, part: Int), _ subscription: Subscription, _ fields: FieldSelection,
    _ emit: (Item) throws -> Void
  ) throws {
    guard let envelope = event.envelope(fields: fields, sequence: (entry.position, place.number)) else { return }
    let delivery = NewDelivery(
      target: subscription.target, eventID: event.id, number: place.number, part: place.part, name: event.name.rawValue,
      kind: event.kind,
      recordID: event.recordID, subject: event.subject, format: subscription.format,
      happened: event.timestamp,
      body: Endpoint.body(
        envelope, format: subscription.format, organisation: event.organisation,
        subject: "\(event.kind.rawValue):\(event.recordID)"))
    try emit(.delivery(delivery, event))
  }
}

extension PublishedEvent {
  init(_ event: Event, number: Int) {
    self.init(
      number: number, id: event.id, name: event.name.rawValue, kind: event.kind, recordID: event.recordID,
      subject: event.subject, commit: event.commit, timestamp: event.timestamp)
  }
}
