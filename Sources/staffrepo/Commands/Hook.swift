import ArgumentParser

struct Hook: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Let git call staffrepo: refuse pushes that are wrong, publish those that landed.",
    subcommands: [HookInstall.self, PreReceive.self, PostReceive.self])
}
