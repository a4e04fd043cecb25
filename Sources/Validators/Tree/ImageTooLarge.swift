import RecordSchema
import Records

/// Images are of a size that cards and address books can use.
enum ImageTooLarge: FileRule {
  static let rule = Rule(
    "T011", "image-too-large",
    explanation:
      "A photo or signature has at most 5 MiB. Larger ones are originals from a camera: every clone of the repository would carry them for ever, and consumers refuse them.",
    example: RuleExample(
      wrong: [
        .init(path: "data/photos/EMP017.jpg", text: "PHOTO" + String(repeating: "x", count: 5 * 1024 * 1024))
      ], right: []),
    help: "Save it smaller: some 600 pixels wide are enough for a card.")

  /// In bytes.
  static let limit = 5 * 1024 * 1024

  static func check(_ file: InspectedFile) throws -> [Finding] {
    guard file.role == .image, try file.size() > limit else { return [] }
    return [file.finding(rule, "The image has \(try file.size() / 1024 / 1024) MiB; 5 are allowed.")]
  }
}
