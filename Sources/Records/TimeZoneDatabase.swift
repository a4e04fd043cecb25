import FileStore
import Glibc
import RecordSchema

extension TimeZoneRules {
  /// The zone of this name from the system's time zone database; `nil` when it has none.
  public static func named(_ name: String) -> TimeZoneRules? {
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    guard !parts.contains(where: { $0.isEmpty || $0.hasPrefix(".") }) else { return nil }
    let folder = getenv("TZDIR").map { String(cString: $0) } ?? "/usr/share/zoneinfo"
    guard let bytes = try? FileStore.read("\(folder)/\(name)") else { return nil }
    return TimeZoneRules(name: name, tzif: bytes)
  }
}
