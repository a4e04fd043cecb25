import FuzzDriver
import GitStore
import Glibc
import RecordChecks
import RecordSchema
import Records
import Validators

/// Bytes as what a push brings: the lines that the hook reads, and the trees of two commits.
@main struct FuzzHooks {
  /// libFuzzer calls from one thread.
  nonisolated(unsafe) private static let store = try! ObjectStore()

  static func main() {
    atexit { FuzzHooks.store.remove() }
    fuzz { start, count in
      FuzzHooks.judge(Array(UnsafeBufferPointer(start: start, count: count)))
      return 0
    }
  }

  private static func judge(_ bytes: [UInt8]) {
    var program = ByteProgram(bytes)
    expectNone(faults(ofLine: String(decoding: program.text(), as: UTF8.self)))
    try? store.tidy()
    var trees = TreeProgram(program, store: store)
    let old = store.commit(tree: trees.root(), parent: nil)
    let new = store.commit(tree: trees.root(), parent: old)
    expectNone(faults(of: new, after: old))
  }

  /// What is read from a line is what stands there.
  private static func faults(ofLine line: String) -> [String] {
    guard let update = ReferenceUpdate(line: line) else { return [] }
    let written = "\(update.old) \(update.new) \(update.name)"
    let meant = line.split(separator: " ", maxSplits: 2)
    let same = meant.count == 3 && written == "\(meant[0].lowercased()) \(meant[1].lowercased()) \(meant[2])"
    return same ? [] : ["The line '\(line)' is read as '\(written)'"]
  }

  /// As pre-receive judges, with what it keeps and without.
  private static func faults(of new: OID, after old: OID) -> [String] {
    let folder = store.path + "/cache"
    let anew = outcome { try report(new, after: old, nil) }
    _ = outcome { try report(old, after: nil, ValidationCache(store.repository, folder: folder)) }
    let kept = outcome {
      try report(new, after: old, ValidationCache(store.repository, folder: folder, isReadOnly: true))
    }
    if anew != kept { return ["Judged in two ways:\n\(anew)\n\(kept)"] }
    return outcome { try "\(store.repository.firstParentChain(from: old, to: new) == [new])" } == "true"
      ? [] : ["The new commit does not follow the old one"]
  }

  private static func report(_ commit: OID, after base: OID?, _ cache: ValidationCache?) throws -> String {
    let source = try CommitSource(store.repository, commit: commit)
    let base = try base.map { try CommitSource(store.repository, commit: $0) }
    let diagnostics = try validate(source, asOf: MemoryRecords.day, base: base, cache: cache).diagnostics
    return diagnostics.map(\.json.text).joined(separator: "\n")
  }

  /// A tree that cannot be read refuses the push: whether it can must not depend on what is kept.
  private static func outcome(_ body: () throws -> String) -> String {
    do { return try body() } catch { return "refused" }
  }
}
