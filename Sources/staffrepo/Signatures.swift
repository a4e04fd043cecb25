import GitStore
import Glibc

/// What only git itself can tell.
enum Git {
  /// How a git command ended; throws when git cannot be run.
  ///
  /// - Parameter output: where its standard output goes.
  fileprivate static func run(_ words: [String], output: Int32?) throws -> Int32 {
    var arguments: [UnsafeMutablePointer<CChar>?] = (["git"] + words).map { strdup($0) } + [nil]
    defer { for argument in arguments { free(argument) } }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    if let output {
      posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
    } else {
      posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0)
    }
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0)
    var process = pid_t()
    guard posix_spawnp(&process, "git", &actions, nil, &arguments, environ) == 0 else {
      throw EnvironmentError("git is needed for this, and cannot be run.")
    }
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0 {
      guard errno == EINTR else { throw EnvironmentError("git cannot be waited for.") }
    }
    return status
  }

  /// The one line that a git command prints; `nil` when it fails.
  static func output(_ words: String...) throws -> String? {
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { return nil }
    defer { close(ends[0]) }
    // A line fits into the pipe: nobody need read before git has ended.
    let status = try run(words, output: ends[1])
    close(ends[1])
    var buffer = [UInt8](repeating: 0, count: 256)
    let count = read(ends[0], &buffer, buffer.count)
    guard status == 0, count > 0 else { return nil }
    return String(decoding: buffer.prefix(count), as: UTF8.self).trimmed
  }
}

/// Whether git finds a commit's signature good: it knows how the host trusts keys (GnuPG, SSH, X.509). What it says about
/// the key is not the finding; that there is none, or that it is bad, is.
@Sendable func isSignatureGood(_ commit: OID) throws -> Bool {
  try Git.run(["verify-commit", commit.description], output: nil) == 0
}
