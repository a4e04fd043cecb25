import Crypto
import Foundation
import RecordSchema
import TestSupport
import Testing

@testable import Validators

/// Files that script/generate writes cannot rot.
@Suite struct `Generated files` {
  private let project = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  @Test func `are what the rules say: a page for each, and their list`() throws {
    let folder = project.appendingPathComponent("docs/diagnostics")
    let pages = RulePage.all
    let there = Set(try FileManager.default.contentsOfDirectory(atPath: folder.path))
    #expect(there == Set(pages.map(\.name)))
    for page in pages where there.contains(page.name) {
      let text = try String(contentsOf: folder.appendingPathComponent(page.name), encoding: .utf8)
      #expect(text == page.text, "\(page.name): run script/generate")
    }
  }

  @Test func `name every rule in the registry`() throws {
    let rules = project.appendingPathComponent("Sources/Validators")
    let generated = try String(
      contentsOf: rules.appendingPathComponent("RuleRegistry+Generated.swift"), encoding: .utf8)
    var count = 0
    for case let file as URL in try #require(FileManager.default.enumerator(at: rules, includingPropertiesForKeys: nil))
    where file.pathExtension == "swift" {
      for match in try String(contentsOf: file, encoding: .utf8).matches(of: /(?m)^enum (\w+): \w*Rule\b/) {
        #expect(generated.contains("\(match.1).self"), "\(match.1): run script/generate registry")
        count += 1
      }
    }
    #expect(count > 60)
  }

  @Test func `hold the hashes of the words that anybody would try`() {
    let hashes = WeakKeyHash.knownWords.map { word in
      SHA256.hash(data: Data(word.utf8)).map { String(format: "%02x", $0) }.joined()
    }
    #expect(Set(hashes) == WeakKeyHash.knownHashes)
  }
}
