import Journal
import RecordSchema

/// Whether the calendar is followed, in words.
enum CalendarText {
  /// `nil` when it is.
  static func text(_ standing: Standing) -> String? {
    guard let days = standing.unsettledDays, let settled = standing.journal?.settled, days != 0 else { return nil }
    if days < 0 {
      return
        "The journal is settled up to \(settled), which is still to come: something published with a clock that was ahead. What begins or ends until then was told already."
    }
    if standing.journal?.hold != nil { return nil }
    return
      "Nothing has published since \(settled): who started, left or moved in \(counted(days, "day")) since is not told yet. Run staffrepo publish, and have it run by the clock (docs/operator.md)."
  }
}
