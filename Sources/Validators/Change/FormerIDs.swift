import GitStore

/// The ids that somebody gave up at some commit of a line: nobody else may get them.
///
/// - Parameter folder: where findings about the past are kept; `nil`: nowhere.
public func formerPersonIDs(upTo commit: OID, in repository: Repository, keptIn folder: String?) throws -> Set<Int> {
  Set(try PastRecords(repository, folder: folder).former(upTo: commit).map(\.id))
}
