import RecordSchema
import YAMLReader

/// Reads one column of a table.
extension ConfigurationDecoder {
  private static let sources = ["field", "constant", "join", "first_of"]
  private static let columnSettings =
    ["heading", "label"] + sources + [
      "with", "codes", "unlisted", "default", "date_format", "booleans", "separator", "strip", "case", "max_length",
      "too_long", "empty", "required",
    ]

  /// `email`, `E-mail: email`, or settings one by one.
  ///
  /// - Parameter usual: what the table says for all its columns.
  mutating func column(
    _ node: YAMLNode, _ usual: TableColumn, _ table: TableMapping, _ what: String
  ) -> TableColumn? {
    var column = usual
    if let name = node.scalar, !name.isEmpty {
      guard let field = field(name, at: node.range, table) else { return nil }
      (column.heading, column.label, column.source) = (name, name, .field(field))
      return column
    }
    if let entries = node.entries, entries.count == 1, let name = entries[0].value.scalar, !name.isEmpty,
      !Self.columnSettings.contains(entries[0].key)
    {
      guard let field = field(name, at: entries[0].value.range, table) else { return nil }
      (column.heading, column.label, column.source) = (entries[0].key, entries[0].key, .field(field))
      return column
    }
    let parts = settings(node, known: Self.columnSettings, in: what)
    let named = Self.sources.filter { parts[$0] != nil }
    guard named.count == 1 else {
      reader.report(
        .unusableTable,
        named.isEmpty
          ? "This column has no source: it needs one of \(Self.sources.joined(separator: ", "))."
          : "This column has \(named.count) sources, \(named.joined(separator: " and ")); it takes one.",
        at: node.range)
      return nil
    }
    guard let source = source(parts, table, what) else { return nil }
    column.source = source
    let name = if case .field(let field) = source { field.text } else { "" }
    column.heading = parts["heading"]?.scalar ?? name
    if column.heading.isEmpty, table.headerRows > 0 {
      reader.report(.unusableTable, "This column has no heading.", at: node.range)
    }
    column.label = parts["label"]?.scalar ?? column.heading
    readTreatment(parts, &column, what)
    return column
  }

  private mutating func source(
    _ parts: [String: YAMLNode], _ table: TableMapping, _ what: String
  ) -> TableColumn.Source? {
    if let node = parts["constant"] { return .constant(node.scalar ?? "") }
    if let node = parts["field"] {
      guard let name = text(node, "\(what).field") else { return nil }
      return field(name, at: node.range, table).map { .field($0) }
    }
    let isJoined = parts["join"] != nil
    guard let node = parts["join"] ?? parts["first_of"], let items = node.items, !items.isEmpty else {
      if let node = parts["join"] ?? parts["first_of"] {
        invalid("\(what).\(isJoined ? "join" : "first_of") takes a list of fields.", node)
      }
      return nil
    }
    let sources = items.compactMap { part($0, table, what) }
    guard sources.count == items.count else { return nil }
    return isJoined ? .join(sources, with: parts["with"]?.scalar ?? " ") : .firstOf(sources)
  }

  /// A field's name, or a source with its own settings.
  private mutating func part(_ node: YAMLNode, _ table: TableMapping, _ what: String) -> TableColumn.Source? {
    if let name = node.scalar { return field(name, at: node.range, table).map { .field($0) } }
    let parts = settings(node, known: Self.sources + ["with"], in: what)
    guard Self.sources.count(where: { parts[$0] != nil }) == 1 else {
      reader.report(
        .unusableTable, "A part of a column is a field's name, or one of \(Self.sources.joined(separator: ", ")).",
        at: node.range)
      return nil
    }
    return source(parts, table, what)
  }

  private mutating func field(_ name: String, at range: SourceRange, _ table: TableMapping) -> ExportField? {
    guard let field = ExportField(name) else {
      let near = reader.near(name, among: ExportField.Name.allCases.map(\.rawValue))
      reader.report(
        .unknownExportField,
        "There is no field '\(reader.excerpt(name))' to fill a column with.\(near.map { " Did you mean '\($0)'?" } ?? "")",
        at: range, fix: near.map { .init(title: "Write \($0)", edits: [.init(range: range, text: $0)]) })
      return nil
    }
    switch field {
    case .named(let name):
      if !name.isKnown(in: table.rows) {
        reader.report(
          .unknownExportField, "\(name.rawValue) cannot be said where rows are \(table.rows.rawValue).", at: range)
        return nil
      }
      if !name.isKnown(in: table.content) {
        reader.report(
          .unknownExportField,
          "\(name.rawValue) can be said only by a file of \(name == .change ? "differences" : "changes").", at: range,
          help: "Add content: \(name == .change ? "delta" : "changes") to the table.")
        return nil
      }
    case .custom(let name, _):
      let declared = configuration.customFields.first { $0.name == name }
      if let declared, table.rows != .units {
        return .custom(name, isDate: declared.type == .date)
      } else {
        let near = reader.near(name, among: configuration.customFields.map(\.name))
        reader.report(
          .unknownExportField,
          "custom_fields declares no '\(reader.excerpt(name))'.\(near.map { " Did you mean 'custom.\($0)'?" } ?? "")",
          at: range)
        return nil
      }
    case .externalID: break
    }
    return field
  }

  private mutating func readTreatment(_ parts: [String: YAMLNode], _ column: inout TableColumn, _ what: String) {
    if parts["codes"] != nil {
      var codes: [String: String] = [:]
      for entry in entries(parts["codes"], "\(what).codes") { codes[entry.key] = entry.value.scalar ?? "" }
      column.codes = codes
    }
    if let node = parts["unlisted"], let word = text(node, "\(what).unlisted") {
      switch word {
      case "error": column.unlisted = .error
      case "keep": column.unlisted = .keep
      default: invalid("\(what).unlisted takes error or keep; for another text write default:.", node)
      }
    }
    if let node = parts["default"] { column.unlisted = .text(node.scalar ?? "") }
    for name in ["unlisted", "default"] where column.codes == nil {
      guard let node = parts[name] else { continue }
      reader.report(
        .unusableTable, "\(name) says what becomes of values that codes does not list; there are no codes.",
        at: node.range)
    }
    if let pattern = datePattern(parts["date_format"], "\(what).date_format") { column.dateFormat = pattern }
    if let words = yesAndNo(parts["booleans"], "\(what).booleans") { (column.yes, column.no) = words }
    if let node = parts["separator"] { column.separator = node.scalar ?? "" }
    if let node = parts["strip"], let text = node.scalar {
      column.stripped = text == "punctuation" ? .punctuation : .these(Set(text.unicodeScalars))
    }
    column.letterCase = word(parts["case"], "\(what).case")
    column.maximumLength = number(parts["max_length"], "\(what).max_length", from: 1, to: 1_000_000)
    column.tooLong = word(parts["too_long"], "\(what).too_long") ?? .error
    if let node = parts["empty"] { column.emptyToken = node.scalar ?? "" }
    column.isRequired = boolean(parts["required"], "\(what).required") ?? false
  }
}
