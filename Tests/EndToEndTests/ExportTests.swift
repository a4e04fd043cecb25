import Foundation
import TestSupport
import Testing

@Suite struct `Exporting` {
  private let organisation = "organisation:\n  id: 1\n  time_zone: Europe/London\n"

  private func configure(_ repository: DataRepository, _ systems: String) throws {
    try repository.write("staffrepo.yaml", organisation + "systems:\n" + systems)
    try repository.commit()
  }

  private func current(_ repository: DataRepository, _ file: String) throws -> String {
    try String(
      contentsOfFile: "\(repository.path)/.git/staffrepo/exports/\(file)", encoding: .utf8
    ).replacing("\r\n", with: "\n")
  }

  @Test func `keeps a table whose cells do not fit from being written, names them, and writes the others`() throws {
    let repository = try DataRepository()
    try configure(
      repository,
      """
        hr:
          profiles: []
          mappings:
            staff.csv:
              columns: [employee_reference, {heading: Job, field: job_title, max_length: 6}]
        finance: {schedule: every commit}

      """)
    #expect(try repository.staffrepo("publish").status == 0)
    #expect(try current(repository, "hr/current/staff.csv") == "employee_reference,Job\nEMP1,Nurse\nEMP2,Nurse\n")
    try repository.person(2, "custom: {}\n")
    try repository.write(
      "data/people/EMP2.yaml",
      "id: 2\nemployee_reference: EMP2\nfirst_name: Grace\nlast_name: Hill\nemail: p2@example.org\njob_title: Head Nurse\nemployment_start_date: 2020-01-01\n"
    )
    try repository.commit()
    let reason = "data/people/EMP2.yaml: EMP2, column Job: 'Head Nurse' has 10 characters; it takes 6"
    let plan = try repository.staffrepo("plan")
    #expect(plan.status == 0)
    #expect(plan.output.contains(reason), "\(plan.output)")
    let failed = try repository.staffrepo("publish")
    #expect(failed.status == 1)
    #expect(failed.errors.contains(reason), "\(failed.errors)")
    #expect(try current(repository, "hr/current/staff.csv").contains("EMP2,Nurse"), "the set before stays")
    #expect(try current(repository, "finance/current/payroll.csv").contains("EMP2"))
    let status = try #require(try repository.json("status") as? [String: Any])
    let target = try #require(
      (status["targets"] as? [[String: Any]])?.first { $0["target"] as? String == "export/hr" })
    #expect(target["status"] as? String == "failed")
  }

  @Test func `by hand leaves nothing of a table that is refused`() throws {
    let repository = try DataRepository()
    try configure(
      repository,
      "  hr: {profiles: [], mappings: {staff.csv: {columns: [{heading: Job, field: job_title, max_length: 2}]}}}\n")
    let result = try repository.staffrepo("export", "hr", "--out", "out")
    #expect(result.status == 1)
    #expect(result.errors.contains("data/people/EMP1.yaml: EMP1, column Job"))
    #expect(!FileManager.default.fileExists(atPath: repository.path + "/out"))
  }

  @Test func `gives an app files only when it asks for them, and a disabled system no folder`() throws {
    let repository = try DataRepository()
    try configure(
      repository,
      """
        medication: {type: app, profiles: [feed-ndjson, feed-ndjson-delta], options: {fields: "id, first_name, is_active"}}
        rota: {type: app}
        hr: {enabled: false, profiles: [changes]}

      """)
    #expect(try repository.staffrepo("publish").status == 0)
    let folders = try FileManager.default.contentsOfDirectory(atPath: repository.path + "/.git/staffrepo/exports")
    #expect(folders == ["medication"])
    #expect(
      try current(repository, "medication/current/staff.ndjson")
        == "{\"id\":1,\"first_name\":\"Grace\",\"is_active\":true}\n{\"id\":2,\"first_name\":\"Grace\",\"is_active\":true}\n"
    )
    try repository.person(1, "is_active: false\n")
    try FileManager.default.removeItem(atPath: repository.path + "/data/people/EMP2.yaml")
    try repository.commit()
    #expect(try repository.staffrepo("publish").status == 0)
    #expect(
      try current(repository, "medication/current/staff-delta.ndjson")
        == "{\"id\":1,\"first_name\":\"Grace\",\"is_active\":false}\n{\"id\":2,\"first_name\":\"Grace\",\"is_active\":false,\"removed\":true}\n"
    )
  }

  @Test func `writes nothing of a system whose tables cannot be read, and keeps the set before`() throws {
    let repository = try DataRepository()
    func table(_ columns: String, _ filter: String) throws {
      try configure(
        repository,
        "  hr: {profiles: [], schedule: every commit, mappings: {d.csv: {content: delta, filter: {status: [\(filter)]}, columns: [\(columns)]}}}\n"
      )
    }
    try table("employee_reference, change", "active")
    #expect(try repository.staffrepo("publish").status == 0)
    let before = try current(repository, "hr/current/d.csv")
    try table("employee_reference, change", "actve")
    let failed = try repository.staffrepo("publish")
    #expect(failed.status == 1)
    #expect(failed.errors.contains("staffrepo.yaml:5:"), "\(failed.errors)")
    #expect(try current(repository, "hr/current/d.csv") == before)
    #expect(try repository.staffrepo("plan").output.contains("staffrepo.yaml:5:"))
    try table("employee_reference, change", "active, on_leave")
    #expect(try repository.staffrepo("publish").status == 0)
    #expect(try current(repository, "hr/current/d.csv") == "employee_reference,change\n", "nobody was told gone")
  }

  @Test func `shows the first rows, and a ready table as one begins with`() throws {
    let repository = try DataRepository()
    let preview = try repository.staffrepo("export", "hr", "--preview", "--rows", "1")
    #expect(preview.status == 0)
    #expect(preview.output.contains("EMP1") && !preview.output.contains("EMP2"))
    let printed = try repository.staffrepo("export", "hr", "--profile", "staffology", "--print-mapping")
    #expect(printed.status == 0)
    let table = printed.output.split(separator: "\n").map { "    \($0)\n" }.joined()
    try configure(repository, "  hr:\n    profiles: []\n" + table)
    #expect(try repository.staffrepo("validate").status == 0)
    #expect(try repository.staffrepo("export", "hr", "--out", "own").status == 0)
    #expect(try repository.staffrepo("export", "hr", "--profile", "staffology", "--out", "ready").status == 0)
    let files = try ["own", "ready"].map {
      try String(contentsOfFile: "\(repository.path)/\($0)/staffology-employees.csv", encoding: .utf8)
    }
    #expect(files[0] == files[1])
  }

  @Test func `finds mistakes in a table where they stand`() throws {
    let repository = try DataRepository()
    try configure(
      repository,
      """
        hr:
          profiles: [generik]
          mappings:
            staff.csv:
              encoding: latin
              columns:
                - Number: employee_referense
                - {heading: Pay, field: custom.pay}
                - {heading: Empty}
            units.csv:
              rows: units
              content: delta
              columns: [unit_code]
            groups.json: {columns: [email]}
            codes.csv:
              trailer: "{count}"
              columns: [{field: status, codes: {active: A, lefft: L}}]
            journal.csv: {content: changes, columns: [email, new_value]}
            nobody.csv: {filter: {status: []}, columns: [email]}

      """)
    let result = try repository.staffrepo("validate")
    #expect(result.status == 1)
    let places = result.output.matches(of: /error\[(C\d+)\].*\n +--> staffrepo.yaml:(\d+:\d+)/).map {
      "\($0.2) \($0.1)"
    }
    #expect(
      places == [
        "6:16 C002", "9:19 C002", "11:21 C016", "12:35 C016", "13:13 C017", "16:18 C017", "18:7 C017", "20:18 C017",
        "21:42 C002", "21:42 C017", "22:30 C017", "23:37 C017",
      ],
      "\(result.output)")
  }
}
