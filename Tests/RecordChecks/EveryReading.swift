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
    let settingFindings = ConfigurationDecoder.read(YAMLReader.read(bytes)).findings
    return check.faults(of: settingFindings) + RecordKind.allCases.flatMap { faults(of: bytes, as: $0, check) }
  }

  public static func faults(of bytes: [UInt8], as kind: RecordKind, _ check: FindingCheck) -> [String] {
    let entry = TreeEntry(path: path(of: kind), oid: .zero, kind: .file)
    let reading = AnyReading(bytes, kind: kind, entry: entry, configuration: settings)
    var faults = check.faults(of: reading.findings)
    if !reading.isWhole, reading.findings.isEmpty { faults.append("holds a \(kind) without saying why") }
    return faults.map { "\(kind): \($0)" }
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
