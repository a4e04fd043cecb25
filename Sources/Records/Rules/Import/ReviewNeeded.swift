import RecordSchema

extension Rule {
  public static let reviewNeeded = Rule(
    "I002", "review-needed", severity: .warning,
    explanation:
      "Hires of this system land on the branch at once (landing: direct), but this one may not: a guard or a policy refuses it there, or somebody has the branch checked out on the server. It waits on a branch for review instead, and the answer is 202 in place of 201.",
    example: .none,
    help: "Somebody who may do it looks at the branch and merges it.")
}
