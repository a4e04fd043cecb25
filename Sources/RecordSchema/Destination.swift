/// Where a system's sets of files are sent, and who alone can read them.
public struct Destination: Sendable, Equatable {
  public enum Place: Sendable, Equatable {
    /// Below the host's folder of exports, unless the host maps it elsewhere.
    case directory(String)
    /// A branch of the same repository, without `refs/heads/`.
    case branch(String)
    case sftp(SFTP)
    case web(Web)
    case bucket(Bucket)
    /// Something is written that cannot be used. It is not the same as no destination: nothing goes anywhere.
    case unreadable
  }

  public struct SFTP: Sendable, Equatable {
    /// Without a slash at its end.
    public var url: String
    public var user: String
    /// Fingerprints such as `SHA256:…`, any of which the server may show.
    public var hostKeys: [String]
    public var password: SecretReference?
    /// The name of a private key's file.
    public var key: SecretReference?
    public var passphrase: SecretReference?

    public init(
      url: String, user: String, hostKeys: [String], password: SecretReference? = nil, key: SecretReference? = nil,
      passphrase: SecretReference? = nil
    ) {
      self.url = url
      self.user = user
      self.hostKeys = hostKeys
      self.password = password
      self.key = key
      self.passphrase = passphrase
    }
  }

  public struct Web: Sendable, Equatable {
    public enum Method: String, Sendable, CaseIterable {
      case put = "PUT"
      case post = "POST"
    }

    public enum HeaderValue: Sendable, Equatable {
      case text(String)
      case secret(SecretReference)
    }

    /// Without a slash at its end.
    public var url: String
    public var method = Method.put
    public var token: SecretReference?
    public var user: String?
    public var password: SecretReference?
    public var headers: [Header] = []

    public struct Header: Sendable, Equatable {
      public var name: String
      public var value: HeaderValue

      public init(name: String, value: HeaderValue) {
        self.name = name
        self.value = value
      }
    }

    public init(url: String) { self.url = url }
  }

  public struct Bucket: Sendable, Equatable {
    public var name: String
    /// Without slashes at its ends; empty for the bucket itself.
    public var prefix: String
    public var region: String
    /// Another service than Amazon's own.
    public var endpoint: String?
    public var accessKey: SecretReference
    public var secretKey: SecretReference
    public var sessionToken: SecretReference?

    public init(
      name: String, prefix: String, region: String, endpoint: String? = nil, accessKey: SecretReference,
      secretKey: SecretReference, sessionToken: SecretReference? = nil
    ) {
      self.name = name
      self.prefix = prefix
      self.region = region
      self.endpoint = endpoint
      self.accessKey = accessKey
      self.secretKey = secretKey
      self.sessionToken = sessionToken
    }
  }

  /// Files are encrypted before they leave.
  public enum Encryption: Sendable, Equatable {
    /// age's public keys.
    case age([String])
    /// OpenPGP fingerprints, and the file of the repository that holds their public keys.
    case openPGP([String], keyFile: String)

    /// What encrypted files' names end in.
    public var fileEnding: String {
      switch self {
      case .age: "age"
      case .openPGP: "gpg"
      }
    }

    public var recipients: [String] {
      switch self {
      case .age(let recipients), .openPGP(let recipients, _): recipients
      }
    }
  }

  public var place: Place
  public var encryption: Encryption?

  public init(_ place: Place, encryption: Encryption? = nil) {
    self.place = place
    self.encryption = encryption
  }
}

extension Destination: CustomStringConvertible {
  /// Without any secret; two systems whose sets would mix have the same.
  public var description: String {
    switch place {
    case .directory(let name): "directory \(name)"
    case .branch(let name): "branch \(name)"
    case .sftp(let place):
      place.url.replacing("sftp://", with: "sftp://\(place.user)@", maxReplacements: 1)
    case .web(let place): place.url
    case .bucket(let bucket):
      "s3://\(bucket.name)\(bucket.prefix.isEmpty ? "" : "/")\(bucket.prefix)"
        + (bucket.endpoint.map { " at \($0)" } ?? "")
    case .unreadable: "unreadable"
    }
  }

  /// Files leave this machine.
  public var isRemote: Bool {
    switch place {
    case .sftp, .web, .bucket: true
    case .directory, .branch, .unreadable: false
    }
  }
}
