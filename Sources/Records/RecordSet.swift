import GitStore
import RecordSchema

/// All that one tree says: every file read, good or bad. What `validate` judges.
public struct RecordSet: Sendable {
  public let commit: OID?
  public let configuration: Configuration
  public let configurationFindings: [Diagnostic]
  public private(set) var people: [Reading<Person>] = []
  public private(set) var units: [Reading<Unit>] = []
  public private(set) var apiKeys: [Reading<APIKey>] = []
  public private(set) var subscriptions: [Reading<Subscription>] = []
  public private(set) var approvals: [Reading<Approval>] = []
  /// Photos and signatures by path.
  public private(set) var images: [String: TreeEntry] = [:]
  public private(set) var strays: [TreeEntry] = []
  /// Every file below the data folder.
  public private(set) var entries: [TreeEntry] = []

  /// - Parameter progress: told the number of files read and of all files, now and then.
  public init(_ source: some RecordSource, progress: (Int, Int) -> Void = { _, _ in }) throws {
    commit = source.commit
    let read = try source.configuration()
    configuration = read.configuration ?? Configuration()
    configurationFindings = read.findings
    entries = try source.files(below: configuration.dataFolder)
    for (index, entry) in entries.enumerated() {
      if index % 1024 == 0 { progress(index, entries.count) }
      switch FileRole(path: entry.path, dataFolder: configuration.dataFolder) {
      case .image: images[entry.path] = entry
      case .stray: strays.append(entry)
      case .record(let kind):
        guard entry.kind == .file || entry.kind == .executable else {
          strays.append(entry)
          continue
        }
        add(AnyReading(try source.read(entry), kind: kind, entry: entry, configuration: configuration))
      }
    }
  }

  private mutating func add(_ reading: AnyReading) {
    switch reading {
    case .unit(let reading): units.append(reading)
    case .person(let reading): people.append(reading)
    case .apiKey(let reading): apiKeys.append(reading)
    case .webhook(let reading): subscriptions.append(reading)
    case .approval(let reading): approvals.append(reading)
    }
  }

  public var findings: [Diagnostic] {
    configurationFindings + units.flatMap(\.findings) + people.flatMap(\.findings) + apiKeys.flatMap(\.findings)
      + subscriptions.flatMap(\.findings) + approvals.flatMap(\.findings)
  }
}
