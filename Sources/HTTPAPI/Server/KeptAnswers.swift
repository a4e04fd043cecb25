import Access
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

    init(_ terms: RequestTerms, _ grant: Grant) {
      (target, accept, encoding) = (terms.target, terms.accept, terms.encoding)
      holder = grant.keyHash
    }

    var size: Int {
      target.utf8.count + (accept?.utf8.count ?? 0) + (encoding?.utf8.count ?? 0)
    }
  }

  private struct Memory {
    var answers: [Key: KeptAnswer] = [:]
    var bytes = 0
  }

  private let memory = Mutex(Memory())
  private let limit = 64 << 20
  /// What an entry takes beside its body and its key: the fields, and both heads.
  private static let overhead = 4096

  subscript(key: Key) -> KeptAnswer? { memory.withLock { $0.answers[key] } }

  func keep(_ answer: KeptAnswer, as key: Key) {
    let size = answer.size + key.size + Self.overhead
    guard size <= limit / 4 else { return }
    memory.withLock { memory in
      if let known = memory.answers[key], known.size >= answer.size { return }
      // Begun anew when it is full: what is asked for often is back at once.
      if memory.bytes + size > limit { memory = Memory() }
      memory.answers[key] = answer
      memory.bytes += size
    }
  }
}

/// An answer with its tag and all its bytes; or without these, as long as nobody wanted more than that they have it.
struct KeptAnswer: Sendable {
  private let tag: String
  private let fields: HTTPFields
  private let whole: WireAnswer?
  private let unchanged: WireAnswer

  var size: Int { whole?.body?.readableBytes ?? 0 }

  /// `nil` for what is not to be kept: no tag, no bytes at hand, or not all is well.
  init?(_ answer: Answer) {
    guard let tag = answer.fields[.eTag] else { return nil }
    switch (answer.status, answer.body) {
    case (.ok, .bytes): whole = answer.wireAnswer
    case (.notModified, _): whole = nil
    default: return nil
    }
    (self.tag, fields) = (tag, answer.fields)
    unchanged = Answer.notModified(fields).wireAnswer
  }

  /// `nil`: the bytes are wanted, and are not here.
  ///
  /// - Parameter known: the tags that the client has, as If-None-Match lists them.
  func answer(unless known: String?) -> Answer? {
    if isKnown(known) { return Answer.notModified(fields) }
    return whole?.body.map { Answer(.ok, fields, body: .bytes($0)) }
  }

  /// The same for the wire.
  func wireAnswer(unless known: String?) -> WireAnswer? { isKnown(known) ? unchanged : whole }

  private func isKnown(_ known: String?) -> Bool { known.map { Tag.list($0, contains: tag) } ?? false }
}
