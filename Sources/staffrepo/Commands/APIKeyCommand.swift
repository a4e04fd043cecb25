import Access
import ArgumentParser
import RecordSchema

struct APIKeyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "apikey", abstract: "Make, list, change and take back the keys that systems read and write with.",
    discussion: """
      A key's file holds its hash, never the key: that is shown once, when it is made. The commands write files into the \
      work tree; they count once they are committed and on the branch.

      EXAMPLES:
        staffrepo apikey create medication --system medication --scope staff:read
        staffrepo apikey list
        staffrepo apikey rotate medication       the next key; both hold for a week
        staffrepo apikey revoke medication       worth nothing from now on
      """,
    subcommands: [APIKeyCreate.self, APIKeyList.self, APIKeyRotate.self, APIKeyRevoke.self])
}

extension Grant.Scope: ExpressibleByArgument {}

/// When a new key ends.
struct ExpiryOptions: ParsableArguments {
  @Option(help: "The first day on which the key is worth nothing, such as 2027-06-30.")
  var expires: CalendarDate?

  @Option(help: "The same in days from today; 365 if nothing is said.")
  var days: Int?

  func validate() throws {
    if expires != nil, days != nil { throw ValidationError("--expires and --days exclude each other.") }
    if let days, !(1...3650).contains(days) { throw ValidationError("--days takes a number from 1 to 3650.") }
  }

  func day(after today: CalendarDate) throws -> CalendarDate {
    let day = expires ?? today.adding(days: days ?? 365)
    guard day > today else { throw ValidationError("--expires takes a day after today, \(today).") }
    return day
  }
}

/// What the key commands say in the same words.
enum KeyTalk {
  /// Prints a key, once.
  static func hand(over token: KeyToken, _ path: String) {
    Terminal.message(
      """
      \(path) is written, not committed. The key is shown this once: hand it over safely, it is kept nowhere.
      It works once the file is on the branch: git add \(path), commit, push.
      """)
    Terminal.print(token.text)
  }

  static func mint() -> KeyToken {
    var random = SystemRandomNumberGenerator()
    return KeyToken.mint(using: &random)
  }
}
