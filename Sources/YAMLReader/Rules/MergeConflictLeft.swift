import RecordSchema

extension Rule {
  public static let mergeConflict = Rule(
    "Y012", "merge-conflict",
    explanation:
      "Two people changed the same lines, and git left both versions in the file for somebody to decide. Until then the record says nothing.",
    example: .person(
      "«<<<<<<<» HEAD\njob_title: Nurse\n=======\njob_title: Senior Nurse\n«>>>>>>>» promotions",
      right: "job_title: Senior Nurse"),
    help: "Keep the lines that are right, and remove the others and the lines with <<<<<<<, ======= and >>>>>>>.")
}
