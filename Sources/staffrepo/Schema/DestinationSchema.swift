import RecordSchema

extension SchemaForm {
  /// Where sets are sent: a folder, a branch, or an address, each with settings of its own.
  static let destination: SchemaForm = anyOf([
    fields(
      [
        .init(
          "directory",
          pattern(#"^[^./\\][^/\\]*(?:/[^./\\][^/\\]*)*$"#, "Write the name of a folder, such as payroll."),
          isRequired: true, "A folder below the host's folder of exports.", examples: ["payroll"])
      ] + sealing),
    fields(
      [
        .init(
          "branch", setting, isRequired: true, "A branch of this repository, for the files as commits.",
          examples: ["exports/hr"])
      ] + sealing),
    fields(
      [
        .init(
          "url", address("sftp", user: true), isRequired: true, "The server, the user and the folder.",
          examples: ["sftp://larkfield@sftp.example.org/in"]),
        .init("user", setting, "The user, unless the url names one."),
        .init(
          "host_key",
          oneOrList(
            of: pattern("^SHA256:[A-Za-z0-9+/]{43}$", "Write a fingerprint: SHA256: and 43 characters.")),
          isRequired: true, "The fingerprint of the server's key. It must be one of these."),
        .init("password", credential, "Where the server finds the password.", examples: ["file:hr-password"]),
        .init("key", credential, "The file of a private key.", examples: ["file:hr-key"]),
        .init("passphrase", credential, "What opens the private key."),
      ] + sealing),
    fields(
      [
        .init(
          "url", address("https?"), isRequired: true, "Each file goes to this address, the set's name and its own.",
          examples: ["https://hr.example.org/in"]),
        .init("method", choice(["PUT", "POST", "put", "post"]), "PUT unless POST stands here."),
        .init("token", credential, "Sent as a bearer token.", examples: ["file:hr-token"]),
        .init("user", setting, "The user's name, with a password."),
        .init("password", credential, "Where the server finds the password."),
        .init(
          "headers", map(of: setting), "Further headers; what is secret is a reference.",
          examples: [["x-tenant": "larkfield"]]),
      ] + sealing),
    fields(
      [
        .init(
          "url", address("s3"), isRequired: true, "The bucket, and what the files' names begin with.",
          examples: ["s3://larkfield-exports/hr"]),
        .init("region", setting, isRequired: true, "The bucket's region.", examples: ["eu-west-2"]),
        .init(
          "endpoint", address("https?"), "Another service than Amazon's.", examples: ["https://s3.example.org"]),
        .init("access_key", credential, isRequired: true, "The access key's id.", examples: ["file:s3-id"]),
        .init("secret_key", credential, isRequired: true, "The secret key.", examples: ["file:s3-secret"]),
        .init("session_token", credential, "For keys that are lent for a while."),
      ] + sealing),
  ])

  private static let sealing: [SchemaField] = [
    .init(
      "encrypt_to",
      oneOrList(
        of: pattern(
          "^(?:age1[a-z0-9]{58}|(?:[0-9A-Fa-f] ?){40}|[0-9A-Fa-f]{64})$",
          "Write an age public key, or an OpenPGP fingerprint of 40 hexadecimal digits.")),
      "Who alone can read the files: an age public key, or an OpenPGP fingerprint."),
    .init(
      "encrypt_key", setting, "The file of this repository that holds the OpenPGP public key.",
      examples: ["data/keys/payroll.asc"]),
  ]

  private static let credential = pattern(
    "^(?:env:STAFFREPO_SECRET_[A-Z0-9_]+|file:[^./][^/]*)$",
    "Write file:NAME or env:STAFFREPO_SECRET_NAME, never the secret itself.")

  private static func address(_ scheme: String, user: Bool = false) -> SchemaForm {
    pattern(
      "^\(scheme)://\(user ? "(?:[^/@:]+@)?" : "")[^/@]+(?:/[^?#%]*)?$",
      "Write an address without a password, a question mark or a hash sign in it.")
  }

  private static func pattern(_ pattern: String, _ message: String) -> SchemaForm {
    SchemaForm(["type": "string", "pattern": .string(pattern), "patternErrorMessage": .string(message)])
  }
}
