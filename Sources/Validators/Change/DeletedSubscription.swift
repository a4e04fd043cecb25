import RecordSchema
import Records

/// A subscription that ends is switched off where it stands.
enum DeletedSubscription: ChangeRule {
  static let rule = Rule(
    "X009", "subscription-deleted", severity: .warning,
    explanation:
      "The receiver is told nothing any more, of deactivations neither, and nothing says that this is meant.",
    example: .change(["data/webhooks/digital-id.yaml": nil], right: [:]),
    help: "Restore the file, and write is_active: false.")

  static func check(_ change: RecordedChange) -> [Finding] {
    let names = Set(change.new.compactMap(\.webhook).map(\.stem))
    return change.old.compactMap(\.webhook).filter { $0.record.isActive && !names.contains($0.stem) }.map {
      $0.finding(rule, at: .record, "The subscription \($0.stem) is deleted by this change.")
    }
  }
}
