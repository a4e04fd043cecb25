import HTTPTypes

/// Finds the operation for a request.
struct RouteTable: Sendable {
  enum Match {
    case found(index: Int, values: [String: String])
    /// The address takes other methods: these, as `Allow` lists them.
    case otherMethod(allowed: String)
    case unknown
  }

  private struct Place: Sendable {
    var pattern: PathPattern
    var operations: [HTTPRequest.Method: Int] = [:]

    /// Whoever may be asked for something may be asked for its header alone, and what it takes.
    var allowed: String {
      let get = operations[.get] == nil ? [] : ["GET", "HEAD"]
      return (get + operations.keys.map(\.rawValue).filter { $0 != "GET" }.sorted() + ["OPTIONS"])
        .joined(separator: ", ")
    }

    func find(_ method: HTTPRequest.Method) -> Int? { operations[method == .head ? .get : method] }
  }

  let operations: [Operation]
  private var fixed: [Substring: Place] = [:]
  private var open: [Place] = []

  init(_ operations: [Operation]) {
    self.operations = operations
    for (index, operation) in operations.enumerated() {
      for pattern in [operation.path, operation.alias].compactMap(\.self) {
        if pattern.isFixed {
          fixed[pattern.text[...], default: Place(pattern: pattern)].operations[operation.method] = index
        } else if let place = open.firstIndex(where: { $0.pattern.text == pattern.text }) {
          open[place].operations[operation.method] = index
        } else {
          open.append(Place(pattern: pattern, operations: [operation.method: index]))
        }
      }
    }
  }

  /// - Parameter path: without its query.
  func match(_ method: HTTPRequest.Method, _ path: Substring) -> Match {
    if let place = fixed[path] { return match(method, place, [:]) }
    guard path.hasPrefix("/") else { return .unknown }
    let parts = path.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
    for place in open {
      if let values = place.pattern.match(parts) { return match(method, place, values) }
    }
    return .unknown
  }

  private func match(_ method: HTTPRequest.Method, _ place: Place, _ values: [String: String]) -> Match {
    place.find(method).map { .found(index: $0, values: values) } ?? .otherMethod(allowed: place.allowed)
  }
}
