import GitStore
import RecordSchema
import Records

/// The branch as it is, and what its settings say of hires.
struct Present {
  let repository: Repository
  let branch: String
  let tip: OID
  let settings: RecruitmentSettings

  init(of host: ImportHost) throws {
    repository = try host.open()
    branch = try host.branch(repository)
    guard let tip = try repository.target(of: "refs/heads/\(branch)"),
      let settings = try Configuration.inForce(at: tip, in: repository)?.recruitment
    else {
      throw GitError(.notFound, "The branch \(branch) has no readable staffrepo.yaml yet.")
    }
    (self.tip, self.settings) = (tip, settings)
  }
}
