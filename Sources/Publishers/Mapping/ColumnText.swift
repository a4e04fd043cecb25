import RecordSchema

/// Why a column has no text for somebody.
struct ColumnFault: Error {
  let message: String
}

extension TableColumn {
  /// The cell's text.
  ///
  /// - Parameter wasCut: set when the text was too long.
  func text(
    _ subject: RowSubject, _ context: StaffContext, _ wasCut: inout Bool
  ) throws(ColumnFault) -> String {
    var text = plainText(source, subject, context)
    if let codes {
      if let code = codes[text] {
        text = code
      } else if !text.isEmpty {
        switch unlisted {
        case .keep: break
        case .text(let other): text = other
        case .error: throw ColumnFault(message: "its codes do not say what '\(text)' becomes")
        }
      }
    }
    text = treated(text)
    if let maximumLength, text.unicodeScalars.count > maximumLength {
      guard tooLong == .cut else {
        throw ColumnFault(
          message: "'\(text)' has \(text.unicodeScalars.count) characters; it takes \(maximumLength)")
      }
      text = cut(text, to: maximumLength)
      wasCut = true
    }
    guard text.isEmpty else { return text }
    if isRequired { throw ColumnFault(message: "nothing stands there, and it must not be empty") }
    return emptyToken
  }

  private func plainText(_ source: Source, _ subject: RowSubject, _ context: StaffContext) -> String {
    switch source {
    case .constant(let text): text
    case .field(let field): plainText(field.value(subject, context))
    case .join(let parts, let separator):
      parts.map { plainText($0, subject, context) }.filter { !$0.isEmpty }.joined(separator: separator)
    case .firstOf(let parts):
      parts.lazy.map { plainText($0, subject, context) }.first { !$0.isEmpty } ?? ""
    }
  }

  private func plainText(_ value: FieldValue) -> String {
    switch value {
    case .nothing: ""
    case .text(let text): text
    // Codes speak of values as records write them.
    case .date(let date): codes == nil ? dateFormat.text(date) : date.description
    case .flag(let flag): codes == nil ? (flag ? yes : no) : (flag ? "true" : "false")
    case .list(let items): items.joined(separator: separator)
    }
  }

  private func treated(_ text: String) -> String {
    var text = text
    switch stripped {
    case .none: break
    case .punctuation: text = String(String.UnicodeScalarView(text.unicodeScalars.filter(Self.isNoPunctuation)))
    case .these(let characters):
      text = String(String.UnicodeScalarView(text.unicodeScalars.filter { !characters.contains($0) }))
    }
    switch letterCase {
    case nil: return text
    case .upper: return text.uppercased()
    case .lower: return text.lowercased()
    }
  }

  private static func isNoPunctuation(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber,
      .nonspacingMark, .spacingMark, .spaceSeparator:
      true
    default: false
    }
  }

  /// Never in the middle of what is read as one character.
  private func cut(_ text: String, to limit: Int) -> String {
    var left = limit
    return String(
      text.prefix { character in
        left -= character.unicodeScalars.count
        return left >= 0
      })
  }
}
