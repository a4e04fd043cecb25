import ArgumentParser
import FileStore
import GitStore
import Glibc
import Journal
import Ledger
import Publishers
import RecordSchema
import Records

struct Doctor: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Say what is wrong with this machine or set-up, and how to mend it.",
    discussion: """
      EXAMPLES:
        staffrepo -C /srv/records.git doctor
      """)

  @Option(help: "text or json.")
  var format = TextOrJSON.text

  @OptionGroup var ledger: LedgerOptions

  func run() throws {
    var checks = Checkup.machine
    do {
      let workspace = try Workspace.open(ledger: ledger.ledger)
      checks += Checkup(workspace: workspace).all
    } catch {
      checks.append(.init("repository", .problem, "\(error)", help: "Run it inside the data repository."))
    }
    switch format {
    case .json: Terminal.print(JSON.array(checks.map(\.json)).prettyText)
    case .text:
      for check in checks {
        let style: Terminal.Colour = check.state == .ok ? .green : check.state == .warning ? .yellow : .red
        Terminal.print("\(Terminal.styled(check.state.rawValue.padded(to: 7), style))  \(check.name): \(check.message)")
        if let help = check.help, check.state != .ok { Terminal.print("         \(help)") }
      }
    }
    if checks.contains(where: { $0.state == .problem }) { throw ExitCode(1) }
  }
}

struct Check {
  enum State: String {
    case ok, warning, problem
  }

  let name: String
  let state: State
  let message: String
  let help: String?

  init(_ name: String, _ state: State, _ message: String, help: String? = nil) {
    self.name = name
    self.state = state
    self.message = message
    self.help = help
  }

  var json: JSON {
    [
      "check": .string(name), "status": .string(state.rawValue), "message": .string(message),
      "help": .optional(state == .ok ? nil : help),
    ]
  }
}

private struct Checkup {
  let workspace: Workspace

  static var machine: [Check] {
    [
      TimeZoneRules.named("Europe/London") == nil
        ? Check("time zones", .problem, "The time zone database is not there.", help: "apt-get install tzdata")
        : Check("time zones", .ok, "The time zone database is there."),
      Check("sqlite", .ok, "SQLite \(Ledger.sqliteVersion)"),
      CurlLibrary.isThere
        ? Check("libcurl", .ok, "libcurl is there.")
        : Check(
          "libcurl", .problem, "libcurl.so.4 cannot be loaded, so no webhook can be sent.",
          help: "apt-get install libcurl4"),
    ]
  }

  var all: [Check] { [repository, configuration, hooks, journal, ledger, exports] + secrets + publishing }

  private var repository: Check {
    workspace.repository.isShallow
      ? Check(
        "repository", .problem, "This clone is shallow: earlier commits are missing, and events follow from them.",
        help: "git fetch --unshallow")
      : Check("repository", .ok, workspace.repository.gitDirectory)
  }

  private var configuration: Check {
    do {
      let tip = try workspace.tip()
      let read = try CommitSource(workspace.repository, commit: tip.commit).configuration()
      if let first = read.findings.first {
        return Check(
          "configuration", read.configuration == nil ? .problem : .warning,
          "\(first.file):\(first.range.start.line): \(first.message)", help: first.help)
      }
      let organisation = read.configuration?.organisation
      return Check(
        "configuration", .ok,
        "\(organisation?.name ?? ""), branch \(tip.branch), time zone \(organisation?.timeZone.name ?? "")")
    } catch {
      return Check("configuration", .problem, "\(error)")
    }
  }

  private var hooks: Check {
    let folder = workspace.repository.configurationPath("core.hooksPath") ?? workspace.repository.gitDirectory + "hooks"
    let missing = ["pre-receive", "post-receive"].filter { hook in
      let text = (try? FileStore.read("\(folder)/\(hook)")).map { String(decoding: $0, as: UTF8.self) } ?? ""
      return !text.contains("staffrepo") && !text.contains("hook \(hook)")
    }
    for hook in ["pre-receive", "post-receive", "pre-commit"] {
      guard let program = HookFiles.program(in: "\(folder)/\(hook)"), access(program, X_OK) != 0 else { continue }
      return Check(
        "hooks", .problem,
        "\(folder)/\(hook) calls \(program), which is not there: every push is refused, or goes unpublished.",
        help: "staffrepo hook install writes it anew")
    }
    return missing.isEmpty
      ? Check("hooks", .ok, "Pushes are checked and published.")
      : Check(
        "hooks", .warning, "Not installed: \(missing.joined(separator: ", ")).",
        help: "Where this repository takes pushes: staffrepo hook install")
  }

  private var journal: Check {
    do {
      let journal = try Journal(workspace.repository)
      guard let last = journal.last else {
        return origin
          ?? Check("journal", .warning, "Nothing is published yet.", help: "staffrepo publish")
      }
      // Every entry is read, so that a broken chain shows.
      _ = try journal.entries.entries(from: 1)
      return Check("journal", .ok, "\(counted(last.position, "publication")), the last at \(last.to.short)")
    } catch {
      return Check("journal", .problem, "\(error)")
    }
  }

  /// A clone publishes nothing, and what is well here may be missing there.
  private var origin: Check? {
    workspace.origin.map { origin in
      Check(
        "journal", .warning, "This is a clone of \(origin.url), and nothing was published from it.",
        help: "Where that is published from: \(origin.command("doctor") ?? "staffrepo doctor")")
    }
  }

  private var ledger: Check {
    do {
      guard let ledger = try Ledger.openForReading(workspace.ledgerPath) else {
        return Check("ledger", .ok, "There is none yet; the next publish makes it.")
      }
      if let problem = try ledger.integrityProblem() {
        return Check(
          "ledger", .problem, "\(workspace.ledgerPath) is damaged: \(problem)",
          help: "Move it away; the next publish rebuilds it from git with the same ids.")
      }
      return Check("ledger", .ok, "\(workspace.ledgerPath) is sound.")
    } catch {
      return Check("ledger", .problem, "\(error)")
    }
  }

  private var exports: Check {
    let folder = FileStore.exists(workspace.exportsFolder) ? workspace.exportsFolder : workspace.repository.gitDirectory
    return access(folder, W_OK) == 0
      ? Check("exports", .ok, workspace.exportsFolder)
      : Check("exports", .problem, "\(folder) cannot be written.", help: "Give this user the right to write there.")
  }

  /// What `status` would say, as far as it is trouble.
  private var publishing: [Check] {
    guard let standing = try? Standing(workspace, at: Clock.now()), standing.journal != nil else { return [] }
    var checks = standing.alarms.map { alarm in Check(alarm.key, .problem, alarm.text, help: "staffrepo status") }
    if let text = CalendarText.text(standing) {
      checks.append(Check("calendar", .problem, text))
    } else if standing.daemon == nil {
      checks.append(
        Check(
          "calendar", .warning, "Everything is settled up to today, but no daemon follows the branch.",
          help: "Make sure that a timer runs 'staffrepo publish' every day after midnight: hook install sets one up."))
    } else {
      checks.append(Check("calendar", .ok, "A daemon follows the branch and the calendar."))
    }
    return checks
  }

  private var secrets: [Check] {
    guard let targets = try? Targets(workspace) else { return [] }
    return targets.subscriptions.filter(\.isActive).map { subscription in
      do {
        _ = try workspace.secrets(subscription.secrets)
        return Check("secret of \(subscription.target)", .ok, "It is there.")
      } catch {
        return Check(
          "secret of \(subscription.target)", .problem, "\(error)",
          help: "Until then nothing is sent there; it waits.")
      }
    }
  }
}
