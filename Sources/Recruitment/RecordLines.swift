import Editing
import RecordSchema

/// A record's fields, found by path.
struct RecordLines {
  private var lines: [RecordLine]

  init(_ lines: [RecordLine]) { self.lines = lines }

  mutating func set(_ path: [String], _ value: RecordValue) {
    guard path.count == 2 else {
      lines.removeAll { $0.name == path[0] }
      lines.append(.init(path[0], value))
      return
    }
    var inner: [RecordLine] = []
    if case .fields(let fields)? = self[path[0]] { inner = fields.filter { $0.name != path[1] } }
    set([path[0]], .fields(inner + [.init(path[1], value)]))
  }

  /// In the order of the schema table.
  func inOrder(_ custom: [String]) -> [RecordLine] {
    let order = Person.fields.map(\.name)
    func place(_ name: String, _ names: [String]) -> Int { names.firstIndex(of: name) ?? names.count }
    return lines.map { line in
      guard case .fields(let fields) = line.value else { return line }
      let names = line.name == "custom" ? custom : fields.map(\.name).sorted()
      return .init(line.name, .fields(fields.sorted { place($0.name, names) < place($1.name, names) }))
    }
    .sorted { place($0.name, order) < place($1.name, order) }
  }

  func text(_ path: [String]) -> String? {
    guard let value = self[path[0]] else { return nil }
    guard path.count == 2 else { return Self.text(value) }
    guard case .fields(let fields) = value else { return nil }
    return fields.first { $0.name == path[1] }.map { Self.text($0.value) }
  }

  private subscript(name: String) -> RecordValue? { lines.first { $0.name == name }?.value }

  static func text(_ value: RecordValue) -> String {
    switch value {
    case .word(let text), .text(let text): text
    case .list(let items): items.map(text).joined(separator: ", ")
    case .fields(let fields): fields.map { "\($0.name): \(text($0.value))" }.joined(separator: ", ")
    }
  }
}
