import Catalogue
import RecordSchema
import Records
import YAMLReader

/// Every rule there is.
public enum RuleRegistry {
  static let files: [any FileRule.Type] = [StrayFile.self, NotAFile.self]
  static let people: [any PersonRule.Type] = [
    PersonFileName.self, EndBeforeStart.self, RepeatedUnit.self, OwnManager.self,
  ]
  static let units: [any UnitRule.Type] = [UnitFileName.self]
  static let subscriptions: [any SubscriptionRule.Type] = [UnsignedSubscription.self]
  static let keys: [any KeyRule.Type] = [
    DuplicatePersonID.self, DuplicateReference.self, DuplicateEmail.self, UnknownManager.self, UnknownUnit.self,
    MissingPhoto.self, MissingSignature.self, DuplicateUnitID.self, DuplicateUnitCode.self, UnknownParent.self,
    UnknownUnitManager.self, RepeatedKeyHash.self, UnknownKeyUnit.self, UnknownSubscriptionUnit.self, RepeatedName.self,
  ]
  static let changes: [any ChangeRule.Type] = [ChangedID.self, DeletedPerson.self]
  static let circles: [any CircleRule.Type] = [ManagerCircle.self, UnitCircle.self]

  /// The rules about the keys of each family.
  static let keysByFamily = Dictionary(grouping: keys) { $0.family }

  /// All rules, by code.
  public static let all: [Rule] =
    (Rule.yamlRules + Rule.schemaRules + [.literalSecret] + Rule.configurationRules + files.map { $0.rule }
    + people.map { $0.rule } + units.map { $0.rule } + subscriptions.map { $0.rule } + keys.map { $0.rule }
    + circles.map { $0.rule } + changes.map { $0.rule })
    .sorted { $0.code < $1.code }

  static let byCode = Dictionary(uniqueKeysWithValues: all.map { ($0.code, $0) })
}
