import RecordSchema
import YAMLReader

/// What is wrong with settings that could be read.
extension ConfigurationDecoder {
  mutating func judgeDomains(_ node: YAMLNode?) {
    for item in words(node) {
      let text = item.scalar ?? ""
      let isDomain =
        text.contains(".") && !text.hasPrefix(".") && !text.hasSuffix(".")
        && text.utf8.allSatisfy {
          $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-") || isASCIIAlphanumeric($0) || $0 >= 0x80
        }
      if !isDomain { reader.report(.malformedDomain, "'\(reader.excerpt(text))' is not a domain.", at: item.range) }
    }
    reportRepeated(node, in: "organisation.email_domains")
  }

  mutating func judgeApprovers(_ node: YAMLNode?) {
    for item in words(node) where !isAddress(item.scalar ?? "") {
      reader.report(
        .malformedApprover, "approvers: '\(reader.excerpt(item.scalar ?? ""))' is not an e-mail address.",
        at: item.range)
    }
    reportRepeated(node, in: "approvers")
  }

  mutating func judgeCustomFieldName(_ entry: YAMLEntry) {
    let isName =
      entry.key.utf8.allSatisfy { $0 == UInt8(ascii: "_") || $0 &- 0x30 < 10 || $0 &- 0x61 < 26 }
      && entry.key.utf8.first.map { $0 &- 0x61 < 26 } ?? false
    let isTaken = Person.fields.contains { $0.name == entry.key }
    guard !isName || isTaken else { return }
    reader.report(
      .malformedCustomField,
      isTaken
        ? "custom_fields: '\(entry.key)' is a standard field already."
        : "custom_fields: '\(reader.excerpt(entry.key))' is not small letters, digits and underscores.",
      at: entry.keyRange)
  }

  mutating func judge(_ policy: Configuration.Policy, _ parts: [String: YAMLNode], at node: YAMLNode) {
    if policy.authors.isEmpty || (policy.paths.isEmpty && policy.fields.isEmpty) {
      let missing = policy.authors.isEmpty ? "authors" : "paths and no fields"
      reader.report(
        .idlePolicy, "The policy \(policy.name.isEmpty ? "" : "'\(policy.name)' ")has no \(missing).", at: node.range)
    }
    let known = Set(Person.fields.map(\.name) + Unit.fields.map(\.name))
    for item in words(parts["fields"]) {
      let name = item.scalar ?? ""
      let isKnown =
        known.contains(name) || configuration.customFields.contains { "custom.\($0.name)" == name }
      guard !isKnown else { continue }
      let near = closest(to: name, among: known.sorted()).map { " Did you mean '\($0)'?" } ?? ""
      reader.report(.unknownPolicyField, "There is no field '\(reader.excerpt(name))'.\(near)", at: item.range)
    }
    for name in ["paths", "fields", "authors"] { reportRepeated(parts[name], in: "policies.\(name)") }
  }

  private func words(_ node: YAMLNode?) -> [YAMLNode] {
    guard let node, !node.isEmpty else { return [] }
    return (node.items ?? [node]).filter { $0.scalar?.isEmpty == false }
  }

  private mutating func reportRepeated(_ node: YAMLNode?, in what: String) {
    var seen: Set<String> = []
    for item in words(node) {
      guard let word = item.scalar?.lowercased(), !seen.insert(word).inserted else { continue }
      reader.report(.repeatedSetting, "\(what) names \(reader.excerpt(word)) twice.", at: item.range)
    }
  }

  private func isAddress(_ text: String) -> Bool {
    let parts = text.split(separator: "@", omittingEmptySubsequences: false)
    return parts.count == 2 && parts.allSatisfy { !$0.isEmpty } && !text.contains(" ")
  }
}
