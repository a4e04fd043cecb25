import TestSupport
import Testing

@testable import GitStore

@Suite struct `Trees` {
  /// Names that sort differently as files and as folders, nested, and strange ones.
  private static let paths = [
    "a", "a.b", "a-b", "a/b", "a/c/d", "a0", "b/x.yaml", "b.yaml", "b/y/z", "ü/é.yaml", "x y/\"q\".txt", "z",
  ]

  private func randomFiles(_ random: inout SeededRandom) -> [String: String] {
    var files: [String: String] = [:]
    for path in Self.paths where random.oneIn(2) {
      // A path is a file or a folder, never both.
      let clashes = files.keys.contains { $0.hasPrefix(path + "/") || path.hasPrefix($0 + "/") }
      if !clashes { files[path] = "\(Int.random(in: 0..<3, using: &random))" }
    }
    return files
  }

  @Test(arguments: 0..<40)
  func `differ as git says`(seed: Int) throws {
    var random = SeededRandom(seed)
    let scratch = try Scratch()
    try git("init", "--quiet", "--bare", in: scratch.path)
    var graph = CommitGraph()
    _ = graph.add(randomFiles(&random), time: 1, parents: [])
    _ = graph.add(randomFiles(&random), time: 2, parents: [0])
    let ids = try graph.write(to: scratch.path)
    let repository = try Repository(containing: scratch.path)
    // Every other repository is so large that trees are forgotten while they are walked.
    if seed.isMultiple(of: 2) { repository.treeBytesLimit = 0 }
    let trees = try ids.map { try repository.info(of: try #require(OID($0))).tree }
    let ours = try repository.changes(from: trees[0], to: trees[1]).map { change in
      "\(change.old == nil ? "A" : change.new == nil ? "D" : "M") \(change.path)"
    }
    let words = try git("diff-tree", "-r", "-z", "--no-renames", "--name-status", ids[0], ids[1], in: scratch.path)
      .split(separator: "\0").map(String.init)
    let theirs = stride(from: 0, to: words.count, by: 2).map { "\(words[$0]) \(words[$0 + 1])" }
    #expect(ours.sorted() == theirs.sorted())
    var walked: [String] = []
    try repository.walk(tree: trees[1]) { walked.append($0.path) }
    let expected = graph.nodes[1].files.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    #expect(walked == expected, "in the order of the paths' bytes")
  }

  @Test func `a reference moves only from where it is thought to be`() throws {
    let scratch = try Scratch()
    try git("init", "--quiet", "--bare", in: scratch.path)
    var graph = CommitGraph()
    _ = graph.add(["a": "1"], time: 1, parents: [])
    _ = graph.add(["a": "2"], time: 2, parents: [0])
    let ids = try graph.write(to: scratch.path).map { try #require(OID($0)) }
    let repository = try Repository(containing: scratch.path)
    try repository.move("refs/staffrepo/x", to: ids[0], expected: nil, log: "test")
    #expect(throws: GitError.self) { try repository.move("refs/staffrepo/x", to: ids[1], expected: nil, log: "test") }
    #expect(throws: GitError.self) {
      try repository.move("refs/staffrepo/x", to: ids[0], expected: ids[1], log: "test")
    }
    try repository.move("refs/staffrepo/x", to: ids[1], expected: ids[0], log: "test")
    #expect(try repository.target(of: "refs/staffrepo/x") == ids[1])
  }

  @Test func `a shallow clone says how to mend it`() throws {
    let scratch = try Scratch()
    try git("init", "--quiet", "--bare", "--initial-branch=main", scratch.path + "/a.git", in: scratch.path)
    var graph = CommitGraph()
    for index in 0..<3 { _ = graph.add(["a": "\(index)"], time: index, parents: index == 0 ? [] : [index - 1]) }
    let ids = try graph.write(to: scratch.path + "/a.git")
    try git("update-ref", "refs/heads/main", ids[2], in: scratch.path + "/a.git")
    try git("clone", "--quiet", "--depth", "1", "file://\(scratch.path)/a.git", scratch.path + "/b", in: scratch.path)
    let repository = try Repository(containing: scratch.path + "/b")
    #expect(repository.isShallow)
    let error = #expect(throws: GitError.self) { try repository.commit(named: "HEAD~1") }
    #expect(error?.message.contains("git fetch --unshallow") == true)
  }
}
