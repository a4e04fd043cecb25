import FileStore
import GitStore
import Glibc
import RecordSchema

/// Has `publish` run by the clock: people leave by date, without any push.
struct PublishTimer {
  private let workspace: Workspace
  private var folder: String { workspace.repository.gitDirectory }

  init(_ workspace: Workspace) { self.workspace = workspace }

  /// - Returns: what was done, or why not, in words.
  func setUp(_ choice: HookInstall.TimerChoice) throws -> String {
    switch choice {
    case .none: return Self.warning
    case .systemd: return try setUpSystemd()
    case .cron: return try setUpCron()
    case .auto: break
    }
    if let process = workspace.daemon() {
      return "Process \(process) follows the branch and the calendar, so no timer is needed."
    }
    if workspace.repository.workDirectory != nil {
      return "No timer was set up, since people work in this repository. \(Self.warning)"
    }
    let temporary = ["/tmp/", "/var/tmp/"] + [environment("TMPDIR")].compactMap { $0 }
    if temporary.contains(where: folder.hasPrefix) {
      return "No timer was set up for a repository in a temporary folder. \(Self.warning)"
    }
    if FileStore.isDirectory("/run/systemd/system"), geteuid() == 0 { return try setUpSystemd() }
    if Shell.finds("crontab") { return try setUpCron() }
    return
      "No timer could be set up: there is neither systemd\(geteuid() == 0 ? "" : " (run as root for that)") nor cron here. \(Self.warning)"
  }

  private static let warning =
    "Ends of employment and moves come by date, without any push: unless 'staffrepo publish --watch' runs, or 'staffrepo publish' just after midnight, somebody who left keeps their access until the next push."

  // MARK: systemd

  private func setUpSystemd() throws -> String {
    guard FileStore.isDirectory("/run/systemd/system") else {
      throw Refusal(
        "systemd does not run here. Choose another --timer, or run 'staffrepo publish --watch' as a service.")
    }
    let name = "staffrepo-publish-\(unitName)"
    let service = """
      # Written by staffrepo hook install.
      [Unit]
      Description=Publish the staff records of \(Self.escaped(folder))
      Wants=network-online.target
      After=network-online.target
      [Service]
      Type=oneshot
      User=\(try owner())
      UMask=0027
      ExecStart="\(Self.escaped(try program()))" -C "\(Self.escaped(folder))" publish --scheduled
      NoNewPrivileges=yes

      """
    let timer = """
      # Written by staffrepo hook install.
      [Unit]
      Description=Publish the staff records every ten minutes, and so also just after midnight
      [Timer]
      OnCalendar=*:1/10
      Persistent=true
      [Install]
      WantedBy=timers.target

      """
    let path = "/etc/systemd/system/\(name)"
    try FileStore.write(service.utf8, to: "\(path).service", mode: 0o644)
    try FileStore.write(timer.utf8, to: "\(path).timer", mode: 0o644)
    let started = "systemctl daemon-reload && systemctl enable --now \(name).timer"
    guard try Shell.run(started, input: "", limit: 30) == 0 else {
      throw EnvironmentError("\(path).timer is written, but could not be started: \(started)")
    }
    return "\(path).timer now publishes every ten minutes: what comes by date, and what could not be delivered before."
  }

  /// Another one for every folder: all but letters and digits by their code.
  private var unitName: String {
    folder.split(separator: "/").map { part in
      part.utf8.map { byte in
        isASCIIAlphanumeric(byte) ? String(UnicodeScalar(byte)) : "_\(String(byte, radix: 16))"
      }.joined()
    }.joined(separator: "-")
  }

  /// As a quoted word of a unit file.
  private static func escaped(_ text: String) -> String {
    text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("%", with: "%%").replacing(
      "$", with: "$$")
  }

  // MARK: cron

  private func setUpCron() throws -> String {
    guard Shell.finds("crontab") else {
      throw Refusal(
        "There is no crontab here. Choose another --timer, or run 'staffrepo publish --watch' as a service.")
    }
    let owner = try owner()
    let user = geteuid() == 0 ? " -u \(Shell.quoted(owner))" : ""
    // A percent sign ends a command in a crontab.
    let command = "\(Shell.quoted(try program())) -C \(Shell.quoted(folder)) publish --scheduled".replacing(
      "%", with: "\\%")
    let line = "1-59/10 * * * * \(command) # staffrepo \(folder)"
    // What is there stays, but for a line of ours; what cannot be read is not replaced.
    let script = """
      table=$(crontab\(user) -l 2>&1) || case $table in *"no crontab"*) table= ;; *) echo "$table"; exit 1 ;; esac
      ours=\(Shell.quoted(" # staffrepo \(folder)")) && export ours
      { [ -z "$table" ] || printf '%s\\n' "$table" |
        awk 'substr($0, length($0) - length(ENVIRON["ours"]) + 1) != ENVIRON["ours"]'; cat; } | crontab\(user) -
      """
    guard try Shell.run(script, input: line + "\n", limit: 30) == 0 else {
      throw EnvironmentError("The crontab of \(owner) could not be changed. The line is: \(line)")
    }
    return
      "The crontab of \(owner) now publishes every ten minutes: what comes by date, and what could not be delivered before."
  }

  // MARK: Who and what

  private func program() throws -> String {
    guard let path = FileStore.absolute("/proc/self/exe") else {
      throw EnvironmentError("The path of this program cannot be found out.")
    }
    return path
  }

  /// Whoever owns the repository also takes the pushes, and must be able to write the same files.
  private func owner() throws -> String {
    guard let name = FileStore.owner(of: folder) else {
      throw EnvironmentError("The owner of \(folder) cannot be found out.")
    }
    return name
  }
}
