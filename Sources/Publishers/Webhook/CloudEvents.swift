import Ledger
import RecordSchema

/// CloudEvents 1.0 over HTTP: the envelope as `data`, or with the attributes in headers.
enum CloudEvents {
  static func headers(for delivery: Delivery, organisation: Int) -> [String] {
    switch delivery.format {
    case .staffService: ["Content-Type: application/json"]
    case .cloudEventsStructured: ["Content-Type: application/cloudevents+json; charset=utf-8"]
    case .cloudEventsBinary:
      ["Content-Type: application/json"]
        + [
          ("specversion", "1.0"), ("id", delivery.eventID), ("type", delivery.name), ("source", source(organisation)),
          ("subject", "\(delivery.kind):\(delivery.recordID)"), ("time", "\(delivery.happened)"),
        ].map { name, value in "ce-\(name): \(headerValue(value))" }
    }
  }

  static func structured(_ envelope: JSON, organisation: Int, subject: String) -> JSON {
    [
      "specversion": "1.0", "id": envelope["id"] ?? .null, "source": .string(source(organisation)),
      "type": envelope["event"] ?? .null, "subject": .string(subject), "time": envelope["timestamp"] ?? .null,
      "datacontenttype": "application/json", "data": envelope,
    ]
  }

  private static func source(_ organisation: Int) -> String { "urn:staffrepo:organisation:\(organisation)" }

  /// Percent-encoded where the HTTP binding says so: blanks, quotes, percent signs, and what is not printable ASCII.
  static func headerValue(_ text: String) -> String {
    var encoded = ""
    for byte in text.utf8 {
      if (0x21...0x7E).contains(byte), byte != UInt8(ascii: "\""), byte != UInt8(ascii: "%") {
        encoded.unicodeScalars.append(Unicode.Scalar(byte))
      } else {
        encoded += "%" + hexadecimal([byte]).uppercased()
      }
    }
    return encoded
  }
}
