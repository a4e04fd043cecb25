import RecordSchema

/// The file of a key that is about to be made: everything about it but the key itself.
public struct NewKey: Sendable {
  public var system: String
  /// What the key is for, as people read it.
  public var purpose: String?
  /// `sha256:` and 64 digits.
  public var hash: String
  /// The key's last four characters.
  public var hint: String
  public var scopes: [String]
  /// `nil`: everybody may be read with it.
  public var units: [String]?
  public var created: CalendarDate
  public var expires: CalendarDate

  public init(
    system: String, purpose: String?, hash: String, hint: String, scopes: [String], units: [String]?,
    created: CalendarDate, expires: CalendarDate
  ) {
    self.system = system
    self.purpose = purpose
    self.hash = hash
    self.hint = hint
    self.scopes = scopes
    self.units = units
    self.created = created
    self.expires = expires
  }

  /// - Parameter schema: by which editors check the file, as the file's folder names it.
  public func text(schema: String?) -> String {
    var fields = [RecordLine("system", .text(system))]
    if let purpose { fields.append(RecordLine("name", .text(purpose))) }
    fields += [
      RecordLine("key_hash", .text(hash)), RecordLine("key_hint", .text(hint)),
      RecordLine("scopes", .list(scopes.map(RecordValue.text))),
    ]
    if let units { fields.append(RecordLine("units", .list(units.map(RecordValue.text)))) }
    fields += [
      RecordLine("created_at", .word(created.description)), RecordLine("expires_at", .word(expires.description)),
    ]
    return newFile(fields, schema: schema)
  }
}

/// A file of fields, each on lines of its own, below the line that editors look for.
func newFile(_ fields: [RecordLine], schema: String?) -> String {
  let head = schema.map { ["# yaml-language-server: $schema=\($0)"] } ?? []
  return (head + RecordWriter.lines(of: fields)).map { $0 + "\n" }.joined()
}
