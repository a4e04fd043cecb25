import RecordSchema

/// A file of a set, or several that are made together, while everybody passes by once.
public protocol StaffFile: AnyObject {
  /// The next people, in the order of their ids.
  func take(_ members: [StaffMember]) throws

  /// Everybody was there.
  func finish() throws
}

/// One system's files in the making.
public final class ExportJob {
  public let set: ExportSet
  public private(set) var failure: (any Error)?
  private var files: [any StaffFile] = []

  /// - Parameter files: begins them. When that fails, the job has failed, and others go on.
  public init(_ set: ExportSet, files: () throws -> [any StaffFile]) {
    self.set = set
    attempt { self.files = try files() }
  }

  fileprivate func take(_ members: [StaffMember]) {
    attempt { for file in files { try file.take(members) } }
  }

  fileprivate func finish() {
    attempt { for file in files { try file.finish() } }
    files = []
  }

  private func attempt(_ work: () throws -> Void) {
    guard failure == nil else { return }
    do {
      try work()
    } catch {
      failure = error
      files = []
    }
  }
}

extension StaffList {
  /// Fills the files of all jobs in one pass.
  ///
  /// - Throws: when the people cannot be read; what is wrong with one job is told by the job.
  public func fill(_ jobs: [ExportJob]) throws -> StaffDigest {
    var digest = StaffDigest(context)
    try forEachPart { members in
      digest.take(members)
      for job in jobs { job.take(members) }
    }
    for job in jobs { job.finish() }
    return digest
  }
}
