import FuzzDriver
import RecordChecks
import RecordSchema

@testable import YAMLReader

/// Bytes as a file: as every kind of record and as settings, alone and among good records.
@main struct FuzzReader {
  static func main() {
    fuzz { start, count in
      FuzzReader.judge(Array(UnsafeBufferPointer(start: start, count: count)))
      return 0
    }
  }

  private static func judge(_ bytes: [UInt8]) {
    expectNone(EveryReading.faults(of: bytes))
    comparePlain(bytes)
    do {
      expectNone(try MemoryRecords.adding(bytes).faults(of: bytes))
      expectNone(try MemoryRecords.configured(by: bytes).faults(of: bytes))
    } catch {
      fatalError("Judging failed: \(error)")
    }
  }

  /// What the scanner of plain records takes, libyaml reads the same, to the column.
  private static func comparePlain(_ bytes: [UInt8]) {
    bytes.withUnsafeBufferPointer { buffer in
      guard let ours = PlainYAML.read(buffer) else { return }
      let theirs = YAMLReader.readByLibyaml(buffer)
      guard theirs.problems.isEmpty, theirs.root?.described == ours.described else {
        fatalError("Read in two ways:\n\(ours.described)\n\(theirs.root?.described ?? "nothing")\n\(theirs.problems)")
      }
    }
  }
}
