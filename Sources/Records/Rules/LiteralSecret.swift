import RecordSchema

extension Rule {
  public static let literalSecret = Rule(
    "W001", "literal-secret",
    explanation:
      "A webhook's secret stands in the environment or in a file of the server's secrets folder. In git, everybody who may read the records could forge events, for ever.",
    example: .webhook("secrets: [«whsec_C2FVsBQIhrscChlQIMV»]", right: "secrets: [env:STAFFREPO_SECRET_DIGITAL_ID]"),
    help: "Make a new secret, since this one has been seen, and write env:STAFFREPO_SECRET_NAME or file:NAME here.")
}
