import Catalogue
import RecordSchema
import Records

/// Every rule there is. The lists are written by `script/generate` from the rule files.
public enum RuleRegistry {
  /// The rules about the keys of each family.
  static let keysByFamily = Dictionary(grouping: keys) { $0.family }

  /// All rules, by code.
  public static let all: [Rule] = {
    let judged: [[Rule]] = [
      files.map { $0.rule }, people.map { $0.rule }, units.map { $0.rule }, apiKeys.map { $0.rule },
      subscriptions.map { $0.rule }, approvals.map { $0.rule }, keys.map { $0.rule }, circles.map { $0.rule },
      trees.map { $0.rule }, changes.map { $0.rule },
    ]
    return Set(reading + judged.joined()).sorted { $0.code < $1.code }
  }()

  /// The rule of a guard.
  public static func rule(ofGuard name: String) -> Rule? {
    changes.compactMap { $0 as? any GuardRule.Type }.first { $0.guardName == name }?.rule
  }

  /// Whether a rule looks at one person's record by itself, so that what it finds tells nothing of others.
  public static func looksAtOneRecord(_ rule: Rule) -> Bool {
    reading.contains(rule) || people.contains { $0.rule == rule }
  }

  static let byCode = Dictionary(uniqueKeysWithValues: all.map { ($0.code, $0) })
}
