import FileStore
import FoundationEssentials
import Glibc
import Ledger
import RecordSchema

/// Something that a command wants done in the ledger, while a daemon is the only one who may write there: the command leaves
/// its words in a file, the daemon does it and leaves the answer.
enum Errand {
  private struct Answer: Codable {
    let text: String
    let status: Int32
  }

  private static func folder(_ workspace: Workspace) -> String { "\(workspace.folder)/errands" }

  /// Has the daemon do it; returns what it printed, and the exit status.
  static func send(_ words: [String], in workspace: Workspace) throws -> (text: String, status: Int32) {
    let folder = folder(workspace)
    try FileStore.makeDirectory(folder)
    let path = "\(folder)/\(getpid())-\(Clock.monotonicMilliseconds())"
    try FileStore.write(JSONEncoder().encode(words), to: "\(path).json", mode: 0o600)
    defer { try? FileStore.remove("\(path).json") }
    try workspace.wake()
    for _ in 0..<60 * 20 {
      if let bytes = try? FileStore.read("\(path).answer") {
        try FileStore.remove("\(path).answer")
        let answer = try JSONDecoder().decode(Answer.self, from: Data(bytes))
        return (answer.text, answer.status)
      }
      usleep(50_000)
    }
    throw EnvironmentError("The daemon does not answer. Is it stuck? See its log, and: staffrepo status")
  }

  /// Does what waits to be done.
  static func runAll(in workspace: Workspace, _ perform: ([String]) -> (text: String, status: Int32)) throws {
    let folder = folder(workspace)
    for name in FileStore.names(in: folder) where name.hasSuffix(".json") {
      let path = "\(folder)/\(name.dropLast(5))"
      let words = try? JSONDecoder().decode([String].self, from: Data(FileStore.read("\(path).json")))
      try FileStore.remove("\(path).json")
      guard let words else { continue }
      let (text, status) = perform(words)
      try FileStore.write(
        JSONEncoder().encode(Answer(text: text, status: status)), to: "\(path).answer", mode: 0o600)
    }
  }
}
