// swift-tools-version: 6.2
import PackageDescription

// What each dependency is for, and why it is here, is told in ARCHITECTURE.md.
let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let sqlite: Target.Dependency = .product(name: "GRDBSQLite", package: "GRDB.swift")
let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore: Target.Dependency = .product(name: "HummingbirdCore", package: "hummingbird")
let nioSSL: Target.Dependency = .product(name: "NIOSSL", package: "swift-nio-ssl")
let httpTypes: Target.Dependency = .product(name: "HTTPTypes", package: "swift-http-types")
let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let nioHTTP1: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let nioHTTPTypes: Target.Dependency = .product(name: "NIOHTTPTypes", package: "swift-nio-extras")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let customDump: Target.Dependency = .product(name: "CustomDump", package: "swift-custom-dump")
/// Without it a difference that CustomDump finds is printed and fails nothing.
let issueReporting: Target.Dependency = .product(
  name: "IssueReportingTestSupport", package: "xctest-dynamic-overlay")

let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .treatAllWarnings(as: .error),
]

func module(_ name: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = []) -> Target {
  .target(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource] = []) -> Target {
  .testTarget(
    name: name, dependencies: dependencies + ["TestSupport", customDump, issueReporting], resources: resources,
    swiftSettings: settings)
}

/// The notes that stand beside a publisher's code.
let publisherNotes = ["Entra", "HR", "Finance", "LMS", "DigitalID", "Webhook"].map { "\($0)/README.md" }

