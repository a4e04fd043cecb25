import GitStore
import RecordSchema
import Records

/// Images are what their names say.
enum NotAnImage: FileRule {
  static let rule = Rule(
    "T010", "not-an-image",
    explanation:
      "Photos and signatures are JPEG, PNG or WebP, and end in .jpg, .jpeg, .png or .webp accordingly. By its first bytes this file is something else; the card printer or a browser would show nothing, or run it.",
    example: .files(["data/photos/EMP017.jpg": "«»<svg onload='alert(1)'/>"], right: [:]),
    help: "Give the file the ending of its format, in the record as well, or save the image anew as JPEG, PNG or WebP.")

  static func check(_ file: InspectedFile) throws -> [Finding] {
    guard file.role == .image, file.entry.isPlainFile, file.name != ".gitkeep", !LeftoverFile.isLeftover(file.name),
      try file.size() <= ImageTooLarge.limit, try !LFSPointer.isPointer(file)
    else { return [] }
    let format = ImageFormat(try file.bytes())
    guard let format else { return [file.finding(rule, "This is no JPEG, PNG or WebP image.")] }
    let ending = file.name.split(separator: ".").last.map { $0.lowercased() } ?? ""
    guard !format.endings.contains(ending) else { return [] }
    return [
      file.finding(
        rule,
        "This is a \(format.rawValue) image, but its name ends in .\(ending). Give it the ending .\(format.endings[0]), in the record as well."
      )
    ]
  }
}
