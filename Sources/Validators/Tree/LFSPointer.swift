import RecordSchema
import Records

/// Images and records are in the repository themselves.
enum LFSPointer: FileRule {
  static let rule = Rule(
    "T008", "lfs-pointer",
    explanation:
      "The file holds a pointer of Git LFS instead of its content: the content is on another server, where staffrepo does not look.",
    example: .files(
      ["data/photos/EMP017.jpg": "«»version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n"],
      right: [:]),
    help: "Take the folder out of .gitattributes and add the file itself: git lfs migrate export does both.")

  static func check(_ file: InspectedFile) throws -> [Finding] {
    // Records are read anyway, and a pointer is no record; only of images would nobody notice.
    guard file.role == .image, try isPointer(file) else { return [] }
    return [file.finding(rule, "This is a pointer of Git LFS, not the image.")]
  }

  static func isPointer(_ file: InspectedFile) throws -> Bool {
    try file.size() < 1024 && file.bytes().starts(with: "version https://git-lfs.github.com/".utf8)
  }
}
