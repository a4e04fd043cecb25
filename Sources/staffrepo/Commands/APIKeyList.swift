import Access
import ArgumentParser
import FileStore
import RecordSchema
import Records

struct APIKeyList: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the keys: whose they are, what they may do, whether they hold and are used.",
    discussion: """
      What is on the branch holds; the last column tells where the files of the work tree say otherwise. Use is counted by \
      the servers, and written down every few seconds in the repository that they serve; a clone does not know it.

      EXAMPLES:
        staffrepo apikey list
        staffrepo -C /srv/records.git apikey list     on the server: also their use
        staffrepo apikey list --format json
      """)

  @Option(help: "text or json.")
  var format = TextOrJSON.text

  func run() throws {
    let workspace = try Workspace.open()
    let uses = uses(workspace)
    let listing = try Listing(workspace, .apiKey, inForce: \.apiKeys) { $0.key?.record }
    let zone = listing.configuration.organisation.timeZone
    let keys = listing.rows.map { row in
      KeyStanding(row, uses.map { $0[row.record?.keyHash ?? ""] ?? KeyUse.Entry() }, zone, at: Clock.now())
    }
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
          key.use.map { $0.lastUsed?.description ?? "never" } ?? "not known here",
          key.use.map { "\($0.requests)" } ?? "-", key.row.words)
      }
      Terminal.print(table.text)
      if uses == nil { Terminal.message(whereToAsk(workspace)) }
    }
  }

  /// What servers of this repository counted; `nil` where none ever did: then a key may be in use all the same.
  private func uses(_ workspace: Workspace) -> [String: KeyUse.Entry]? {
    guard FileStore.exists(workspace.keyUsePath) else { return nil }
    do { return try KeyUse.read(workspace.keyUsePath) } catch {
      Terminal.warning("\(error)")
      return nil
    }
  }

  private func whereToAsk(_ workspace: Workspace) -> String {
    let place = workspace.origin?.command("apikey list").map { ": \($0)" } ?? ", by the same command there."
    return
      "Which key is used, and when, is known where the server is that counts it\(place)"
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
  /// `nil`: nobody counted here.
  let use: KeyUse.Entry?

  init(_ row: Listing<APIKey>.Row, _ use: KeyUse.Entry?, _ zone: TimeZoneRules, at now: Instant) {
    self.row = row
    self.use = use
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
      "revoked_at": .optional(record.revokedAt), "last_used": .optional(use?.lastUsed?.description),
      "requests": use.map { .int($0.requests) } ?? .null, "refused": use.map { .int($0.refused) } ?? .null,
      "committed": .bool(row.isCommitted),
      "held": .bool(row.isHeld), "work_tree": .optional(row.workTree?.rawValue),
    ]
  }
}
