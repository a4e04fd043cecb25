import ArgumentParser

// Every command says its name: working it out from the type's costs each start a tenth of its time.
struct StaffRepo: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "staffrepo",
    abstract: "Staff records in git: validated, compared, and published to the systems that act on them.",
    discussion: """
      Run a command in another folder with: staffrepo -C DIR COMMAND

      EXAMPLES:
        staffrepo init records                  make a data repository
        staffrepo validate                      judge the last commit
        staffrepo validate --worktree           judge the files as they stand
        staffrepo plan                          show what publishing would do
        staffrepo publish                       publish what landed on the branch
        staffrepo status                        show how far each system is

      Exit status: 0 done, 1 the data is wrong or a delivery failed, 64 wrong usage, 70 the environment failed.
      """,
    version: "0.1.0",
    groupedSubcommands: [
      CommandGroup(
        name: "Records", subcommands: [Init.self, Validate.self, Diff.self, Import.self, Explain.self, Schema.self]),
      CommandGroup(name: "Publishing", subcommands: [Events.self, PlanCommand.self, Publish.self, Export.self]),
      CommandGroup(
        name: "Seeing", subcommands: [Status.self, Deliveries.self, Redeliver.self, Audit.self, Doctor.self]),
      CommandGroup(
        name: "Connecting",
        subcommands: [Serve.self, APIKeyCommand.self, WebhookCommand.self, Listen.self, Hook.self]),
    ])
}
