import FoundationEssentials

/// What a line about a received event shows.
struct ReceivedEvent {
  let summary: String

  init(_ body: [UInt8]) {
    guard let envelope = try? JSONDecoder().decode(Envelope.self, from: Data(body)) else {
      summary = "(\(body.count) bytes that are no event)"
      return
    }
    let who = envelope.data.employee_reference ?? envelope.data.code ?? envelope.data.id.map(String.init) ?? ""
    let unit = envelope.data.unit?.code.map { " (\($0))" } ?? ""
    summary = "\(envelope.event.padded(to: 22)) \(who)\(unit)"
  }

  private struct Envelope: Decodable {
    let event: String
    let data: Record
  }

  private struct Record: Decodable {
    let id: Int?
    let employee_reference: String?
    let code: String?
    let unit: Unit?
  }

  private struct Unit: Decodable {
    let code: String?
  }
}
