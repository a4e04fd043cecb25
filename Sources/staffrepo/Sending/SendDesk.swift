import Dispatch
import Ledger
import Publishers
import RecordSchema
import Synchronization

/// Sends sets beside the daemon's own work: a large one takes its time, and people's access must not wait for it.
final class SendDesk: Sendable {
  private let queue = DispatchQueue(label: "sending", attributes: .concurrent)
  private let group = DispatchGroup()
  private let busyTargets = Mutex<Set<String>>([])
  private let isEnding = Atomic(false)

  /// Targets that something is being sent to.
  var busy: Set<String> { busyTargets.withLock { $0 } }

  /// - Parameter report: told on another thread how it went.
  func start(_ job: SendJob, in ledger: Ledger, report: @escaping @Sendable (ExportSend) -> Void) {
    busyTargets.withLock { _ = $0.insert(job.send.target) }
    queue.async(group: group) { [self] in
      defer { busyTargets.withLock { _ = $0.remove(job.send.target) } }
      do {
        let ending = { @Sendable [self] in isEnding.load(ordering: .relaxed) }
        if let send = try job.run(in: ledger, isCancelled: ending) { report(send) }
      } catch {
        Terminal.problem("\(job.send.target): \(error)")
      }
    }
  }

  /// What is under way is given up; the next run sends it again.
  func end() {
    isEnding.store(true, ordering: .relaxed)
    _ = group.wait(timeout: .now() + 5)
  }
}
