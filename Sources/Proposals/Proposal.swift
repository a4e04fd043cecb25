import GitStore
import RecordSchema

/// A change that a program wants, with who stands for it.
public struct Proposal: Sendable {
  public var files: [ProposedFile]
  public var author: Author
  /// Without trailers.
  public var message: String
  public var trailers: [Trailer]

  public init(files: [ProposedFile], author: Author, message: String, trailers: [Trailer] = []) {
    self.files = files
    self.author = author
    self.message = message
    self.trailers = trailers
  }

  /// By whom policies know the change.
  public struct Author: Sendable, Equatable {
    public var name: String
    public var email: String

    public init(name: String, email: String) {
      self.name = name
      self.email = email
    }

    /// A system that changes records by its key. The address is nobody's, and never will be.
    public init(system: String) { self.init(name: system, email: "\(system)@staffrepo.invalid") }
  }

  /// A line at the end of a commit's message, for programs.
  public struct Trailer: Sendable, Equatable {
    public var name: String
    public var value: String

    public init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  /// What the commit says. A line end in a trailer would be another trailer.
  var text: String {
    guard !trailers.isEmpty else { return message + "\n" }
    return message + "\n\n" + trailers.map { "\($0.name): \(oneLine($0.value))\n" }.joined()
  }

  private func oneLine(_ text: String) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? " " : $0 }))
  }
}
