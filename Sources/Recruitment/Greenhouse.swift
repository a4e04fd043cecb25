import Crypto
import RecordSchema

/// Signatures over the bytes of a message.
enum MessageSignature {
  /// `sha256 <hex>`: HMAC-SHA256 over the raw bytes, before anybody parses them. Compared in constant time.
  static func isGood(_ header: String, of body: [UInt8], key: String) -> Bool {
    let words = header.split { $0 == " " || $0 == "=" }
    guard words.count == 2, words[0].lowercased() == "sha256", let code = bytes(ofHexadecimal: words[1]), !key.isEmpty
    else { return false }
    return HMAC<SHA256>.isValidAuthenticationCode(
      code, authenticating: body, using: SymmetricKey(data: Array(key.utf8)))
  }

  private static func bytes(ofHexadecimal text: Substring) -> [UInt8]? {
    let digits = text.utf8.map { Character(Unicode.Scalar($0)).hexDigitValue }
    guard digits.count == 64, !digits.contains(nil) else { return nil }
    return stride(from: 0, to: 64, by: 2).map { UInt8((digits[$0] ?? 0) * 16 + (digits[$0 + 1] ?? 0)) }
  }
}

/// Greenhouse's message that a candidate was hired.
///
/// Source: developers.greenhouse.io, Recruiting webhooks, «Candidate has been hired». Addresses in it are the candidate's own.
enum Greenhouse {
  enum Message {
    case hire(NewHire)
    /// What is sent when a webhook is set up.
    case ping
    case other(String)
  }

  private static let application = "/payload/application"
  /// Where Greenhouse has the fields of a hire; the first that is there counts.
  private static let places: [(NewHire.Field, [String])] = [
    (.sourceReference, ["\(application)/id"]),
    (.firstName, ["\(application)/candidate/first_name"]),
    (.lastName, ["\(application)/candidate/last_name"]),
    (.jobTitle, ["\(application)/jobs/0/name", "\(application)/job/name"]),
    (.startDate, ["\(application)/offer/starts_at"]),
    (
      .unit,
      [
        "\(application)/jobs/0/departments/0/external_id", "\(application)/jobs/0/departments/0/name",
        "\(application)/job/departments/0/name",
      ]
    ),
  ]

  /// - Parameter fields: where the organisation's own fields stand, such as
  ///   `/payload/application/offer/custom_fields/unit/value`; they go first.
  static func read(
    _ bytes: [UInt8], fields: [RecruitmentSettings.Source.Field]
  ) throws(UnreadableImport) -> Message {
    let json: JSON
    do { json = try JSON(reading: bytes) } catch {
      throw UnreadableImport(message: "This is not JSON: \(error.message)", line: error.line, column: error.column)
    }
    guard case .string(let action)? = json["action"] else {
      throw UnreadableImport(message: "This is no message of Greenhouse: it has no action.")
    }
    if action == "ping" { return .ping }
    guard action == "hire_candidate" else { return .other(action) }
    var hire = NewHire(at: .init("/payload/application"))
    hire.hasPersonalEmail = true
    for (field, pointers) in places {
      let found = pointers.first { json.value(at: $0).flatMap(HireReading.text)?.isEmpty == false } ?? pointers[0]
      hire.set(field, json.value(at: found).flatMap(HireReading.text), at: .init(found))
    }
    for field in fields {
      guard let name = NewHire.Field(rawValue: field.name) else { continue }
      guard let text = json.value(at: field.place).flatMap(HireReading.text) else {
        // Named in the settings, so its place is where it is missing.
        if hire[name] == nil { hire.set(name, nil, at: .init(field.place)) }
        continue
      }
      hire.set(name, text, at: .init(field.place))
      // A field that the organisation made for it holds the work address.
      if name == .email { hire.hasPersonalEmail = false }
    }
    return .hire(hire)
  }
}
