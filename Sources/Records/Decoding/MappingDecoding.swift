import RecordSchema
import YAMLReader

/// Reads `mappings`: tables that are described in staffrepo.yaml.
extension ConfigurationDecoder {
  /// A table that is written like one in staffrepo.yaml, by itself.
  public static func mapping(_ node: YAMLNode, file: String) -> (mapping: TableMapping?, findings: [Diagnostic]) {
    var decoder = ConfigurationDecoder()
    let mapping = decoder.mapping(node, file: file, "mappings.\(file)")
    return (mapping, decoder.reader.findings)
  }

  mutating func readMappings(_ node: YAMLNode?, of system: String, _ what: String) -> [TableMapping] {
    var mappings: [TableMapping] = []
    for entry in entries(node, what) {
      let name = entry.key
      guard isFileName(name) else {
        reader.report(
          .unusableTable, "\(what): '\(reader.excerpt(name))' is no file name, such as staff.csv.", at: entry.keyRange)
        continue
      }
      if Configuration.isTaken(name, by: system) {
        reader.report(
          .unusableTable, "\(what): \(name) is the name of a ready-made file that is no table.", at: entry.keyRange,
          help: "Give the table another name.")
        continue
      }
      if let mapping = mapping(entry.value, file: name, "\(what).\(name)") { mappings.append(mapping) }
    }
    return mappings
  }

  private func isFileName(_ name: String) -> Bool {
    !name.hasPrefix(".") && name.utf8.count <= 100 && name != "manifest.json"
      && name.utf8.allSatisfy { isASCIIAlphanumeric($0) || [0x2D, 0x2E, 0x5F].contains($0) } && !name.isEmpty
  }

  private static let tableSettings = [
    "rows", "unassigned", "content", "filter", "sort", "header_rows", "preamble", "trailer", "delimiter", "quotes",
    "line_end",
    "encoding", "byte_order_mark", "formulas", "dates", "booleans", "empty", "separator", "columns", "changes_of",
  ]

  private mutating func mapping(_ node: YAMLNode, file: String, _ what: String) -> TableMapping? {
    let parts = settings(node, known: Self.tableSettings, in: what)
    var mapping = TableMapping(file: file)
    mapping.rows = word(parts["rows"], "\(what).rows") ?? .people
    mapping.includesUnassigned = boolean(parts["unassigned"], "\(what).unassigned") ?? false
    mapping.content = word(parts["content"], "\(what).content") ?? .full
    mapping.filter = filter(parts["filter"], "\(what).filter")
    mapping.order = word(parts["sort"], "\(what).sort") ?? .id
    mapping.headerRows = number(parts["header_rows"], "\(what).header_rows", from: 0, to: 2) ?? 1
    mapping.preamble = texts(parts["preamble"], "\(what).preamble")
    mapping.trailer = text(parts["trailer"], "\(what).trailer")
    let preamble = parts["preamble"].map { $0.items ?? [$0] } ?? []
    judgePlaceholders(preamble + [parts["trailer"]].compactMap(\.self))
    mapping.format = tableFormat(parts, what)
    var usual = TableColumn("", .constant(""))
    if let pattern = datePattern(parts["dates"], "\(what).dates") { usual.dateFormat = pattern }
    if let words = yesAndNo(parts["booleans"], "\(what).booleans") { (usual.yes, usual.no) = words }
    if let token = parts["empty"] { usual.emptyToken = token.scalar ?? "" }
    if let separator = parts["separator"] { usual.separator = separator.scalar ?? ", " }
    guard let columns = parts["columns"]?.items, !columns.isEmpty else {
      reader.report(
        .unusableTable, "\(what) has no columns.", at: parts["columns"]?.range ?? node.range,
        help: "Add columns: and below it a list such as - Employee Number: employee_reference")
      return nil
    }
    mapping.columns = self.columns(columns, usual, mapping, "\(what).columns")
    mapping.watched = self.columns(parts["changes_of"]?.items ?? [], usual, mapping, "\(what).changes_of")
    judge(mapping, at: parts["content"]?.range ?? node.range, what)
    return mapping.columns.isEmpty ? nil : mapping
  }

  private mutating func columns(
    _ items: [YAMLNode], _ usual: TableColumn, _ table: TableMapping, _ what: String
  ) -> [TableColumn] {
    var headings: Set<String> = []
    return items.compactMap { item in
      guard let column = column(item, usual, table, what) else { return nil }
      judgeCodes(column, table, at: item["codes"]?.range ?? item.range)
      if !headings.insert(column.heading).inserted {
        reader.report(.repeatedSetting, "\(what) has two columns called \(column.heading).", at: item.range)
      }
      return column
    }
  }

  private mutating func judgePlaceholders(_ lines: [YAMLNode]) {
    for line in lines {
      for word in (line.scalar ?? "").matches(of: /\{([A-Za-z_]+)\}/).map(\.1)
      where !["rows", "date", "organisation"].contains(word) {
        reader.report(
          .unusableTable, "{\(word)} stands for nothing here; {rows}, {date} and {organisation} do.", at: line.range)
      }
    }
  }

