import FileStore
import GitStore
import Ledger
import Publishers
import RecordSchema

/// One attempt to get one set to its destination, on whatever thread.
struct SendJob: Sendable {
  var send: ExportSend
  let destination: Destination
  let folder: ExportFolder
  /// Of a destination on this machine.
  let directory: String?
  let keep: Int
  let access: Sender.Access
  /// Why nothing can be sent, such as a secret that is not there.
  let fault: String?
  /// OpenPGP's public keys.
  let publicKeys: [UInt8]
  /// The set's folder at the destination that arrived last, if that is where this one goes.
  let lastFolder: String?
  let openRepository: @Sendable () throws -> Repository
  let publishedBranch: String
  let clock: @Sendable () -> Instant

  /// Tries, and writes what became of it into the ledger.
  ///
  /// - Returns: the send as it stands now; `nil` when nothing was tried.
  func run(in ledger: Ledger, isCancelled: @escaping @Sendable () -> Bool) throws -> ExportSend? {
    let started = Clock.monotonicMilliseconds()
    var send = send
    do {
      if let fault { throw SendFailure(fault) }
      guard let outcome = try attempt(isCancelled) else { return nil }
      send.state = outcome.isNews ? .sent : .same
      (send.bytes, send.folder) = (outcome.bytes, outcome.folder)
      (send.error, send.failingSince, send.step) = (nil, nil, 0)
      send.finished = clock()
    } catch let failure as SendFailure where failure.isInterruption {
      return nil
    } catch {
      postpone(&send, "\(error)")
    }
    send.attempts += 1
    send.lastAttempt = clock()
    send.milliseconds = Int(Clock.monotonicMilliseconds() - started)
    try ledger.record(send)
    return send
  }

  private func postpone(_ send: inout ExportSend, _ error: String) {
    let now = clock()
    send.error = error
    send.failingSince = send.failingSince ?? now
    // A try ahead of its time does not use up the schedule; at its end, once a day goes on.
    guard send.nextAttempt <= now else { return }
    send.nextAttempt =
      RetrySchedule.next(after: send.step, at: now, retryAfter: nil, random: Double.random(in: 0...1))
      ?? now.adding(seconds: RetrySchedule.delays.last ?? 86_400)
    send.step += 1
  }

  private struct Outcome {
    let isNews: Bool
    let bytes: Int
    let folder: String
  }

  /// `nil`: a newer set is coming.
  private func attempt(_ isCancelled: @escaping @Sendable () -> Bool) throws -> Outcome? {
    let parcel = try Parcel(set: send.set, in: "\(folder.path)/\(send.set)")
    let before = folder.given
    guard try folder.begin(sending: send.set) else { return nil }
    let sender = Sender(
      destination, name: send.place, folder: folder.path, access: access, isCancelled: isCancelled)
    let outcome: Outcome
    if let known = knownFolder(parcel, before) {
      try sender.confirm(parcel, known: known)
      outcome = Outcome(isNews: false, bytes: 0, folder: known)
    } else {
      outcome = try give(parcel, sender, mayBeThere: before?.set == send.set || send.attempts > 0, isCancelled)
    }
    // What is the same was not sent: there, the newest set is the one before.
    try folder.finish(sending: send.set, as: outcome.isNews ? nil : before)
    return outcome
  }

  /// Where the destination has every file of the set already; `nil` when it has not, or is to be sent it all the same.
  private func knownFolder(_ parcel: Parcel, _ before: Given?) -> String? {
    // Somebody may have moved the branch; to look costs as much as to write.
    if case .branch = destination.place { return nil }
    // On this machine a set of its own costs nothing, and `current` says how fresh it is.
    guard directory == nil, !send.isForced, let lastFolder, let before, before.isConfirmed,
      let last = try? Parcel(set: before.set, in: "\(folder.path)/\(before.set)"), parcel.holdsTheSame(as: last)
    else { return nil }
    return lastFolder
  }

  private func give(
    _ clear: Parcel, _ sender: Sender, mayBeThere: Bool, _ isCancelled: @escaping @Sendable () -> Bool
  ) throws -> Outcome {
    let parcel = try sealed(clear, sender, isCancelled)
    if let directory {
      let own = FileStore.absolute(folder.path) ?? folder.path
      guard FileStore.absolute(directory) != own else {
        throw SendFailure(
          "\(directory) is where staffrepo keeps its own sets of this system; the destination is another folder")
      }
      let bytes = try Sender.place(parcel, into: directory, keep: keep)
      return Outcome(isNews: true, bytes: bytes, folder: parcel.set)
    }
    if case .branch(let branch) = destination.place {
      let branches = BranchSending(
        repository: try openRepository(), branch: branch, published: publishedBranch, now: clock())
      let bytes = try branches.send(parcel)
      return Outcome(isNews: bytes > 0, bytes: bytes, folder: parcel.set)
    }
    let sent = try sender.send(parcel, mayBeThere: mayBeThere, isForced: send.isForced)
    return Outcome(isNews: true, bytes: sent.bytes, folder: sent.folder)
  }

  private func sealed(
    _ clear: Parcel, _ sender: Sender, _ isCancelled: @escaping @Sendable () -> Bool
  ) throws -> Parcel {
    guard let encryption = destination.encryption else { return clear }
    let images =
      destination.isRemote ? sender.missingImages(of: clear, ending: encryption.fileEnding) : clear.images
    let sealing = Sealing(
      encryption, publicKeys: publicKeys, folder: folder.path, isCancelled: isCancelled,
      run: { words, log in
        try Shell.run(
          "\(words.map(Shell.quoted).joined(separator: " ")) > \(Shell.quoted(log)) 2>&1", input: "", limit: 600)
      })
    return try sealing.seal(clear, images: images)
  }
}
