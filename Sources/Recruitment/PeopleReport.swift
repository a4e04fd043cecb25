import RecordSchema

/// What a table of people does, or would do.
public struct PeopleReport: Sendable {
  public enum Outcome: String, Sendable { case created, updated, skipped, refused }

  public struct Change: Sendable, Equatable {
    public let field: String
    public let old: String
    public let new: String

    public init(field: String, old: String, new: String) {
      self.field = field
      self.old = old
      self.new = new
    }
  }

  public struct Row: Sendable {
    public var number: Int
    public var line: Int?
    public var outcome: Outcome
    public var person: PersonID?
    public var reference: String?
    public var changes: [Change] = []
    public var findings: [ImportFinding] = []
    public var warnings: [ImportFinding] = []
  }

  public var rows: [Row] = []
  /// Columns that are not taken.
  public var ignored: [String] = []
  /// Which column is taken for which field.
  public var columns: [(field: String, column: String)] = []
  public var warnings: [ImportFinding] = []
  public var commit: String?
  public var branch: String?
  public var isDryRun = false
  /// What the work tree is to hold, for whoever wants no commit.
  public var files: [(path: String, bytes: [UInt8])] = []

  public func count(_ outcome: Outcome) -> Int { rows.count { $0.outcome == outcome } }

  public var json: JSON {
    .compact([
      "dry_run": isDryRun ? true : nil, "created": .int(count(.created)), "updated": .int(count(.updated)),
      "skipped": .int(count(.skipped)), "refused": .int(count(.refused)), "commit": commit.map(JSON.string),
      "branch": branch.map(JSON.string),
      "columns": .object(columns.map { .init($0.field, .string($0.column)) }),
      "ignored_columns": .array(ignored.map(JSON.string)), "warnings": .array(warnings.map(\.json)),
      "rows": .array(rows.map(\.json)),
    ])
  }
}

extension PeopleReport.Row {
  var json: JSON {
    .compact([
      "row": .int(number), "line": line.map(JSON.int), "outcome": .string(outcome.rawValue),
      "person_id": person.map { .int($0.rawValue) }, "employee_reference": reference.map(JSON.string),
      "changes": changes.isEmpty
        ? nil
        : .array(
          changes.map { ["field": .string($0.field), "old": .string($0.old), "new": .string($0.new)] }),
      "errors": findings.isEmpty ? nil : .array(findings.map(\.json)),
      "warnings": warnings.isEmpty ? nil : .array(warnings.map(\.json)),
    ])
  }
}
