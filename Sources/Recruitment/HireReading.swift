import RecordSchema
import Records

/// What was sent, as hires.
struct HireReading: Sendable {
  var hires: [NewHire] = []
  /// Several were sent, as a list or a table, even if it holds one.
  var isBulk = false
  /// The system that hands over, if the request says so as a whole.
  var sourceSystem: String?
  /// Faults of a hire's own shape, by its place in `hires`.
  var faults: [Int: [ImportFinding]] = [:]
  /// What was sent and is not taken.
  var notes: [Int: [ImportFinding]] = [:]
}

/// Nothing can be made out of what was sent.
struct UnreadableImport: Error, Sendable {
  var message: String
  var line: Int?
  var column: Int?
}

extension HireReading {
  /// Reads a request of the HTTP API or a file.
  ///
  /// - Parameter mapping: of a table: names of columns by the fields that they hold.
  init(_ bytes: [UInt8], mediaType: String, mapping: [RecruitmentSettings.Source.Field] = []) throws(UnreadableImport) {
    switch mediaType.split(separator: ";").first.map({ trimmed(String($0)).lowercased() }) ?? "" {
    case "text/csv": try self.init(table: bytes, mapping: mapping)
    case "application/x-ndjson", "application/jsonl", "application/ndjson": try self.init(lines: bytes, mapping)
    default:
      do {
        try self.init(JSON(reading: bytes), mapping)
      } catch let fault as JSONFault {
        throw UnreadableImport(message: "This is not JSON: \(fault.message)", line: fault.line, column: fault.column)
      } catch let error as UnreadableImport {
        throw error
      } catch {
        throw UnreadableImport(message: "\(error)")
      }
    }
  }

  init(_ json: JSON, _ mapping: [RecruitmentSettings.Source.Field]) throws(UnreadableImport) {
    sourceSystem = json["source_system"].flatMap(Self.text)
    switch json {
    case .array(let items):
      isBulk = true
      for (number, item) in items.enumerated() { add(item, at: "/\(number)", mapping) }
    case .object where json["new_hires"] != nil:
      guard case .array(let items)? = json["new_hires"] else {
        throw UnreadableImport(message: "new_hires takes a list of hires.")
      }
      isBulk = true
      for (number, item) in items.enumerated() { add(item, at: "/new_hires/\(number)", mapping) }
    case .object: add(json, at: "", mapping)
    default: throw UnreadableImport(message: "A hire is an object with the members source_system and new_hire.")
    }
  }

  /// One JSON value a line.
  private init(lines bytes: [UInt8], _ mapping: [RecruitmentSettings.Source.Field]) throws(UnreadableImport) {
    isBulk = true
    for (number, line) in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() {
      guard line.contains(where: { $0 > 0x20 }) else { continue }
      do {
        let json = try JSON(reading: Array(line))
        let first = hires.count
        add(json, at: "", mapping)
        hires[first].place.line = number + 1
      } catch {
        var hire = NewHire()
        hire.place.line = number + 1
        hires.append(hire)
        var fault = ImportFinding(
          .lineNotJSON, "This line is not JSON: \(error.message)")
        fault.line = number + 1
        fault.column = error.column
        faults[hires.count - 1] = [fault]
      }
    }
  }

  /// `{"source_system": ..., "new_hire": {...}}`, or the fields of the hire themselves.
  private mutating func add(_ json: JSON, at pointer: String, _ mapping: [RecruitmentSettings.Source.Field]) {
    let number = hires.count
    let (inner, place) = json["new_hire"].map { ($0, pointer + "/new_hire") } ?? (json, pointer)
    var hire = NewHire(at: .init(place))
    hire.sourceSystem = json["source_system"].flatMap(Self.text)
    defer { hires.append(hire) }
    guard case .object(let members) = inner else {
      faults[number] = [
        ImportFinding(
          code: "S003", rule: "wrong-type", field: place.isEmpty ? nil : place,
          message: "A hire is an object with members such as first_name and last_name.")
      ]
      return
    }
    var all = members.map { (name: $0.name, value: $0.value, place: "\(place)/\(JSON.pointerStep($0.name))") }
    if place != pointer, case .object(let outer) = json {
      all += outer.filter { Self.referenceNames.contains($0.name) }
        .map { ($0.name, $0.value, "\(pointer)/\(JSON.pointerStep($0.name))") }
    }
    for member in all {
      guard let field = Self.field(member.name) else {
        if !["source_system", "new_hire"].contains(member.name) {
          notes[number, default: []].append(
            ImportFinding(
              code: "S002", rule: "unknown-field", field: member.place, message: "'\(member.name)' is not taken.",
              help: "A hire has \(RecruitmentSettings.hireFields.joined(separator: ", "))."))
        }
        continue
      }
      if member.value == .null { continue }
      if let text = Self.text(member.value) {
        hire.set(field, text, at: .init(member.place))
      } else {
        faults[number, default: []].append(
          ImportFinding(
            code: "S003", rule: "wrong-type", field: member.place, message: "\(member.name) takes a text."))
      }
    }
    for mapped in mapping where mapped.place.hasPrefix("/") {
      guard let field = NewHire.Field(rawValue: mapped.name), let value = json.value(at: mapped.place),
        let text = Self.text(value)
      else { continue }
      hire.set(field, text, at: .init(pointer + mapped.place))
    }
  }

  /// Names by which systems call their own number of a hire.
  private static let referenceNames: Set<String> = [
    "source_reference", "reference", "source_id", "external_id", "application_id", "candidate_id", "id",
  ]

  static func field(_ name: String) -> NewHire.Field? {
    if referenceNames.contains(name) { return .sourceReference }
    if let field = NewHire.Field(rawValue: name) { return field }
    return ["start_date": .startDate, "end_date": .endDate, "unit": .unit, "position": .jobTitle, "title": .jobTitle][
      name]
  }

  /// A text, or a number as its digits.
  static func text(_ json: JSON) -> String? {
    switch json {
    case .string(let text): text
    case .int(let number): String(number)
    case .bool, .null, .array, .object: nil
    }
  }
}
