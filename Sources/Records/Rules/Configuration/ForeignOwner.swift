import RecordSchema

extension Rule {
  public static let foreignOwner = Rule(
    "C014", "foreign-owner",
    explanation:
      "The repository belongs to another user, and git refuses to trust it: its hooks and settings would run as you. (Reported as an error of the environment, exit status 70.)",
    example: .none,
    help: "git config --global --add safe.directory FOLDER, if you do trust it")
}
