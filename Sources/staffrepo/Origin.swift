import FileStore
import GitStore
import Journal
import RecordSchema

/// The repository that this one was cloned from: mostly the one that takes the pushes, serves and publishes, and so knows
/// what no clone does.
struct Origin {
  let url: String
  /// `user@host` for ssh; `nil`: on this machine.
  let host: String?
  /// The repository's folder there; `nil` where the address does not tell, as with a forge.
  let path: String?

  init(url: String) {
    self.url = url
    if url.hasPrefix("ssh://") {
      let rest = url.dropFirst("ssh://".count)
      let place = rest.prefix { $0 != "/" }
      let port = place.lastIndex(of: ":")
      host = port.map { "-p \(place[place.index(after: $0)...]) \(place[..<$0])" } ?? String(place)
      path = String(rest.dropFirst(place.count))
    } else if url.contains("://") {
      host = nil
      path = url.hasPrefix("file://") ? String(url.dropFirst("file://".count)) : nil
    } else if let colon = url.firstIndex(of: ":"), !url[..<colon].contains("/") {
      (host, path) = (String(url[..<colon]), String(url[url.index(after: colon)...]))
    } else {
      (host, path) = (nil, url)
    }
  }

  /// Where it can be looked into, because it is on this machine.
  var workspace: Workspace? {
    guard host == nil, let path else { return nil }
    return try? Workspace.open(at: path)
  }

  /// A shell's line that has staffrepo do something there; `nil` where nobody knows how.
  func command(_ words: String) -> String? {
    guard let path else { return nil }
    let line = "staffrepo -C \(path.shellWord) \(words)"
    return host.map { "ssh \($0) \(Shell.quoted(line))" } ?? line
  }

  /// A shell's line that copies the file of a secret to where that repository looks for it.
  func copying(_ file: String, of reference: SecretReference) -> String? {
    guard let path, case .file(let name) = reference else { return nil }
    let target =
      workspace?.path(of: reference)
      ?? "\(path.hasSuffix(".git") ? path : "\(path)/.git")/staffrepo/secrets/\(name)"
    let folder = FileStore.directory(of: target)
    guard let host else {
      return "(umask 077 && mkdir -p \(folder.shellWord) && cp \(file.shellWord) \(target.shellWord))"
    }
    let line = "umask 077 && mkdir -p \(folder.shellWord) && cat > \(target.shellWord)"
    return "ssh \(host) \(Shell.quoted(line)) < \(file.shellWord)"
  }
}

extension Workspace {
  /// `nil` where this is no clone, or where something was published from it: then this is the repository that counts.
  var origin: Origin? {
    guard let url = repository.configuration("remote.origin.url"), (try? Journal(repository).last) == nil else {
      return nil
    }
    return Origin(url: url)
  }
}

extension String {
  /// As a shell takes it for one word; bare where that is enough.
  fileprivate var shellWord: String {
    let isPlain = utf8.allSatisfy { isASCIIAlphanumeric($0) || "/._-~+@".utf8.contains($0) } && !isEmpty
    return isPlain ? self : Shell.quoted(self)
  }
}
