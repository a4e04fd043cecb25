import RecordSchema
import YAMLReader

extension Rule {
  public static let recordInWrongFolder = Rule(
    "T015", "record-in-wrong-folder",
    explanation:
      "Below data/people are people, below data/units units, and so on. By its fields this file is a record of another kind, so it is read as neither.",
    example: .files(
      [
        "data/units/EMP018.yaml":
          "id: 18\n«employee_reference»: EMP018\nfirst_name: Omar\nlast_name: Farouk\nemail: omar.farouk@example.org\njob_title: Nurse\nemployment_start_date: 2024-01-08\n"
      ],
      right: [
        "data/people/EMP018.yaml":
          "id: 18\nemployee_reference: EMP018\nfirst_name: Omar\nlast_name: Farouk\nemail: omar.farouk@example.org\njob_title: Nurse\nemployment_start_date: 2024-01-08\n"
      ]),
    help: "Move the file to the folder of its kind.")
}

extension FieldReader {
  /// Reports a record of another kind, told by a field that only those have; everything else that is wrong with it follows.
  mutating func isMisplaced(_ document: YAMLDocument, unless own: String) -> Bool {
    guard let entries = document.root?.entries, !entries.contains(where: { $0.key == own }),
      let (entry, folder) = entries.lazy.compactMap({ entry in Self.telling[entry.key].map { (entry, $0) } }).first,
      Self.telling[own] != folder
    else { return false }
    report(
      .recordInWrongFolder, "By its \(entry.key) this is a record for the folder \(folder).", at: entry.keyRange)
    return true
  }

  /// The field that tells each kind, and its folder.
  private static let telling = [
    "employee_reference": "people", "code": "units", "key_hash": "apikeys", "url": "webhooks", "guard": "approvals",
  ]
}