  /// Every value that a column may meet must have a code: a missing one would be found on the day when somebody has it.
  private mutating func judgeCodes(_ column: TableColumn, _ mapping: TableMapping, at range: SourceRange) {
    guard let codes = column.codes, case .field(.named(let name)) = column.source else { return }
    let known: [String]
    switch name {
    case .status:
      known = StaffStatus.allCases.filter { mapping.filter.lets($0) || (mapping.content != .full && $0 == .inactive) }
        .map(\.rawValue)
    case .employmentStatus: known = Person.EmploymentStatus.allCases.map(\.rawValue)
    case .isActive, .isPrimary, .unitIsActive: known = ["true", "false"]
    default: return
    }
    let all = name == .status ? StaffStatus.allCases.map(\.rawValue) : known
    for code in codes.keys.sorted() where !all.contains(code) {
      let near = reader.near(code, among: all).map { " Did you mean '\($0)'?" } ?? ""
      reader.report(.invalidSetting, "codes: \(name.rawValue) is never '\(reader.excerpt(code))'.\(near)", at: range)
    }
    let missing = known.filter { codes[$0] == nil }
    guard column.unlisted == .error, !missing.isEmpty else { return }
    reader.report(
      .unusableTable, "codes does not say what \(missing.joined(separator: ", ")) becomes.", at: range,
      help: "Add what is missing, or default: and a text for all others.")
  }

  /// What cannot be told by one setting alone.
  private mutating func judge(_ mapping: TableMapping, at range: SourceRange, _ what: String) {
    let fields = Set(mapping.columns.flatMap(\.source.fields))
    if mapping.content == .delta, mapping.rows != .people, !fields.contains(.named(.change)) {
      reader.report(
        .unusableTable,
        "\(what) cannot say \(mapping.rows == .units ? "which unit was removed" : "who left a unit"): a file of differences needs a column for that.",
        at: range, help: "Add a column such as - Change: change")
    }
    let saysWho: [ExportField] = [.named(.change), .named(.status), .named(.isActive)]
    if mapping.content == .delta, mapping.rows == .people, fields.isDisjoint(with: saysWho) {
      reader.report(
        .unusableTable, "\(what) cannot say who left: a file of differences needs a column for that.", at: range,
        help: "Add a column such as - Change: change, - Status: status or - Active: is_active")
    }
    if mapping.content == .leavers, mapping.rows != .people {
      reader.report(
        .unusableTable, "\(what): leavers are people; leave out rows:, or choose another content.", at: range)
    }
    if mapping.content == .changes, !fields.contains(.named(.newValue)) {
      reader.report(
        .unusableTable, "\(what) lists changes, but no column says what something changed to.", at: range,
        help: "Add a column such as - New: new_value")
    }
    if (mapping.content == .changes) == mapping.watched.isEmpty {
      reader.report(
        .unusableTable,
        mapping.watched.isEmpty
          ? "\(what) lists changes, but does not say of what." : "\(what).changes_of is for a file of changes.",
        at: range,
        help: mapping.watched.isEmpty
          ? "Add changes_of: and below it a list of fields, such as - salary_grade"
          : "Add content: changes, or remove it.")
    }
    if mapping.content != .full {
      let key = mapping.keyColumn.map { mapping.columns[$0] }
      if key.map({ $0.source.fields.isEmpty || $0.source.fields.contains(where: \.isOfTheRun) }) ?? true {
        reader.report(
          .unusableTable,
          "\(what): by its first column the system knows whose a row is, so it must take a field of the record.",
          at: range, help: "Begin with a column such as - Number: employee_reference")
      }
      for column in mapping.columns + mapping.watched where column.source.mixesRun {
        reader.report(
          .unusableTable,
          "\(what): the column \(column.heading) holds the commit or the day beside other things, so every row would differ every time.",
          at: range, help: "Give as_of and commit columns of their own.")
      }
    }
    if mapping.includesUnassigned, mapping.rows != .memberships {
      reader.report(.unusableTable, "\(what).unassigned is for rows: memberships.", at: range)
    }
    if mapping.rows == .units,
      mapping.filter.statuses != nil || mapping.filter.isActive != nil || mapping.filter.leaversWithinDays != nil
    {
      reader.report(
        .unusableTable, "\(what).filter: status, is_active and leavers_within_days are of people, and rows are units.",
        at: range)
    }
    if mapping.rows == .units, mapping.order != .id {
      reader.report(.unusableTable, "\(what): units stand in the order of their ids; leave out sort:.", at: range)
    }
  }

