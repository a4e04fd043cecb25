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

/// Told by the first bytes. Sources: ISO/IEC 10918-1 (start of image), PNG specification 5.2, WebP container.
enum ImageFormat: String {
  case jpeg = "JPEG"
  case png = "PNG"
  case webp = "WebP"

  init?(_ bytes: [UInt8]) {
    if bytes.starts(with: [0xFF, 0xD8, 0xFF]) {
      self = .jpeg
    } else if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
      self = .png
    } else if bytes.starts(with: "RIFF".utf8), bytes.dropFirst(8).starts(with: "WEBP".utf8) {
      self = .webp
    } else {
      return nil
    }
  }

  var endings: [String] {
    switch self {
    case .jpeg: ["jpg", "jpeg"]
    case .png: ["png"]
    case .webp: ["webp"]
    }
  }
}
