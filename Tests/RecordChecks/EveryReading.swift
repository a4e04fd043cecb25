import GitStore
import RecordSchema
import Records
import YAMLReader

/// One file read as every kind of record, and as the settings.
public enum EveryReading {
  public static let configuration = """
    organisation:
      id: 1
      time_zone: Europe/London
    custom_fields:
      pin: string
      level: integer
      since: date
      driver: boolean
      grade: {type: string, values: [a, b]}

    """

  private static let settings =
    ConfigurationDecoder.read(YAMLReader.read(Array(configuration.utf8))).configuration ?? Configuration()

  /// The file's path when it is read as a record of a kind.
  public static func path(of kind: RecordKind) -> String { "data/\(kind.folder)/EMP900.yaml" }

  /// What is wrong with the findings about these bytes; empty when nothing is.
  public static func faults(of bytes: [UInt8]) -> [String] {
    let check = FindingCheck(bytes)
    return settingFaults(of: bytes, check).faults
      + RecordKind.allCases.flatMap { faults(of: bytes, as: $0, check).faults }
  }

  /// As one kind of record, and whether it is one.
  public static func faults(
    of bytes: [UInt8], as kind: RecordKind, _ check: FindingCheck
  ) -> (faults: [String], isWhole: Bool) {
    let entry = TreeEntry(path: path(of: kind), oid: .zero, kind: .file)
    let reading = AnyReading(bytes, kind: kind, entry: entry, configuration: settings)
    var faults = check.faults(of: reading.findings)
    if !reading.isWhole, reading.findings.isEmpty { faults.append("is held without a word") }
    return (faults.map { "\(kind): \($0)" }, reading.isWhole)
  }

  /// As settings, and whether they can be read.
  public static func settingFaults(of bytes: [UInt8], _ check: FindingCheck) -> (faults: [String], isWhole: Bool) {
    let (configuration, findings) = ConfigurationDecoder.read(YAMLReader.read(bytes))
    var faults = check.faults(of: findings)
    if configuration == nil, findings.isEmpty { faults.append("are refused without a word") }
    return (faults.map { "settings: \($0)" }, configuration != nil)
  }
}

extension YAMLNode {
  /// Everything in it, with places, for comparisons.
  public var described: String {
    switch content {
    case .scalar(let text, let isPlain): "\(isPlain ? "" : "quoted ")<\(text)>\(described(range))"
    case .sequence(let items): "[\(items.map(\.described).joined(separator: ", "))]\(described(range))"
    case .mapping(let entries):
      "{\(entries.map { "\($0.key)\(described($0.keyRange))=\($0.value.described)" }.joined(separator: ", "))}"
        + described(range)
    }
  }

  private func described(_ range: SourceRange) -> String {
    "@\(range.start.line).\(range.start.column)-\(range.end.line).\(range.end.column)"
  }
}
