import GitStore
import RecordSchema
import YAMLReader

extension FieldReader {
  /// The fields of a whole file; `nil`, with findings, when it is no mapping.
  mutating func rootFields(of document: YAMLDocument, known: [String], what: String) -> [String: YAMLNode]? {
    for problem in document.problems { report(problem.rule, problem.message, at: problem.range) }
    // Where the text breaks off, what was read before would only look like a record with missing fields.
    let breaksOff: [Rule] = [.yamlSyntax, .yamlEncoding, .yamlTooLarge, .yamlTooDeep, .yamlSeveralDocuments]
    if document.problems.contains(where: { breaksOff.contains($0.rule) }) { return nil }
    guard let root = document.root, root.entries != nil else {
      if document.problems.isEmpty {
        let message = document.root == nil ? "The file is empty." : "The file holds no `field: value` lines."
        report(.yamlNotAMapping, message, at: document.root?.range ?? .fileStart)
      }
      return nil
    }
    return fields(root, known: known, what: what)
  }
}

extension Reading {
  /// A file of which nothing but, perhaps, `is_active: false` can be made out.
  static func unreadable(path: String, content: OID?, lines: [UInt8], findings: [Diagnostic]) -> Reading {
    Reading(
      path: path, content: content, record: nil, draft: nil, claimedID: nil, saysInactive: deactivates(lines),
      findings: findings)
  }