  private mutating func filter(_ node: YAMLNode?, _ what: String) -> TableMapping.Filter {
    var filter = TableMapping.Filter()
    let parts = settings(node, known: ["status", "is_active", "leavers_within_days", "units"], in: what)
    for name in ["status", "units"] {
      guard let list = parts[name], list.isEmpty || list.items?.isEmpty == true else { continue }
      reader.report(
        .unusableTable, "\(what).\(name) names nothing, so it would let nobody through.", at: list.range,
        help: "Remove the line, or name what is wanted.")
    }
    if let statuses = parts["status"], !statuses.isEmpty {
      filter.statuses = Set((statuses.items ?? [statuses]).compactMap { word($0, "\(what).status") })
    }
    filter.isActive = boolean(parts["is_active"], "\(what).is_active")
    filter.leaversWithinDays = number(parts["leavers_within_days"], "\(what).leavers_within_days", from: 1, to: 36_500)
    if let days = parts["leavers_within_days"], filter.leaversWithinDays != nil, filter.isActive != true {
      reader.report(
        .unusableTable, "\(what).leavers_within_days adds leavers to those who are active.", at: days.range,
        help: "Add is_active: true beside it.")
    }
    if let units = parts["units"], !units.isEmpty { filter.units = texts(units, "\(what).units").map { UnitCode($0) } }
    return filter
  }

  private mutating func tableFormat(_ parts: [String: YAMLNode], _ what: String) -> TableFormat {
    var format = TableFormat()
    if let node = parts["delimiter"], let text = node.scalar {
      let character = TableFormat.delimiterNames.first { $0.key == text }?.value ?? text
      if let byte = character.utf8.first, character.utf8.count == 1, byte == 0x09 || (0x20..<0x7F).contains(byte),
        !isASCIIAlphanumeric(byte), byte != UInt8(ascii: "\"")
      {
        format.delimiter = byte
      } else {
        let names = TableFormat.delimiterNames.map(\.key).joined(separator: ", ")
        invalid("\(what).delimiter takes \(names), or one such character.", node)
      }
    }
    format.quoting = word(parts["quotes"], "\(what).quotes") ?? .minimal
    format.lineEnd = word(parts["line_end"], "\(what).line_end") ?? .crlf
    format.encoding = word(parts["encoding"], "\(what).encoding") ?? .utf8
    format.hasByteOrderMark = boolean(parts["byte_order_mark"], "\(what).byte_order_mark") ?? false
    format.formulas = word(parts["formulas"], "\(what).formulas") ?? .off
    if let mark = parts["byte_order_mark"], format.hasByteOrderMark,
      ![.utf8, .utf16LittleEndian].contains(format.encoding)
    {
      reader.report(.unusableTable, "\(format.encoding.rawValue) has no byte order mark.", at: mark.range)
    }
    return format
  }

  /// One of the words of a list.
  mutating func word<Word: RawRepresentable<String> & CaseIterable>(_ node: YAMLNode?, _ what: String) -> Word? {
    guard let node, let text = text(node, what) else { return nil }
    if let word = Word(rawValue: text) { return word }
    let words = Word.allCases.map(\.rawValue)
    let usual = [
      "cp1252": "windows-1252", "ansi": "windows-1252", "latin1": "iso-8859-1", "latin-1": "iso-8859-1",
      "utf8": "utf-8", "utf-16": "utf-16le", "ascii": "us-ascii",
    ]
    let near = usual[text.lowercased()].flatMap { words.contains($0) ? $0 : nil } ?? reader.near(text, among: words)
    reader.report(
      .invalidSetting, "\(what) takes \(words.joined(separator: ", ")).", at: node.range,
      fix: near.map { .init(title: "Write \($0)", edits: [.init(range: node.range, text: $0)]) })
    return nil
  }

  mutating func datePattern(_ node: YAMLNode?, _ what: String) -> DatePattern? {
    guard let node, let text = text(node, what) else { return nil }
    if let pattern = DatePattern(text) { return pattern }
    let likely = text.replacing("Y", with: "y").replacing("D", with: "d").replacing("m", with: "M")
    let isForm = DatePattern(likely) != nil
    reader.report(
      .invalidSetting,
      "\(what) takes a form such as yyyy-MM-dd, dd/MM/yyyy or yyyyMMdd.\(isForm ? " Did you mean '\(likely)'?" : "")",
      at: node.range,
      fix: isForm ? .init(title: "Write \(likely)", edits: [.init(range: node.range, text: likely)]) : nil)
    return nil
  }

  /// `[Yes, No]`.
  mutating func yesAndNo(_ node: YAMLNode?, _ what: String) -> (yes: String, no: String)? {
    guard let node, !node.isEmpty else { return nil }
    let words = (node.items ?? []).compactMap(\.scalar)
    guard words.count == 2, node.items?.count == 2, words[0] != words[1] else {
      invalid("\(what) takes two texts: [Yes, No].", node)
      return nil
    }
    return (words[0], words[1])
  }
}

extension TableColumn.Source {
  /// Something of the run itself together with something of the record.
  fileprivate var mixesRun: Bool {
    fields.contains { $0.isOfTheRun } && !fields.allSatisfy { $0.isOfTheRun }
  }
}
