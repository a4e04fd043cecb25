import HTTPTypes

/// The forms in which lists come.
enum Representation: String, CaseIterable, Sendable {
  case json, ndjson, csv

  var mediaType: String {
    switch self {
    case .json: "application/json"
    case .ndjson: "application/x-ndjson"
    case .csv: "text/csv; charset=utf-8"
    }
  }

  /// Names under which clients ask for it.
  private var names: [String] {
    switch self {
    case .json: ["application/json"]
    case .ndjson: ["application/x-ndjson", "application/ndjson", "application/jsonl"]
    case .csv: ["text/csv"]
    }
  }

  /// The one that Accept likes best (RFC 9110, 12.5.1); of several, the first of this list. One that names nothing says
  /// nothing.
  init?(accept: String?) {
    guard let accept, accept.contains(where: { $0 != " " && $0 != "\t" }) else {
      self = .json
      return
    }
    let ranges = WeighedList(accept)
    var best: (form: Representation, weight: Int)?
    for form in Self.allCases {
      let weight = form.names.map { ranges.weight(ofType: $0) }.max() ?? 0
      if weight > best?.weight ?? 0 { best = (form, weight) }
    }
    guard let best else { return nil }
    self = best.form
  }
}

/// A header's list whose items may bear a weight: `text/csv, */*;q=0.1`.
struct WeighedList {
  private let items: [(name: String, weight: Int)]

  init(_ text: String) {
    items = text.split(separator: ",").prefix(64).map { item in
      let parts = item.lowercased().split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" } }
      let weight = parts.dropFirst().first { $0.hasPrefix("q=") }.map { Self.thousandths($0.dropFirst(2)) } ?? 1000
      return (parts.first ?? "", weight)
    }
  }

  /// Of a name; `nil` when it is not listed.
  func weight(of name: String) -> Int? { items.first { $0.name == name }?.weight }

  /// The nearest range counts: the type itself, then all of its kind, then all.
  func weight(ofType type: String) -> Int {
    weight(of: type) ?? weight(of: type.prefix { $0 != "/" } + "/*") ?? weight(of: "*/*") ?? 0
  }

  /// `0.25` as 250; what is no weight is none at all.
  private static func thousandths(_ text: Substring) -> Int {
    guard let number = Double(text), number >= 0, number <= 1 else { return 0 }
    return Int(number * 1000)
  }
}

extension Call {
  var acceptsGzip: Bool {
    guard let text = header(.acceptEncoding) else { return false }
    let list = WeighedList(text)
    return list.weight(of: "gzip") ?? list.weight(of: "*") ?? 0 > 0
  }
}
