import RecordSchema

/// Sends one set to one destination, with the secrets that it takes. It belongs to whatever thread runs it.
public struct Sender: Sendable {
  /// What a destination needs that does not stand in staffrepo.yaml.
  public struct Access: Sendable {
    public var policy: AddressPolicy
    /// Seconds for which nothing may move.
    public var patience: Int
    public var caFile: String?
    public var proxy: String?
    /// The value behind a reference.
    public var secrets: [String: String] = [:]
    /// The path of a private key's file.
    public var keyFile: String?

    public init(policy: AddressPolicy, patience: Int, caFile: String?, proxy: String?) {
      self.policy = policy
      self.patience = patience
      self.caFile = caFile
      self.proxy = proxy
    }

    func secret(_ reference: SecretReference) throws -> String {
      guard let value = secrets["\(reference)"] else { throw SendFailure("the secret \(reference) is not there") }
      return value
    }
  }

  public let destination: Destination
  /// The destination by name.
  public let name: String
  /// The system's own folder of sets.
  public let folder: String
  public let access: Access
  public let isCancelled: @Sendable () -> Bool

  public init(
    _ destination: Destination, name: String, folder: String, access: Access,
    isCancelled: @escaping @Sendable () -> Bool
  ) {
    self.destination = destination
    self.name = name
    self.folder = folder
    self.access = access
    self.isCancelled = isCancelled
  }

  /// Of a set, the images that the destination lacks as far as is known.
  ///
  /// - Parameter ending: of their names there.
  public func missingImages(of parcel: Parcel, ending: String) -> [Parcel.File] {
    let known = SentImages(in: folder, at: name).names
    return parcel.images.filter { !known.contains("\($0.name).\(ending)") }
  }

  /// - Parameter mayBeThere: an earlier attempt may have brought some of it, or all.
  /// - Parameter isForced: whatever is there.
  /// - Returns: the set's folder there, and how many bytes went out.
  public func send(_ parcel: Parcel, mayBeThere: Bool, isForced: Bool) throws -> (folder: String, bytes: Int) {
    try RemoteSending(place: place(), folder: folder, name: name, mayBeThere: mayBeThere, isForced: isForced)
      .send(parcel)
  }

  /// Tells a destination that what it has is as good as this set.
  public func confirm(_ parcel: Parcel, known: String) throws {
    guard destination.isRemote else { return }
    try RemoteSending(place: place(), folder: folder, name: name, mayBeThere: true, isForced: false)
      .confirm(parcel, known: known)
  }

  private func place() throws -> any RemotePlace {
    let settings = Wire.Settings(
      policy: access.policy, patience: access.patience, caFile: access.caFile, proxy: access.proxy)
    func wire(_ trust: Wire.Trust) throws -> Wire { try Wire(settings, trust, isCancelled: isCancelled) }
    switch destination.place {
    case .sftp(let place):
      let password = try place.password.map(access.secret)
      let passphrase = try place.passphrase.map(access.secret)
      let trust = Wire.Trust.ssh(
        user: place.user, password: password, key: access.keyFile.map { ($0, passphrase) }, hostKeys: place.hostKeys)
      return SFTPPlace(place, try wire(trust))
    case .web(let place):
      var headers = try place.headers.map { header in
        switch header.value {
        case .text(let text): "\(header.name): \(text)"
        case .secret(let reference): "\(header.name): \(try access.secret(reference))"
        }
      }
      if let token = try place.token.map(access.secret) { headers.append("Authorization: Bearer \(token)") }
      var trust = Wire.Trust.none
      if let user = place.user, let password = try place.password.map(access.secret) {
        trust = .password(user: user, password)
      }
      return WebPlace(place, headers: headers, try wire(trust))
    case .bucket(let bucket):
      let trust = Wire.Trust.signature(
        access: try access.secret(bucket.accessKey), secret: try access.secret(bucket.secretKey), region: bucket.region)
      return BucketPlace(bucket, token: try bucket.sessionToken.map(access.secret), try wire(trust))
    case .directory, .branch, .unreadable:
      throw SendFailure("the destination in staffrepo.yaml cannot be used. See: staffrepo validate")
    }
  }

  /// The hash of a file, such as a manifest.
  public static func digest(ofFile path: String) throws -> String { try Source.sha256(ofFile: path) }

  /// Gives a set to a folder of this machine.
  public static func place(_ parcel: Parcel, into folder: String, keep: Int) throws -> Int {
    try DirectorySending(path: folder, keep: keep).send(parcel)
  }
}

extension Destination {
  /// Everything secret that it names, and the private key's file apart.
  public var references: [SecretReference] {
    switch place {
    case .sftp(let place): [place.password, place.passphrase].compactMap(\.self)
    case .web(let place):
      [place.token, place.password].compactMap(\.self)
        + place.headers.compactMap { if case .secret(let reference) = $0.value { reference } else { nil } }
    case .bucket(let bucket): [bucket.accessKey, bucket.secretKey, bucket.sessionToken].compactMap(\.self)
    case .directory, .branch, .unreadable: []
    }
  }
}
