import ArgumentParser
import FileStore
import GitStore
import RecordSchema

struct HookInstall: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "install",
    abstract: "Write the hooks of this repository: pre-receive and post-receive, and pre-commit where people work.",
    discussion: """
      EXAMPLES:
        staffrepo -C /srv/records.git hook install
        staffrepo -C /srv/records.git hook install --actor-variable GL_USERNAME
      """)

  @Flag(help: "Replace hooks that staffrepo did not write.")
  var force = false

  @Option(
    help:
      "The environment variable in which the server names who pushes, such as GL_USERNAME (GitLab), GITEA_PUSHER_NAME or REMOTE_USER: policies then judge that name."
  )
  var actorVariable: String?

  enum TimerChoice: String, ExpressibleByArgument, CaseIterable {
    case auto, systemd, cron, none
  }

  @Option(
    help:
      "How 'publish' is run by the clock, for what comes by date without any push: systemd, cron, none, or auto: whichever is here, for a bare repository."
  )
  var timer = TimerChoice.auto

  func validate() throws {
    guard let actorVariable else { return }
    let isName = actorVariable.utf8.allSatisfy { $0 == UInt8(ascii: "_") || isASCIIAlphanumeric($0) }
    guard isName, actorVariable.first?.isLetter == true else {
      throw ValidationError("--actor-variable takes the name of an environment variable, such as GL_USERNAME.")
    }
  }

  func run() throws {
    let workspace = try Workspace.open()
    let repository = workspace.repository
    for path in try HookFiles.install(in: repository, replacesOthers: force, actorVariable: actorVariable) {
      Terminal.print(path)
    }
    if repository.workDirectory != nil {
      Terminal.message(
        "Commits are now checked before they are made. Pushes to this repository are checked and published.")
    } else {
      Terminal.message("Pushes are now checked before they land, and published after.")
    }
    Terminal.message(try PublishTimer(workspace).setUp(timer))
  }
}

/// The scripts that git runs.
enum HookFiles {
  private static let mark = "# Written by staffrepo hook install."

  /// The program that a hook of ours calls; `nil` for other hooks, and none.
  static func program(in path: String) -> String? {
    guard let bytes = try? FileStore.read(path) else { return nil }
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
    guard lines.contains(where: { $0 == mark }), let call = lines.first(where: { $0.hasPrefix("exec '") }) else {
      return nil
    }
    // Between the outer quotes, each quote of its own is written '\''.
    return call.dropFirst("exec '".count).replacing("'\\''", with: "\u{0}").split(separator: "'").first
      .map { String($0.replacing("\u{0}", with: "'")) }
  }

  /// Returns the files written.
  static func install(
    in repository: Repository, replacesOthers: Bool, actorVariable: String? = nil
  ) throws -> [String] {
    guard let program = FileStore.absolute("/proc/self/exe") else {
      throw EnvironmentError("The path of this program cannot be found out.")
    }
    let folder = repository.configurationPath("core.hooksPath") ?? repository.gitDirectory + "hooks"
    try FileStore.makeDirectory(folder)
    let hooks = ["pre-receive", "post-receive"] + (repository.workDirectory == nil ? [] : ["pre-commit"])
    for hook in hooks where !replacesOthers {
      let there = try? FileStore.read("\(folder)/\(hook)")
      guard let there, !String(decoding: there, as: UTF8.self).contains(mark) else { continue }
      throw Refusal(
        "\(folder)/\(hook) is there already. Call 'staffrepo hook \(hook)' from it with the same input, or replace it with --force."
      )
    }
    return try hooks.map { hook in
      let path = "\(folder)/\(hook)"
      let actor =
        hook == "pre-receive"
        ? actorVariable.map {
          " --actor \"${\($0):?is not set, so nobody knows who pushes: tell the administrator of this server}\""
        } ?? "" : ""
      let script = "#!/bin/sh\n\(mark)\nexec '\(program.replacing("'", with: "'\\''"))' hook \(hook)\(actor)\n"
      try FileStore.write(script.utf8, to: path, mode: 0o777)
      return path
    }
  }
}
