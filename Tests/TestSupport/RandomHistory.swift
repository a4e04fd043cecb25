/// A made-up organisation that changes at random, as real ones do and then some: the input of the replica property.
public struct RandomHistory {
  public private(set) var graph = CommitGraph()
  /// The branch's line, oldest first, as positions in the graph.
  public private(set) var line: [Int] = []
  private var random: SeededRandom
  private var files: [String: String] = [:]
  private var people: [Int: PersonFile] = [:]
  private var units: [Int: (code: String, parent: String?)] = [:]
  private var nextID = 1
  public private(set) var time: Int

  /// 2026-01-05T09:00:00Z
  static let start = 1_767_603_600

  /// - Parameter isGuarded: nearly every change trips a guard, until `approve`.
  public init(seed: Int, commits: Int, isGuarded: Bool = false) {
    random = SeededRandom(seed)
    time = Self.start
    files["staffrepo.yaml"] =
      "organisation:\n  id: 1\n  name: Example\n  time_zone: Europe/London\nsystems:\n  digital-id:\n    enabled: true\n"
    if isGuarded {
      let guards = ["deactivations", "removals", "memberships_lost", "creations"].map {
        "\($0): {count: 0, percent: 5}"
      }
      files["staffrepo.yaml"]? += "guards: {\(guards.joined(separator: ", "))}\napprovers: [hr@example.org]\n"
    }
    files["data/webhooks/all.yaml"] = "url: http://127.0.0.1:1/all\nbackfill: true\nfields: \(Self.allFields)\n"
    files["data/webhooks/scoped.yaml"] = "url: http://127.0.0.1:1/scoped\nbackfill: true\nunits: [team-1]\n"
    for id in 1...5 { units[id] = ("team-\(id)", id > 2 ? "team-\(id / 2)" : nil) }
    for _ in 0..<6 { hire() }
    commit()
    for _ in 1..<commits { step() }
  }

  private static let allFields =
    "[id, employee_reference, first_name, last_name, email, job_title, is_active, status, organisational_units, photo_path, signature_path, employment_end_date, code, name, parent]"

  /// The commits' times along the line.
  public var times: [Int] { line.map { graph.nodes[$0].time } }

  private mutating func step() {
    time += [30, 3600, 40_000, 86_400 * 3, 86_400 * 20].randomElement(using: &random) ?? 60
    let changes = Int.random(in: 0...3, using: &random)
    for _ in 0..<changes { change() }
    if random.oneIn(8) { merge() } else if random.oneIn(12), line.count > 2 { revert() } else { commit() }
  }

  private mutating func commit() {
    render()
    line.append(graph.add(files, time: time, parents: line.last.map { [$0] } ?? []))
  }

  /// A branch of one commit, merged into the line.
  private mutating func merge() {
    guard let base = line.last else { return }
    change()
    render()
    let side = graph.add(files, time: time, parents: [base])
    time += 600
    line.append(graph.add(files, time: time, parents: [base, side]))
  }

  /// The tree of an earlier commit comes back.
  private mutating func revert() {
    let earlier = line[Int.random(in: 0..<line.count - 1, using: &random)]
    line.append(graph.add(graph.nodes[earlier].files, time: time, parents: [line[line.count - 1]]))
  }

  /// Somebody who may approves of everything.
  public mutating func approve() {
    time += 600
    for name in ["deactivations", "removals", "memberships_lost", "creations"] {
      files["data/approvals/\(name).yaml"] = "guard: \(name)\nlimit: 1000\nexpires: 2099-01-01\nreason: all is well\n"
    }
    commit()
  }

  /// Leaves the line at an earlier commit and goes on from there: a rewritten branch.
  public mutating func rewrite() {
    let keep = Int.random(in: 1..<line.count, using: &random)
    line = Array(line.prefix(keep))
    step()
    step()
  }

  // MARK: Changes

  private mutating func change() {
    guard let id = people.keys.sorted().randomElement(using: &random), var person = people[id] else { return hire() }
    switch Int.random(in: 0..<22, using: &random) {
    case 0, 1: return hire()
    case 2: person.endDate = date(in: -5...60)
    case 3: person.isActive.toggle()
    case 4:
      person.endDate = nil
      person.isActive = true
    case 5: return people[id] = nil
    case 6: person.folder = ["", "a/", "b/c/"].randomElement(using: &random) ?? ""
    case 7: person.reference = "NEW\(nextID)X\(id)"
    case 8, 9: person.units = someUnits()
    case 10: person.photo = photo(id)
    case 11: person.photoStatus = ["pending", "approved", "rejected"].randomElement(using: &random) ?? "pending"
    case 12: person.signature = random.oneIn(3) ? nil : "signatures/\(id).png"
    case 13: return swapCodes()
    case 14: return units[Int.random(in: 1...5, using: &random)] = nil
    case 15: return restoreUnit()
    case 16, 17: person.fault = PersonFile.Fault.allCases.randomElement(using: &random)
    case 18: person.fault = nil
    case 19: person.jobTitle = "Job \(Int.random(in: 0..<9, using: &random))"
    case 20: return narrowScope()
    default: return healEverybody()
    }
    people[id] = person
  }

