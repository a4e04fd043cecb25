import FileStore
import Glibc

/// Commands for a shell.
enum Shell {
  /// Whether a program of this name can be run.
  static func finds(_ program: String) -> Bool {
    (environment("PATH") ?? "/usr/bin:/bin").split(separator: ":").contains { access("\($0)/\(program)", X_OK) == 0 }
  }

  static func quoted(_ word: String) -> String { "'\(word.replacing("'", with: "'\\''"))'" }

  /// The exit status; `nil` when it was ended after so many seconds.
  static func run(_ command: String, input: String, limit: Int) throws -> Int32? {
    guard let pipe = Pipe() else { throw EnvironmentError("No pipe can be made for: \(command)") }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, pipe.reading, STDIN_FILENO)
    // Standard output carries results.
    posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // A group of its own, so that what it starts ends with it; and the signals as any program expects them.
    posix_spawnattr_setpgroup(&attributes, 0)
    var usual = sigset_t()
    sigemptyset(&usual)
    sigaddset(&usual, SIGPIPE)
    posix_spawnattr_setsigdefault(&attributes, &usual)
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
    var arguments: [UnsafeMutablePointer<CChar>?] =
      ["sh", "-c", command].map { (word: String) in strdup(word) } + [nil]
    defer { for argument in arguments { free(argument) } }
    var process = pid_t()
    let code = posix_spawn(&process, "/bin/sh", &actions, &attributes, &arguments, environ)
    close(pipe.reading)
    guard code == 0 else {
      close(pipe.writing)
      throw EnvironmentError("No shell can be started for: \(command)")
    }
    write(input, to: pipe.writing)
    close(pipe.writing)
    return wait(for: process, limit: limit)
  }

  /// The text fits into the pipe; a command that does not read it is no error.
  private static func write(_ text: String, to descriptor: Int32) {
    guard !text.isEmpty else { return }
    let earlier = signal(SIGPIPE, SIG_IGN)
    _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
    _ = Array(text.utf8).withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
    signal(SIGPIPE, earlier)
  }

  private static func wait(for process: pid_t, limit: Int) -> Int32? {
    for _ in 0..<limit * 100 {
      var status: Int32 = 0
      let ended = waitpid(process, &status, WNOHANG)
      if ended == process { return status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F) }
      if ended < 0, errno != EINTR { return 127 }
      usleep(10_000)
    }
    kill(-process, SIGKILL)
    var status: Int32 = 0
    waitpid(process, &status, 0)
    return nil
  }
}
