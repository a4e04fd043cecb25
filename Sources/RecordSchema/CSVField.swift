/// A field of RFC 4180 text.
public enum CSVField {
  /// In quotes only where the grammar needs them.
  @inlinable
  public static func append(_ field: some Collection<UInt8>, to bytes: inout [UInt8]) {
    let needsQuotes = field.contains {
      $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\r") || $0 == UInt8(ascii: "\n")
    }
    guard needsQuotes else {
      bytes += field
      return
    }
    bytes.append(UInt8(ascii: "\""))
    for byte in field {
      if byte == UInt8(ascii: "\"") { bytes.append(byte) }
      bytes.append(byte)
    }
    bytes.append(UInt8(ascii: "\""))
  }
}
