import RecordSchema

extension Rule {
  public static let sha256Repository = Rule(
    "C013", "sha256-repository",
    explanation:
      "The repository names its objects by SHA-256, which the installed libgit2 cannot read. (Reported as an error of the environment, exit status 70.)",
    example: .none,
    help:
      "Make a SHA-1 copy: git init --object-format=sha1, then git fast-export from the one and git fast-import into the other."
  )
}
