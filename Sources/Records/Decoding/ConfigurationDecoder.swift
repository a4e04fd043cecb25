import RecordSchema
import YAMLReader

/// Reads staffrepo.yaml. A wrong setting is a finding, and its default holds.
public struct ConfigurationDecoder {
  public static let path = "staffrepo.yaml"

  var reader = FieldReader(file: ConfigurationDecoder.path)
  var configuration = Configuration()

  /// `nil` for the configuration when the file is no YAML mapping or names no organisation.
  public static func read(_ document: YAMLDocument) -> (configuration: Configuration?, findings: [Diagnostic]) {
    var decoder = ConfigurationDecoder()
    let isReadable = decoder.read(document)
    return (isReadable ? decoder.configuration : nil, decoder.reader.findings)
  }

  private mutating func read(_ document: YAMLDocument) -> Bool {
    for problem in document.problems + document.remarks {
      reader.report(problem.rule, problem.message, at: problem.range)
    }
    guard document.problems.isEmpty, let root = document.root, root.entries != nil else {
      if document.problems.isEmpty {
        reader.report(.yamlNotAMapping, "The file holds no settings.", at: document.root?.range ?? .fileStart)
      }
      return false
    }
    let names = [
      "organisation", "branch", "data", "required_fields", "custom_fields", "guards", "policies", "approvers",
      "exports", "systems", "api", "recruitment",
    ]
    let settings = settings(root, known: names, in: "staffrepo.yaml")
    let hasOrganisation = readOrganisation(settings["organisation"])
    if let branch = text(settings["branch"], "branch") { configuration.branch = branch }
    readDataFolder(settings["data"])
    readRequiredFields(settings["required_fields"])
    readCustomFields(settings["custom_fields"])
    readGuards(settings["guards"])
    readPolicies(settings["policies"])
    configuration.approvers = texts(settings["approvers"], "approvers")
    judgeApprovers(settings["approvers"])
    let exports = self.settings(settings["exports"], known: ["keep"], in: "exports")
    if let keep = number(exports["keep"], "exports.keep", from: 1) { configuration.keptExports = keep }
    readSystems(settings["systems"])
    readAPI(settings["api"])
    readRecruitment(settings["recruitment"])
    return hasOrganisation
  }

  private mutating func readOrganisation(_ node: YAMLNode?) -> Bool {
    let parts = settings(
      node, known: ["id", "name", "email_domains", "time_zone", "contact_email"], in: "organisation")
    configuration.organisation.name = text(parts["name"], "organisation.name") ?? ""
    configuration.organisation.emailDomains = texts(parts["email_domains"], "organisation.email_domains")
    judgeDomains(parts["email_domains"])
    configuration.organisation.contactEmail = text(parts["contact_email"], "organisation.contact_email")
    if let zone = parts["time_zone"], let name = text(zone, "organisation.time_zone") {
      if let rules = TimeZoneRules.named(name) {
        configuration.organisation.timeZone = rules
      } else {
        reader.report(.unknownTimeZone, "There is no time zone '\(name)'.", at: zone.range)
        return false
      }
    }
    guard let id = number(parts["id"], "organisation.id", from: 1, to: 9_007_199_254_740_991) else {
      if parts["id"].map(\.isEmpty) ?? true {
        reader.report(.missingSetting, "staffrepo.yaml does not say organisation.id.", at: node?.range ?? .fileStart)
      }
      return false
    }
    configuration.organisation.id = id
    return true
  }

  private mutating func readDataFolder(_ node: YAMLNode?) {
    guard let node, let folder = text(node, "data") else { return }
    let parts = folder.split(separator: "/", omittingEmptySubsequences: false)
    if parts.contains(where: { $0.isEmpty || $0 == "." || $0 == ".." }) {
      invalid("data takes a folder of this repository, such as data.", node)
    } else {
      configuration.dataFolder = folder
    }
  }

  private mutating func readRequiredFields(_ node: YAMLNode?) {
    guard let node, !node.isEmpty else { return }
    let always = Person.fields.map(\.name)
    var required: Set<String> = []
    for item in node.items ?? [node] {
      guard let name = text(item, "required_fields") else { continue }
      if Configuration.relaxableFields.contains(name) {
        required.insert(name)
      } else if !always.contains(name) {
        invalid("required_fields: there is no field '\(name)'.", item)
      }
    }
    configuration.requiredFields = required
  }

