import Access
import Addresses
import GitStore
import Publishers
import RecordSchema

/// What the host decides, in git's own configuration: no pushed file can.
extension Workspace {
  /// What is run when something is wrong.
  var alarmCommand: AlarmCommand? {
    repository.configuration("staffrepo.alarmCommand").map {
      AlarmCommand(command: $0, repository: repository.gitDirectory)
    }
  }

  /// Seconds within which an endpoint is to have what landed; an hour if nothing else is said.
  func freshness() throws -> Int { try seconds("staffrepo.freshness", or: 3600) }

  /// Seconds that one request may take as a whole.
  func requestTimeout() throws -> Int { try seconds("staffrepo.requestTimeout", or: 20) }

  /// How often each key may ask.
  func apiQuotas() throws -> RateLimits.Quotas {
    let usual = RateLimits.Quotas()
    return RateLimits.Quotas(
      perMinute: try number("staffrepo.apiRequestsPerMinute", or: usual.perMinute),
      perDay: try number("staffrepo.apiRequestsPerDay", or: usual.perDay))
  }

  /// 0: no limit.
  private func number(_ name: String, or usual: Int) throws -> Int {
    guard let text = repository.configuration(name) else { return usual }
    guard let number = Int(text), number >= 0 else {
      throw EnvironmentError("git config \(name) is '\(text)', not a number from 0 on; 0 is without a limit.")
    }
    return number
  }

  /// Days for which the bodies and attempts of what is delivered are kept.
  func keptDays() throws -> Int {
    guard let text = repository.configuration("staffrepo.keepDeliveries") else { return 30 }
    guard let days = Int(text), days >= 1 else {
      throw EnvironmentError("git config staffrepo.keepDeliveries is '\(text)', not a number of days from 1 on.")
    }
    return days
  }

  /// Certificates to trust for one endpoint instead of the system's.
  func caFile(of subscription: Subscription) -> String? {
    repository.configurationPath("staffrepo.\(subscription.name).caFile")
  }

  /// The same for the server that a system's sets are sent to.
  func caFile(of system: Configuration.SystemSettings) -> String? {
    repository.configurationPath("staffrepo.\(system.name).caFile")
  }

  /// The folder that the host wants a system's sets in, wherever it is.
  func mappedDirectory(of system: Configuration.SystemSettings) -> String? {
    // A relative one would be a folder of the work tree, and its files in the next commit.
    repository.configurationPath("staffrepo.\(system.name).directory").flatMap { $0.hasPrefix("/") ? $0 : nil }
  }

  /// What requests go through; never one out of the environment.
  var proxy: String? { repository.configuration("staffrepo.proxy") }

  /// Networks inside the organisation that endpoints may be in.
  func addressPolicy() throws -> AddressPolicy {
    let text = repository.configuration("staffrepo.allowNetworks") ?? ""
    let words = text.split { $0 == "," || $0 == " " }
    return AddressPolicy(
      allowed: try words.map { word in
        guard let network = Network(String(word)) else {
          throw EnvironmentError(
            "git config staffrepo.allowNetworks holds '\(word)', which is no network such as 10.20.0.0/16.")
        }
        return network
      })
  }

  /// `900`, `900s`, `15m`, `2h` or `1d`.
  private func seconds(_ name: String, or usual: Int) throws -> Int {
    guard let text = repository.configuration(name) else { return usual }
    let units: [Character: Int] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
    let unit = text.last.flatMap { units[$0] }
    guard let number = Int(unit == nil ? text[...] : text.dropLast()), (1...100_000_000).contains(number) else {
      throw EnvironmentError("git config \(name) is '\(text)', not a time such as 90s, 15m, 2h or 1d.")
    }
    return number * (unit ?? 1)
  }
}
