import RecordSchema
import YAMLReader

/// Where a system's sets are sent. What cannot be read leads nowhere: files must not go where nobody meant them to, nor
/// unencrypted because a key was misspelt.
extension ConfigurationDecoder {
  private static let sealing = ["encrypt_to", "encrypt_key"]
  private static let overSFTP = ["url", "user", "host_key", "password", "key", "passphrase"]
  private static let overHTTP = ["url", "method", "token", "user", "password", "headers"]
  private static let inBucket = ["url", "region", "endpoint", "access_key", "secret_key", "session_token"]

  mutating func readDestination(_ node: YAMLNode?, of system: String, _ what: String) -> Destination? {
    guard let node, !node.isEmpty else { return nil }
    let what = "\(what).destination"
    let before = reader.findings.count
    let place = readPlace(node, of: system, what)
    let isWhole = reader.findings[before...].allSatisfy { $0.severity != .error }
    guard let (place, parts) = place, isWhole else { return Destination(.unreadable) }
    let encryption = readEncryption(parts, what)
    guard reader.findings[before...].allSatisfy({ $0.severity != .error }) else { return Destination(.unreadable) }
    let destination = Destination(place, encryption: encryption)
    guard let other = configuration.systems.first(where: { $0.destination?.description == destination.description })
    else { return destination }
    reader.report(
      .repeatedSetting,
      "\(what) is where the sets of \(reader.excerpt(other.name)) go as well; sets of two systems would mix.",
      at: node.range)
    return Destination(.unreadable)
  }

  private mutating func readPlace(
    _ node: YAMLNode, of system: String, _ what: String
  ) -> (Destination.Place, [String: YAMLNode])? {
    let forms = ["directory", "branch", "url"]
    let present = (node.entries ?? []).filter { forms.contains($0.key) && !$0.value.isEmpty }
    guard node.entries != nil, present.count == 1, let form = present.first else {
      invalid("\(what) takes one of directory, branch and url.", present.last?.value ?? node)
      return nil
    }
    guard let value = text(form.value, "\(what).\(form.key)") else { return nil }
    let known: [String]
    switch form.key {
    case "directory", "branch": known = [form.key]
    default:
      switch scheme(of: value) {
      case "sftp": known = Self.overSFTP
      case "https", "http": known = Self.overHTTP
      case "s3": known = Self.inBucket
      default:
        invalid("\(what).url takes an address that starts with sftp://, https:// or s3://.", form.value)
        return nil
      }
    }
    let parts = settings(node, known: known + Self.sealing, in: what)
    let place: Destination.Place? =
      switch (form.key, scheme(of: value)) {
      case ("directory", _): directory(value, form.value, what).map { .directory($0) }
      case ("branch", _): branch(value, form.value, what).map { .branch($0) }
      case (_, "sftp"): sftp(value, parts, form.value, what).map { .sftp($0) }
      case (_, "s3"): bucket(value, parts, form.value, what).map { .bucket($0) }
      default: web(value, parts, form.value, what).map { .web($0) }
      }
    return place.map { ($0, parts) }
  }

  // MARK: On this machine

  private mutating func directory(_ text: String, _ node: YAMLNode, _ what: String) -> String? {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.allSatisfy({ !$0.isEmpty && !$0.hasPrefix(".") && $0.utf8.count < 200 }),
      !text.utf8.contains(where: { $0 < 0x20 || $0 == 0x5C })
    else {
      invalid(
        "\(what).directory takes the name of a folder below the host's folder of exports, such as payroll. To use any other folder, the host maps it: git config staffrepo.NAME.directory",
        node)
      return nil
    }
    if Configuration.exportSystems.contains(String(parts[0]))
      || configuration.systems.contains(where: { $0.name == parts[0] })
    {
      invalid("\(what).directory '\(reader.excerpt(text))' is where staffrepo keeps sets of its own.", node)
      return nil
    }
    return text
  }