  private mutating func hire() {
    people[nextID] = PersonFile(
      id: nextID, reference: "EMP\(nextID)", startDate: date(in: -400...40), units: someUnits())
    nextID += 1
  }

  private mutating func healEverybody() {
    for id in people.keys { people[id]?.fault = nil }
  }

  private mutating func someUnits() -> [String] {
    (0..<Int.random(in: 0...2, using: &random)).map { _ in
      let code = "team-\(Int.random(in: 1...6, using: &random))"
      guard random.oneIn(3) else { return code }
      let from = date(in: -10...30)
      return "{unit: \(code), from: \(from), until: \(date(in: 31...70))}"
    }
  }

  private mutating func photo(_ id: Int) -> String? {
    files["data/photos/\(id).jpg"] = "photo \(Int.random(in: 0..<4, using: &random))"
    return random.oneIn(4) ? nil : "photos/\(id).jpg"
  }

  private mutating func swapCodes() {
    guard let one = units[1], let two = units[2] else { return }
    units[1]?.code = two.code
    units[2]?.code = one.code
  }

  private mutating func restoreUnit() {
    for id in 1...5 where units[id] == nil && !units.values.contains(where: { $0.code == "team-\(id)" }) {
      units[id] = ("team-\(id)", nil)
    }
  }

  private mutating func narrowScope() {
    let team = Int.random(in: 1...3, using: &random)
    files["data/webhooks/scoped.yaml"] = "url: http://127.0.0.1:1/scoped\nbackfill: true\nunits: [team-\(team)]\n"
  }

  /// A day so many days from now.
  private mutating func date(in days: ClosedRange<Int>) -> String {
    let day = time / 86_400 + Int.random(in: days, using: &random)
    let shifted = day + 719_468
    let era = shifted / 146_097
    let ofEra = shifted - era * 146_097
    let year = (ofEra - ofEra / 1460 + ofEra / 36_524 - ofEra / 146_096) / 365
    let ofYear = ofEra - (365 * year + year / 4 - year / 100)
    let march = (5 * ofYear + 2) / 153
    let month = march < 10 ? march + 3 : march - 9
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return "\(year + era * 400 + (month <= 2 ? 1 : 0))-\(two(month))-\(two(ofYear - (153 * march + 2) / 5 + 1))"
  }

  private mutating func render() {
    files = files.filter { !$0.key.hasPrefix("data/people/") && !$0.key.hasPrefix("data/units/") }
    for (id, unit) in units {
      let parent = unit.parent.map { "parent: \($0)\n" } ?? ""
      files["data/units/\(unit.code).yaml"] = "id: \(id)\ncode: \(unit.code)\nname: Unit \(id)\n\(parent)"
    }
    for person in people.values {
      for (path, text) in person.rendered { files["data/people/\(path)"] = text }
      if person.signature != nil { files["data/signatures/\(person.id).png"] = "signature" }
    }
  }
}

/// One person's file as the history writes it.
private struct PersonFile {
  enum Fault: CaseIterable {
    case brokenText, brokenButInactive, missingID, badDate, copied
  }

  let id: Int
  var reference: String
  var folder = ""
  var jobTitle = "Job"
  var startDate: String
  var endDate: String?
  var isActive = true
  var units: [String]
  var photo: String?
  var photoStatus = "approved"
  var signature: String?
  var fault: Fault?

  init(id: Int, reference: String, startDate: String, units: [String]) {
    self.id = id
    self.reference = reference
    self.startDate = startDate
    self.units = units
  }

  var rendered: [(path: String, text: String)] {
    let path = "\(folder)\(reference).yaml"
    switch fault {
    case nil: return [(path, text())]
    case .brokenText: return [(path, text() + "x: [unclosed\n")]
    case .brokenButInactive: return [(path, "oops: [unclosed\nis_active: false\n")]
    case .missingID: return [(path, text().split(separator: "\n").dropFirst().joined(separator: "\n") + "\n")]
    case .badDate: return [(path, text().replacing("employment_start_date: ", with: "employment_start_date: not "))]
    case .copied: return [(path, text()), ("copy-of-\(reference).yaml", text())]
    }
  }

  private func text() -> String {
    var lines = [
      "id: \(id)", "employee_reference: \(reference)", "first_name: First\(id)", "last_name: O'Last",
      "email: p\(id)@example.org", "job_title: \(jobTitle)", "employment_start_date: \(startDate)",
    ]
    if let endDate { lines.append("employment_end_date: \(endDate)") }
    if !isActive { lines.append("is_active: false") }
    if !units.isEmpty { lines += ["organisational_units:"] + units.map { "  - \($0)" } }
    if let photo { lines += ["photo_path: \(photo)", "photo_status: \(photoStatus)"] }
    if let signature { lines.append("signature_path: \(signature)") }
    return lines.joined(separator: "\n") + "\n"
  }
}
