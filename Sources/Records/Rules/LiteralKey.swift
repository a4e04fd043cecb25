import RecordSchema

extension Rule {
  public static let literalKey = Rule(
    "K003", "literal-key",
    explanation:
      "An API key, a webhook secret or a private key stands in the file. Whoever may read the repository, now or later, could use it; taking it out again leaves it in git's history.",
    example: .person("job_title: Nurse # «whsec_C2FVsBQIhrscChlQIMV0hhQ3Kc9aXw81»", right: "job_title: Nurse"),
    help: "Have the key or secret replaced where it is used, since it has been seen; then remove it here.")
}
