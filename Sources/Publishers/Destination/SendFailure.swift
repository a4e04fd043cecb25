/// Why a set did not get to its destination, in words for the operator.
public struct SendFailure: Error, CustomStringConvertible {
  public let description: String
  /// Nobody failed: the program is to end.
  public let isInterruption: Bool

  public init(_ description: String, isInterruption: Bool = false) {
    self.description = description
    self.isInterruption = isInterruption
  }

  static let interrupted = SendFailure("the program was ended meanwhile", isInterruption: true)
}
