import RecordSchema
import Validators

extension ValidationReport {
  /// A JUnit report, as CI servers show test results: a test is a file in which something was found. Errors make it fail;
  /// warnings are what it has to say. Without any finding there is one test, which passes.
  var junitReport: String {
    let files = Dictionary(grouping: diagnostics, by: \.file).sorted { $0.key < $1.key }
    let cases =
      files.isEmpty
      ? [#"    <testcase classname="staffrepo" name="\#(summary.inXML)"/>"#] : files.map { testCase($0.key, $0.value) }
    let failures = files.count { $0.value.contains { $0.severity == .error } }
    let counts = #"tests="\#(cases.count)" failures="\#(failures)" errors="0""#
    return """
      <?xml version="1.0" encoding="UTF-8"?>
      <testsuites \(counts)>
        <testsuite name="staffrepo validate" \(counts) skipped="0">
      \(cases.joined(separator: "\n"))
        </testsuite>
      </testsuites>
      """
  }

  private func testCase(_ file: String, _ diagnostics: [Diagnostic]) -> String {
    var lines = [#"    <testcase classname="staffrepo" name="\#(file.inXML)">"#]
    let errors = diagnostics.filter { $0.severity == .error }
    if let first = errors.first {
      // One for all: CI servers show the first failure of a test and drop the others.
      let message = errors.count == 1 ? first.message : "\(errors.count) errors, the first: \(first.message)"
      let type = "\(first.rule.code) \(first.rule.name)"
      lines.append(
        #"      <failure message="\#(message.inXML)" type="\#(type.inXML)">\#(errors.inXML)</failure>"#)
    }
    let warnings = diagnostics.filter { $0.severity == .warning }
    if !warnings.isEmpty { lines.append("      <system-out>\(warnings.inXML)</system-out>") }
    return (lines + ["    </testcase>"]).joined(separator: "\n")
  }
}

extension [Diagnostic] {
  /// Each finding with its place, and how to mend it.
  fileprivate var inXML: String {
    map { finding in
      let place = "\(finding.file):\(finding.range.start.line):\(finding.range.start.column)"
      let text = "\(place): \(finding.severity.rawValue)[\(finding.rule.code)]: \(finding.message)"
      return text.inXML + (finding.help.map { "\n  \($0.inXML)" } ?? "")
    }
    .joined(separator: "\n")
  }
}

extension String {
  /// Escaped for an attribute or for a line of text. Parsers turn plain line breaks in attributes into blanks, and XML
  /// 1.0 has no way at all to write most control characters: they become U+FFFD.
  fileprivate var inXML: String {
    var text = ""
    for scalar in unicodeScalars {
      switch scalar {
      case "&": text += "&amp;"
      case "<": text += "&lt;"
      case ">": text += "&gt;"
      case "\"": text += "&quot;"
      case "\t", "\n", "\r": text += "&#\(scalar.value);"
      case "\u{0}"..<"\u{20}", "\u{FFFE}", "\u{FFFF}": text += "\u{FFFD}"
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text
  }
}