let package = Package(
  name: "staffrepo",
  platforms: [.macOS(.v15)],
  products: [.executable(name: "staffrepo", targets: ["staffrepo"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
    .package(url: "https://github.com/pointfreeco/swift-custom-dump", from: "1.7.3"),
    .package(url: "https://github.com/pointfreeco/xctest-dynamic-overlay", from: "1.13.1"),
  ],
  targets: [
    .target(name: "CLibgit2", linkerSettings: [.linkedLibrary("git2")]),
    .systemLibrary(name: "CLibyaml", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    // Loaded by the first command that sends something, not at every start.
    .target(name: "CLibcurl"),

    module("RecordSchema"),
    module("YAMLReader", ["CLibyaml", "RecordSchema"]),
    module("GitStore", ["CLibgit2"]),
    module("Addresses"),
    module("FileStore"),
    module("Workers"),
    module("Catalogue", ["RecordSchema", "GitStore", "FileStore"]),
    module("Records", ["RecordSchema", "YAMLReader", "GitStore", "FileStore", "Catalogue", "Workers"]),
    module(
      "Validators",
      ["RecordSchema", "YAMLReader", "GitStore", "FileStore", "Catalogue", "Records", "Events", "Journal", "Addresses"]),
    module("Changes", ["RecordSchema"]),
    module("Events", ["RecordSchema", "Changes", crypto]),
    module("Journal", ["RecordSchema", "GitStore", "Catalogue", "Records", "Events"]),
    module("Ledger", ["RecordSchema", "FileStore", grdb, sqlite]),
    module(
      "Publishers",
      [
        "CLibcurl", "RecordSchema", "YAMLReader", "Records", "Events", "FileStore", "Workers", "Ledger", "Addresses",
        crypto,
      ],
      exclude: publisherNotes),
    module("Access", ["RecordSchema", "FileStore", "Addresses", crypto, grdb, sqlite]),
    module(
      "Roster",
      [
        "RecordSchema", "GitStore", "FileStore", "Catalogue", "Records", "Events", "Journal", "Workers", crypto,
      ]),
    module("Editing", ["RecordSchema", "YAMLReader", "Records"]),
    module(
      "Proposals", ["RecordSchema", "GitStore", "Catalogue", "Records", "Validators", "Editing"]),
    module(
      "Recruitment",
      [
        "RecordSchema", "YAMLReader", "GitStore", "FileStore", "Catalogue", "Records", "Validators", "Editing",
        "Proposals", "Access", crypto, grdb, sqlite,
      ]),
    module(
      "HTTPAPI",
      [
        "CZlib", "RecordSchema", "FileStore", "Access", "Roster", crypto, hummingbirdCore, httpTypes,
        nioCore, nioPosix, nioHTTP1, nioHTTPTypes, nioSSL, logging,
      ]),
    .executableTarget(
      name: "staffrepo",
      dependencies: [
        "RecordSchema", "YAMLReader", "GitStore", "FileStore", "Catalogue", "Records", "Validators", "Changes",
        "Events",
        "Journal", "Ledger", "Publishers", "Workers", "Addresses", "Access", "Roster", "Editing", "Proposals",
        "Recruitment", "HTTPAPI", argumentParser, hummingbird, httpTypes, nioCore, logging, crypto,
      ],
      swiftSettings: settings),

    .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: settings),
    .target(
      name: "RecordChecks", dependencies: ["RecordSchema", "YAMLReader", "GitStore", "Records", "Validators"],
      path: "Tests/RecordChecks", swiftSettings: settings),
    tests("RecordSchemaTests", ["RecordSchema"]),
    tests("GitStoreTests", ["GitStore"]),
    tests(
      "RecordsTests",
      [
        "RecordSchema", "YAMLReader", "GitStore", "Catalogue", "Records", "Validators", "Workers", "RecordChecks",
        crypto,
      ]),
    tests("AccessTests", ["RecordSchema", "Records", "Access"]),
    tests(
      "RosterTests",
      ["RecordSchema", "GitStore", "FileStore", "Catalogue", "Records", "Events", "Journal", "Roster"]),
    tests(
      "RecruitmentTests",
      [
        "RecordSchema", "YAMLReader", "GitStore", "FileStore", "Records", "Validators", "Editing", "Proposals",
        "Access",
        "Recruitment", crypto,
      ]),
    tests(
      "HTTPAPITests",
      ["RecordSchema", "GitStore", "FileStore", "Access", "Roster", "HTTPAPI", logging]),
    tests("EventsTests", ["RecordSchema", "Events"]),
    tests(
      "PublishersTests",
      ["RecordSchema", "YAMLReader", "Records", "FileStore", "Ledger", "Publishers", "Addresses", grdb],
      resources: [.copy("Fixtures")]),
    tests(
      "EndToEndTests",
      [
        "staffrepo", "RecordSchema", "GitStore", "FileStore", "Records", "Events", "Journal", "Ledger", "Publishers",
        "Access", "Proposals", "Recruitment",
      ]),
  ]
)

// Only script/fuzz sets this: its programs are no part of a build, and what they judge is built with coverage for them.
if Context.environment["STAFFREPO_FUZZ"] != nil {
  func fuzzer(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(
      name: "Fuzz\(name)", dependencies: dependencies + ["FuzzDriver", "RecordChecks"], path: "Fuzz/\(name)",
      swiftSettings: settings)
  }
  package.targets += [
    .target(name: "FuzzDriver", path: "Fuzz/Driver", swiftSettings: settings),
    fuzzer("Reader", ["RecordSchema", "YAMLReader"]),
    fuzzer("Hooks", ["CLibgit2", "RecordSchema", "GitStore", "FileStore", "Records", "Validators"]),
  ]
  for target in package.targets where target.type == .regular || target.type == .executable {
    target.swiftSettings? += [.unsafeFlags(["-sanitize=fuzzer", "-enable-testing"])]
  }
}

// Only script/bench --keys sets this.
if Context.environment["STAFFREPO_KEYS"] != nil {
  package.targets.append(
    .executableTarget(
      name: "Keys", dependencies: ["RecordSchema", "Access"], path: "Bench/Keys", swiftSettings: settings))
}

// Only script/bench --worst sets this.
if Context.environment["STAFFREPO_WORST"] != nil {
  package.targets.append(
    .executableTarget(
      name: "Worst", dependencies: ["RecordSchema", "YAMLReader", "Records", "Validators", "RecordChecks"],
      path: "Bench/Worst", swiftSettings: settings))
}

// Only script/bench --roster sets this.
if Context.environment["STAFFREPO_ROSTER"] != nil {
  package.targets.append(
    .executableTarget(
      name: "RosterBench", dependencies: ["RecordSchema", "GitStore", "Roster"], path: "Bench/Roster",
      swiftSettings: settings))
}
