/// What `staffrepo.yaml` says, with a sound default for every setting.
public struct Configuration: Sendable, Equatable {
  public var organisation = Organisation()
  public var branch = "main"
  /// The folder that holds people, units and the rest, without a slash at its end.
  public var dataFolder = "data"
  /// Of email, job_title and employment_start_date, those that a record must have.
  public var requiredFields: Set<String> = Configuration.relaxableFields
  public var customFields: [CustomFieldDeclaration] = []
  public var guards: [GuardLimit] = Configuration.defaultGuards
  public var policies: [Policy] = []
  public var approvers: [String] = []
  /// How many export sets of each system are kept.
  public var keptExports = 30
  public var systems: [SystemSettings] = []
  /// Where other systems reach the HTTP API, without a slash at its end; `nil`: nobody said.
  public var publicURL: String?
  public var recruitment = RecruitmentSettings()

  public init() {}

  public static let relaxableFields: Set<String> = ["email", "job_title", "employment_start_date"]

  public struct Organisation: Sendable, Equatable {
    public var id = 0
    public var name = ""
    public var emailDomains: [String] = []
    public var timeZone = TimeZoneRules.utc
    public var contactEmail: String?

    public init() {}
  }

  public struct CustomFieldDeclaration: Sendable, Equatable {
    public enum FieldType: String, Sendable, CaseIterable {
      case string, integer, boolean, date
    }
    public var name: String
    public var type: FieldType
    public var isSensitive: Bool
    /// The only values allowed, when there are any.
    public var values: [String]

    public init(name: String, type: FieldType, isSensitive: Bool, values: [String]) {
      self.name = name
      self.type = type
      self.isSensitive = isSensitive
      self.values = values
    }
  }

  /// A brake on mass changes: it trips when a change exceeds both numbers.
  public struct GuardLimit: Sendable, Equatable {
    public var name: String
    public var count: Int
    /// Of the records before the change.
    public var percent: Int

    public init(_ name: String, count: Int, percent: Int) {
      self.name = name
      self.count = count
      self.percent = percent
    }
  }

  public static let defaultGuards = [
    GuardLimit("deactivations", count: 10, percent: 10),
    GuardLimit("removals", count: 5, percent: 5),
    GuardLimit("memberships_lost", count: 20, percent: 20),
    GuardLimit("manager_changes", count: 50, percent: 20),
    GuardLimit("email_changes", count: 20, percent: 10),
    GuardLimit("creations", count: 50, percent: 20),
  ]

  /// Fields or paths that only certain authors may change.
  public struct Policy: Sendable, Equatable {
    public var name: String
    public var paths: [String]
    public var fields: [String]
    /// E-mail addresses of commit authors, `*@domain`, or names by which the server knows who pushes.
    public var authors: [String]
    /// The commits must bear a signature that `git verify-commit` finds good.
    public var isSigned: Bool

    public init(name: String, paths: [String], fields: [String], authors: [String], isSigned: Bool = false) {
      self.name = name
      self.paths = paths
      self.fields = fields
      self.authors = authors
      self.isSigned = isSigned
    }
  }

  /// A downstream system: one of the five that staffrepo writes files for, or an app that has webhooks and keys only.
  public struct SystemSettings: Sendable, Equatable {
    public var name: String
    public var isEnabled = true
    public var isApp = false
    public var schedule: Schedule
    /// The ready-made sets of files that are written; `nil`: the system's first, for an app none.
    public var profiles: [String]?
    /// Tables of the organisation's own.
    public var mappings: [TableMapping] = []
    /// Why none of its files may be written: what is said of them cannot be read, and what is left of it would be another
    /// file than was meant.
    public var fault: String?
    /// Settings of that system alone, such as `domain` or `auth`.
    public var options: [String: String] = [:]
    /// Where its sets are sent; `nil`: it fetches them itself.
    public var destination: Destination?

    public init(name: String) {
      self.name = name
      schedule = Schedule.standard(for: name)
    }
  }

  public static let exportSystems = ["entra", "hr", "finance", "lms", "digital-id"]

  /// What `profiles` of a system may name.
  public static func profiles(of system: String) -> [String] { (systemProfiles[system] ?? []) + feeds }

  /// Files of ready-made profiles that are no tables, in whose place no table can stand.
  public static func isTaken(_ file: String, by system: String) -> Bool {
    let names = [
      "groups.json", "bulk-create.csv", "oracle-hdl.zip", "moodle-users.csv", "moodle-removals.csv", "employees.json",
      "employees-delta.json", "revocations.json", "images.json", "images", "staff.json", "staff.ndjson",
      "staff-delta.json", "staff-delta.ndjson", "latest.json",
    ]
    return names.contains(file) || ["bulk-upload-", "members-", "oneroster"].contains { file.hasPrefix($0) }
  }

  /// For apps and whatever else reads lists of people.
  public static let feeds = [
    "feed-json", "feed-ndjson", "feed-csv", "feed-json-delta", "feed-ndjson-delta", "feed-csv-delta",
  ]

  /// Those that hold secrets: written on demand only.
  public static let privateProfiles = ["bulk-create"]

  private static let systemProfiles = [
    "entra": ["bulk-upload", "bulk-upload-delta", "group-members"],
    "hr": ["generic", "successfactors", "oracle-hdl", "staffology", "sage", "changes", "leavers"],
    "finance": ["generic", "split", "journal", "staffology", "sage"],
    "lms": ["standard", "moodle", "oneroster", "oneroster-1.1", "oneroster-delta", "oneroster-1.1-delta"],
    "digital-id": ["employees", "employees-delta"],
  ]

  public func system(_ name: String) -> SystemSettings? {
    systems.first { $0.name == name }
  }

  /// The names of person fields that are sensitive: sent only to those who ask for them.
  public var sensitiveFields: Set<String> {
    Set(["salary_grade"] + customFields.filter(\.isSensitive).map { "custom.\($0.name)" })
  }
}
