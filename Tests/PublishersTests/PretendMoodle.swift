/// Moodle's "Upload users", as far as our files ask for it: add new and update existing users, renames allowed.
///
/// Source: moodle/moodle, admin/tool/uploaduser/classes/process.php.
struct PretendMoodle {
  struct Account: Equatable {
    /// Moodle's own, which learning records hang on.
    let number: Int
    var idnumber = ""
    var isSuspended = false
    var cohorts: Set<String> = []
  }

  private(set) var accounts: [String: Account] = [:]
  private var made = 0

  mutating func upload(_ lines: [String]) {
    guard let headings = lines.first.map(SetHistory.cells) else { return }
    for line in lines.dropFirst() {
      let cells = SetHistory.cells(line)
      upload(Dictionary(uniqueKeysWithValues: zip(headings, cells)))
    }
  }

  private mutating func upload(_ row: [String: String]) {
    let name = row["username"] ?? ""
    if let old = row["oldusername"], !old.isEmpty {
      // The whole row is refused when the new name is not free, or there is nobody with the old one.
      guard accounts[name] == nil, let account = accounts.removeValue(forKey: old) else { return }
      accounts[name] = account
    }
    made += 1
    var account = accounts[name] ?? Account(number: made)
    account.idnumber = row["idnumber"] ?? ""
    account.isSuspended = row["suspended"] == "1"
    account.cohorts.formUnion(row.filter { $0.key.hasPrefix("cohort") && !$0.value.isEmpty }.values)
    accounts[name] = account
  }

  /// What an administrator does by hand.
  mutating func remove(_ lines: [String]) {
    for line in lines.dropFirst() {
      let cells = SetHistory.cells(line)
      accounts[cells[0]]?.cohorts.remove(cells[2])
    }
  }
}
