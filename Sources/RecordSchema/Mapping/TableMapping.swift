/// A file of rows and columns, as `mappings` in staffrepo.yaml describes it.
public struct TableMapping: Sendable, Equatable {
  /// What one row stands for.
  public enum Rows: String, Sendable, CaseIterable {
    case people
    /// One for each unit that a person is in.
    case memberships
    case units
  }

  /// Which rows the file holds.
  public enum Content: String, Sendable, CaseIterable {
    case full
    /// Those that differ from what the system was given last.
    case delta
    /// Those of people who are active no longer, and were when the system was given a file last.
    case leavers
    /// Each value that differs from what the system was given last, on a row of its own.
    case changes
  }

  public enum Order: String, Sendable, CaseIterable {
    case id
    case reference
    case name
    /// By the primary unit's code, then by id.
    case unit
    /// Everybody after the own manager.
    case managersFirst = "managers_first"
  }

  /// Whose rows there are; all must hold.
  public struct Filter: Sendable, Equatable {
    /// Any of these.
    public var statuses: Set<StaffStatus>?
    public var isActive: Bool?
    /// With `isActive`: besides, those who left within so many days.
    public var leaversWithinDays: Int?
    /// In these units or below them.
    public var units: [UnitCode]?

    public init() {}

    /// Whether somebody with this status may have a row.
    public func lets(_ status: StaffStatus) -> Bool {
      if let statuses, !statuses.contains(status) { return false }
      guard let isActive, status.isActive != isActive else { return true }
      return isActive && leaversWithinDays != nil && status != .pending
    }
  }

  /// The file's name.
  public var file: String
  public var rows = Rows.people
  /// Where rows are memberships, people who are in no unit have a row as well.
  public var includesUnassigned = false
  public var content = Content.full
  public var filter = Filter()
  public var order = Order.id
  /// 0: none; 1: the headings; 2: the headings and, below them, the labels.
  public var headerRows = 1
  /// Lines before the headings. `{date}`, `{rows}` and `{organisation}` stand for what they say.
  public var preamble: [String] = []
  /// A line after the last row, likewise.
  public var trailer: String?
  public var format = TableFormat()
  public var columns: [TableColumn] = []
  /// The values that a file of changes watches.
  public var watched: [TableColumn] = []

  public init(file: String) { self.file = file }

  /// By which column the system knows a row: the first, but for what rows of differences say of themselves.
  public var keyColumn: Int? {
    columns.firstIndex { !$0.source.fields.contains(where: \.isOfTheDifference) }
  }
}

/// How rows become bytes.
public struct TableFormat: Sendable, Equatable {
  public enum Quoting: String, Sendable, CaseIterable {
    /// Only where the text would be read otherwise.
    case minimal
    case all
    case none
  }

  /// What is done with cells that a spreadsheet would run as formulas.
  public enum Formulas: String, Sendable, CaseIterable {
    /// Nothing: for machines.
    case off
    /// An apostrophe before them: for people.
    case prefix
    case reject
  }

  public enum LineEnd: String, Sendable, CaseIterable {
    case crlf, lf
  }

  /// One ASCII character.
  public var delimiter: UInt8 = UInt8(ascii: ",")
  /// The delimiters that have names.
  public static let delimiterNames: KeyValuePairs<String, String> = [
    "comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|", "tilde": "~",
  ]
  public var quoting = Quoting.minimal
  public var lineEnd = LineEnd.crlf
  public var encoding = TextEncoding.utf8
  public var hasByteOrderMark = false
  public var formulas = Formulas.off

  public init() {}
}

/// What texts are written in, by the name that iconv knows.
public enum TextEncoding: String, Sendable, CaseIterable {
  case utf8 = "utf-8"
  case utf16LittleEndian = "utf-16le"
  case windows1250 = "windows-1250"
  case windows1252 = "windows-1252"
  case latin1 = "iso-8859-1"
  case latin2 = "iso-8859-2"
  case latin9 = "iso-8859-15"
  case ascii = "us-ascii"
}

/// A column: where its values come from, and what is done with them.
public struct TableColumn: Sendable, Equatable {
  /// Where a value comes from.
  public indirect enum Source: Sendable, Equatable {
    case field(ExportField)
    case constant(String)
    /// One after another, those that are there, with a text between them.
    case join([Source], with: String)
    /// The first that is there.
    case firstOf([Source])
  }

  /// What stands for a value that `codes` does not name.
  public enum Unlisted: Sendable, Equatable {
    case error
    case keep
    case text(String)
  }

  public enum LetterCase: String, Sendable, CaseIterable {
    case upper, lower
  }

  public enum TooLong: String, Sendable, CaseIterable {
    case error, cut
  }

  public var heading: String
  /// The second header row.
  public var label: String
  public var source: Source
  public var codes: [String: String]?
  public var unlisted = Unlisted.error
  public var dateFormat = DatePattern.iso
  public var (yes, no) = ("true", "false")
  /// Between the items of a list.
  public var separator = ", "
  /// Characters that are left out.
  public var stripped: StrippedCharacters = .none
  public var letterCase: LetterCase?
  /// In characters (Unicode scalars).
  public var maximumLength: Int?
  public var tooLong = TooLong.error
  /// What stands for nothing.
  public var emptyToken = ""
  public var isRequired = false

  public init(_ heading: String, _ source: Source) {
    self.heading = heading
    label = heading
    self.source = source
  }
}

extension TableColumn.Source {
  /// Every field that it may take a value from.
  public var fields: [ExportField] {
    switch self {
    case .field(let field): [field]
    case .constant: []
    case .join(let parts, _), .firstOf(let parts): parts.flatMap(\.fields)
    }
  }
}

public enum StrippedCharacters: Sendable, Equatable {
  case none
  /// Everything but letters, digits and blanks.
  case punctuation
  case these(Set<Unicode.Scalar>)
}

/// A date's form, such as `dd/MM/yyyy`: `yyyy`, `MM` and `dd` stand for the numbers, everything else for itself.
public struct DatePattern: Sendable, Equatable {
  private enum Part: Sendable, Equatable {
    case year, month, day
    case text(String)
  }

  private let parts: [Part]

  public static let iso = DatePattern(parts: [.year, .text("-"), .month, .text("-"), .day])

  private init(parts: [Part]) { self.parts = parts }

  /// `nil` when a letter stands there that means nothing, or a part is missing.
  public init?(_ text: String) {
    var parts: [Part] = []
    var rest = text[...]
    while let first = rest.first {
      if rest.hasPrefix("yyyy") {
        parts.append(.year)
        rest = rest.dropFirst(4)
      } else if rest.hasPrefix("MM") {
        parts.append(.month)
        rest = rest.dropFirst(2)
      } else if rest.hasPrefix("dd") {
        parts.append(.day)
        rest = rest.dropFirst(2)
      } else {
        // T and Z stand for themselves, as in 2026-01-05T00:00:00Z.
        guard !first.isLetter || first == "T" || first == "Z" else { return nil }
        parts.append(.text(String(first)))
        rest = rest.dropFirst()
      }
    }
    for part in [Part.year, .month, .day] where parts.count(where: { $0 == part }) != 1 { return nil }
    self.parts = parts
  }

  public func text(_ date: CalendarDate) -> String {
    let (year, month, day) = date.parts
    return parts.map { part in
      switch part {
      case .year: padded(year, 4)
      case .month: padded(month, 2)
      case .day: padded(day, 2)
      case .text(let text): text
      }
    }.joined()
  }

  private func padded(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}
