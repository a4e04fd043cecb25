import Access
import ArgumentParser
import Editing
import FileStore
import RecordSchema
import Records

struct APIKeyRotate: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rotate", abstract: "Make a system's next key, and let the one it has run out.",
    discussion: """
      The new key has a file of its own, NAME-2 and so on, with the same system, scopes and units. Both keys hold while the \
      system changes over; then the old one expires. The new key goes to standard output, once, and nothing else does.

      EXAMPLES:
        staffrepo apikey rotate digital-id                 the old one holds for 7 more days
        staffrepo apikey rotate digital-id --overlap 30
        staffrepo apikey rotate digital-id --overlap 0     it leaked: the old one ends now
      """)

  @Argument(help: "The name of the key that the system has now.")
  var name: String

  @Option(help: "For how many days the old key still holds.")
  var overlap = 7

  @OptionGroup var expiry: ExpiryOptions

  func validate() throws {
    if !(0...365).contains(overlap) { throw ValidationError("--overlap takes a number of days from 0 to 365.") }
  }

  func run() throws {
    let files = try RecordFiles(Workspace.open(), .apiKey)
    let zone = files.configuration.organisation.timeZone
    let old = try files.file(named: name)
    let now = Clock.now()
    guard let key = old.key?.record else {
      throw Refusal(
        "\(old.path) cannot be read as a key; nothing was changed. What is wrong: staffrepo validate --worktree")
    }
    if let revoked = key.revocation(in: zone), revoked <= now {
      throw Refusal("\(name) is revoked since \(revoked); nothing was changed. A new key: staffrepo apikey create")
    }
    let today = zone.date(at: now)
    let token = KeyTalk.mint()
    let next = try edited(
      old,
      [
        ("key_hash", .text(token.hash)), ("key_hint", .text(token.hint)), ("created_at", .word(today.description)),
        ("expires_at", .word(try expiry.day(after: today).description)),
      ], removing: "revoked_at")
    let overlapEnd = now.adding(seconds: Int64(overlap) * 86_400)
    // What ends sooner by itself is not made to hold longer.
    let end = min(key.end(in: zone) ?? overlapEnd, overlapEnd)
    let shortened = end == overlapEnd ? try edited(old, [("expires_at", .word(end.description))]) : old.bytes
    let path = try files.add(files.free(among: successors), in: FileStore.directory(of: old.path), next)
    do {
      try files.replace(old, with: shortened)
    } catch {
      try files.remove(path)
      throw error
    }
    Terminal.message("\(old.path): \(name) \(end <= now ? "has expired" : "holds until \(end)").")
    if overlap == 0 { try tellOngoingSubscriptions(of: key.system) }
    KeyTalk.hand(over: token, path)
  }

  /// `digital-id-2`, `digital-id-3` and so on, after `digital-id` or any of these.
  private var successors: some Sequence<String> {
    let parts = name.split(separator: "-")
    let number = parts.count > 1 ? parts.last.flatMap { Int($0) }.flatMap { (2..<100).contains($0) ? $0 : nil } : nil
    let base = number == nil ? name : parts.dropLast().joined(separator: "-")
    let next = (number ?? 1) + 1
    return (next...).lazy.map { "\(base)-\($0)" }
  }

  private func edited(
    _ file: RecordFiles.File, _ values: [(field: String, value: RecordValue)], removing removed: String? = nil
  ) throws -> [UInt8] {
    do throws(EditFault) {
      var edit = try RecordEdit(file.bytes, order: APIKey.fieldNames)
      for (field, value) in values { try edit.set(field, to: value) }
      if let removed { try edit.remove(removed) }
      return edit.bytes
    } catch {
      throw Refusal("\(file.path): \(error) Nothing was changed. Make the next key by: staffrepo apikey create")
    }
  }
}
