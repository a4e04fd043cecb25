import RecordSchema
import Records
import Testing
import YAMLReader

@Suite struct `The public address of the API` {
  private func read(_ value: String) -> (url: String?, findings: [Diagnostic]) {
    let text = "organisation:\n  id: 1\n  name: A\napi:\n  public_url: \(value)\n"
    let (configuration, findings) = ConfigurationDecoder.read(YAMLReader.read(Array(text.utf8)))
    return (configuration?.publicURL, findings)
  }

  @Test(arguments: [
    ("https://staff.example.org", "https://staff.example.org"),
    ("HTTPS://staff.example.org/", "https://staff.example.org"),
    ("https://x.example:8443/staff//", "https://x.example:8443/staff"),
    ("http://localhost:8080", "http://localhost:8080"),
  ])
  func `is an address, without a slash at its end`(value: String, url: String) {
    let (found, findings) = read(value)
    #expect(found == url)
    #expect(findings.isEmpty)
  }

  @Test(arguments: [
    "staff.example.org", "ftp://x.example", "https://", "https:///path", "https://:8080", "https://x.example/?a=b",
    "https://x.example/#top", "https://x.example/a b", "\"https://x.example/\\u0007\"", "https://zoë.example", "[a]",
    "{}",
  ])
  func `is nothing else, and a wrong one is not used`(value: String) {
    let (found, findings) = read(value)
    #expect(found == nil)
    #expect(findings.count == 1, "\(findings.map(\.message))")
  }

  @Test func `holds no password, and a finding does not repeat it`() {
    let (found, findings) = read("https://hr:hunter2@x.example/")
    #expect(found == nil)
    #expect(findings.count == 1)
    #expect(findings.allSatisfy { !$0.message.contains("hunter2") && $0.message.contains("password") })
  }

  @Test func `is the only setting there`() {
    let text = "organisation:\n  id: 1\n  name: A\napi:\n  public_uri: https://x.example\n"
    let findings = ConfigurationDecoder.read(YAMLReader.read(Array(text.utf8))).findings
    #expect(findings.map(\.message) == ["api has no setting 'public_uri'. Did you mean 'public_url'?"])
  }
}
