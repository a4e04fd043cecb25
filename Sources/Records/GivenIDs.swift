import GitStore

/// The largest id that a new person was given by a program here: `refs/staffrepo/ids` names a blob that holds it.
public enum GivenIDs {
  public static let reference = "refs/staffrepo/ids"

  /// 0 where none was given.
  public static func largest(in repository: Repository) throws -> Int {
    try repository.target(of: reference).map { number(in: $0, repository) } ?? 0
  }

  /// What cannot be read counts as lost.
  public static func number(in blob: OID, _ repository: Repository) -> Int {
    let text = (try? repository.blob(blob)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    return Int(text.filter { $0 != "\n" }) ?? 0
  }
}
