import GitStore
import RecordSchema
import Records
import Validators

/// What a change of the branch is found to be.
public struct Verdict: Sendable {
  /// Warnings that the branch did not have before.
  public let warnings: [Diagnostic]
  /// Errors that were there before.
  public let knownErrors: [Diagnostic]
  /// Errors that come with the change.
  public let errors: [Diagnostic]

  /// Those by which a guard or a policy keeps the change off the branch until somebody agreed; in review they are no fault.
  public var brakes: [Diagnostic] { errors.filter(\.isBrake) }
  /// Those that are wrong wherever the change lands.
  public var faults: [Diagnostic] { errors.filter { !$0.isBrake } }
}

extension Diagnostic {
  /// It is about who may change what, or how much at once.
  public var isBrake: Bool { rule.code.hasPrefix("G") }

  /// It is about how much changes at once.
  public var isOfGuard: Bool {
    Configuration.defaultGuards.contains { RuleRegistry.rule(ofGuard: $0.name) == rule }
  }
}

/// Judges what would come onto the branch: by a push, or by a program.
public struct ChangeJudge: Sendable {
  /// Whether this host lets events go to an address inside.
  private let isAllowed: @Sendable (String) -> Bool
  private let isVerified: @Sendable (OID) throws -> Bool
  /// Where validation keeps what it found; `nil`: nowhere.
  private let cacheFolder: String?

  public init(
    cacheFolder: String?, isAllowed: @escaping @Sendable (String) -> Bool = { _ in false },
    isVerified: @escaping @Sendable (OID) throws -> Bool = { _ in false }
  ) {
    self.cacheFolder = cacheFolder
    self.isAllowed = isAllowed
    self.isVerified = isVerified
  }

  /// What was there before is judged first: that is kept, and the change costs what it changes.
  ///
  /// - Parameter base: `nil`: there was nothing.
  /// - Parameter actor: by what name the server knows who pushes; `nil`: the commits' authors stand for the change.
  /// - Parameter rules: the commit whose guards and policies hold; `nil`: the base.
  /// - Parameter givesIDs: its new people have ids that staffrepo gave them, each once.
  public func verdict(
    on commit: OID, from base: OID?, actor: String? = nil, rules: OID? = nil, givesIDs: Bool = false, at now: Instant,
    in repository: Repository
  ) throws -> Verdict {
    let source = try CommitSource(repository, commit: commit)
    let date = try (source.configuration().configuration ?? Configuration()).organisation.timeZone.date(at: now)
    let base = try base.map { try CommitSource(repository, commit: $0) }
    let known = try base.map { try KnownFaults(before: $0, asOf: date, cache(repository)) } ?? KnownFaults()
    let report = try Validators.validate(
      source, asOf: date, base: base,
      authority: ChangeAuthority(
        actor: actor, rules: rules, isStepwise: true, givesIDs: givesIDs, isVerified: isVerified),
      isAllowed: isAllowed, cache: cache(repository, isReadOnly: true))
    let errors = report.diagnostics.filter { $0.severity == .error }
    return Verdict(
      warnings: report.diagnostics.filter { $0.severity == .warning && !known.contains($0) },
      knownErrors: errors.filter(known.contains), errors: errors.filter { !known.contains($0) })
  }

  private func cache(_ repository: Repository, isReadOnly: Bool = false) -> ValidationCache? {
    cacheFolder.map { ValidationCache(repository, folder: $0, isReadOnly: isReadOnly) }
  }
}