  /// Whether a line of its own says `is_active: false`, and none says otherwise. A leaver's record that is broken further
  /// down still takes the access away.
  static func deactivates(_ bytes: [UInt8]) -> Bool {
    let lines = bytes.split(whereSeparator: { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") })
    let values = lines.compactMap { line -> String? in
      let text = String(decoding: line, as: UTF8.self)
      guard text.hasPrefix("is_active:") else { return nil }
      return text.dropFirst(10).split(separator: "#").first.map { $0.filter { $0 != " " && $0 != "\t" } } ?? ""
    }
    return !values.isEmpty && values.allSatisfy { ["false", "False", "FALSE"].contains($0) }
  }
}

enum UnitDecoder {
  static func read(path: String, content: OID?, document: YAMLDocument, lines: [UInt8]) -> Reading<Unit> {
    var reader = FieldReader(file: path)
    reader.subject = fileStem(of: path)
    guard let fields = reader.rootFields(of: document, known: Unit.fields.map(\.name), what: "A unit") else {
      return .unreadable(path: path, content: content, lines: lines, findings: reader.findings)
    }
    let id = reader.identifier(fields["id"], "id")
    let code = reader.unitCode(fields["code"], "code", blocks: true)
    var unit = Unit(id: UnitID(id ?? 0), code: code ?? UnitCode(""))
    unit.name = reader.text(fields["name"], "name", length: 1...128) ?? ""
    unit.parent = reader.unitCode(fields["parent"], "parent")
    unit.type = reader.text(fields["type"], "type", length: 1...64)
    unit.costCentre = reader.text(fields["cost_centre"], "cost_centre", length: 1...64)
    unit.manager = reader.reference(fields["manager"], "manager")
    let isActive = reader.boolean(fields["is_active"], "is_active")
    unit.isActive = isActive ?? true
    unit.externalIDs = reader.externalIDs(fields["external_ids"])
    for name in ["id", "code", "name"] where fields[name].map(\.isEmpty) ?? true {
      reader.missing(name, what: "A unit's record", in: document.root ?? .nothing)
      if name != "name" { reader.isBlocked = true }
    }
    let isHeld = reader.isBlocked || !document.problems.isEmpty
    return Reading(
      path: path, content: content, record: isHeld ? nil : unit, draft: unit, claimedID: id,
      saysInactive: document.problems.isEmpty ? isActive == false : Reading<Unit>.deactivates(lines),
      findings: reader.findings)
  }
}

enum APIKeyDecoder {
  static let fieldNames = [
    "system", "name", "key_hash", "key_hint", "scopes", "units", "created_at", "expires_at", "revoked_at",
  ]

  static func read(path: String, content: OID?, document: YAMLDocument) -> Reading<APIKey> {
    var reader = FieldReader(file: path)
    reader.subject = fileStem(of: path)
    guard let fields = reader.rootFields(of: document, known: fieldNames, what: "A key") else {
      return .unreadable(path: path, content: content, lines: [], findings: reader.findings)
    }
    var key = APIKey(name: fileStem(of: path))
    key.system = reader.text(fields["system"], "system", length: 1...64) ?? ""
    _ = reader.text(fields["name"], "name", length: 1...128)
    key.keyHash = reader.hash(fields["key_hash"])
    key.keyHint = reader.text(fields["key_hint"], "key_hint", length: 1...8)
    key.scopes = reader.words(fields["scopes"], "scopes", known: APIKey.knownScopes)
    key.units = reader.list(fields["units"], "units")?.compactMap { reader.unitCode($0, "units") } ?? []
    key.createdAt = reader.moment(fields["created_at"], "created_at")
    key.expiresAt = reader.moment(fields["expires_at"], "expires_at")
    key.revokedAt = reader.moment(fields["revoked_at"], "revoked_at")
    for name in ["system", "key_hash", "scopes"] where fields[name].map(\.isEmpty) ?? true {
      reader.missing(name, what: "A key's record", in: document.root ?? .nothing)
      reader.isBlocked = true
    }
    let isHeld = reader.isBlocked || !document.problems.isEmpty
    return Reading(
      path: path, content: content, record: isHeld ? nil : key, draft: key, claimedID: nil, saysInactive: false,
      findings: reader.findings)
  }
}

enum SubscriptionDecoder {
  static let fieldNames = [
    "url", "events", "secrets", "format", "fields", "units", "is_active", "backfill", "description",
  ]

  static func read(path: String, content: OID?, document: YAMLDocument, configuration: Configuration)
    -> Reading<Subscription>
  {
    var reader = FieldReader(file: path)
    reader.subject = fileStem(of: path)
    guard let fields = reader.rootFields(of: document, known: fieldNames, what: "A subscription") else {
      return .unreadable(path: path, content: content, lines: [], findings: reader.findings)
    }
    var subscription = Subscription(name: fileStem(of: path))
    subscription.url = reader.url(fields["url"])
    _ = reader.text(fields["description"], "description", length: 1...1000)
    if fields["events"].map({ !$0.isEmpty }) ?? false {
      subscription.events = reader.words(fields["events"], "events", known: ["*"] + EventName.allCases.map(\.rawValue))
    }
    subscription.secrets = reader.secrets(fields["secrets"])
    subscription.format =
      reader.choice(fields["format"], "format", of: Subscription.Format.self, blocks: true) ?? .staffService
    if let node = fields["fields"], !node.isEmpty {
      let custom = configuration.customFields.map { "custom.\($0.name)" }
      subscription.fields = reader.words(node, "fields", known: Person.outputFields + Unit.fields.map(\.name) + custom)
    }
    if let node = fields["units"], !node.isEmpty {
      subscription.units = reader.list(node, "units")?.compactMap { reader.unitCode($0, "units") } ?? []
      if node.items == nil { reader.isBlocked = true }
    }
    let isActive = reader.boolean(fields["is_active"], "is_active")
    subscription.isActive = isActive ?? true
    subscription.backfill = reader.boolean(fields["backfill"], "backfill") ?? false
    if fields["url"].map(\.isEmpty) ?? true {
      reader.missing("url", what: "A subscription", in: document.root ?? .nothing)
      reader.isBlocked = true
    }
    let isHeld = reader.isBlocked || !document.problems.isEmpty
    return Reading(
      path: path, content: content, record: isHeld ? nil : subscription, draft: subscription, claimedID: nil,
      saysInactive: isActive == false, findings: reader.findings)
  }
}

enum ApprovalDecoder {
  static func read(path: String, content: OID?, document: YAMLDocument) -> Reading<Approval> {
    var reader = FieldReader(file: path)
    reader.subject = fileStem(of: path)
    let known = ["guard", "limit", "expires", "reason"]
    guard let fields = reader.rootFields(of: document, known: known, what: "An approval") else {
      return .unreadable(path: path, content: content, lines: [], findings: reader.findings)
    }
    var approval = Approval(name: fileStem(of: path))
    approval.guardName =
      reader.words(fields["guard"], "guard", known: Configuration.defaultGuards.map(\.name)).first ?? ""
    approval.limit = reader.identifier(fields["limit"], "limit") ?? 0
    approval.expires = reader.date(fields["expires"], "expires")
    approval.reason = reader.text(fields["reason"], "reason", length: 1...1000)
    for name in known where fields[name].map(\.isEmpty) ?? true {
      reader.missing(name, what: "An approval", in: document.root ?? .nothing)
      reader.isBlocked = true
    }
    let isHeld = reader.isBlocked || !document.problems.isEmpty
    return Reading(
      path: path, content: content, record: isHeld ? nil : approval, draft: approval, claimedID: nil,
      saysInactive: false,
      findings: reader.findings)
  }
}

extension FieldReader {
  /// One word or a list of words, each known. Unknown ones are left out.
  fileprivate mutating func words(_ node: YAMLNode?, _ field: String, known: [String]) -> [String] {
    guard let node, !node.isEmpty else { return [] }
    return (node.items ?? [node]).compactMap { item in
      guard let text = scalar(item, field) else { return nil }
      guard known.contains(text) else {
        let near = closest(to: text, among: known)
        let hint = near.map { " Did you mean '\($0)'?" } ?? ""
        report(
          .unknownValue, "\(field): '\(text)' is not known.\(hint)", at: item.range,
          help: "Known are: \(known.joined(separator: ", ")).",
          fix: near.map { .init(title: "Write \($0)", edits: [.init(range: item.range, text: $0)]) })
        return nil
      }
      return text
    }
  }

  fileprivate mutating func hash(_ node: YAMLNode?) -> String {
    guard let node, let text = scalar(node, "key_hash") else { return "" }
    let digits = text.dropFirst(7)
    let isHash =
      text.hasPrefix("sha256:") && digits.utf8.count == 64
      && digits.utf8.allSatisfy {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
      }
    if !isHash {
      isBlocked = true
      // The value is not repeated: it may be the key itself.
      report(.malformedHash, "key_hash is not sha256: and 64 hexadecimal digits in lower case.", at: node.range)
    }
    return text
  }

  /// A date or a UTC time.
  fileprivate mutating func moment(_ node: YAMLNode?, _ field: String) -> String? {
    guard let node, let text = scalar(node, field) else { return nil }
    if CalendarDate(text) == nil, Instant(text) == nil {
      isBlocked = true
      report(.notADate, "\(field) takes a date (2026-01-15) or a UTC time (2026-01-15T10:30:00Z).", at: node.range)
    }
    return text
  }

  fileprivate mutating func url(_ node: YAMLNode?) -> String {
    guard let node, let text = text(node, "url", length: 1...2048) else { return "" }
    let lower = text.lowercased()
    if !lower.hasPrefix("https://") && !lower.hasPrefix("http://") {
      report(.unknownValue, "url takes an address that starts with https://.", at: node.range)
      isBlocked = true
    } else if text.split(separator: "/").dropFirst().first?.contains("@") == true {
      // Not repeated: it holds a password.
      report(.unknownValue, "url holds a user name or password; those do not belong in git.", at: node.range)
      isBlocked = true
    }
    return text
  }

  fileprivate mutating func secrets(_ node: YAMLNode?) -> [SecretReference] {
    guard let node, !node.isEmpty else { return [] }
    return (node.items ?? [node]).compactMap { item in
      guard let text = scalar(item, "secrets") else { return nil }
      guard let reference = SecretReference(text) else {
        isBlocked = true
        // Not repeated: it may be the secret itself.
        report(
          .literalSecret, "secrets takes references such as env:STAFFREPO_SECRET_NAME or file:NAME, never a secret.",
          at: item.range)
        return nil
      }
      return reference
    }
  }
}

extension Rule {
  public static let literalSecret = Rule(
    "W001", "literal-secret",
    explanation:
      "A webhook's secret stands in the environment or in a file of the server's secrets folder. In git, everybody who may read the records could forge events, for ever.",
    help: "Make a new secret, since this one has been seen, and write env:STAFFREPO_SECRET_NAME or file:NAME here.")
}
