import Foundation
import TestSupport
import Testing

/// docs/openapi.json cannot rot: it is what the program says of itself.
@Suite struct `The document of the API` {
  @Test func `is the one in docs`() throws {
    let project = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let printed = try run(staffrepoProgram, ["schema", "api"]).output
    let kept = try String(contentsOf: project.appendingPathComponent("docs/openapi.json"), encoding: .utf8)
    #expect(printed == kept, "run script/generate")
  }
}
