import CLibgit2

/// The folders that the user trusts although others own them: `git config safe.directory`.
enum SafeDirectories {
  /// `*`, in the system's or the user's settings, where alone git looks for it.
  static var holdEverything: Bool {
    var config: OpaquePointer?
    guard git_config_open_default(&config) == 0, let config else { return false }
    defer { git_config_free(config) }
    var found = false
    git_config_get_multivar_foreach(
      config, "safe.directory", nil,
      { entry, found in
        guard let value = entry?.pointee.value, let found = found?.assumingMemoryBound(to: Bool.self) else { return 0 }
        // An empty value takes back what was said before it.
        if value[0] == 0 { found.pointee = false }
        if String(cString: value) == "*" { found.pointee = true }
        return 0
      }, &found)
    return found
  }
}
