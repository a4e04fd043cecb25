import RecordSchema

import Records
import YAMLReader

/// The files of a fresh data repository.
struct Samples {
  let name: String
  let domain: String
  let timeZone: String

  var files: [(path: String, text: String)] {
    [
      ("staffrepo.yaml", configuration), ("data/units/head-office.yaml", headOffice),
      ("data/units/care-team-a.yaml", team), ("data/people/EMP001.yaml", director),
      ("data/people/EMP002.yaml", worker), (".github/workflows/staff-records.yml", workflow),
      (".gitignore", ".DS_Store\n._*\nThumbs.db\ndesktop.ini\n*~\n~$*\n*.swp\n*.bak\n"),
    ] + schemas
  }

  /// Editors check a file while it is written, by the schema that its first line names.
  private var schemas: [(path: String, text: String)] {
    let settings = ConfigurationDecoder.read(YAMLReader.read(Array(configuration.utf8))).configuration
    return SchemaKind.allCases.filter { $0 != .event }.map {
      ("schemas/\($0.rawValue).schema.json", String(decoding: $0.schema(settings).prettyLines, as: UTF8.self))
    }
  }

  /// A double-quoted YAML text: whatever the name holds, it stays one text.
  private func quoted(_ text: String) -> String {
    "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
  }

  private var configuration: String {
    """
    # yaml-language-server: $schema=schemas/config.schema.json
    # Settings of this staff record repository. Every setting that is not here has a sound default.
    # After a change of required_fields or custom_fields: staffrepo schema person > schemas/person.schema.json
    organisation:
      # Part of every event that other systems ever get: never change it.
      id: 1
      name: \(quoted(name))
      email_domains:
        - \(quoted(domain))
      # Decides when a day begins, and so when a leaver's access ends.
      time_zone: \(timeZone)
    branch: main
    data: data
    # Switch a system on by setting enabled to true.
    systems:
      entra:
        enabled: false
      hr:
        enabled: true
      finance:
        enabled: false
      lms:
        enabled: false
      digital-id:
        enabled: true
      # Applications that ask, listen or hand in new hires, and take no files. More of them are added in the same way.
      medication:
        type: app
      recruitment:
        type: app

    """
  }

  private var headOffice: String {
    """
    # yaml-language-server: $schema=../../schemas/unit.schema.json
    id: 1
    code: head-office
    name: Head Office
    cost_centre: CC-100
    manager: EMP001

    """
  }

  private var team: String {
    """
    # yaml-language-server: $schema=../../schemas/unit.schema.json
    id: 2
    code: care-team-a
    name: Care Team A
    parent: head-office
    cost_centre: CC-210

    """
  }

  private var director: String {
    """
    # yaml-language-server: $schema=../../schemas/person.schema.json
    id: 1
    employee_reference: EMP001
    first_name: Margaret
    last_name: Ashworth
    email: \(quoted("margaret.ashworth@\(domain)"))
    job_title: Chief Executive
    employment_start_date: 2019-04-01
    organisational_units:
      - head-office

    """
  }

  private var worker: String {
    """
    # yaml-language-server: $schema=../../schemas/person.schema.json
    id: 2
    employee_reference: EMP002
    first_name: Grace
    last_name: Hill
    email: \(quoted("grace.hill@\(domain)"))
    job_title: Support Worker
    employment_start_date: 2024-09-02
    line_manager: EMP001
    organisational_units:
      - care-team-a

    """
  }

  private var workflow: String {
    """
    # Judges every change of the staff records before it is merged, and shows what publishing it will do.
    name: Staff records
    on:
      pull_request:
      push:
        branches: [main]
    permissions:
      contents: read
    jobs:
      validate:
        runs-on: [self-hosted, staffrepo]
        steps:
          - uses: actions/checkout@v4
            with:
              # Publishing plans compare with earlier commits.
              fetch-depth: 0
          - if: github.event_name != 'pull_request'
            run: staffrepo validate --format github
          - if: github.event_name == 'pull_request'
            run: staffrepo validate --base "origin/${{ github.base_ref }}" --format github
          - if: github.event_name == 'pull_request'
            run: staffrepo plan "origin/${{ github.base_ref }}..HEAD" --format markdown >> "$GITHUB_STEP_SUMMARY"

    """
  }
}
