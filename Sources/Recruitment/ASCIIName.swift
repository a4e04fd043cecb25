@_spi(_Unicode) import Swift

/// A name in letters that every e-mail system takes.
enum ASCIIName {
  /// Small letters, digits and hyphens: `Ní Dhálaigh` is `ni-dhalaigh`, `Øster` is `oster`. Empty when nothing of the name
  /// can be written so.
  static func of(_ name: String) -> String {
    var result = ""
    for scalar in name.lowercased()._nfd {
      switch scalar {
      case "a"..."z", "0"..."9": result.unicodeScalars.append(scalar)
      case " ", "-", "\u{2010}"..."\u{2015}", "_": if !result.isEmpty, result.last != "-" { result.append("-") }
      default: result += letters[scalar] ?? ""
      }
    }
    while result.last == "-" { result.removeLast() }
    return result
  }

  /// Letters that are no letter of the alphabet with a mark on it.
  private static let letters: [Unicode.Scalar: String] = [
    "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ħ": "h", "ı": "i", "ŋ": "ng",
    "ŧ": "t", "ə": "e", "ĸ": "k",
    "а": "a", "б": "b", "в": "v", "г": "g", "ґ": "g", "д": "d", "е": "e", "є": "ye", "ж": "zh", "з": "z", "и": "i",
    "і": "i", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u",
    "ф": "f", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ы": "y", "ь": "", "э": "e", "ю": "yu",
    "я": "ya", "ђ": "dj", "ј": "j", "љ": "lj", "њ": "nj", "ћ": "c", "џ": "dz",
    "α": "a", "β": "v", "γ": "g", "δ": "d", "ε": "e", "ζ": "z", "η": "i", "θ": "th", "ι": "i", "κ": "k", "λ": "l",
    "μ": "m", "ν": "n", "ξ": "x", "ο": "o", "π": "p", "ρ": "r", "σ": "s", "ς": "s", "τ": "t", "υ": "y", "φ": "f",
    "χ": "ch", "ψ": "ps", "ω": "o",
  ]
}
