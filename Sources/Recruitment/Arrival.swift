import Access
import GitStore
import RecordSchema

/// A request as it comes in: who stands for it, and what it says.
///
/// All of this is found out before its turn comes, so that neither a stranger nor a long text keeps others waiting.
struct Arrival {
  let request: ImportRequest
  let repository: Repository
  let branch: String
  let outcome: ImportAccess.Outcome

  init(_ request: ImportRequest, at host: ImportHost) throws {
    self.request = request
    let present = try Present(of: host)
    (repository, branch) = (present.repository, present.branch)
    outcome = ImportAccess(request, present.settings, secret: host.secret).open()
  }

  /// Whose Idempotency-Keys these are. A key and a signature have keys of their own, so that nobody is given another's answer,
  /// or spoils it.
  var owner: String {
    switch request.holder {
    case .key(let grant): grant.key
    case .signature: "signature:\(source?.name ?? "")"
    case .operatorOfHost: ""
    }
  }

  /// In whose name hires are handed over, as far as that is known.
  var source: RecruitmentSettings.Source? {
    switch outcome {
    case .hires(let source, _), .nothingToDo(_, let source?), .refused(_, let source?): source
    case .nothingToDo, .refused, .stranger: nil
    }
  }
}
