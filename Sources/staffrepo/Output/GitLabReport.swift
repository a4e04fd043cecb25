import RecordSchema
import Validators

extension ValidationReport {
  /// A Code Quality report as GitLab takes it: the artifact `codequality` of a job. It shows what a merge request adds by
  /// comparing fingerprints, so these must not hang on line numbers.
  var gitLabReport: JSON {
    .array(zip(diagnostics, diagnostics.fingerprints).map { $0.gitLabIssue(fingerprint: $1) })
  }
}

extension Diagnostic {
  fileprivate func gitLabIssue(fingerprint: String) -> JSON {
    [
      "description": .string([message, help].compactMap(\.self).joined(separator: " ")),
      "check_name": .string("\(rule.code) \(rule.name)"),
      "fingerprint": .string(fingerprint),
      "severity": .string(severity.gitLabName),
      "location": [
        "path": .string(file),
        "lines": ["begin": .int(range.start.line), "end": .int(range.end.line)],
      ],
    ]
  }
}

extension Diagnostic.Severity {
  /// Of `info`, `minor`, `major`, `critical` and `blocker`.
  fileprivate var gitLabName: String {
    switch self {
    case .error: "major"
    case .warning: "minor"
    }
  }
}
