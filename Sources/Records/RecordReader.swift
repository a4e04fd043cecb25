import GitStore
import RecordSchema
import YAMLReader

/// What a file below the data folder is, judged by its path alone.
public enum FileRole: Sendable, Equatable {
  case record(RecordKind)
  case image
  /// Neither a record nor an image.
  case stray
  /// Not below the data folder.
  case outside

  public init(path: String, dataFolder: String) {
    guard path.utf8.starts(with: dataFolder.utf8), path.utf8.dropFirst(dataFolder.utf8.count).first == UInt8(ascii: "/")
    else {
      self = .outside
      return
    }
    let inside = path.utf8.dropFirst(dataFolder.utf8.count + 1)
    let folder = Substring(inside.prefix { $0 != UInt8(ascii: "/") })
    if folder == "photos" || folder == "signatures" {
      self = .image
    } else if let kind = RecordKind.allCases.first(where: { $0.folder == folder }),
      path.utf8.suffix(5).elementsEqual(".yaml".utf8)
    {
      self = .record(kind)
    } else {
      self = .stray
    }
  }
}

/// What one record file says.
public enum AnyReading: Sendable {
  case unit(Reading<Unit>)
  case person(Reading<Person>)
  case apiKey(Reading<APIKey>)
  case webhook(Reading<Subscription>)
  case approval(Reading<Approval>)

  /// Reads a record file's bytes. Never fails: what is wrong with them is in the findings.
  public init(_ bytes: [UInt8], kind: RecordKind, entry: TreeEntry, configuration: Configuration) {
    let document = YAMLDocument(judging: bytes)
    let path = entry.path
    switch kind {
    case .unit:
      self = .unit(UnitDecoder.read(path: path, document: document, lines: bytes))
    case .person:
      self = .person(
        PersonDecoder.read(
          path: path, document: document, configuration: configuration, lines: bytes))
    case .apiKey:
      self = .apiKey(APIKeyDecoder.read(path: path, document: document, lines: bytes))
    case .webhook:
      self = .webhook(
        SubscriptionDecoder.read(path: path, document: document, configuration: configuration))
    case .approval:
      self = .approval(ApprovalDecoder.read(path: path, document: document))
    }
  }
}

extension AnyReading {
  /// The file can be read as a record.
  public var isWhole: Bool {
    switch self {
    case .unit(let reading): reading.isWhole
    case .person(let reading): reading.isWhole
    case .apiKey(let reading): reading.isWhole
    case .webhook(let reading): reading.isWhole
    case .approval(let reading): reading.isWhole
    }
  }

  /// The id that the file claims, readable even when the rest is not.
  public var claimedID: Int? {
    switch self {
    case .unit(let reading): reading.claimedID
    case .person(let reading): reading.claimedID
    case .apiKey, .webhook, .approval: nil
    }
  }

  public var findings: [Diagnostic] {
    switch self {
    case .unit(let reading): reading.findings
    case .person(let reading): reading.findings
    case .apiKey(let reading): reading.findings
    case .webhook(let reading): reading.findings
    case .approval(let reading): reading.findings
    }
  }
}

extension RecordSource {
  /// The configuration of this tree, or the default one, and what is wrong with it.
  public func configuration() throws -> (configuration: Configuration?, findings: [Diagnostic]) {
    guard let file = try configurationFile() else {
      let finding = Diagnostic(
        .missingConfiguration, "There is no staffrepo.yaml at the top of the repository.",
        file: ConfigurationDecoder.path, range: .fileStart)
      return (nil, [finding])
    }
    return ConfigurationDecoder.read(YAMLDocument(judging: try read(file)))
  }
}

extension Configuration {
  /// The configuration in force at a commit: its own, or the last readable one before it; `nil` when there never was one.
  public static func inForce(at commit: OID, in repository: Repository) throws -> Configuration? {
    var next: OID? = commit
    while let oid = next {
      if let configuration = try CommitSource(repository, commit: oid).configuration().configuration {
        return configuration
      }
      next = try repository.info(of: oid).parents.first
    }
    return nil
  }
}
