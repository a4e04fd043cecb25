import TestSupport

/// Records that change at random, and are often wrong in how they relate: what a cache must follow.
struct RandomRecords {
  private(set) var files: [String: String] = [:]
  private var random: SeededRandom

  init(seed: Int) {
    random = SeededRandom(seed)
    files["staffrepo.yaml"] = MarkedRecords.configuration
    for number in 1...5 { files["data/units/unit-\(number).yaml"] = unit(number) }
    for number in 1...24 { files["data/people/\(folder())EMP\(number).yaml"] = person(number) }
    files["data/webhooks/all.yaml"] = "url: https://example.org/\nsecrets: env:STAFFREPO_SECRET_A\nunits: [unit-1]\n"
    files["data/apikeys/one.yaml"] =
      "system: a\nkey_hash: sha256:\(String(repeating: "0", count: 64))\nscopes: [staff:read]\n"
  }

  /// Changes a few files.
  mutating func change() {
    for _ in 0..<Int.random(in: 1...4, using: &random) { changeOne() }
  }

  /// Every record readable, and every id claimed once.
  mutating func heal() {
    files["staffrepo.yaml"] = MarkedRecords.configuration
    let folders = ["data/people", "data/webhooks", "data/apikeys"]
    for path in files.keys.sorted() where folders.contains(where: path.hasPrefix) { files[path] = nil }
    for number in 1...24 {
      files["data/people/\(folder())EMP\(number).yaml"] =
        "id: \(number)\nemployee_reference: EMP\(number)\nfirst_name: A\nlast_name: B\nemail: p\(number)@example.org\njob_title: J\nemployment_start_date: 2020-01-01\norganisational_units:\n  - unit-\(number % 6)\n"
    }
    for number in 0...6 {
      files["data/units/unit-\(number).yaml"] = "id: \(number + 1)\ncode: unit-\(number)\nname: U\n"
    }
  }

  private mutating func changeOne() {
    let number = Int.random(in: 1...28, using: &random)
    switch Int.random(in: 0..<24, using: &random) {
    case 0...9: replace(number, with: person(number))
    case 10: replace(number, with: nil)
    case 11: files["data/people/\(folder())EMP\(number).yaml"] = person(number)
    case 12: replace(number, with: person(Int.random(in: 1...28, using: &random)))
    case 13:
      replace(number, with: ["id: [", "", "just text", "id: 7\nid: 8\n", "is_active: false\n- x"].random(&random))
    case 14: files["data/units/unit-\(number % 6).yaml"] = unit(number % 6)
    case 15: files["data/units/unit-\(number % 6).yaml"] = nil
    case 16: files["data/photos/\(number % 4).jpg"] = files["data/photos/\(number % 4).jpg"] == nil ? "x\(number)" : nil
    case 17: files["data/webhooks/w\(number % 3).yaml"] = "url: https://example.org/\nunits: [unit-\(number % 8)]\n"
    case 18: files["data/webhooks/x/W\(number % 3).yaml"] = random.oneIn(2) ? nil : "url: http://a\n"
    case 19:
      files["data/apikeys/k\(number % 3).yaml"] = [
        "system: b\nkey_hash: sha256:\(String(repeating: "\(number % 2)", count: 64))\nscopes: [staff:read]\nunits: [unit-\(number % 9)]\n",
        "system: [\n", "system: [\nrevoked_at: 2026-01-1\(number % 9)\n", nil,
      ].random(&random)
    case 20:
      files["data/\(["notes.txt", "people/a.yml", "units/README"].random(&random))"] = random.oneIn(2) ? nil : "x"
    case 21 where random.oneIn(4):
      files["staffrepo.yaml"] =
        [
          MarkedRecords.configuration, MarkedRecords.configuration + "required_fields: [job_title]\n",
          MarkedRecords.configuration + "  third: date\n", "organisation: [",
        ].random(&random)
    default: replace(number, with: person(number))
    }
  }

  private mutating func replace(_ number: Int, with text: String?) {
    let path = files.keys.sorted().first { $0.hasSuffix("/EMP\(number).yaml") } ?? "data/people/EMP\(number).yaml"
    files[path] = text
  }

  private mutating func folder() -> String { ["", "a/", "b/c/"].random(&random) }

  private mutating func person(_ number: Int) -> String {
    func other() -> Int { Int.random(in: 1...30, using: &random) }
    var lines = [
      "id: \(random.oneIn(12) ? other() : number)",
      "employee_reference: \(random.oneIn(12) ? "emp\(other())" : "EMP\(number)")", "first_name: Zoë",
      "last_name: O'Neill",
      "email: \(random.oneIn(10) ? "P\(other())@Example.org" : "p\(number)@example.org")",
      "job_title: Job \(other())", "employment_start_date: 20\(10 + number % 20)-01-\(10 + other() % 18)",
    ]
    if random.oneIn(2) { lines.append("line_manager: EMP\(other())") }
    if random.oneIn(8) { lines.append("employment_end_date: 2026-0\(1 + other() % 9)-11") }
    if random.oneIn(6) { lines.append("photo_path: photos/\(other() % 4).jpg") }
    if random.oneIn(12) { lines.append("is_active: \(["true", "false", "maybe"].random(&random))") }
    if random.oneIn(12) { lines.append("custom: {pin: 1, third: 2026-01-01}") }
    if random.oneIn(15) { lines.append("salary: 3") }
    if random.oneIn(3) { lines.append("organisational_units:\n  - unit-\(other() % 8)\n  - unit-\(other() % 8)") }
    return lines.joined(separator: "\n") + "\n"
  }

  private mutating func unit(_ number: Int) -> String {
    let other = Int.random(in: 0...7, using: &random)
    var text =
      "id: \(random.oneIn(8) ? other + 1 : number + 1)\ncode: unit-\(random.oneIn(8) ? other : number)\nname: U\n"
    if random.oneIn(2) { text += "parent: unit-\(other)\n" }
    if random.oneIn(3) { text += "manager: EMP\(other)\n" }
    return text
  }
}

extension Array {
  fileprivate func random(_ random: inout SeededRandom) -> Element {
    self[Int.random(in: 0..<count, using: &random)]
  }
}
