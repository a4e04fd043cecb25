/// Files of the largest size that are as bad as they can be, each in its own way.
enum WorstCases {
  private static let size = 64 * 1024

  static let all: [(name: String, text: String)] = keys + values + lists + nesting + texts + settings

  /// As many pieces as go into a file, after a beginning.
  private static func many(_ start: String = "", end: String = "", _ piece: (Int) -> String) -> String {
    var text = start
    var number = 0
    while true {
      let next = piece(number)
      if text.utf8.count + next.utf8.count + end.utf8.count > size { return text + end }
      text += next
      number += 1
    }
  }

  private static func long(_ start: String, _ piece: String, end: String = "\n") -> String {
    many(start, end: end) { _ in piece }
  }

  private static func word(_ number: Int) -> String { String(number, radix: 36) }

  private static let keys = [
    ("short keys", many { "\(word($0)):\n" }), ("short keys with values", many { "\(word($0)): b\n" }),
    ("keys in quotes", many { "'\(word($0))': b\n" }), ("keys that are nearly known", many { "emai\(word($0)): b\n" }),
    ("keys that are nearly longer ones", many { "employment_\(word($0))_date: b\n" }),
    ("one long key", long("? ", "k", end: "\n: b\n")), ("one long key of é", long("? ", "é", end: "\n: b\n")),
    ("keys of 1000 letters", many { "\(String(repeating: "k", count: 1000))\($0): b\n" }),
    ("one field, again and again", many { _ in "id: 1\n" }),
    ("is_active, again and again", many { _ in "is_active: x\n" }),
    ("keys that are lists", many { _ in "? [a]\n: b\n" }), ("empty keys", many { _ in "? \n" }),
    ("merge keys", many { _ in "<<: a\n" }),
  ]

  private static let values =
    [
      "id", "employee_reference", "first_name", "email", "employment_start_date", "employment_status", "is_active",
      "line_manager", "photo_path", "code", "name", "parent", "key_hash", "scopes", "created_at", "url", "events",
      "secrets", "format", "guard", "reason", "branch", "data", "required_fields",
    ].map { ("a long \($0)", long("\($0): ", "a/.@")) } + [
      ("a long name of combining marks", long("first_name: e", "\u{301}\u{323}")),
      ("a long e-mail address of é", long("email: ", "é")), ("a long name of families", long("name: ", "👩‍👩‍👧‍👦")),
      ("a long name with escapes", long("first_name: \"", "\\u00e9", end: "\"\n")),
      ("a long name of escaped breaks", long("first_name: \"", "\\n", end: "\"\n")),
      ("a long reference of marks", long("employee_reference: e", "\u{301}\u{323}")),
      ("a name over many lines", long("first_name: a\n", " a\n")),
      ("a block of text", long("first_name: |\n", " a\n")),
      ("empty lines in quotes", long("name: \"", "\n", end: "\"")),
    ]

  private static let lists =
    ["organisational_units", "units", "events", "secrets", "scopes", "fields", "required_fields", "approvers"].flatMap {
      name in
      [
        ("\(name): different words", many("\(name):\n") { "- \(word($0))\n" }),
        ("\(name): one word", many("\(name):\n") { _ in "- b\n" }),
        ("\(name): words in brackets", many("\(name): [", end: "]\n") { "\(word($0))," }),
        ("\(name): lists", many("\(name): [", end: "]\n") { _ in "[]," }),
        ("\(name): nearly known", many("\(name):\n") { "- team-\(word($0))\n" }),
      ]
    } + [
      ("units without a name", many("organisational_units: [", end: "]\n") { _ in "{}," }),
      ("units with unknown fields", many("organisational_units: [", end: "]\n") { _ in "{unti: a}," }),
      (
        "one unit, dates that overlap",
        many("organisational_units:\n") { _ in "- {unit: a, from: 2026-01-01, until: 2026-02-01}\n" }
      ),
      (
        "one unit, dates that do not",
        many("organisational_units:\n") { _ in "- {unit: a, from: 2026-01-02, until: 2026-01-01}\n" }
      ),
      (
        "unknown units after unknown fields",
        many(
          "organisational_units: [" + many { $0 < 5000 ? "\(word($0))," : String(repeating: " ", count: size) } + "]\n"
        ) { "\(word($0)):\n" }
      ),
      ("external ids", many("external_ids:\n") { "  \(word($0)): a\n" }),
      ("external ids with blanks", many("external_ids:\n") { "  \(word($0)): ' '\n" }),
      ("custom fields of a person", many("custom:\n") { "  \(word($0)): a\n" }),
      ("fields of a source", many("source:\n") { "  syste\(word($0)): a\n" }),
    ]

  private static let nesting = [
    ("open brackets", String(repeating: "[", count: size)), ("open braces", long("", "{a: ", end: "")),
    ("80,000 open brackets", String(repeating: "[", count: 80_000)),
    (
      "lists nested to the limit",
      many("a: [", end: "]\n") { _ in
        String(repeating: "[", count: 14) + String(repeating: "]", count: 14) + ","
      }
    ),
    ("hyphens", long("", "- ", end: "a\n")), ("question marks", long("", "? ", end: "a\n")),
    ("empty brackets", long("a: [", "[],", end: "]\n")), ("pairs", long("a: [", "a: b,", end: "]\n")),
    ("anchors", long("a: [", "&a b,", end: "]\n")), ("different anchors", many("a: [", end: "]\n") { "&a\($0) b," }),
    ("aliases", long("a: [&a b,", "*a,", end: "]\n")), ("tags", long("a: [", "!t b,", end: "]\n")),
    ("tag directives", many(end: "---\na: b\n") { "%TAG !\(word($0))! t\n" }),
    ("brackets as keys", long("a: [", "[]: b,", end: "]\n")),
  ]

  private static let texts = [
    ("one comment", long("#", "x")), ("comments", long("", "#\n", end: "id: 1\n")),
    ("empty lines", long("", "\n", end: "id: x\n")),
    ("blanks", long("", " ")), ("carriage returns", long("", "\r", end: "id: x\n")),
    ("tabs", long("a:", "\t", end: "b\n")),
    ("separators", long("a: b", "\u{2028}", end: "\n")), ("plain text", long("", "a ")),
    ("colons", long("a: ", "b:", end: "\n")),
    ("documents", long("", "---\n")), ("a NUL at the end", long("# ", "é", end: "\n\0")),
    ("an open quote", long("a: \"", "b\n", end: "")),
    ("no field but is_active", long("- [", "\nis_active: false", end: "")),
  ]

  private static let settings =
    ["custom_fields", "guards", "systems", "policies", "organisation", "exports", "systems:\n entra:\n  options"]
    .flatMap {
      name in
      [
        ("\(name): different words", many("organisation: {id: 1}\n\(name):\n") { "   \(word($0)): a\n" }),
        ("\(name): groups", many("organisation: {id: 1}\n\(name):\n") { "   \(word($0)): {a: b}\n" }),
        (
          "\(name): a long word with many below it",
          many("organisation: {id: 1}\n\(name):\n   ? \(String(repeating: "k", count: size / 2))\n   :\n") {
            "      \(word($0)): [a]\n"
          }
        ),
        (
          "\(name): a long word with many options",
          many("organisation: {id: 1}\n\(name):\n   ? \(String(repeating: "k", count: size / 2))\n   : options:\n") {
            "        \(word($0)): b\n"
          }
        ),
      ]
    }
}
