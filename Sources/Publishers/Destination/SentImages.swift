import FileStore

/// Which images a destination has: each is given once. Lost, they are given again.
struct SentImages {
  private let path: String
  private let place: String
  private(set) var names: Set<String>

  /// - Parameter folder: the system's own, where its sets are.
  /// - Parameter place: the destination; another one has none of them.
  init(in folder: String, at place: String) {
    path = "\(folder)/.images"
    self.place = place
    let lines = (try? FileStore.read(path)).map { String(decoding: $0, as: UTF8.self).split(separator: "\n") } ?? []
    names = lines.first.map(String.init) == place ? Set(lines.dropFirst().map(String.init)) : []
  }

  mutating func add(_ name: String) { names.insert(name) }

  func save() throws {
    try FileStore.write((([place] + names.sorted()).joined(separator: "\n") + "\n").utf8, to: path, mode: 0o640)
  }
}
