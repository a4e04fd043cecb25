import GitStore
import Glibc

/// Whether git finds a commit's signature good: it knows how the host trusts keys (GnuPG, SSH, X.509).
@Sendable func isSignatureGood(_ commit: OID) throws -> Bool {
  let words = ["git", "verify-commit", commit.description]
  var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
  defer { for argument in arguments { free(argument) } }
  // What git says about the key is not the finding; that there is none, or that it is bad, is.
  var actions = posix_spawn_file_actions_t()
  posix_spawn_file_actions_init(&actions)
  defer { posix_spawn_file_actions_destroy(&actions) }
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0)
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0)
  var process = pid_t()
  guard posix_spawnp(&process, "git", &actions, nil, &arguments, environ) == 0 else {
    throw EnvironmentError("A policy wants signed commits, but git cannot be run to verify them.")
  }
  var status: Int32 = 0
  while waitpid(process, &status, 0) < 0 {
    guard errno == EINTR else { throw EnvironmentError("git verify-commit cannot be waited for.") }
  }
  return status == 0
}
