import Access
import FileStore
import GitStore
import Glibc
import HTTPAPI
import Logging
import Publishers
import RecordSchema
import Recruitment
import Roster

/// The API with everything that it needs around it.
struct Serving {
  private let workspace: Workspace
  private let open: @Sendable () throws -> Workspace
  private let settings: ServerSettings
  private let bind: BindPlace
  private let clock = RunningClock(started: Clock.now())
  private let limits: RateLimits
  private let use: KeyUse

  init(ledger: String?, _ settings: ServerSettings, bind: BindPlace) throws {
    workspace = try Workspace.open(ledger: ledger)
    let folder = workspace.repository.gitDirectory
    open = { try Workspace.open(at: folder, ledger: ledger) }
    self.settings = settings
    self.bind = bind
    limits = RateLimits(try workspace.apiQuotas())
    use = KeyUse(path: workspace.keyUsePath)
  }

  /// Until SIGTERM or SIGINT, or until publishing beside it fails for good.
  func run(publishing: Bool) async throws {
    Stopping.listen()
    let lock = publishing ? try workspace.daemonLock() : nil
    defer { withExtendedLifetime(lock) {} }
    let (open, clock) = (open, clock)
    let follower = try RosterFollower(
      .init(
        open: { try open().repository }, branch: { try Workspace.open(at: $0.gitDirectory).branch() },
        cache: workspace.keptFolder, clock: { clock.now }))
    defer { follower.stop() }
    let logger = Logger(label: "serve") { _ in TerminalLog() }
    let api = API(surroundings(follower, ImportDesk(try workspace.importHost())), settings, logger: logger)
    let watching = publishing ? BackgroundThread("publish") { try Watching(.init(), open: open).run() } : nil
    let keeping = BackgroundThread("keep house") { [limits, use] in
      Self.keepHouse(limits, use) { try open().apiQuotas() }
    }
    let (scheme, bind) = (settings.certificate == nil ? "http" : "https", bind)
    try await APIServer(api, settings, logger: logger).run { port in
      Terminal.message(
        "listening on \(scheme)://\(BindPlace(host: bind.host, port: port))", [.init("port", .int(port))])
    } until: {
      while !Stopping.isAsked, !Task.isCancelled, watching?.isOver != true {
        try? await Task.sleep(for: .milliseconds(100))
      }
      Terminal.message("ending; what is under way is answered first")
    }
    Stopping.ask()
    try keeping.finish()
    try watching?.finish()
  }

  /// Writes down the use of the keys, and looks whether the host wants other quotas.
  private static func keepHouse(
    _ limits: RateLimits, _ use: KeyUse, _ quotas: () throws -> RateLimits.Quotas
  ) {
    var said: String?
    var turns = 0
    while !Stopping.isAsked {
      Descriptors.wait(on: [Stopping.descriptor], milliseconds: 1000)
      turns += 1
      guard Stopping.isAsked || turns % 10 == 0 else { continue }
      do {
        try use.flush()
        limits.change(to: try quotas())
        said = nil
      } catch {
        if said != "\(error)" { Terminal.problem("\(error)") }
        said = "\(error)"
      }
    }
  }

  private func surroundings(_ follower: RosterFollower, _ desk: ImportDesk) -> Surroundings {
    let (open, clock) = (open, clock)
    let subscriptions = SubscriptionDesk(open: open) { follower.roster }
    return Surroundings(
      clock: { clock.now }, follower: follower, limits: limits, throttle: FailureThrottle(), use: use,
      host: .init(
        exports: { try open().exportsFolder },
        status: { try Standing(open(), at: clock.now).json },
        metrics: {
          let now = clock.now
          return MetricsText.text(try Standing(open(), at: now), at: now)
        },
        imports: { desk.handle($0) },
        hires: { Outcome(desk.tell(HireQuestion(reference: $0, source: $1, grant: $2, now: $3))) },
        subscriptions: { try subscriptions.answer($0, $1, $2) }),
      forms: .standard)
  }
}

extension RecordForms {
  /// As events hold people and units, with all that is always there.
  static var standard: RecordForms {
    RecordForms(person: SchemaForm.listedPerson.json, unit: SchemaForm.listedUnit.json)
  }
}

extension ImportDesk {
  func handle(_ submission: Submission) -> Outcome {
    var request = ImportRequest(
      body: submission.body, mediaType: submission.mediaType ?? "application/json",
      idempotencyKey: submission.idempotencyKey, signature: submission.signature, source: submission.source,
      grant: submission.grant, now: submission.now)
    request.isAgain = submission.isAgain
    return Outcome(handle(request))
  }
}

extension Outcome {
  fileprivate init(_ answer: ImportAnswer) {
    self.init(status: answer.status, json: answer.body, fields: answer.headers.map { ($0.name, $0.value) })
  }
}
