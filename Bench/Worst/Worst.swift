import Glibc
import RecordChecks
import RecordSchema
import Records
import Validators
import YAMLReader

/// Measures the processor time that it takes to judge the worst files of the largest size, and prints a markdown table.
///
/// The file is judged as one of every kind among a few good records, each kind by itself; the time of the good records
/// alone is taken off. Of several runs the quickest counts.
@main struct Worst {
  /// Milliseconds that a file may take.
  private static let limit = 50.0

  private struct Result {
    let name: String
    let kind: String
    let milliseconds: Double
    let findings: Int
  }

  static func main() throws {
    let filter = CommandLine.arguments.dropFirst().first
    let cases = WorstCases.all.filter { filter.map($0.name.contains) ?? true }
    let rest = try time(MemoryRecords.good).milliseconds
    var results: [Result] = []
    for item in cases {
      results.append(try slowest(item.name, Array(item.text.utf8), rest: rest))
    }
    results.sort { $0.milliseconds > $1.milliseconds }
    print("| file | as | findings | ms |\n|---|---|---:|---:|")
    for result in results {
      print("| \(result.name.replaced) | \(result.kind) | \(result.findings) | \(rounded(result.milliseconds)) |")
    }
    let slow = results.count { $0.milliseconds > limit }
    print("\n\(results.count) files, \(slow) of them beyond \(Int(limit)) ms")
    if slow > 0 { exit(1) }
  }

  /// As the kind of file that takes longest.
  private static func slowest(_ name: String, _ bytes: [UInt8], rest: Double) throws -> Result {
    var sources = RecordKind.allCases.map { kind in
      var records = MemoryRecords.good
      records.files[EveryReading.path(of: kind)] = bytes
      return (kind.rawValue, records)
    }
    sources.append(("staffrepo.yaml", .configured(by: bytes)))
    let results = try sources.map { kind, source in
      let (milliseconds, findings) = try time(source)
      return Result(name: name, kind: kind, milliseconds: max(0, milliseconds - rest), findings: findings)
    }
    return results.max { $0.milliseconds < $1.milliseconds }!
  }

  private static func time(_ source: MemoryRecords) throws -> (milliseconds: Double, findings: Int) {
    var (best, findings) = (Double.infinity, 0)
    for run in 0..<5 where run < 2 || best < 1000 {
      let start = processorTime
      findings = try validate(source, asOf: MemoryRecords.day).diagnostics.count
      best = min(best, processorTime - start)
    }
    return (best, findings)
  }

  /// In milliseconds, of all threads: what a busy machine does meanwhile is not counted.
  private static var processorTime: Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) * 1e3 + Double(time.tv_nsec) / 1e6
  }

  private static func rounded(_ number: Double) -> String {
    let tenths = Int((number * 10).rounded())
    return "\(tenths / 10).\(tenths % 10)"
  }
}

extension String {
  fileprivate var replaced: String { split(separator: "\n").joined(separator: " ") }
}
