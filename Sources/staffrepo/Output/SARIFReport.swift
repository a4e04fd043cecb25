import RecordSchema
import Validators

extension ValidationReport {
  /// SARIF 2.1.0, which code scanning services and editors read: one run with the rules that the findings name.
  func sarif(version: String) -> JSON {
    let rules = Set(diagnostics.map(\.rule)).sorted { $0.code < $1.code }
    let places = Dictionary(uniqueKeysWithValues: rules.enumerated().map { ($1.code, $0) })
    let results = zip(diagnostics, diagnostics.fingerprints).map { diagnostic, fingerprint in
      diagnostic.sarifResult(ruleIndex: places[diagnostic.rule.code] ?? -1, fingerprint: fingerprint)
    }
    let driver: JSON = [
      "name": "staffrepo", "version": .string(version), "semanticVersion": .string(version),
      "rules": .array(rules.map(\.sarif)),
    ]
    let run: JSON = [
      "tool": ["driver": driver],
      "originalUriBaseIds": [uriBase: ["description": ["text": "The top folder of the repository."]]],
      "columnKind": "unicodeCodePoints",
      "results": .array(results),
    ]
    return [
      "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
      "version": "2.1.0", "runs": [run],
    ]
  }
}

/// Paths are relative to it. GitHub and the SARIF viewers know this name.
private let uriBase = "%SRCROOT%"

extension Rule {
  fileprivate var sarif: JSON {
    [
      "id": .string(code), "name": .string(name),
      "shortDescription": ["text": .string(title)],
      "fullDescription": ["text": .string(explanation)],
      "help": ["text": .string(help ?? explanation)],
      "defaultConfiguration": ["level": .string(severity.rawValue)],
    ]
  }

  /// `Unknown manager.`
  private var title: String {
    let words = name.replacing("-", with: " ")
    return words.prefix(1).uppercased() + words.dropFirst() + "."
  }
}

extension Diagnostic {
  fileprivate func sarifResult(ruleIndex: Int, fingerprint: String) -> JSON {
    let text = [message, help].compactMap(\.self).joined(separator: " ")
    let place: JSON = ["artifactLocation": artifact, "region": range.sarif]
    return .compact([
      "ruleId": .string(rule.code), "ruleIndex": .int(ruleIndex), "level": .string(severity.rawValue),
      "message": ["text": .string(withoutLinks(text))],
      "locations": [["physicalLocation": place]],
      "partialFingerprints": ["staffrepo/v1": .string(fingerprint)],
      "fixes": fix.map { [sarif($0)] },
    ])
  }

  /// A message may hold links, written `[text](target)`; what stands in a record must not become one.
  private func withoutLinks(_ text: String) -> String { text.replacing("](", with: "\\](") }

  private func sarif(_ fix: Fix) -> JSON {
    let replacements = fix.edits.map { edit -> JSON in
      ["deletedRegion": edit.range.sarif, "insertedContent": ["text": .string(edit.text)]]
    }
    return [
      "description": ["text": .string(withoutLinks(fix.title))],
      "artifactChanges": [["artifactLocation": artifact, "replacements": .array(replacements)]],
    ]
  }

  private var artifact: JSON {
    ["uri": .string(percentEncoded(file)), "uriBaseId": .string(uriBase)]
  }
}

extension SourceRange {
  fileprivate var sarif: JSON {
    [
      "startLine": .int(start.line), "startColumn": .int(start.column),
      "endLine": .int(end.line), "endColumn": .int(end.column),
    ]
  }
}

/// A path as a relative URI reference: RFC 3986's unreserved characters and slashes stand for themselves.
private func percentEncoded(_ path: String) -> String {
  var text = ""
  for byte in path.utf8 {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
      UInt8(ascii: "~"), UInt8(ascii: "/"):
      text.unicodeScalars.append(Unicode.Scalar(byte))
    default: text += "%" + hexadecimal([byte]).uppercased()
    }
  }
  return text
}
