import Glibc
import RecordSchema

/// Standard output carries the result and nothing else; everything said to people goes to standard error.
enum Terminal {
  static func print(_ text: String) { Swift.print(text) }

  /// How what is said to people is written: for a log, one JSON object a line.
  enum Style {
    case text, json
  }

  enum Level: String {
    case info, warning, error
  }

  nonisolated(unsafe) static var logStyle = Style.text

  /// - Parameter fields: for machines that read the log; people find it all in the text.
  static func message(_ text: String, _ fields: [JSON.Member] = [], level: Level = .info) {
    if logStyle == .text { return writeToStandardError(text + "\n") }
    let head: [JSON.Member] = [
      .init("time", .string(Clock.now().description)), .init("level", .string(level.rawValue)),
      .init("message", .string(text)),
    ]
    writeToStandardError(JSON.object(head + fields).text + "\n")
  }

  private static func writeToStandardError(_ text: String) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }

  /// - Parameter code: of the page that `explain` shows.
  static func problem(_ text: String, code: String? = nil) {
    if logStyle == .json { return message(text, code.map { [.init("code", .string($0))] } ?? [], level: .error) }
    message("\(styled("error\(code.map { "[\($0)]" } ?? ""):", .red, on: STDERR_FILENO)) \(text)")
  }

  static func warning(_ text: String) {
    if logStyle == .json { return message(text, level: .warning) }
    message("\(styled("warning:", .yellow, on: STDERR_FILENO)) \(text)")
  }

  /// Puts out what was printed so far; a reader of a pipe waits for it.
  static func flush() { fflush(nil) }

  enum Colour: String {
    case red = "31"
    case yellow = "33"
    case green = "32"
    case bold = "1"
    case faint = "2"
  }

  /// Colour only on a terminal, and not where NO_COLOR asks for none.
  static func styled(_ text: String, _ style: Colour, on descriptor: Int32 = STDOUT_FILENO) -> String {
    guard isatty(descriptor) == 1, getenv("NO_COLOR") == nil else { return text }
    return "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m"
  }

  /// A line that overwrites itself, on a terminal only.
  static func progress(_ text: String) {
    guard isatty(STDERR_FILENO) == 1 else { return }
    writeToStandardError("\r\u{1B}[K\(text)")
  }

  static func endProgress() { progress("") }
}

extension String {
  /// Without characters that would move the cursor or turn the writing direction: a pushed file's name is not to be
  /// trusted with the reader's terminal.
  var printable: String {
    guard unicodeScalars.contains(where: \.isTreacherous) else { return self }
    return unicodeScalars.reduce(into: "") { text, scalar in
      text += scalar.isTreacherous ? "\\u{\(String(scalar.value, radix: 16))}" : String(scalar)
    }
  }
}

extension Unicode.Scalar {
  fileprivate var isTreacherous: Bool {
    switch value {
    case 0..<0x20, 0x7F...0x9F, 0x061C, 0x200E, 0x200F, 0x2028, 0x2029, 0x202A...0x202E, 0x2066...0x2069: true
    default: false
    }
  }
}
