import RecordSchema

/// The keys in force, ready to be asked about on every request.
///
/// Immutable, so that any thread may ask without waiting; a new commit gets a new ring. What is no key at all is told by
/// its checksum. For everything else the work is the same, whether the key is good, unknown, expired or revoked: the
/// digest is compared with every key's, all of each, and what was found, or the place of the unknown key, has its time
/// looked at. So the time of an answer tells nothing about the keys.
public struct KeyRing: Sendable {
  private let digests: [KeyDigest]
  /// In the order of the digests; after the last stands what nobody is granted.
  private let grants: [Grant]
  /// Milliseconds at which each ends.
  private let ends: [Int64]

  /// - Parameter keys: those of one commit.
  /// - Parameter zone: in which the days of `expires_at` and `revoked_at` begin.
  public init(_ keys: [APIKey], in zone: TimeZoneRules) {
    var entries: [(digest: KeyDigest, grant: Grant, end: Int64)] = []
    for key in keys.sorted(by: { $0.name < $1.name }) {
      guard let digest = KeyDigest(hash: key.keyHash) else { continue }
      let end = key.end(in: zone)?.milliseconds ?? .max
      if let known = entries.firstIndex(where: { $0.digest == digest }) {
        // The same key in two files, which validation refuses: it ends when the first of them does.
        entries[known].end = min(entries[known].end, end)
      } else {
        entries.append((digest, Grant(key, in: zone), end))
      }
    }
    digests = entries.map(\.digest)
    grants = entries.map { $0.grant.ending($0.end) } + [Grant(APIKey(name: ""), in: zone)]
    ends = entries.map(\.end) + [.min]
  }

  /// What the holder of a key may do at an instant; `nil` for whatever is no good key, without a word why.
  public func grant(for text: some StringProtocol, at instant: Instant) -> Grant? {
    guard KeyToken.isWellFormed(text) else { return nil }
    let digest = KeyDigest(text)
    var found = UInt64(digests.count)
    for place in digests.indices {
      let mask = digests[place].mask(ifEqual: digest)
      found = found & ~mask | UInt64(place) & mask
    }
    return instant.milliseconds < ends[Int(found)] ? grants[Int(found)] : nil
  }
}

extension Grant {
  fileprivate init(_ key: APIKey, in zone: TimeZoneRules) {
    self.init(
      key: key.name, system: key.system, scopes: Set(key.scopes.compactMap(Scope.init)),
      units: key.units.map { Set($0) },
      expiry: key.end(in: zone), keyHash: key.keyHash)
  }

  fileprivate func ending(_ milliseconds: Int64) -> Grant {
    Grant(
      key: key, system: system, scopes: scopes, units: units,
      expiry: milliseconds == .max ? nil : Instant(milliseconds: milliseconds), keyHash: keyHash)
  }
}
