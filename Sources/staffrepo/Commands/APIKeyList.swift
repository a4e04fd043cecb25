import Access
import ArgumentParser
import RecordSchema
import Records

struct APIKeyList: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the keys: whose they are, what they may do, whether they hold and are used.",
    discussion: """
      What is on the branch holds; the last column tells where the files of the work tree say otherwise. Use is counted by
      the servers, and written down every few seconds.

      EXAMPLES:
        staffrepo apikey list
        staffrepo apikey list --format json
      """)

  @Option(help: "text or json.")
  var format = TextOrJSON.text

  func run() throws {
    let workspace = try Workspace.open()
    var uses: [String: KeyUse.Entry] = [:]
    do {
      uses = try KeyUse.read(workspace.keyUsePath)
    } catch {
      Terminal.warning("\(error)")
    }
    let listing = try Listing(workspace, .apiKey, inForce: \.apiKeys) { $0.key?.record }
    let zone = listing.configuration.organisation.timeZone
    let keys = listing.rows.map { KeyStanding($0, uses[$0.record?.keyHash ?? ""], zone, at: Clock.now()) }
    switch format {
    case .json: Terminal.print(JSON.array(keys.map(\.json)).prettyText)
    case .text:
      guard !keys.isEmpty else { return Terminal.message("There is no key yet. The first: staffrepo apikey create") }
      var table = Table(
        "NAME", "SYSTEM", "STATE", "UNTIL", "ENDS WITH", "SCOPES", "UNITS", "LAST USED", "REQUESTS", "WORK TREE")
      for key in keys {
        table.add(
          key.row.name, key.record.system, key.state.rawValue, key.end?.description ?? "for ever",
          key.record.keyHint ?? "-", key.record.scopes.joined(separator: " "),
          key.record.units.map { $0.map(\.rawValue).joined(separator: " ") } ?? "all",
          key.use.lastUsed?.description ?? "never", "\(key.use.requests)", key.row.words)
      }
      Terminal.print(table.text)
    }
  }
}

/// How one key stands at an instant.
private struct KeyStanding {
  enum State: String {
    case active, expiring, expired, revoked
    /// Its file cannot be read, and never could.
    case unreadable
  }

  let row: Listing<APIKey>.Row
  let record: APIKey
  let state: State
  let end: Instant?
  let use: KeyUse.Entry

  init(_ row: Listing<APIKey>.Row, _ use: KeyUse.Entry?, _ zone: TimeZoneRules, at now: Instant) {
    self.row = row
    self.use = use ?? KeyUse.Entry()
    record = row.record ?? APIKey(name: row.name)
    end = record.end(in: zone)
    if row.record == nil {
      state = .unreadable
    } else if let revoked = record.revocation(in: zone), revoked <= now {
      state = .revoked
    } else if let end {
      // As long before as the warning about expiring keys.
      state = end <= now ? .expired : end <= now.adding(seconds: 30 * 86_400) ? .expiring : .active
    } else {
      state = .active
    }
  }

  var json: JSON {
    [
      "name": .string(row.name), "system": .string(record.system), "state": .string(state.rawValue),
      "until": .optional(end?.description), "key_hint": .optional(record.keyHint),
      "scopes": .array(record.scopes.map(JSON.string)),
      "units": record.units.map { .array($0.map { .string($0.rawValue) }) } ?? .null,
      "created_at": .optional(record.createdAt), "expires_at": .optional(record.expiresAt),
      "revoked_at": .optional(record.revokedAt), "last_used": .optional(use.lastUsed?.description),
      "requests": .int(use.requests), "refused": .int(use.refused), "committed": .bool(row.isCommitted),
      "held": .bool(row.isHeld), "work_tree": .optional(row.workTree?.rawValue),
    ]
  }
}
