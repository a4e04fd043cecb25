@_spi(_Unicode) import Swift

/// Where records meet: an id, a name or an address that one of them claims and others may name.
///
/// Two records are related only through a key. So whatever a rule says about relations, it says about the records that
/// meet at one key, and a change of the tree touches only the keys of the files that it changes.
public struct RecordKey: Hashable, Sendable {
  public enum Family: UInt8, Sendable, CaseIterable {
    case personID, reference, email
    case unitID, unitCode
    case keyHash
    /// The path of a photo or signature below the data folder.
    case image
    /// The same, for names that differ only in case.
    case imageName
    /// The kind and name of a file that is known by its name.
    case fileName

    /// Names that differ only in case are one name.
    var ignoresCase: Bool {
      switch self {
      case .reference, .email, .imageName, .fileName: true
      case .personID, .unitID, .unitCode, .keyHash, .image: false
      }
    }
  }

  public let family: Family
  /// The form in which keys are compared.
  public let text: String

  public init(_ family: Family, _ text: String) {
    var bytes: [UInt8] = []
    family.write(text, to: &bytes)
    self.init(family, folded: bytes)
  }

  init(_ family: Family, folded bytes: some Collection<UInt8>) {
    self.family = family
    text = String(decoding: bytes, as: UTF8.self)
  }

  var hash: UInt64 {
    var text = text
    return text.withUTF8 { family.hash($0) }
  }
}

extension RecordKey.Family {
  /// The form in which texts of this family are compared: in small letters where case does not count, and in Unicode's
  /// normal form C, since é may be written as one character or as two.
  func write(_ text: String, to bytes: inout [UInt8]) {
    var text = text
    let start = bytes.count
    text.withUTF8 { bytes.append(contentsOf: $0) }
    var isASCII = true
    for place in start..<bytes.count {
      let byte = bytes[place]
      if byte >= 0x80 { isASCII = false }
      if ignoresCase, byte &- 0x41 < 26 { bytes[place] = byte | 0x20 }
    }
    if !isASCII {
      bytes.removeSubrange(start...)
      var normal = String.UnicodeScalarView()
      normal.append(contentsOf: (ignoresCase ? text.lowercased() : text)._nfc)
      bytes.append(contentsOf: String(normal).utf8)
    }
  }

  func hash(_ text: UnsafeBufferPointer<UInt8>) -> UInt64 {
    checksum(UnsafeRawBufferPointer(text), seed: UInt64(rawValue))
  }
}

/// What a file has to do with a key.
public enum Role: UInt8, Sendable {
  /// It is this.
  case claim
  /// It cannot be read, but its name says that it is this.
  case unreadable
  case lineManager, unitManager
  case membership, parent, keyUnit, subscriptionUnit
  case photo, signature
  /// It is this, and is deactivated or has an end: a mark beside the claim, so that others need not be read.
  case leaving
  /// It is this, a unit that is not active; likewise.
  case closed
}

/// One file's part in one key, in twenty-four bytes.
public struct Mark: Sendable {
  let hash: UInt64
  var fileNumber: UInt32
  var textOffset: UInt32
  let textLength: UInt32
  private let storedPosition: UInt16
  private let storedRole: UInt8
  /// The family, and two flags in the highest bits.
  private var familyAndFlags: UInt8

  init(
    hash: UInt64, file: Int, textOffset: Int, textLength: Int, family: RecordKey.Family, role: Role, position: Int,
    isWhole: Bool
  ) {
    self.hash = hash
    fileNumber = UInt32(file)
    self.textOffset = UInt32(textOffset)
    self.textLength = UInt32(textLength)
    storedPosition = UInt16(clamping: position)
    storedRole = role.rawValue
    familyAndFlags = family.rawValue | (isWhole ? Self.wholeFlag : 0)
  }

  public var file: Int { Int(fileNumber) }
  public var role: Role { Role(rawValue: storedRole) ?? .claim }
  public var family: RecordKey.Family { RecordKey.Family(rawValue: familyAndFlags & 0x3F) ?? .fileName }
  /// Which item of a list names the key, from 0.
  public var position: Int { Int(storedPosition) }
  /// The file can be read as a record; otherwise this is what could be made out.
  public var isWhole: Bool { familyAndFlags & Self.wholeFlag != 0 }

  /// In a table: the mark before this one is at the same key.
  var followsItsLike: Bool {
    get { familyAndFlags & Self.followsFlag != 0 }
    set { familyAndFlags = familyAndFlags & ~Self.followsFlag | (newValue ? Self.followsFlag : 0) }
  }

  private static let wholeFlag: UInt8 = 0x80
  private static let followsFlag: UInt8 = 0x40

  /// The same of a file whose number is so much larger.
  public func moved(by offset: Int) -> Mark {
    var mark = self
    mark.fileNumber += UInt32(offset)
    return mark
  }

  var textRange: Range<Int> { Int(textOffset)..<Int(textOffset) + Int(textLength) }
}
