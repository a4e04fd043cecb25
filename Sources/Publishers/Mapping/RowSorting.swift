import RecordSchema

/// Puts rows into an order other than that of ids. Only what they are sorted by is kept in memory.
final class RowSorting {
  struct Place {
    /// Where the row is.
    let bytes: Range<Int>
    let text: String
    let id: Int
    let manager: Int?
  }

  private let order: TableMapping.Order
  private let spool: SpoolFile
  private var places: [Place] = []

  init(_ order: TableMapping.Order, _ spool: SpoolFile) {
    self.order = order
    self.spool = spool
  }

  /// - Parameter subject: `nil` for a row whose record is gone; those stand last.
  func add(_ bytes: [UInt8], _ subject: RowSubject?) throws {
    places.append(Self.place(of: subject, at: try spool.write(bytes), by: order))
  }

  static func place(of subject: RowSubject?, at bytes: Range<Int>, by order: TableMapping.Order) -> Place {
    let member = subject?.member
    let text =
      switch order {
      case .id, .managersFirst: ""
      case .reference: member?.person.reference.folded ?? ""
      case .name: "\(member?.person.lastName.lowercased() ?? "")\u{0}\(member?.person.firstName.lowercased() ?? "")"
      case .unit: member?.units.first?.code.rawValue ?? "\u{10FFFF}"
      }
    return Place(
      bytes: bytes, text: text, id: member?.person.id.rawValue ?? Int.max, manager: member?.manager?.id.rawValue)
  }

  func finish(_ file: ExportFile) throws {
    Self.sort(&places, by: order)
    for place in places { file.write(try spool.read(place.bytes)) }
  }

  static func sort(_ places: inout [Place], by order: TableMapping.Order) {
    if order == .id {
      // As they came.
    } else if order == .managersFirst {
      let depths = depths(places)
      places.sort {
        (depths[$0.id] ?? 0, $0.id, $0.bytes.lowerBound) < (depths[$1.id] ?? 0, $1.id, $1.bytes.lowerBound)
      }
    } else {
      places.sort { left, right in
        if (left.id == Int.max) != (right.id == Int.max) { return right.id == Int.max }
        return (left.text, left.id, left.bytes.lowerBound) < (right.text, right.id, right.bytes.lowerBound)
      }
    }
  }

  /// How many stand above each; in a circle, where it is entered.
  private static func depths(_ places: [Place]) -> [Int: Int] {
    let managers = Dictionary(places.map { ($0.id, $0.manager) }, uniquingKeysWith: { first, _ in first })
    var depths: [Int: Int] = [Int.max: Int.max]
    for id in managers.keys.sorted() {
      var line: [Int] = []
      var next: Int? = id
      var seen: Set<Int> = []
      while let one = next, depths[one] == nil, managers[one] != nil, seen.insert(one).inserted {
        line.append(one)
        next = managers[one] ?? nil
      }
      var depth = next.flatMap { depths[$0] } ?? -1
      for one in line.reversed() {
        depth += 1
        depths[one] = depth
      }
    }
    return depths
  }
}
