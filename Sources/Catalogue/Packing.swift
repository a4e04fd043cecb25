/// Writes values one after the other into bytes; `Unpacker` reads them in the same order.
public struct Packer {
  public private(set) var bytes: [UInt8] = []

  public init() {}

  public mutating func add(_ number: Int) {
    withUnsafeBytes(of: Int64(number).littleEndian) { bytes.append(contentsOf: $0) }
  }

  public mutating func add(_ flag: Bool) { bytes.append(flag ? 1 : 0) }

  public mutating func add(_ text: String) {
    add(text.utf8.count)
    bytes.append(contentsOf: text.utf8)
  }

  public mutating func add(_ text: String?) {
    add(text != nil)
    if let text { add(text) }
  }

  public mutating func add<Item>(_ items: [Item], _ each: (inout Packer, Item) -> Void) {
    add(items.count)
    for item in items { each(&self, item) }
  }
}

public struct Unpacker {
  /// The bytes are not what a `Packer` wrote.
  public struct Malformed: Error {
    public init() {}
  }

  private var rest: ArraySlice<UInt8>

  public init(_ bytes: [UInt8]) { rest = bytes[...] }

  public mutating func number() throws(Malformed) -> Int {
    guard rest.count >= 8 else { throw Malformed() }
    let number = rest.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    rest = rest.dropFirst(8)
    return Int(truncatingIfNeeded: number)
  }

  public mutating func flag() throws(Malformed) -> Bool {
    guard let byte = rest.popFirst() else { throw Malformed() }
    return byte == 1
  }

  public mutating func text() throws(Malformed) -> String {
    let count = try number()
    guard count >= 0, count <= rest.count else { throw Malformed() }
    let text = String(decoding: rest.prefix(count), as: UTF8.self)
    rest = rest.dropFirst(count)
    return text
  }

  public mutating func optionalText() throws(Malformed) -> String? {
    try flag() ? text() : nil
  }

  public mutating func items<Item>(_ each: (inout Unpacker) throws(Malformed) -> Item) throws(Malformed) -> [Item] {
    let count = try number()
    guard count >= 0, count <= rest.count else { throw Malformed() }
    var items: [Item] = []
    for _ in 0..<count { items.append(try each(&self)) }
    return items
  }
}