  private mutating func readCustomFields(_ node: YAMLNode?) {
    for entry in entries(node, "custom_fields") {
      let what = "custom_fields.\(reader.excerpt(entry.key))"
      judgeCustomFieldName(entry)
      var type = Configuration.CustomFieldDeclaration.FieldType.string
      var isSensitive = false
      var values: [String] = []
      if entry.value.scalar != nil {
        type = choice(entry.value, what) ?? .string
      } else {
        let parts = settings(entry.value, known: ["type", "sensitive", "values", "description"], in: what)
        type = choice(parts["type"], "\(what).type") ?? .string
        isSensitive = boolean(parts["sensitive"], "\(what).sensitive") ?? false
        values = texts(parts["values"], "\(what).values")
      }
      configuration.customFields.append(.init(name: entry.key, type: type, isSensitive: isSensitive, values: values))
    }
  }

  private mutating func readGuards(_ node: YAMLNode?) {
    let names = Configuration.defaultGuards.map(\.name)
    let parts = settings(node, known: names, in: "guards")
    configuration.guards = Configuration.defaultGuards.map { standard in
      let limits = settings(parts[standard.name], known: ["count", "percent"], in: "guards.\(standard.name)")
      return Configuration.GuardLimit(
        standard.name,
        count: number(limits["count"], "guards.\(standard.name).count", from: 0) ?? standard.count,
        percent: number(limits["percent"], "guards.\(standard.name).percent", from: 0, to: 100) ?? standard.percent)
    }
  }

  private mutating func readPolicies(_ node: YAMLNode?) {
    guard let node, !node.isEmpty else { return }
    guard let items = node.items else {
      invalid("policies takes a list.", node)
      return
    }
    for item in items {
      let parts = settings(item, known: ["name", "paths", "fields", "authors", "signed"], in: "a policy")
      let policy = Configuration.Policy(
        name: text(parts["name"], "policies.name") ?? "", paths: texts(parts["paths"], "policies.paths"),
        fields: texts(parts["fields"], "policies.fields"), authors: texts(parts["authors"], "policies.authors"),
        isSigned: boolean(parts["signed"], "policies.signed") ?? false)
      judge(policy, parts, at: item)
      configuration.policies.append(policy)
    }
  }

  private mutating func readSystems(_ node: YAMLNode?) {
    var destinations: [(system: String, range: SourceRange)] = []
    for entry in entries(node, "systems") {
      let what = "systems.\(reader.excerpt(entry.key))"
      var system = Configuration.SystemSettings(name: entry.key)
      let isKnown = Configuration.exportSystems.contains(entry.key)
      let parts = settings(
        entry.value, known: ["enabled", "type", "schedule", "profiles", "mappings", "destination", "options"], in: what)
      // What cannot be read switches nothing on.
      system.isEnabled = boolean(parts["enabled"], "\(what).enabled") ?? (parts["enabled"]?.isEmpty ?? true)
      if let type = parts["type"], let word = text(type, "\(what).type") {
        system.isApp = word == "app"
        if !system.isApp { invalid("\(what).type takes app.", type) }
      } else if !isKnown {
        let near = reader.near(entry.key, among: Configuration.exportSystems).map { " Did you mean '\($0)'?" } ?? ""
        reader.report(
          .unknownSetting, "'\(entry.key)' is none of the systems that staffrepo knows.\(near)", at: entry.keyRange,
          help: "For an application with keys and webhooks only, add a line: type: app")
      }
      if let schedule = parts["schedule"] { system.schedule = self.schedule(schedule, what) ?? system.schedule }
      let found = reader.findings.count
      system.profiles = profiles(parts["profiles"], of: system, what)
      system.mappings = readMappings(parts["mappings"], of: system.name, "\(what).mappings")
      for option in entries(parts["options"], "\(what).options") {
        guard let value = text(option.value, "\(what).options.\(option.key)") else { continue }
        guard system.name != "lms" || judgeLearningOption(option, value, system.profiles ?? []) else { continue }
        if option.key == "fields" { judgeFeedFields(value, at: option.value.range, what) }
        if system.isApp, option.key != "fields" {
          reader.report(
            .unknownSetting, "\(what).options has no setting '\(reader.excerpt(option.key))'.", at: option.keyRange,
            help: "Known is: fields.")
        }
        system.options[option.key] = value
      }
      if let node = parts["options"]?["fields"], system.options["fields"] == nil {
        invalid("\(what).options.fields takes the names of fields, as one text: id, first_name, is_active.", node)
      }
      judgeProfiles(system, parts["profiles"], what)
      if let error = reader.findings[found...].first(where: { $0.severity == .error }) {
        system.fault = "staffrepo.yaml:\(error.range.start.line):\(error.range.start.column): \(error.message)"
      }
      system.destination = readDestination(parts["destination"], of: entry.key, what)
      configuration.systems.append(system)
      if let node = parts["destination"] { destinations.append((entry.key, node.range)) }
    }
    judgeFolders(destinations)
  }

