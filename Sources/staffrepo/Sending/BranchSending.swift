import FileStore
import GitStore
import Publishers
import RecordSchema

/// Gives a set to a branch of the repository: its files as a commit that says where they come from, so that auditors see
/// what was given, and when.
struct BranchSending {
  let repository: Repository
  let branch: String
  /// The branch that is published.
  let published: String
  let now: Instant

  /// - Returns: how many bytes the files have; 0 when the branch has the very same.
  func send(_ parcel: Parcel) throws -> Int {
    guard branch != published else {
      throw SendFailure("\(branch) is the branch that is published; files must not be written into the records")
    }
    guard !repository.isCheckedOut(branch: branch) || repository.workDirectory == nil else {
      throw SendFailure("\(branch) is checked out here, so it cannot be moved. Check out another branch")
    }
    let reference = "refs/heads/\(branch)"
    let tip = try repository.target(of: reference)
    if let tip, try !repository.message(of: tip).contains("\nSystem: \(parcel.system)\n") {
      throw SendFailure(
        "the newest commit of \(branch) is not one of files for \(parcel.system), so the branch is somebody else's. Name another branch, or delete this one"
      )
    }
    var blobs: [(name: String, blob: OID)] = []
    for file in parcel.files {
      guard !file.name.contains("/") else { continue }
      blobs.append((file.name, try repository.writeBlob(FileStore.read(file.path))))
    }
    let tree = try repository.writeTree(of: blobs)
    if let tip, try repository.info(of: tip).tree == tree { return 0 }
    let commit = try repository.writeCommit(
      tree: tree, parents: tip.map { [$0] } ?? [],
      signature: Signature(name: "staffrepo", email: "staffrepo@localhost", time: now.seconds),
      message: message(parcel))
    do {
      try repository.move(reference, to: commit, expected: tip, log: "staffrepo: \(parcel.set)")
    } catch {
      guard error.reason == .modified || error.reason == .exists else { throw error }
      throw SendFailure("somebody moved \(branch) at the same moment")
    }
    return parcel.bytes
  }

  private func message(_ parcel: Parcel) -> String {
    let head = """
      Files for \(parcel.system) of \(parcel.commit.prefix(10)), as of \(parcel.asOf)

      System: \(parcel.system)
      Set: \(parcel.set)
      Commit: \(parcel.commit)
      As-of: \(parcel.asOf)


      """
    return head + parcel.files.map { "sha256:\($0.sha256 ?? "-")  \($0.name)\n" }.joined()
  }
}