  private mutating func branch(_ text: String, _ node: YAMLNode, _ what: String) -> String? {
    let name = text.hasPrefix("refs/heads/") ? String(text.dropFirst("refs/heads/".count)) : text
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    let isName =
      parts.allSatisfy { !$0.isEmpty && !$0.hasPrefix(".") && !$0.hasPrefix("-") && !$0.hasSuffix(".lock") }
      && !name.hasSuffix(".") && !name.contains("..") && !name.contains("@{") && name != "HEAD" && name != "@"
      && !name.hasPrefix("refs/")
      && name.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F && !"~^:?*[\\".utf8.contains($0) }
    guard isName else {
      invalid("\(what).branch takes the name of a branch, such as exports/hr.", node)
      return nil
    }
    guard name != configuration.branch else {
      invalid("\(what).branch is the branch that is published; files must not be written into the records.", node)
      return nil
    }
    return name
  }

  // MARK: Elsewhere

  private mutating func sftp(
    _ url: String, _ parts: [String: YAMLNode], _ node: YAMLNode, _ what: String
  ) -> Destination.SFTP? {
    guard let address = address(url, node, what, takesUser: true) else { return nil }
    let user = text(parts["user"], "\(what).user") ?? address.user
    guard let user, isPlain(user) else {
      invalid("\(what).url does not say as whom: sftp://user@host/path", node)
      return nil
    }
    guard let keyNode = parts["host_key"], !keyNode.isEmpty else {
      reader.report(
        .missingSetting, "\(what) does not say host_key, by which the server is known.", at: node.range,
        help: "What the server shows: ssh-keyscan HOST | ssh-keygen -lf -; ask its operator whether it is right.")
      return nil
    }
    let keys = texts(keyNode, "\(what).host_key")
    guard keys.allSatisfy(isFingerprint) else {
      invalid("\(what).host_key takes a fingerprint: SHA256: and 43 characters.", keyNode)
      return nil
    }
    let before = reader.findings.count
    let password = secret(parts["password"], "\(what).password")
    let key = secret(parts["key"], "\(what).key")
    let passphrase = secret(parts["passphrase"], "\(what).passphrase")
    guard reader.findings.count == before else { return nil }
    if case .environment = key, let node = parts["key"] {
      invalid("\(what).key takes the file of a private key: file:NAME.", node)
      return nil
    }
    guard (password == nil) != (key == nil) else {
      invalid("\(what) takes either password: or key:, each file:NAME.", parts["key"] ?? node)
      return nil
    }
    return Destination.SFTP(
      url: address.url, user: user, hostKeys: keys, password: password, key: key, passphrase: passphrase)
  }

  private mutating func web(
    _ url: String, _ parts: [String: YAMLNode], _ node: YAMLNode, _ what: String
  ) -> Destination.Web? {
    guard let address = address(url, node, what) else { return nil }
    var web = Destination.Web(url: address.url)
    if let method = parts["method"], let word = text(method, "\(what).method") {
      guard let known = Destination.Web.Method(rawValue: word.uppercased()) else {
        invalid("\(what).method takes PUT or POST.", method)
        return nil
      }
      web.method = known
    }
    let before = reader.findings.count
    web.token = secret(parts["token"], "\(what).token")
    web.user = text(parts["user"], "\(what).user")
    web.password = secret(parts["password"], "\(what).password")
    guard reader.findings.count == before else { return nil }
    guard (web.user == nil) == (web.password == nil), web.user == nil || web.token == nil,
      web.user.map({ isPlain($0) && !$0.contains(":") }) ?? true
    else {
      invalid("\(what) takes token:, or user: and password: together, or neither.", parts["user"] ?? node)
      return nil
    }
    for entry in entries(parts["headers"], "\(what).headers") {
      if let value = header(entry, "\(what).headers.\(reader.excerpt(entry.key))") {
        web.headers.append(.init(name: entry.key, value: value))
      }
    }
    return web
  }

  /// What we set ourselves, or libcurl.
  private static let ownHeaders = [
    "host", "content-length", "transfer-encoding", "connection", "expect", "content-type", "content-digest",
  ]

  private mutating func header(_ entry: YAMLEntry, _ what: String) -> Destination.Web.HeaderValue? {
    let name = entry.key.lowercased()
    let isToken = name.utf8.allSatisfy { isASCIIAlphanumeric($0) || "-_.".utf8.contains($0) }
    guard !name.isEmpty, isToken, !Self.ownHeaders.contains(name) else {
      reader.report(.invalidSetting, "\(what) cannot be set.", at: entry.keyRange)
      return nil
    }
    guard let value = text(entry.value, what) else { return nil }
    if let reference = SecretReference(value) { return .secret(reference) }
    if ["auth", "key", "token", "secret", "cookie", "passw", "credential"].contains(where: name.contains) {
      // Not repeated: it may be the secret itself.
      reader.report(.literalCredential, "\(what) takes a reference: file:NAME.", at: entry.value.range)
      return nil
    }
    guard value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
      invalid("\(what) takes a text on one line.", entry.value)
      return nil
    }
    return .text(value)
  }

  private mutating func bucket(
    _ url: String, _ parts: [String: YAMLNode], _ node: YAMLNode, _ what: String
  ) -> Destination.Bucket? {
    guard let address = address(url, node, what) else { return nil }
    let path = address.url.dropFirst("s3://".count).split(separator: "/", maxSplits: 1).map(String.init)
    let letters = path[0].utf8.allSatisfy { isASCIIAlphanumeric($0) || "-._".utf8.contains($0) }
    guard letters, path[0].utf8.count >= 3 else {
      invalid("\(what).url takes s3://bucket/prefix.", node)
      return nil
    }
    guard let region = text(parts["region"], "\(what).region") else {
      reader.report(.missingSetting, "\(what) does not say region, such as eu-west-2.", at: node.range)
      return nil
    }
    guard region.utf8.allSatisfy({ isASCIIAlphanumeric($0) || $0 == UInt8(ascii: "-") }) else {
      if let place = parts["region"] { invalid("\(what).region takes a name such as eu-west-2.", place) }
      return nil
    }
    var endpoint: String?
    if let place = parts["endpoint"], let text = text(place, "\(what).endpoint") {
      guard ["https", "http"].contains(scheme(of: text)) else {
        invalid("\(what).endpoint takes an address that starts with https://.", place)
        return nil
      }
      guard let found = self.address(text, place, what) else { return nil }
      endpoint = found.url
    }
    let access = secret(parts["access_key"], "\(what).access_key")
    let secret = secret(parts["secret_key"], "\(what).secret_key")
    guard let access, let secret else {
      if parts["access_key"]?.isEmpty ?? true || parts["secret_key"]?.isEmpty ?? true {
        reader.report(.missingSetting, "\(what) needs access_key and secret_key, each file:NAME.", at: node.range)
      }
      return nil
    }
    return Destination.Bucket(
      name: path[0], prefix: path.count == 2 ? path[1] : "", region: region, endpoint: endpoint, accessKey: access,
      secretKey: secret, sessionToken: self.secret(parts["session_token"], "\(what).session_token"))
  }

  // MARK: Parts

  private func scheme(of url: String) -> String {
    url.split(separator: "://", maxSplits: 1, omittingEmptySubsequences: false).count == 2
      ? String(url.prefix { $0 != ":" }).lowercased() : ""
  }

  /// The address without its user, and without slashes at its end.
  private mutating func address(
    _ url: String, _ node: YAMLNode, _ what: String, takesUser: Bool = false
  ) -> (url: String, user: String?)? {
    let scheme = scheme(of: url)
    let rest = url.dropFirst(scheme.utf8.count + 3)
    let authority = rest.prefix { $0 != "/" }
    let path = rest.dropFirst(authority.count)
    let people = authority.split(separator: "@", omittingEmptySubsequences: false)
    guard people.count == 1 || (takesUser && people.count == 2 && !people[0].contains(":")) else {
      // Not repeated: it may hold a password.
      reader.report(
        .literalCredential, "\(what): the address holds a \(takesUser ? "password" : "user name or password").",
        at: node.range, help: "Write them beside it: user: and password: file:NAME.")
      return nil
    }
    let host = String(people.last ?? "").lowercased()
    let segments = path.split(separator: "/", omittingEmptySubsequences: true)
    guard !host.isEmpty, !host.hasPrefix(":"), isPlain(host), !host.contains(where: { "?#%".contains($0) }),
      !path.contains(where: { "?#\\%".contains($0) }), path.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }),
      !segments.contains("."), !segments.contains("..")
    else {
      invalid("\(what): the address is not scheme://host/path, without ?, #, % and parts such as `..`.", node)
      return nil
    }
    let place = segments.isEmpty ? "" : "/" + segments.joined(separator: "/")
    return ("\(scheme)://\(host)\(place)", people.count == 2 ? String(people[0]) : nil)
  }

  private func isPlain(_ text: String) -> Bool {
    !text.isEmpty
      && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") && $0 != UInt8(ascii: "/") }
  }

  private func isFingerprint(_ text: String) -> Bool {
    let digits = text.dropFirst(7)
    return text.hasPrefix("SHA256:") && digits.utf8.count == 43
      && digits.utf8.allSatisfy { isASCIIAlphanumeric($0) || $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "/") }
  }

  private mutating func secret(_ node: YAMLNode?, _ what: String) -> SecretReference? {
    if let node, node.isEmpty {
      invalid("\(what) names no secret: write file:NAME, or remove the line.", node)
      return nil
    }
    guard let node, let text = text(node, what) else { return nil }
    if let reference = SecretReference(text) { return reference }
    // Not repeated: it may be the secret itself.
    reader.report(
      .literalCredential, "\(what) takes a reference such as file:NAME or env:STAFFREPO_SECRET_NAME, never the secret.",
      at: node.range)
    return nil
  }

  private mutating func readEncryption(_ parts: [String: YAMLNode], _ what: String) -> Destination.Encryption? {
    let keyNode = parts["encrypt_key"].flatMap { $0.isEmpty ? nil : $0 }
    if let node = parts["encrypt_to"], node.isEmpty {
      // Nothing goes in clear because a key was forgotten.
      invalid("\(what).encrypt_to names nobody.", node)
      return nil
    }
    guard let node = parts["encrypt_to"] else {
      if let keyNode { invalid("\(what).encrypt_key goes with encrypt_to.", keyNode) }
      return nil
    }
    let recipients = texts(node, "\(what).encrypt_to")
    guard !recipients.isEmpty else {
      invalid("\(what).encrypt_to names nobody.", node)
      return nil
    }
    if recipients.allSatisfy(isAgeKey) {
      if let keyNode {
        invalid("\(what).encrypt_key is for OpenPGP only; age needs no more than the key itself.", keyNode)
      }
      return .age(recipients)
    }
    let fingerprints = recipients.map { $0.filter { $0 != " " }.uppercased() }
    guard fingerprints.allSatisfy(isOpenPGPFingerprint) else {
      invalid(
        "\(what).encrypt_to takes an age public key (age1…) or an OpenPGP fingerprint of 40 hexadecimal digits.", node)
      return nil
    }
    guard let keyNode, let path = text(keyNode, "\(what).encrypt_key") else {
      reader.report(
        .missingSetting, "\(what) needs encrypt_key, the file of this repository that holds the OpenPGP public key.",
        at: node.range,
        help: "gpg --armor --export FINGERPRINT > data/keys/payroll.asc, and encrypt_key: data/keys/payroll.asc")
      return nil
    }
    guard path.split(separator: "/", omittingEmptySubsequences: false).allSatisfy({ !["", ".", ".."].contains($0) })
    else {
      invalid("\(what).encrypt_key takes the path of a file in this repository.", keyNode)
      return nil
    }
    return .openPGP(fingerprints, keyFile: path)
  }

  private func isAgeKey(_ text: String) -> Bool {
    text.hasPrefix("age1") && text.utf8.count == 62
      && text.utf8.allSatisfy { "qpzry9x8gf2tvdw0s3jn54khce6mua7lage1".utf8.contains($0) }
  }

  private func isOpenPGPFingerprint(_ text: String) -> Bool {
    (text.utf8.count == 40 || text.utf8.count == 64)
      && text.utf8.allSatisfy {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || (UInt8(ascii: "A")...UInt8(ascii: "F")).contains($0)
      }
  }
}
