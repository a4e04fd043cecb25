import HTTPTypes
import NIOCore
import RecordSchema
import Synchronization

/// What was answered from these records before, ready to go out again. It goes with the records that it speaks of.
final class KeptAnswers: Sendable {
  /// What an answer depends on beside the records.
  struct Key: Hashable {
    let target: String
    /// The key's hash: it decides what is seen.
    let holder: String
    let accept: String?
    let encoding: String?
  }

  private struct Memory {
    var answers: [Key: KeptAnswer] = [:]
    var bytes = 0
  }

  private let memory = Mutex(Memory())
  private let limit = 64 << 20

  subscript(key: Key) -> KeptAnswer? { memory.withLock { $0.answers[key] } }

  func keep(_ answer: KeptAnswer, as key: Key) {
    // The address stands in the key and in the answer's tag.
    let size = answer.bytes.readableBytes + 2 * key.target.utf8.count + 1024
    guard size <= limit / 4 else { return }
    memory.withLock { memory in
      // Begun anew when it is full: what is asked for often is back at once.
      if memory.bytes + size > limit { memory = Memory() }
      if memory.answers.updateValue(answer, forKey: key) == nil { memory.bytes += size }
    }
  }
}

/// An answer with its tag and all its bytes.
struct KeptAnswer: Sendable {
  private let fields: HTTPFields
  private let tag: String
  let bytes: ByteBuffer

  /// `nil` for what is not to be kept: no tag, no bytes at hand, or not all is well.
  init?(_ answer: Answer) {
    guard answer.status == .ok, let tag = answer.fields[.eTag], case .bytes(let bytes) = answer.body else {
      return nil
    }
    self.tag = tag
    self.bytes = bytes
    var fields = answer.fields
    fields[.contentLength] = String(bytes.readableBytes)
    self.fields = fields
  }

  /// - Parameter known: the tags that the client has, as If-None-Match lists them.
  func answer(unless known: String?) -> Answer {
    if let known, Tag.list(known, contains: tag) { return Answer.notModified(fields) }
    return Answer(.ok, fields, body: .bytes(bytes))
  }
}