  /// No system's folder may lie in that of another: one's sets would take the place of the other's.
  private mutating func judgeFolders(_ destinations: [(system: String, range: SourceRange)]) {
    var folders = configuration.systems.map { (name: $0.name, system: $0.name, isDestination: false) }
    for system in configuration.systems {
      guard case .directory(let name) = system.destination?.place else { continue }
      folders.append((name, system.name, true))
    }
    for folder in folders where folder.isDestination {
      guard let range = destinations.first(where: { $0.system == folder.system })?.range else { continue }
      let other = folders.first { other in
        !(other.isDestination && other.system == folder.system)
          && (other.name == folder.name || other.name.hasPrefix(folder.name + "/")
            || folder.name.hasPrefix(other.name + "/"))
      }
      let isReserved = folder.name.split(separator: "/").contains { $0 == "current" || $0.hasPrefix(".") }
      guard other != nil || isReserved else { continue }
      let owner = other.map { "that of \($0.system)" } ?? "one of staffrepo's own"
      reader.report(
        .invalidSetting,
        "systems.\(folder.system).destination: the folder \(folder.name) is \(owner), or lies in it or around it.",
        at: range, help: "Name a folder that nothing else uses, such as \(folder.system)-files.")
      for place in configuration.systems.indices where configuration.systems[place].name == folder.system {
        configuration.systems[place].destination = Destination(.unreadable)
      }
    }
  }

  /// A misspelt field would be left out, or let out.
  private mutating func judgeFeedFields(_ text: String, at range: SourceRange, _ what: String) {
    let custom = configuration.customFields.map { "custom.\($0.name)" }
    for name in text.split(whereSeparator: { $0 == "," || $0 == " " }).map({ String($0) })
    where !(Person.outputFields + custom).contains(name) {
      let near = reader.near(name, among: Person.outputFields + custom).map { " Did you mean '\($0)'?" } ?? ""
      reader.report(
        .unknownExportField, "\(what).options.fields: there is no field '\(reader.excerpt(name))'.\(near)", at: range)
    }
  }

  /// Two profiles that write the same file cannot stand beside each other.
  private mutating func judgeProfiles(_ system: Configuration.SystemSettings, _ node: YAMLNode?, _ what: String) {
    guard let node, let names = system.profiles else { return }
    var seen: Set<String> = []
    for name in names where !seen.insert(name).inserted {
      reader.report(.repeatedSetting, "\(what).profiles names \(name) twice.", at: node.range)
    }
    let doubled = ["moodle", "oneroster"].filter {
      system.name == "lms" && seen.contains("standard") && seen.contains($0)
    }
    for name in doubled {
      reader.report(
        .unusableTable, "\(what).profiles: standard holds the files of \(name) already.", at: node.range,
        help: "Remove \(name), or standard.")
    }
  }

  private mutating func readAPI(_ node: YAMLNode?) {
    let parts = settings(node, known: ["public_url"], in: "api")
    guard let address = parts["public_url"], let text = text(address, "api.public_url") else { return }
    if let url = PublicURL(text) {
      configuration.publicURL = url.text
    } else if PublicURL.holdsUser(text) {
      // Not repeated: it may hold a password.
      reader.report(
        .urlWithPassword, "api.public_url holds a user name or password; those do not belong in git.",
        at: address.range)
    } else {
      invalid("api.public_url takes an address such as https://staff.example.org, without ? and #.", address)
    }
  }

  /// The ready-made sets of files; `nil` when the file does not say.
  private mutating func profiles(
    _ node: YAMLNode?, of system: Configuration.SystemSettings, _ what: String
  ) -> [String]? {
    guard let node, !node.isEmpty else { return nil }
    let known = Configuration.profiles(of: system.name)
    return (node.items ?? [node]).compactMap { item in
      guard let name = text(item, "\(what).profiles") else { return nil }
      if known.contains(name) { return name }
      if Configuration.privateProfiles.contains(name) {
        invalid(
          "\(name) holds passwords, so it is never published. Write it by hand: staffrepo export \(system.name) --profile \(name) --out DIR",
          item)
        return nil
      }
      let near = reader.near(name, among: known)
      reader.report(
        .invalidSetting,
        "\(system.name) has no profile '\(reader.excerpt(name))'. It has: \(known.joined(separator: ", ")).",
        at: item.range,
        fix: near.map { .init(title: "Write \($0)", edits: [.init(range: item.range, text: $0)]) })
      return nil
    }
  }
}
