import Crypto
import RecordSchema

/// Entity tags: the same tag, the same bytes.
enum Tag {
  /// Rises when the same records are written in other words.
  private static let edition = "1"

  /// - Parameter parts: all that the bytes depend on.
  static func of(_ parts: [String]) -> String {
    var hash = SHA256()
    for part in [edition] + parts {
      hash.update(data: Array(part.utf8))
      hash.update(data: [0])
    }
    return "\"\(hexadecimal(hash.finalize().prefix(16)))\""
  }

  /// As If-None-Match compares (RFC 9110, 13.1.2): weakly, and `*` is any.
  static func list(_ list: String, contains tag: String) -> Bool {
    if list == tag { return true }
    return list.split(separator: ",").contains { item in
      var item = item.drop { $0 == " " }
      while item.last == " " { item.removeLast() }
      return item == tag || item == "*" || item.hasPrefix("W/") && item.dropFirst(2) == tag
    }
  }
}
