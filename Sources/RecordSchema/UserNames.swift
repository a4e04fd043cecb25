/// What other systems take as user names, which e-mail addresses become.
public enum UserNames {
  /// Microsoft Entra: letters without accents, digits and `' . - _ ! # ^ ~ @`. Source: Microsoft Graph, userPrincipalName.
  public static func isTakenByEntra(_ byte: UInt8) -> Bool {
    isASCIIAlphanumeric(byte) || "'.-_!#^~@".utf8.contains(byte)
  }

  /// Moodle keeps letters without accents (small ones in the end), digits and `- _ . @`. Source: Moodle, Upload users.
  public static func isKeptByMoodle(_ byte: UInt8) -> Bool { isASCIIAlphanumeric(byte) || "-_.@".utf8.contains(byte) }
}
