import ArgumentParser

struct Hook: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hook",
    abstract: "Let git call staffrepo: refuse pushes that are wrong, publish those that landed.",
    discussion: """
      EXAMPLES:
        staffrepo -C /srv/records.git hook install
        staffrepo hook install                 where people work: pre-commit too
      """,
    subcommands: [HookInstall.self, PreCommit.self, PreReceive.self, PostReceive.self])
}
