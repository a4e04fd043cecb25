import Glibc
import RecordSchema

/// Turns text into the bytes of an encoding, by iconv. For one thread.
final class TextConverter {
  /// A character that the encoding does not have.
  struct Unmappable: Error {
    let character: Unicode.Scalar
  }

  private let encoding: TextEncoding
  private var descriptor: iconv_t?

  init(_ encoding: TextEncoding) { self.encoding = encoding }

  deinit {
    if let descriptor { iconv_close(descriptor) }
  }

  func bytes(_ text: String) throws -> [UInt8] {
    let source = Array(text.utf8)
    if encoding == .utf8 || (encoding != .utf16LittleEndian && source.allSatisfy { $0 < 0x80 }) { return source }
    let descriptor = try opened()
    // Four bytes of UTF-8 are at most four of UTF-16; no other encoding takes more than UTF-8.
    var target = [UInt8](repeating: 0, count: source.count * 2 + 4)
    var (read, written) = (0, 0)
    let result = source.withUnsafeBufferPointer { input in
      target.withUnsafeMutableBufferPointer { output in
        var from = UnsafeMutableRawPointer(mutating: input.baseAddress)?.assumingMemoryBound(to: CChar.self)
        var to = UnsafeMutableRawPointer(output.baseAddress)?.assumingMemoryBound(to: CChar.self)
        var (left, room) = (input.count, output.count)
        let result = iconv(descriptor, &from, &left, &to, &room)
        (read, written) = (input.count - left, output.count - room)
        return result
      }
    }
    guard result == 0 else {
      iconv(descriptor, nil, nil, nil, nil)
      let rest = String(decoding: source[read...], as: UTF8.self)
      throw Unmappable(character: rest.unicodeScalars.first ?? "?")
    }
    return Array(target[..<written])
  }

  private func opened() throws -> iconv_t {
    if let descriptor { return descriptor }
    let opened = iconv_open(encoding.rawValue, "UTF-8")
    guard opened != iconv_t(bitPattern: -1), let opened else {
      throw PublisherError("This machine cannot write \(encoding.rawValue): glibc's converter for it is not installed.")
    }
    descriptor = opened
    return opened
  }
}
