import RecordSchema

extension Rule {
  public static let shallowClone = Rule(
    "C011", "shallow-clone",
    explanation:
      "Earlier commits are missing in this clone, and what changed can only be told by comparing with them. CI systems clone this way by default. (Reported as an error of the environment, exit status 70.)",
    example: .none,
    help: "git fetch --unshallow (in a GitHub workflow: fetch-depth: 0 for actions/checkout)")
}
