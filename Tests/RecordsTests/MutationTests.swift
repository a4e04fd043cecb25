import Foundation
import GitStore
import RecordChecks
import RecordSchema
import Records
import TestSupport
import Testing
import Workers

/// Whatever becomes of a file, reading it ends, and what is found wrong has a place in it.
@Suite struct MutationTests {
  /// Records of every kind and hostile texts: what script/fuzz begins with. An input that once crashed is kept there.
  private static let seeds: [String: [UInt8]] = {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../../Fuzz/Seeds")
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path + "/reader")) ?? []
    return Dictionary(
      uniqueKeysWithValues: files.map { name in
        (name, Array(FileManager.default.contents(atPath: "\(folder.path)/reader/\(name)") ?? Data()))
      })
  }()

  private static let texts = seeds.sorted { $0.key < $1.key }.map(\.value)

  private static let good = ["unit", "person", "apikey", "webhook", "approval", "settings"].map {
    seeds["\($0).yaml"] ?? []
  }

  /// Short ones are put into records as they are.
  private static let pieces =
    texts.filter { $0.count < 200 }
    + [
      "&a ", "*a", "!t ", "!!binary ", "[", "{", "]", "}", ",", "|\n", ">-\n  ", "? ", "<<: ", "---\n", "...\n",
      "%YAML 1.1\n",
      "\t", "\r", "\0", "'", "\"", "\\", "\\u0041", "\u{85}", "\u{2028}", "\u{2029}", "\u{FEFF}", "\u{202E}", "#", ": ",
      "\n  ",
      "~", "null", "<<<<<<< HEAD\n", "=======\n", ">>>>>>> x\n",
    ].map { Array($0.utf8) } + [
      [0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xFF, 0xFE], [0xE2, 0x82],
    ]

  @Test(arguments: seeds.keys.sorted())
  func `hostile text does no harm`(name: String) throws {
    let bytes = try #require(Self.seeds[name])
    #expect(EveryReading.faults(of: bytes) == [])
    #expect(try MemoryRecords.adding(bytes).faults(of: bytes) == [])
    #expect(try MemoryRecords.configured(by: bytes).faults(of: bytes) == [])
  }

  @Test func `a hundred thousand changed records do no harm`() throws {
    #expect(Self.good.allSatisfy { $0.count > 40 })
    let outcomes = Workers.map(Array(0..<400), partSize: 1) { numbers in
      numbers.map { Self.judge(seed: $0, count: 250) }
    }
    .flatMap(\.self)
    for outcome in outcomes { #expect(outcome.faults == []) }
    // Otherwise they would all be refused at the first character, or none would be wrong.
    let whole = outcomes.reduce(0) { $0 + $1.whole }
    #expect((5_000...50_000).contains(whole), "\(whole) are still whole")
  }

  /// - Returns: what is wrong with the findings, and how many records could be read all the same.
  private static func judge(seed: Int, count: Int) -> (faults: [String], whole: Int) {
    var random = SeededRandom(seed)
    var (faults, whole) = ([String](), 0)
    for _ in 0..<count {
      let number = Int.random(in: 0..<good.count, using: &random)
      let bytes = mutated(number, &random)
      let (found, isWhole) = judge(bytes, number)
      if isWhole { whole += 1 }
      faults += found.map { "\($0) in \(String(decoding: bytes, as: UTF8.self))" }
    }
    return (faults, whole)
  }

  /// As the kind that it was, settings last.
  private static func judge(_ bytes: [UInt8], _ number: Int) -> (faults: [String], isWhole: Bool) {
    let check = FindingCheck(bytes)
    guard number < RecordKind.allCases.count else { return EveryReading.settingFaults(of: bytes, check) }
    return EveryReading.faults(of: bytes, as: RecordKind.allCases[number], check)
  }

  private static func mutated(_ number: Int, _ random: inout SeededRandom) -> [UInt8] {
    var bytes = good[number]
    for _ in 0..<Int.random(in: 1...3, using: &random) {
      switch Int.random(in: 0..<8, using: &random) {
      case 0: bytes.splice(good.randomElement(using: &random)!, &random)
      case 1: bytes.splice(texts.randomElement(using: &random)!, &random)
      default: bytes.mutate(with: pieces, &random)
      }
    }
    return bytes
  }
}
