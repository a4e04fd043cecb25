/// What kind of record a file holds, named as in event ids and `diff`.
public enum RecordKind: String, Sendable, CaseIterable {
  case unit, person
  case apiKey = "apikey"
  case webhook
  case approval

  /// The folder below `data/` that holds such records.
  public var folder: String {
    switch self {
    case .unit: "units"
    case .person: "people"
    case .apiKey: "apikeys"
    case .webhook: "webhooks"
    case .approval: "approvals"
    }
  }
}

/// A person's number: unique for ever, never given to anyone else.
public struct PersonID: Hashable, Comparable, Sendable {
  public let rawValue: Int

  public init(_ rawValue: Int) { self.rawValue = rawValue }

  public static func < (left: PersonID, right: PersonID) -> Bool { left.rawValue < right.rawValue }
}

/// An organisational unit's number: unique for ever.
public struct UnitID: Hashable, Comparable, Sendable {
  public let rawValue: Int

  public init(_ rawValue: Int) { self.rawValue = rawValue }

  public static func < (left: UnitID, right: UnitID) -> Bool { left.rawValue < right.rawValue }
}

/// The reference by which people know an employee, such as `EMP017`. Kept as written: `007` stays `007`.
public struct EmployeeReference: Hashable, Sendable, CustomStringConvertible {
  public let rawValue: String

  public init(_ rawValue: String) { self.rawValue = rawValue }

  public var description: String { rawValue }

  /// References that differ only in case are the same reference.
  public var folded: String { rawValue.lowercased() }

  /// `[A-Za-z0-9][A-Za-z0-9._-]*`, 1 to 16 characters.
  public var isWellFormed: Bool {
    let bytes = rawValue.utf8
    guard (1...16).contains(bytes.count), let first = bytes.first, isASCIIAlphanumeric(first) else {
      return false
    }
    return bytes.allSatisfy {
      isASCIIAlphanumeric($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "_")
        || $0 == UInt8(ascii: "-")
    }
  }
}

/// The code by which records name a unit, such as `care-team-a`.
public struct UnitCode: Hashable, Sendable, CustomStringConvertible {
  public let rawValue: String

  public init(_ rawValue: String) { self.rawValue = rawValue }

  public var description: String { rawValue }

  /// `[a-z0-9][a-z0-9-]*`
  public var isWellFormed: Bool {
    let bytes = rawValue.utf8
    guard let first = bytes.first, first != UInt8(ascii: "-") else { return false }
    return bytes.allSatisfy {
      isASCIIAlphanumeric($0) && !(UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0)
        || $0 == UInt8(ascii: "-")
    }
  }
}

package func isASCIIAlphanumeric(_ byte: UInt8) -> Bool {
  (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
}
