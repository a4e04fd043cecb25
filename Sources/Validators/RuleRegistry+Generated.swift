// Written by script/generate from the rule files: do not edit.
import RecordSchema
import Records
import YAMLReader

extension RuleRegistry {
  /// Rules that are judged where files are read.
  static let reading: [Rule] = [
    .acceptedOtherwise,
    .ambiguousScalar,
    .blankAtEnd,
    .controlCharacter,
    .decomposedText,
    .foreignOwner,
    .hiddenCharacter,
    .idlePolicy,
    .invalidSetting,
    .lineNotJSON,
    .literalCredential,
    .literalKey,
    .literalSecret,
    .malformedApprover,
    .malformedCode,
    .malformedCustomField,
    .malformedDomain,
    .malformedEmail,
    .malformedHash,
    .malformedReference,
    .mergeConflict,
    .missingConfiguration,
    .missingField,
    .missingSetting,
    .notABoolean,
    .notADate,
    .notAnInteger,
    .partialClone,
    .pathOutsideData,
    .recordDiffers,
    .recordInWrongFolder,
    .recordNotEditable,
    .repeatedSetting,
    .reviewNeeded,
    .severalNames,
    .sha256Repository,
    .shallowClone,
    .sourceRemoved,
    .turnedDown,
    .typographicQuotes,
    .unknownEvent,
    .unknownExportField,
    .unknownField,
    .unknownPolicyField,
    .unknownScope,
    .unknownSetting,
    .unknownSubscriptionField,
    .unknownTimeZone,
    .unknownValue,
    .unusableTable,
    .urlWithPassword,
    .wrongLength,
    .wrongType,
    .yamlAnchor,
    .yamlComplexKey,
    .yamlDirective,
    .yamlDuplicateKey,
    .yamlEncoding,
    .yamlNotAMapping,
    .yamlSeveralDocuments,
    .yamlSyntax,
    .yamlTag,
    .yamlTooDeep,
    .yamlTooLarge,
  ]

  static let files: [any FileRule.Type] = [
    ExecutableFile.self,
    ImageTooLarge.self,
    LFSPointer.self,
    LeftoverFile.self,
    LiteralKey.self,
    NotAnImage.self,
    RecordOutside.self,
    StrayFile.self,
    Submodule.self,
    SymbolicLink.self,
    UnreadableFileName.self,
    WrongEnding.self,
  ]

  static let people: [any PersonRule.Type] = [
    ActiveAfterEnd.self,
    EndBeforeStart.self,
    EntraUserName.self,
    ForeignEmailDomain.self,
    FormulaText.self,
    ImprobableDate.self,
    MoodleUserName.self,
    OwnManager.self,
    PersonFileName.self,
    RepeatedUnit.self,
  ]

  static let units: [any UnitRule.Type] = [
    NoCostCentre.self,
    UnitFileName.self,
  ]

  static let apiKeys: [any APIKeyRule.Type] = [
    EmptyKeyUnits.self,
    EndlessKey.self,
    ExpiredKey.self,
    ExpiringKey.self,
    ExpiryBeforeCreation.self,
    UnknownKeySystem.self,
    WeakKeyHash.self,
  ]

  static let subscriptions: [any SubscriptionRule.Type] = [
    ForbiddenAddress.self,
    InternalAddress.self,
    PlainHTTP.self,
    SensitiveField.self,
    UnsignedSubscription.self,
  ]

  static let approvals: [any ApprovalRule.Type] = [
    BoundlessApproval.self,
    ExpiredApproval.self,
  ]

  static let keys: [any KeyRule.Type] = [
    CaseCollision.self,
    ClosedParent.self,
    ClosedUnit.self,
    DuplicateEmail.self,
    DuplicatePersonID.self,
    DuplicateReference.self,
    DuplicateUnitCode.self,
    DuplicateUnitID.self,
    ManagerLeft.self,
    MissingPhoto.self,
    MissingSignature.self,
    OrphanedImage.self,
    RepeatedKeyHash.self,
    RepeatedName.self,
    SharedImage.self,
    UnitManagerLeft.self,
    UnknownKeyUnit.self,
    UnknownManager.self,
    UnknownParent.self,
    UnknownSubscriptionUnit.self,
    UnknownUnit.self,
    UnknownUnitManager.self,
  ]

  static let circles: [any CircleRule.Type] = [
    ManagerCircle.self,
    UnitCircle.self,
  ]

  static let trees: [any TreeRule.Type] = [
    NoRevocation.self,
    RepeatedEndpoint.self,
  ]

  static let changes: [any ChangeRule.Type] = [
    ApprovalByNobody.self,
    ChangedID.self,
    ChangedOrganisation.self,
    DeletedPerson.self,
    DeletedSubscription.self,
    DeletedUnit.self,
    FieldPolicy.self,
    LoosenedBrake.self,
    LostRecords.self,
    MovedDayBoundary.self,
    PathPolicy.self,
    PostponedEmployment.self,
    PromisedID.self,
    ReassignedReference.self,
    ReplacedKey.self,
    ReusedID.self,
    UnverifiedCommit.self,
    MassCreation.self,
    MassDeactivation.self,
    MassEmailChange.self,
    MassManagerChange.self,
    MassMembershipLoss.self,
    MassRemoval.self,
  ]
}
