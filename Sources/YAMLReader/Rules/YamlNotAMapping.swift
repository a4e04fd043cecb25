import RecordSchema

extension Rule {
  public static let yamlNotAMapping = Rule(
    "Y009", "not-a-record",
    explanation: "A record is a list of `field: value` lines. This file is empty or holds something else.",
    example: .files(["data/people/EMP017.yaml": "«Grace Hill»\n"], right: [:]),
    help: "Start from a copy of another record of the same kind.")
}
