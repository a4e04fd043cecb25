import RecordSchema
import YAMLReader

extension ConfigurationDecoder {
  /// `every commit`, `hourly`, `daily at 06:00`, `weekly on monday at 06:00`; or a mapping: `every: 15m`, `daily: "06:00"`,
  /// `weekly: monday at 06:00`.
  mutating func schedule(_ node: YAMLNode, _ what: String) -> Schedule? {
    let what = "\(what).schedule"
    guard let entries = node.entries else {
      return text(node, what).flatMap { schedule($0, node, what) }
    }
    let parts = settings(node, known: ["every", "daily", "weekly"], in: what)
    if entries.count > 1 {
      invalid(
        "\(what) says more than one time: \(entries.map(\.key).joined(separator: ", ")). Write one of them.", node)
      return nil
    }
    if let every = parts["every"] {
      return text(every, "\(what).every").flatMap { self.every($0, every, "\(what).every") }
    }
    for (name, link) in [("daily", "at"), ("weekly", "on")] {
      guard let part = parts[name], let words = text(part, "\(what).\(name)") else { continue }
      let isTime = words.first?.isNumber == true
      return schedule("\(name) \(isTime ? "at" : link) \(words)", part, what)
    }
    return nil
  }

  private mutating func schedule(_ text: String, _ node: YAMLNode, _ what: String) -> Schedule? {
    var words = text.split(separator: " ").map(String.init)
    let first = words.isEmpty ? "" : words.removeFirst()
    switch first {
    case "commit" where words.isEmpty: return .everyCommit
    case "hourly" where words.isEmpty: return .hourly
    case "every" where words.count == 1: return every(words[0], node, what)
    case "daily":
      if words.isEmpty { return .daily(.midnight) }
      guard words.count == 2, words[0] == "at" else { break }
      return time(words[1], node, what).map { .daily($0) }
    case "weekly":
      var weekday: Schedule.Weekday? = .monday
      if words.count >= 2, words[0] == "on" {
        weekday = self.weekday(words[1], node, what)
        words.removeFirst(2)
      }
      guard let weekday else { return nil }
      if words.isEmpty { return .weekly(weekday, .midnight) }
      guard words.count == 2, words[0] == "at" else { break }
      return time(words[1], node, what).map { .weekly(weekday, $0) }
    default: break
    }
    let near = reader.near(first, among: ["commit", "hourly", "every", "daily", "weekly"])
    let suggestion = near.flatMap { $0 == first ? nil : " Did you mean '\($0)'?" } ?? ""
    invalid(
      "\(what) is '\(reader.excerpt(text))'.\(suggestion) It takes every commit, every: 15m, hourly, daily, daily at 06:00, weekly, or weekly on monday at 06:00.",
      node)
    return nil
  }

  private mutating func every(_ text: String, _ node: YAMLNode, _ what: String) -> Schedule? {
    if text == "commit" { return .everyCommit }
    if let span = TimeSpan(text), (1...Self.year).contains(span.seconds) { return .every(span.seconds) }
    invalid("\(what) is '\(reader.excerpt(text))'. It takes a time such as 3600s, 15m, 2h or 1d, up to a year.", node)
    return nil
  }

  /// In seconds, a leap year.
  private static let year = 31_622_400

  private mutating func time(_ text: String, _ node: YAMLNode, _ what: String) -> TimeOfDay? {
    if let time = TimeOfDay(text) { return time }
    let meant = TimeOfDay("0\(text)").map { " Did you mean '\($0)'?" } ?? ""
    invalid(
      "\(what) has the time '\(reader.excerpt(text))'.\(meant) Write hours and minutes with two digits each, from 00:00 to 23:59.",
      node)
    return nil
  }

  private mutating func weekday(_ text: String, _ node: YAMLNode, _ what: String) -> Schedule.Weekday? {
    if let day = Schedule.Weekday(rawValue: text) { return day }
    let names = Schedule.Weekday.allCases.map(\.rawValue)
    let meant =
      names.first { text.count >= 2 && $0.hasPrefix(text.lowercased()) } ?? reader.near(text.lowercased(), among: names)
    invalid(
      "\(what) has the day '\(reader.excerpt(text))'.\(meant.map { " Did you mean '\($0)'?" } ?? "") It takes monday, tuesday, wednesday, thursday, friday, saturday or sunday.",
      node)
    return nil
  }
}
