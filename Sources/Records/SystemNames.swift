import RecordSchema

extension Configuration {
  /// What to say of a name that is no system's, with the one that was probably meant; `nil` for a system's, and where no
  /// systems are listed at all.
  public func objection(toSystem name: String) -> String? {
    let names = systems.map(\.name)
    guard !names.isEmpty, !names.contains(name) else { return nil }
    let near = closest(to: name, among: names).map { " Did you mean '\($0)'?" } ?? ""
    return "There is no system '\(name)' in staffrepo.yaml.\(near)"
  }
}
