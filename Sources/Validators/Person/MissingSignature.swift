import Catalogue
import RecordSchema
import Records

/// A signature that a record names is there.
enum MissingSignature: KeyRule {
  static let rule = Rule(
    "P017", "missing-signature", explanation: "The record names a signature file that is not in the repository.",
    example: .person("signature_path: «signatures/EMP017.jpg»", right: "signature_path: signatures/EMP017.png"),
    help: "Add the file in the same change, or remove the line.")

  static let family = RecordKey.Family.image

  static func check(_ meeting: Meeting) throws -> [Finding] {
    try missing(meeting, .signature, rule, "signature_path", \.signaturePath)
  }
}
