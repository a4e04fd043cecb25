import ArgumentParser
import GitStore
import RecordSchema
import Records

struct Schema: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema",
    abstract: "Print the JSON Schema of a kind of file, for editors, or of events, for those who receive them.",
    discussion: """
      Inside a data repository the schema knows its staffrepo.yaml: the required fields and the custom ones.

      An editor takes the schema that a file's first line names:
        # yaml-language-server: $schema=../../schemas/person.schema.json

      EXAMPLES:
        staffrepo schema person > schemas/person.schema.json
        staffrepo schema event --standard
        staffrepo schema api                        the HTTP API, as OpenAPI 3.1
        check-jsonschema --schemafile schemas/person.schema.json data/people/*.yaml
      """)

  @Argument(help: "What the schema is about.")
  var kind: SchemaKind

  @Flag(help: "Leave staffrepo.yaml aside: the standard required fields, and any custom ones.")
  var standard = false

  func run() throws {
    Terminal.print(kind.schema(standard ? nil : try Self.localConfiguration()).prettyText)
  }

  /// staffrepo.yaml of the repository at hand, as it stands in the work tree, else at HEAD; `nil` where there is none.
  private static func localConfiguration() throws -> Configuration? {
    guard let repository = try? Repository(containing: ".") else { return nil }
    var source: (any RecordSource)?
    if let root = repository.workDirectory {
      let files = WorkTreeSource(root: root)
      if try files.configurationFile() != nil { source = files }
    }
    if source == nil, let commit = try repository.target(of: "HEAD") {
      source = try CommitSource(repository, commit: commit)
    }
    guard let source, try source.configurationFile() != nil else { return nil }
    let configuration = try source.configuration().configuration
    if configuration == nil {
      Terminal.warning(
        "staffrepo.yaml cannot be read, so this is the standard schema. What is wrong: staffrepo validate")
    }
    return configuration
  }
}
