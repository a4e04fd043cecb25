import Access
import ArgumentParser
import Editing
import RecordSchema
import Records

struct APIKeyRevoke: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "revoke", abstract: "Take a key back: it is worth nothing from now on.",
    discussion: """
      Writes revoked_at: into the key's file; everything else in it stays as it is. It counts once that is on the branch: a \
      running server follows within seconds. The file itself had better stay, so that nobody wonders what the key was.

      EXAMPLES:
        staffrepo apikey revoke digital-id
        git commit -am "Revoke the key of Digital ID" && git push
      """)

  @Argument(help: "The key's name: its file's without .yaml.")
  var name: String

  func run() throws {
    let files = try RecordFiles(Workspace.open(), .apiKey)
    let file = try files.file(named: name)
    let now = Clock.now()
    let bytes: [UInt8]
    if let revoked = file.key?.record?.revocation(in: files.configuration.organisation.timeZone), revoked <= now {
      return Terminal.message("\(name) is revoked since \(revoked); nothing was changed.")
    }
    do throws(EditFault) {
      var edit = try RecordEdit(file.bytes, order: APIKey.fieldNames)
      try edit.set("revoked_at", to: .word(now.description))
      bytes = edit.bytes
    } catch {
      // A line by itself counts, whatever the rest of the file is.
      let end = file.bytes.last == UInt8(ascii: "\n") || file.bytes.isEmpty ? "" : "\n"
      bytes = file.bytes + Array("\(end)revoked_at: \(now)\n".utf8)
      Terminal.warning(
        "\(file.path) cannot be edited as a key's file: the line is added at its end, where it counts. Mend the rest: staffrepo validate --worktree"
      )
    }
    try files.replace(file, with: bytes)
    Terminal.message(
      "\(file.path) says revoked_at: \(now), not committed. It counts once it is on the branch: git add \(file.path), commit, push."
    )
    if let system = file.key?.draft?.system { try tellOngoingSubscriptions(of: system) }
  }
}
