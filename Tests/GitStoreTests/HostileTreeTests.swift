import Foundation
import TestSupport
import Testing

@testable import GitStore

/// Trees that git never makes, and takes from anybody: each was found by script/fuzz hooks.
@Suite struct `Hostile trees` {
  private let scratch: Scratch
  private let blob: [UInt8]

  init() throws {
    scratch = try Scratch()
    try git("init", "--quiet", "--bare", in: scratch.path)
    let oid = try git("hash-object", "-w", "--stdin", in: scratch.path, input: Data("x".utf8))
    blob = Self.bytes(oid)
  }

  private static func bytes(_ oid: String) -> [UInt8] {
    let digits = Array(oid.utf8)
    return stride(from: 0, to: 40, by: 2).compactMap {
      UInt8(String(decoding: digits[$0...($0 + 1)], as: UTF8.self), radix: 16)
    }
  }

  private func tree(_ entries: [(mode: String, name: String, oid: [UInt8])]) throws -> OID {
    var bytes: [UInt8] = []
    for entry in entries { bytes += Array("\(entry.mode) \(entry.name)".utf8) + [0] + entry.oid }
    let arguments = ["hash-object", "-w", "-t", "tree", "--literally", "--stdin"]
    let result = try run("git", arguments, in: scratch.path, input: Data(bytes))
    return try #require(OID(result.output.trimmingCharacters(in: .newlines)))
  }

  private func files(of tree: OID) throws -> [String] {
    var paths: [String] = []
    try Repository(containing: scratch.path).walk(tree: tree) { paths.append($0.path) }
    return paths
  }

  @Test(arguments: [["a", "a"], ["b", "a"], ["a/b"], ["."], [".."], [""]])
  func `are refused`(names: [String]) throws {
    let tree = try tree(names.map { ("100644", $0, blob) })
    #expect(throws: GitError.self) { try files(of: tree) }
    let good = try self.tree([("100644", "a", blob), ("100644", "c", blob)])
    #expect(try files(of: good) == ["a", "c"])
    #expect(throws: GitError.self) { try Repository(containing: scratch.path).changes(from: nil, to: tree) }
  }

  @Test func `are refused when only one of two like names came in`() throws {
    let old = try tree([("100644", "a", blob), ("100644", "b", blob), ("100644", "c", blob)])
    let new = try tree([("100644", "a", blob), ("100755", "b", blob), ("100644", "b", blob), ("100644", "c", blob)])
    let repository = try Repository(containing: scratch.path)
    #expect(throws: GitError.self) { try repository.changes(from: old, to: new) }
    #expect(throws: GitError.self) { try repository.changes(from: new, to: old) }
  }

  @Test func `are refused when they nest without end`() throws {
    var oid = try tree([("100644", "a", blob)])
    for _ in 0..<45 { oid = try tree([("40000", String(repeating: "d", count: 100), Self.bytes(oid.description))]) }
    #expect(throws: GitError.self) { try files(of: oid) }
  }
}

@Suite struct `Lines of a receive hook` {
  private static let zeros = String(repeating: "0", count: 40)

  @Test func `are read as git writes them`() throws {
    let id = String(repeating: "a1", count: 20)
    let update = try #require(ReferenceUpdate(line: "\(Self.zeros) \(id) refs/heads/main"))
    #expect(update.old == .zero)
    #expect(update.new.description == id)
    #expect(update.name == "refs/heads/main")
  }

  @Test(arguments: [
    "", "x", "\(zeros) \(zeros)", "+\(zeros.dropFirst()) \(zeros) r", "\(zeros) -\(zeros.dropFirst()) r",
  ])
  func `are nothing else`(line: String) {
    #expect(ReferenceUpdate(line: line) == nil)
  }
}
