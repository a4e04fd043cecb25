import Foundation

/// A folder for one test, gone when the test is.
public final class Scratch: Sendable {
  public let path: String

  public init() throws {
    path = NSTemporaryDirectory() + "staffrepo-test-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}

/// What a program printed, and how it ended.
public struct ProgramResult: Sendable {
  public let status: Int32
  public let output: String
  public let errors: String
}

/// Runs a program to its end.
@discardableResult
public func run(
  _ program: String, _ arguments: [String], in folder: String? = nil, environment: [String: String] = [:],
  input: Data = Data()
) throws -> ProgramResult {
  let process = Process()
  process.executableURL = URL(fileURLWithPath: program.hasPrefix("/") ? program : "/usr/bin/env")
  process.arguments = program.hasPrefix("/") ? arguments : [program] + arguments
  if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
  let own = [
    "GIT_AUTHOR_NAME": "HR Officer", "GIT_AUTHOR_EMAIL": "hr@example.org", "GIT_COMMITTER_NAME": "HR Officer",
    "GIT_COMMITTER_EMAIL": "hr@example.org", "GIT_CONFIG_NOSYSTEM": "1", "SWIFT_BACKTRACE": "enable=no",
  ]
  process.environment = ProcessInfo.processInfo.environment.merging(own) { _, new in new }
    .merging(environment) { _, new in new }
  // Files, not pipes: a program that prints a lot would wait for somebody to read.
  let base = NSTemporaryDirectory() + "staffrepo-run-" + UUID().uuidString
  let names = ["in", "out", "err"].map { "\(base).\($0)" }
  defer { for name in names { try? FileManager.default.removeItem(atPath: name) } }
  try input.write(to: URL(fileURLWithPath: names[0]))
  for name in names.dropFirst() { try Data().write(to: URL(fileURLWithPath: name)) }
  process.standardInput = try FileHandle(forReadingFrom: URL(fileURLWithPath: names[0]))
  process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: names[1]))
  process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: names[2]))
  try process.run()
  process.waitUntilExit()
  func text(_ name: String) throws -> String { try String(contentsOfFile: name, encoding: .utf8) }
  return ProgramResult(status: process.terminationStatus, output: try text(names[1]), errors: try text(names[2]))
}

/// A program that failed although the test needs it.
public struct ProgramFailure: Error, CustomStringConvertible {
  public let description: String

  public init(description: String) { self.description = description }
}

/// Runs git and returns what it printed; throws when it fails.
@discardableResult
public func git(_ arguments: String..., in folder: String, input: Data = Data()) throws -> String {
  let result = try run("git", arguments, in: folder, input: input)
  guard result.status == 0 else {
    throw ProgramFailure(description: "git \(arguments.joined(separator: " ")): \(result.errors)")
  }
  return result.output.trimmingCharacters(in: .whitespacesAndNewlines)
}

/// The built `staffrepo`, beside the test bundle.
public let staffrepoProgram: String = {
  var folder = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath().deletingLastPathComponent()
  for _ in 0..<6 {
    let candidate = folder.appendingPathComponent("staffrepo").path
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: candidate, isDirectory: &isFolder), !isFolder.boolValue {
      return candidate
    }
    folder.deleteLastPathComponent()
  }
  return "staffrepo"
}()
