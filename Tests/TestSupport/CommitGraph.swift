import Foundation

/// Commits made in one go, with the trees, times and parents that a test wants.
public struct CommitGraph: Sendable {
  public struct Node: Sendable {
    /// Every file of the tree, by path.
    public let files: [String: String]
    /// Unix seconds.
    public let time: Int
    /// Positions of the parents in the graph, the first parent first.
    public let parents: [Int]
    /// `Name <address>`, of author and committer.
    public let author: String

    public init(files: [String: String], time: Int, parents: [Int], author: String) {
      self.files = files
      self.time = time
      self.parents = parents
      self.author = author
    }
  }

  public var nodes: [Node] = []

  public init() {}

  public mutating func add(
    _ files: [String: String], time: Int, parents: [Int], author: String = "HR Officer <hr@example.org>"
  ) -> Int {
    nodes.append(Node(files: files, time: time, parents: parents, author: author))
    return nodes.count - 1
  }

  /// Writes the commits into the repository and returns their object ids.
  public func write(to folder: String) throws -> [String] {
    var stream = Data()
    func write(_ text: String) { stream.append(Data(text.utf8)) }
    for (index, node) in nodes.enumerated() {
      write("commit refs/heads/scratch-\(index)\nmark :\(index + 1)\n")
      write("committer \(node.author) \(node.time) +0000\ndata 6\nchange\n")
      for (place, parent) in node.parents.enumerated() {
        write("\(place == 0 ? "from" : "merge") :\(parent + 1)\n")
      }
      write("deleteall\n")
      for (path, text) in node.files.sorted(by: { $0.key < $1.key }) {
        write("M 100644 inline \(path)\ndata \(text.utf8.count)\n\(text)\n")
      }
      write("\n")
    }
    let marks = folder + "/marks-\(UUID().uuidString)"
    try git("fast-import", "--quiet", "--export-marks=\(marks)", in: folder, input: stream)
    defer { try? FileManager.default.removeItem(atPath: marks) }
    var ids = [String](repeating: "", count: nodes.count)
    for line in try String(contentsOfFile: marks, encoding: .utf8).split(separator: "\n") {
      let parts = line.split(separator: " ")
      if let mark = Int(parts[0].dropFirst()) { ids[mark - 1] = String(parts[1]) }
    }
    return ids
  }
}
