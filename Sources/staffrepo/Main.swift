import ArgumentParser
import FileStore
import GitStore
import Glibc
import Journal
import Ledger
import Publishers
import RecordSchema
import Records

@main
enum Main {
  static func main() async {
    let arguments = changeDirectory(Array(CommandLine.arguments.dropFirst()))
    do {
      var command = try StaffRepo.parseAsRoot(arguments)
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
    } catch {
      exit(with: error)
    }
  }

  /// Exit statuses are those of the contract: 1 for data and deliveries, 64 for usage, 70 for the environment.
  private static func exit(with error: any Error) -> Never {
    switch error {
    case let error as GitError:
      Terminal.problem("\(error)", code: error.rule?.code)
      Glibc.exit(70)
    case is FileError, is LedgerError, is JournalError, is EnvironmentError:
      Terminal.problem("\(error)")
      Glibc.exit(70)
    case is Refusal, is PublisherError:
      Terminal.problem("\(error)")
      Glibc.exit(1)
    case let error as ValidationError:
      // Found while the command ran: the usage of the program would hide what is wrong.
      Terminal.problem(error.message)
      Glibc.exit(64)
    default:
      StaffRepo.exit(withError: error)
    }
  }

  /// `-C DIR` before the command, as git has it: everything then happens there.
  private static func changeDirectory(_ arguments: [String]) -> [String] {
    var rest = arguments[...]
    while rest.first == "-C" {
      rest = rest.dropFirst()
      guard let folder = rest.popFirst() else {
        Terminal.problem("-C wants a folder.")
        Glibc.exit(64)
      }
      guard chdir(folder) == 0 else {
        Terminal.problem("There is no folder \(folder).")
        Glibc.exit(70)
      }
    }
    return Array(rest)
  }
}

extension GitError {
  /// The page that tells more.
  fileprivate var rule: Rule? {
    switch reason {
    case .shallow: .shallowClone
    case .partial: .partialClone
    case .sha256: .sha256Repository
    case .foreignOwner: .foreignOwner
    default: nil
    }
  }
}

/// The data is wrong, or something was refused: exit status 1.
struct Refusal: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}

/// The environment failed: exit status 70.
struct EnvironmentError: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
