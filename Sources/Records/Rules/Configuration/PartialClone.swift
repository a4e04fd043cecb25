import RecordSchema

extension Rule {
  public static let partialClone = Rule(
    "C012", "partial-clone",
    explanation:
      "File contents are missing in this clone (it was made with --filter), and libgit2 does not fetch them when they are needed. (Reported as an error of the environment, exit status 70.)",
    example: .none,
    help: "git fetch --refetch --no-filter; or clone again without --filter")
}
