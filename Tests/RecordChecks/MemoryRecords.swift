import GitStore
import RecordSchema
import Records
import Validators

/// A repository in memory, with any bytes in its files.
public struct MemoryRecords: RecordSource, Sendable {
  public let commit: OID? = nil
  public var files: [String: [UInt8]]

  public init(_ files: [String: [UInt8]] = [:]) { self.files = files }

  public var opener: @Sendable () throws -> any RecordSource {
    { [self] in self }
  }

  public func files(below folder: String) throws -> [TreeEntry] {
    files.keys.filter { $0.hasPrefix(folder + "/") }.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
      .compactMap(entry(at:))
  }

  public func files(outside folder: String) throws -> [TreeEntry] {
    files.keys.filter { !$0.hasPrefix(folder + "/") }.sorted().compactMap(entry(at:))
  }

  public func size(of entry: TreeEntry) throws -> Int { files[entry.path]?.count ?? 0 }

  public func read(_ entry: TreeEntry) throws -> [UInt8] { files[entry.path] ?? [] }

  public func entry(at path: String) -> TreeEntry? {
    files[path] == nil ? nil : TreeEntry(path: path, oid: .zero, kind: .file)
  }

  /// The day of which rules speak.
  public static let day = CalendarDate("2026-01-15")!

  /// A unit, two people, a key and a subscription with nothing wrong.
  public static let good = MemoryRecords(
    [
      "staffrepo.yaml": EveryReading.configuration,
      "data/units/team-a.yaml": "id: 1\ncode: team-a\nname: A\nmanager: EMP001\n",
      "data/people/EMP001.yaml": person(1), "data/people/EMP002.yaml": person(2) + "line_manager: EMP001\n",
      "data/apikeys/app.yaml":
        "system: hr\nkey_hash: sha256:\(String(repeating: "0", count: 64))\nscopes: [staff:read]\n",
      "data/webhooks/app.yaml": "url: https://example.org/\nsecrets: env:STAFFREPO_SECRET_A\nunits: [team-a]\n",
    ].mapValues { Array($0.utf8) })

  private static func person(_ number: Int) -> String {
    """
    id: \(number)
    employee_reference: EMP00\(number)
    first_name: A
    last_name: B
    email: p\(number)@example.org
    job_title: J
    employment_start_date: 2020-01-01
    organisational_units:
      - team-a

    """
  }
}

extension MemoryRecords {
  /// The good records and these bytes as one more of every kind.
  public static func adding(_ bytes: [UInt8]) -> MemoryRecords {
    var records = good
    for kind in RecordKind.allCases { records.files[EveryReading.path(of: kind)] = bytes }
    return records
  }

  /// The good records with these bytes for settings.
  public static func configured(by bytes: [UInt8]) -> MemoryRecords {
    var records = good
    records.files["staffrepo.yaml"] = bytes
    return records
  }

  /// What is wrong with what validation finds; empty when nothing is.
  public func faults(of bytes: [UInt8]) throws -> [String] {
    let (first, second) = (try validate(self, asOf: Self.day), try validate(self, asOf: Self.day))
    let check = FindingCheck(bytes)
    var faults = first.diagnostics == second.diagnostics ? [] : ["Judged twice, two outcomes"]
    for diagnostic in first.diagnostics where files[diagnostic.file] == bytes {
      faults += check.faults(of: [diagnostic])
    }
    return faults
  }
}
