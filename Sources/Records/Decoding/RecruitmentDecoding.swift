import RecordSchema
import YAMLReader

/// The settings below `recruitment`.
extension ConfigurationDecoder {
  mutating func readRecruitment(_ node: YAMLNode?) {
    let parts = settings(node, known: ["landing", "employee_reference", "email", "sources"], in: "recruitment")
    if let landing = landing(parts["landing"], "recruitment.landing") { configuration.recruitment.landing = landing }
    if let text = template(parts["employee_reference"], "recruitment.employee_reference", in: "EMP{id:3}") {
      configuration.recruitment.employeeReference = text
    }
    if let node = parts["email"],
      let text = template(node, "recruitment.email", in: "{first_name}.{last_name}@example.org")
    {
      let domain = text.split(separator: "@", omittingEmptySubsequences: false)
      if domain.count == 2, !domain[0].isEmpty, domain[1].contains("."), !domain[1].contains("{") {
        configuration.recruitment.email = text
      } else {
        invalid("recruitment.email takes a pattern of an address, such as {first_name}.{last_name}@example.org.", node)
      }
    }
    for entry in entries(parts["sources"], "recruitment.sources") {
      configuration.recruitment.sources.append(recruitmentSource(entry))
    }
  }

  private mutating func recruitmentSource(_ entry: YAMLEntry) -> RecruitmentSettings.Source {
    let what = "recruitment.sources.\(reader.excerpt(entry.key))"
    var source = RecruitmentSettings.Source(name: entry.key)
    if entry.key.contains(where: { $0.isWhitespace || $0 == "/" }) || entry.key.unicodeScalars.count > 64 {
      reader.report(
        .invalidSetting, "\(what): a source is named by one word, as its keys' system.", at: entry.keyRange)
    }
    let parts = settings(entry.value, known: ["format", "landing", "secret", "systems", "fields"], in: what)
    if let node = parts["format"], let word = text(node, "\(what).format") {
      if let format = RecruitmentSettings.Source.Format(rawValue: word) {
        source.format = format
      } else {
        invalid("\(what).format takes staffrepo or greenhouse.", node)
      }
    }
    source.landing = landing(parts["landing"], "\(what).landing")
    if let node = parts["secret"], let word = text(node, "\(what).secret") {
      source.secret = SecretReference(word)
      if source.secret == nil {
        // Not repeated: it may be the secret itself.
        reader.report(
          .literalSecret,
          "\(what).secret takes a reference such as env:STAFFREPO_SECRET_NAME or file:NAME, never a secret.",
          at: node.range)
      }
    }
    if source.format == .greenhouse, source.secret == nil {
      reader.report(
        .missingSetting, "\(what) does not say by which secret its messages are signed.", at: entry.keyRange,
        help: "Add a line: secret: file:\(entry.key)-webhook")
    }
    source.systems = texts(parts["systems"], "\(what).systems")
    for field in entries(parts["fields"], "\(what).fields") {
      guard let place = text(field.value, "\(what).fields.\(reader.excerpt(field.key))") else { continue }
      guard RecruitmentSettings.hireFields.contains(field.key) else {
        let near = reader.near(field.key, among: RecruitmentSettings.hireFields).map { " Did you mean '\($0)'?" } ?? ""
        reader.report(
          .unknownSetting, "\(what).fields: a hire has no field '\(reader.excerpt(field.key))'.\(near)",
          at: field.keyRange, help: "Known are: \(RecruitmentSettings.hireFields.joined(separator: ", ")).")
        continue
      }
      if source.format == .greenhouse, !place.hasPrefix("/") {
        invalid(
          "\(what).fields.\(field.key) takes a JSON pointer such as /payload/application/offer/custom_fields/unit/value.",
          field.value)
        continue
      }
      source.fields.append(.init(name: field.key, place: place))
    }
    return source
  }

  private mutating func landing(_ node: YAMLNode?, _ what: String) -> RecruitmentSettings.Landing? {
    guard let node, let word = text(node, what) else { return nil }
    if let landing = RecruitmentSettings.Landing(rawValue: word) { return landing }
    invalid("\(what) takes review or direct.", node)
    return nil
  }

  private mutating func template(_ node: YAMLNode?, _ what: String, in example: String) -> String? {
    guard let node, let text = text(node, what) else { return nil }
    guard let template = NameTemplate(text),
      template.parts.contains(where: { if case .field = $0 { true } else { false } })
    else {
      invalid(
        "\(what) takes a pattern such as \(example), made of \(NameTemplate.fields.map { "{\($0)}" }.joined(separator: ", ")).",
        node)
      return nil
    }
    return text
  }
}
