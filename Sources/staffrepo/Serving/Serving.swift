import Access
import FileStore
import Glibc
import HTTPAPI
import Logging
import RecordSchema
import Records
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
    let api = API(surroundings(follower), settings, logger: logger)
    let watching = publishing ? BackgroundThread("publish") { try Watching(.init(), open: open).run() } : nil
    let keeping = BackgroundThread("keep house") { keepHouse() }
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
  private func keepHouse() {
    var said: String?
    var turns = 0
    while !Stopping.isAsked {
      Descriptors.wait(on: [Stopping.descriptor], milliseconds: 1000)
      turns += 1
      guard Stopping.isAsked || turns % 10 == 0 else { continue }
      do {
        try use.flush()
        limits.change(to: try open().apiQuotas())
        said = nil
      } catch {
        if said != "\(error)" { Terminal.problem("\(error)") }
        said = "\(error)"
      }
    }
  }

  private func surroundings(_ follower: RosterFollower) -> Surroundings {
    let (open, clock) = (open, clock)
    return Surroundings(
      clock: { clock.now }, follower: follower, limits: limits, throttle: FailureThrottle(), use: use,
      host: .init(
        exports: { try open().exportsFolder },
        status: { try Standing(open(), at: clock.now).json },
        metrics: {
          let now = clock.now
          return MetricsText.text(try Standing(open(), at: now), at: now)
        },
        imports: { _ in Outcome(status: 503, json: .null) }, subscriptions: { _, _, _ in Outcome(status: 503, json: .null) }),
      forms: .standard)
  }
}

extension RecordForms {
  /// As events hold people and units, with all that is always there.
  static var standard: RecordForms {
    RecordForms(person: SchemaForm.listedPerson.json, unit: SchemaForm.listedUnit.json)
  }
}
