import RecordSchema
import Records
import YAMLReader

/// Every rule there is.
public enum RuleRegistry {
  /// Rules about how records relate, in the order in which they run.
  static let relations: [any RelationRule.Type] = [
    PersonFileName.self, DuplicatePersonID.self, DuplicateReference.self, DuplicateEmail.self, EndBeforeStart.self,
    RepeatedUnit.self, UnknownManager.self, OwnManager.self, ManagerCircle.self, UnknownUnit.self, MissingPhoto.self,
    MissingSignature.self, UnitFileName.self, DuplicateUnitID.self, DuplicateUnitCode.self, UnknownParent.self,
    UnitCircle.self, UnknownUnitManager.self, RepeatedKeyHash.self, UnknownKeyUnit.self, UnknownSubscriptionUnit.self,
    UnsignedSubscription.self, RepeatedName.self, StrayFile.self, NotAFile.self,
  ]

  /// All rules, by code.
  public static let all: [Rule] =
    (Rule.yamlRules + Rule.schemaRules + [.literalSecret] + Rule.configurationRules + relations.map { $0.rule })
    .sorted { $0.code < $1.code }
}
