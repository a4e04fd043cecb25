import Workers

/// A file with so many bytes for each person, whatever the others are.
final class PersonLines: StaffFile {
  private let set: ExportSet
  private let file: ExportFile
  private let separator: [UInt8]
  private let end: [UInt8]
  private let render: @Sendable (StaffMember) -> [UInt8]
  private var count = 0

  /// - Parameter separator: stands before each person but the first.
  init(
    _ name: String, in set: ExportSet, start: String = "", separator: String = "", end: String = "",
    _ render: @escaping @Sendable (StaffMember) -> [UInt8]
  ) throws {
    self.set = set
    file = try set.open(name)
    (self.separator, self.end) = (Array(separator.utf8), Array(end.utf8))
    self.render = render
    file.write(start)
  }

  func take(_ members: [StaffMember]) {
    let (render, separator) = (render, separator)
    let isBeginning = count == 0
    let parts = Workers.map(members, partSize: 256) { part in
      var bytes: [UInt8] = []
      for (place, member) in zip(part.indices, part) {
        if place > 0 || !isBeginning { bytes += separator }
        bytes += render(member)
      }
      return bytes
    }
    for part in parts { file.write(part) }
    count += members.count
  }

  func finish() throws {
    file.write(end)
    try set.close(file, rows: count)
  }
}
