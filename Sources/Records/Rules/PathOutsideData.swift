import RecordSchema

extension Rule {
  public static let pathOutsideData = Rule(
    "S012", "path-outside-data",
    explanation: "A photo or signature is named by its path below the data folder, such as photos/EMP017.jpg.",
    example: .person("photo_path: «../EMP017.jpg»", right: "photo_path: photos/EMP017.jpg"),
    help: "Write the path from the data folder on, without .. and without a slash at its start.")
}
