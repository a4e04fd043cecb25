import GitStore
import RecordSchema
import Records

/// A small organisation without any fault, into which the rules' examples are put.
struct ExampleWorld {
  /// The day of which examples speak.
  static let day = CalendarDate("2026-01-15")!

  static let files: [String: String] = [
    "staffrepo.yaml": """
    organisation:
      id: 1
      name: Larkfield Care Trust
      email_domains: [example.org]
      time_zone: Europe/London
    custom_fields:
      pin: string
    systems:
      entra: {enabled: true}
      hr: {enabled: true}
      finance: {enabled: true}
      lms: {enabled: true}
      digital-id: {enabled: true}

    """,
    "data/people/EMP001.yaml": person(1, "EMP001"),
    "data/people/EMP002.yaml": person(2, "EMP002", "photo_path: photos/EMP002.jpg\n"),
    "data/people/EMP009.yaml": person(9, "EMP009", "is_active: false\n"),
    "data/people/EMP017.yaml": person(
      17, "EMP017",
      "line_manager: EMP001\norganisational_units: [care-team-a]\nphoto_path: photos/EMP017.jpg\nsignature_path: signatures/EMP017.png\n"
    ),
    "data/units/head-office.yaml": "id: 1\ncode: head-office\nname: Head Office\ncost_centre: CC-100\n",
    "data/units/care-team-a.yaml":
      "id: 2\ncode: care-team-a\nname: Care Team A\nparent: head-office\ncost_centre: CC-210\nmanager: EMP002\n",
    "data/units/night-team.yaml":
      "id: 3\ncode: night-team\nname: Night Team\ncost_centre: CC-220\nis_active: false\n",
    "data/apikeys/hr.yaml":
      "system: hr\nkey_hash: sha256:02778948ce69f721c3bee690d8e902d92d14705d7025f3e535589558ee5ed918\nscopes: [staff:read]\ncreated_at: 2025-12-01\nexpires_at: 2027-02-02\n",
    "data/webhooks/digital-id.yaml":
      "url: https://cards.example.org/hook\nevents: [\"*\"]\nsecrets: [env:STAFFREPO_SECRET_DIGITAL_ID]\n",
    "data/photos/EMP002.jpg": "PHOTO", "data/photos/EMP017.jpg": "PHOTO", "data/signatures/EMP017.png": "SIGNATURE",
  ]

  /// Records that only some examples have.
  private static let further = [
    "data/approvals/restructure.yaml":
      "guard: deactivations\nlimit: 30\nexpires: 2026-03-31\nreason: The night shift moves to another trust.\n"
  ]

  private static func person(_ id: Int, _ reference: String, _ more: String = "") -> String {
    "id: \(id)\nemployee_reference: \(reference)\nfirst_name: Grace\nlast_name: Hill\nemail: \(reference.lowercased())@example.org\njob_title: Nurse\nemployment_start_date: 2021-03-15\n"
      + more
  }

  /// The world with some files of an example in the place of its own.
  static func with(_ example: [RuleExample.File], code: String, _ surroundings: Surroundings = .plain) -> [String:
    String]
  {
    var all = files
    for file in example {
      guard let text = file.text else {
        all[file.path] = nil
        continue
      }
      let whole = file.isPart ? merge(text, into: all[file.path] ?? further[file.path] ?? "") : text
      all[file.path] = nil
      let isRecord = file.path.hasSuffix(".yaml") && !whole.hasPrefix("«»#")
      let (path, wrapped) = isRecord ? surroundings.wrap(file.path, whole) : (file.path, whole)
      all[path] = wrapped.replacing("«", with: "«\(code) ")
    }
    return all
  }

  /// Puts lines into a record in the place of its own lines with the same names. A mark « » with nothing inside goes to the
  /// file's beginning, which stands for what is missing.
  private static func merge(_ lines: String, into record: String) -> String {
    var blocks = Self.blocks(of: record)
    var replaced: Set<String> = []
    for block in Self.blocks(of: lines.replacing("«»", with: "")) {
      // A field that an example repeats is repeated.
      if !block.name.isEmpty, replaced.insert(block.name).inserted,
        let place = blocks.firstIndex(where: { $0.name == block.name })
      {
        blocks[place] = block
      } else {
        blocks.append(block)
      }
    }
    return (lines.contains("«»") ? "«»" : "") + blocks.map(\.text).joined()
  }

  private static func blocks(of text: String) -> [(name: String, text: String)] {
    var blocks: [(name: String, text: String)] = []
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) where !line.isEmpty {
      let bare = line.replacing("«", with: "").replacing("»", with: "")
      if bare.first == " " || bare.first == "-" && !bare.hasPrefix("---") || bare.isEmpty, !blocks.isEmpty {
        blocks[blocks.count - 1].text += line + "\n"
      } else {
        let name = bare.contains(":") && !bare.hasPrefix("?") ? String(bare.prefix { $0 != ":" }) : ""
        blocks.append((name, line + "\n"))
      }
    }
    return blocks
  }

  /// What may stand around a record without changing what it says.
  enum Surroundings: String, CaseIterable {
    case plain, windowsLines, byteOrderMark, comments, folder, blankLines

    fileprivate func wrap(_ path: String, _ text: String) -> (String, String) {
      let (mark, rest) = text.hasPrefix("«»") ? ("«»", String(text.dropFirst(2))) : ("", text)
      let parts = path.split(separator: "/")
      switch self {
      case .plain: return (path, text)
      case .windowsLines: return (path, text.replacing("\n", with: "\r\n"))
      case .byteOrderMark: return (path, "\u{FEFF}" + text)
      case .comments: return (path, mark + "# Zoë's notes\n\n  # on this record\n" + rest)
      case .folder where parts.count == 3 && parts[0] == "data":
        return ("data/\(parts[1])/north/a b/\(parts[2])", text)
      case .folder: return (path, text)
      case .blankLines: return (path, mark + "\n\n" + rest.replacing("\n", with: "  \n"))
      }
    }
  }
}
