import FileStore
import GitStore
import Ledger
import Publishers
import RecordSchema
import Records
import Workers

/// Gets each system's newest set to where it belongs.
struct Sending {
  let workspace: Workspace
  /// As they count now.
  let systems: [Configuration.SystemSettings]
  let keep: Int
  /// Where the OpenPGP keys are read.
  let commit: OID
  /// Only this one.
  var target: String?
  let clock: RunningClock

  init(_ workspace: Workspace, _ staff: Staff, at commit: OID, target: String? = nil, clock: RunningClock) {
    self.workspace = workspace
    self.commit = commit
    self.target = target
    self.clock = clock
    systems = staff.configuration.systems
    keep = staff.configuration.keptExports
  }

  /// Sends everything that waits, due or not, once.
  ///
  /// - Returns: what was tried.
  func run(in ledger: Ledger) throws -> [ExportSend] {
    let jobs = try jobs(in: ledger, isEager: true)
    guard !jobs.isEmpty else { return [] }
    return try Workers.map(jobs, partSize: 1, prepare: {}) { part, _ in
      try part.compactMap { try $0.run(in: ledger, isCancelled: { false }) }
    }.flatMap(\.self)
  }

  /// What is to be sent now. Sets that are new are put into the ledger first.
  ///
  /// - Parameter isEager: what failed is tried whether it is due or not.
  /// - Parameter busy: targets that something is being sent to.
  func jobs(in ledger: Ledger, isEager: Bool, besides busy: Set<String> = []) throws -> [SendJob] {
    var jobs: [SendJob] = []
    for system in systems {
      let name = "export/\(system.name)"
      guard (target ?? name) == name, !busy.contains(name) else { continue }
      let destinations = Destinations(workspace: workspace)
      guard system.isEnabled, let destination = destinations.destination(of: system) else {
        try ledger.cancelSends(to: name, at: clock.now)
        continue
      }
      try queueNewest(system, destination, destinations, in: ledger)
      guard let send = try ledger.newestSend(to: name), send.state == .pending,
        isEager || send.nextAttempt <= clock.now
      else { continue }
      jobs.append(try job(send, system, destination, destinations, in: ledger))
    }
    return jobs
  }

  /// The newest set that is whole waits to be sent, unless the ledger knows of it.
  private func queueNewest(
    _ system: Configuration.SystemSettings, _ destination: Destination, _ destinations: Destinations, in ledger: Ledger
  ) throws {
    let name = "export/\(system.name)"
    let folder = destinations.folder(of: system)
    guard let set = folder.current, let run = try ledger.newestExport(of: name, succeeded: true), run.folder == set,
      FileStore.exists("\(folder.path)/\(set)/manifest.json")
    else { return }
    let place = destinations.name(destination, of: system)
    // Not what was written for another destination.
    guard !folder.isElsewhere(than: place) else { return }
    let digest = try Sender.digest(ofFile: "\(folder.path)/\(set)/manifest.json")
    if let newest = try ledger.newestSend(to: name), newest.set == set, newest.digest == digest, newest.place == place,
      newest.state != .cancelled
    {
      return
    }
    try ledger.queue(
      ExportSend(
        target: name, place: place, set: set, digest: digest, position: run.position, commit: run.commit,
        asOf: run.asOf, at: clock.now))
  }

  private func job(
    _ send: ExportSend, _ system: Configuration.SystemSettings, _ destination: Destination,
    _ destinations: Destinations, in ledger: Ledger
  ) throws -> SendJob {
    var access = Sender.Access(
      policy: try workspace.addressPolicy(), patience: try workspace.requestTimeout(),
      caFile: workspace.caFile(of: system), proxy: workspace.proxy)
    let facts = Result { try readFacts(destination, of: system.name, into: &access) }
    let arrived = try ledger.newestSend(to: send.target, arrived: true)
    let clock = clock
    return SendJob(
      send: send, destination: destination, folder: destinations.folder(of: system),
      directory: destinations.directory(destination, of: system), keep: keep, access: access,
      fault: facts.fault, publicKeys: (try? facts.get()) ?? [],
      lastFolder: arrived.flatMap { $0.place == send.place ? $0.folder : nil },
      openRepository: workspace.repository.opener, publishedBranch: try workspace.branch(), clock: { clock.now })
  }

  /// Reads the secrets and keys that a destination takes; returns OpenPGP's public keys.
  private func readFacts(_ destination: Destination, of system: String, into access: inout Sender.Access) throws
    -> [UInt8]
  {
    for reference in destination.references {
      let value = try workspace.value(of: reference, for: system)
      guard !value.unicodeScalars.contains(where: { $0.value < 0x20 }) else {
        throw EnvironmentError("the secret \(reference) is not one line of text")
      }
      access.secrets["\(reference)"] = value
    }
    if case .sftp(let place) = destination.place, let key = place.key {
      let path = workspace.path(of: key, for: system)
      guard FileStore.exists(path) else {
        throw EnvironmentError("the key \(key) is not there: put it into \(path)")
      }
      access.keyFile = path
    }
    guard case .openPGP(_, let path) = destination.encryption else { return [] }
    let tree = try workspace.repository.info(of: commit).tree
    guard let entry = try workspace.repository.entry(at: path, in: tree), !entry.isTree else {
      throw EnvironmentError("\(path), to whose keys files are encrypted, is not in commit \(commit.short)")
    }
    return try workspace.repository.blob(entry.oid)
  }
}

extension Result {
  fileprivate var fault: String? { if case .failure(let error) = self { "\(error)" } else { nil } }
}
