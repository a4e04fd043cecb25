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
  /// Faults of the request around the hires: with them nobody is taken in.
  var faultsOfAll: [ImportFinding] = []
  /// What was sent and is not taken, of all hires alike.
  var notesOfAll: [ImportFinding] = []
}

/// Nothing can be made out of what was sent.
struct UnreadableImport: Error, Sendable {
  var message: String
  var line: Int?
  var column: Int?
}

extension HireReading {
  /// One more than a request may have tells that there are too many; nobody needs the others.
  static let readAtMost = ImportDesk.rowLimit + 1
  /// The most values of one text: many times what so many hires can say.
  private static let valueLimit = 1_000_000

  /// Reads a request of the HTTP API or a file.
  ///
  /// - Parameter mapping: of a table: names of columns by the fields that they hold.
  init(_ bytes: [UInt8], mediaType: String, mapping: [RecruitmentSettings.Source.Field] = []) throws(UnreadableImport) {
    switch mediaType.split(separator: ";").first.map({ trimmed(String($0)).lowercased() }) ?? "" {
    case "text/csv": try self.init(table: bytes, mapping: mapping)
    case "application/x-ndjson", "application/jsonl", "application/ndjson": try self.init(lines: bytes, mapping)
    default:
      do {
        try self.init(JSON(reading: bytes, valueLimit: Self.valueLimit), mapping)
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
    if case .string(let name)? = json["source_system"] { sourceSystem = name }
    switch json {
    case .array(let items):
      isBulk = true
      for (number, item) in items.prefix(Self.readAtMost).enumerated() { add(item, at: "/\(number)", mapping) }
    case .object where json["new_hires"] != nil:
      guard case .array(let items)? = json["new_hires"] else {
        throw UnreadableImport(message: "new_hires takes a list of hires.")
      }
      isBulk = true
      faultsOfAll = Members.faults(around: json)
      for (number, item) in items.prefix(Self.readAtMost).enumerated() {
        add(item, at: "/new_hires/\(number)", mapping)
      }
    case .object: add(json, at: "", mapping)
    default: throw UnreadableImport(message: "A hire is an object with the members source_system and new_hire.")
    }
  }

  /// One JSON value a line.
  private init(lines bytes: [UInt8], _ mapping: [RecruitmentSettings.Source.Field]) throws(UnreadableImport) {
    isBulk = true
    var rest = bytes[...]
    var number = -1
    while !rest.isEmpty, hires.count < Self.readAtMost {
      let line = rest.prefix { $0 != UInt8(ascii: "\n") }
      rest = rest.dropFirst(line.count + 1)
      number += 1
      guard line.contains(where: { $0 > 0x20 }) else { continue }
      do {
        let json = try JSON(reading: Array(line), valueLimit: Self.valueLimit)
        let first = hires.count
        add(json, at: "", mapping)
        hires[first].place.line = number + 1
        faults[first] = faults[first]?.map { $0.on(line: number + 1) }
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
    var found: [ImportFinding] = []
    defer {
      if !found.isEmpty { faults[number] = found }
      hires.append(hire)
    }
    guard case .object(let members) = inner else {
      found = [
        ImportFinding(
          code: "S003", rule: "wrong-type", field: place.isEmpty ? nil : place,
          message: "A hire is an object with members such as first_name and last_name.")
      ]
      return
    }
    // `007` as a number has lost its zeros already, so numbers are for what systems count, and for forms of their own.
    var sayings: [HireSaying] = []
    func take(_ value: JSON, as field: NewHire.Field, _ name: String, at place: String, isMapped: Bool = false) {
      guard value != .null else { return }
      let text = isMapped || field == .sourceReference || !value.isNumber ? Self.text(value) : nil
      let rank = isMapped ? HireSaying.mapped : Self.rank(of: name)
      sayings.append(HireSaying(field: field, name: name, rank: rank, text: text, place: .init(place)))
      if text == nil { found.append(Members.noText(name, value, at: place)) }
    }
    var unknown: [Members.Unknown] = []
    let isWrapped = place != pointer
    // What stands outside goes first, where both say the same field under one name.
    if isWrapped, case .object(let outer) = json {
      for member in outer where !["source_system", "new_hire"].contains(member.name) {
        let memberPlace = "\(pointer)/\(JSON.pointerStep(member.name))"
        if Self.referenceNames.contains(member.name) {
          take(member.value, as: .sourceReference, member.name, at: memberPlace)
        } else {
          unknown.append(.init(name: member.name, place: memberPlace, known: .ofWrapping))
        }
      }
    }
    for member in members {
      let memberPlace = "\(place)/\(JSON.pointerStep(member.name))"
      if let field = Self.field(member.name) {
        take(member.value, as: field, member.name, at: memberPlace)
      } else if isWrapped || member.name != "source_system" {
        unknown.append(.init(name: member.name, place: memberPlace, known: isWrapped ? .ofHire : .ofEither))
      }
    }
    switch json["source_system"] {
    case .string(let name)?: hire.sourceSystem = name
    case nil, .null?: break
    case let value?: found.append(Members.noText("source_system", value, at: "\(pointer)/source_system"))
    }
    let mapped = mapping.filter { $0.place.hasPrefix("/") }
    for mapped in mapped {
      guard let field = NewHire.Field(rawValue: mapped.name), let value = json.value(at: mapped.place) else { continue }
      take(value, as: field, mapped.name, at: pointer + mapped.place, isMapped: true)
    }
    var told = hire.take(sayings)
    // A source whose fields the settings look for has a form of its own, with whatever else its system tells.
    if mapped.isEmpty { found += Members.faults(unknown) } else { told += Members.faults(unknown) }
    if !told.isEmpty { notes[number] = told }
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
