import CZlib
import NIOCore

/// Makes gzip's format (RFC 1952), a piece at a time.
struct Gzip: ~Copyable {
  private var stream: UnsafeMutablePointer<z_stream>

  /// Memory is all that it may lack.
  init?() {
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    // The fastest: lists of people repeat themselves so much that the others win little.
    guard staffrepo_begin_gzip(stream, 1) == Z_OK else {
      stream.deallocate()
      return nil
    }
  }

  deinit {
    deflateEnd(stream)
    stream.deallocate()
  }

  /// - Parameter isLast: the format's end follows.
  mutating func compress(_ input: ByteBuffer, isLast: Bool) -> ByteBuffer {
    var output = ByteBuffer()
    output.reserveCapacity(max(512, input.readableBytes / 4))
    input.withUnsafeReadableBytes { bytes in
      stream.pointee.next_in = UnsafeMutablePointer(mutating: bytes.bindMemory(to: UInt8.self).baseAddress)
      stream.pointee.avail_in = UInt32(bytes.count)
      repeat {
        output.writeWithUnsafeMutableBytes(minimumWritableBytes: 16 << 10) { room in
          stream.pointee.next_out = room.bindMemory(to: UInt8.self).baseAddress
          stream.pointee.avail_out = UInt32(room.count)
          deflate(stream, isLast ? Z_FINISH : Z_NO_FLUSH)
          return room.count - Int(stream.pointee.avail_out)
        }
      } while stream.pointee.avail_out == 0
    }
    return output
  }

  static func compressed(_ bytes: ByteBuffer) -> ByteBuffer? {
    guard var gzip = Gzip() else { return nil }
    return gzip.compress(bytes, isLast: true)
  }

  /// Smaller bodies travel in one packet anyway.
  static let worthwhile = 1024
}

/// A gzip that is handed on from piece to piece of one answer; no two are made at the same time.
final class GzipStream: @unchecked Sendable {
  private var gzip: Gzip

  init?() {
    guard let gzip = Gzip() else { return nil }
    self.gzip = gzip
  }

  func compress(_ piece: ByteBuffer, isLast: Bool) -> ByteBuffer { gzip.compress(piece, isLast: isLast) }
}
