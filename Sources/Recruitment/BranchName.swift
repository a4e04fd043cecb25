import RecordSchema

/// A system's word as a part of a branch's name.
enum BranchName {
  /// Letters, digits, dots, hyphens and underscores stay; two words that git would not tell apart stay two.
  static func part(_ text: String) -> String {
    let kept = String(
      text.unicodeScalars.map { scalar -> Character in
        scalar.isASCII && (isASCIIAlphanumeric(UInt8(scalar.value)) || "-_.".unicodeScalars.contains(scalar))
          ? Character(scalar) : "-"
      }.prefix(60))
    let isFine =
      kept == text && !kept.hasPrefix(".") && !kept.hasPrefix("-") && !kept.hasSuffix(".")
      && !kept.hasSuffix(".lock") && !kept.contains("..") && !kept.isEmpty
    if isFine { return kept }
    let plain = kept.filter { $0 != "." }
    return "x" + plain + "-" + digest(of: text).prefix(8)
  }
}
