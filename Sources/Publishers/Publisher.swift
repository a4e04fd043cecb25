import RecordSchema

/// Writes one system's files. A publisher is pure: the same list gives the same bytes.
///
/// One conformance suite runs over all of them: replay, removal, order, empty lists.
public protocol Publisher: Sendable {
  /// As staffrepo.yaml and the targets name it, such as `hr`.
  static var system: String { get }
  /// The sets of files that it can write, each with its tables if that is all there is to it. The first is the one that
  /// `publish` writes when nothing else is said.
  static var profiles: [(name: String, tables: [ReadyTable])] { get }

  init(_ settings: Configuration.SystemSettings)

  /// Begins the files of a profile that are more than tables.
  func files(of profile: String, in set: ExportSet, _ context: StaffContext) throws -> [any StaffFile]
}

extension Publisher {
  public func files(of profile: String, in set: ExportSet, _ context: StaffContext) -> [any StaffFile] { [] }
}

/// What a publisher cannot do as asked, in words for the operator.
public struct PublisherError: Error, CustomStringConvertible {
  public let description: String

  public init(_ description: String) { self.description = description }
}

/// The systems that files are written for. A new publisher is one line here.
public enum PublisherRegistry {
  public static let all: [any Publisher.Type] = [
    EntraPublisher.self, HRPublisher.self, FinancePublisher.self, LMSPublisher.self, DigitalIDPublisher.self,
  ]

  public static func publisher(for system: String) -> (any Publisher.Type)? {
    all.first { $0.system == system }
  }
}
