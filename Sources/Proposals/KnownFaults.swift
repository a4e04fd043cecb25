import RecordSchema
import Records
import Validators

/// The faults that a branch has already: they do not stop a change, which perhaps mends one of them.
public struct KnownFaults: Sendable {
  private let faults: Set<Fault>

  public init() { faults = [] }

  public init(before source: CommitSource, asOf date: CalendarDate, _ cache: ValidationCache?) throws {
    let report = try Validators.validate(source, asOf: date, cache: cache)
    faults = Set(report.diagnostics.map(Fault.init))
  }

  public func contains(_ diagnostic: Diagnostic) -> Bool { faults.contains(Fault(diagnostic)) }

  private struct Fault: Hashable {
    let code: String
    let file: String
    let message: String

    init(_ diagnostic: Diagnostic) {
      code = diagnostic.rule.code
      file = diagnostic.file
      message = diagnostic.message
    }
  }
}
