import ArgumentParser

struct Hook: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hook",
    abstract: "Let git call staffrepo: refuse pushes that are wrong, publish those that landed.",
    subcommands: [HookInstall.self, PreCommit.self, PreReceive.self, PostReceive.self])
}
