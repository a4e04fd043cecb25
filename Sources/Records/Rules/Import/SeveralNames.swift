import RecordSchema

extension Rule {
  public static let severalNames = Rule(
    "I004", "several-names", severity: .warning,
    explanation:
      "A recruitment system may call the same thing by several names: its number of a hire, say, as source_reference, application_id or id. One message said different things under two of them. The one that comes first in the order of the guide counts; the other is passed over.",
    example: .none,
    help: "Send one of the two, or have staffrepo.yaml say under recruitment.sources.NAME.fields which of them counts.")
}
