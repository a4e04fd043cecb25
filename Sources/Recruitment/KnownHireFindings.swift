import RecordSchema
import Records

/// What is said about hires whom the source handed over before.
extension ImportFinding {
  /// - Parameter row: where the first one stands, from 1.
  static func twice(_ hire: NewHire, _ first: NewHire, row: Int) -> ImportFinding {
    if hire.isKnownByNameAlone, hire.digest != first.digest {
      return namesake(of: hire, "stands in row \(row) already")
    }
    return ImportFinding(
      Recruitment.rule("duplicate-reference"),
      "The source's reference '\(hire.reference)' stands in row \(row) already.",
      help: "Send each hire once."
    ).at(hire.place(of: .sourceReference))
  }

  /// Another person, or the same one corrected: by a name and a day nobody can tell.
  ///
  /// - Parameter standing: what is known of the first one.
  static func namesake(of hire: NewHire, _ standing: String) -> ImportFinding {
    ImportFinding(
      Recruitment.rule("duplicate-reference"),
      "Somebody of this name who starts on the same day \(standing), with other data; whether it is the same person cannot be told.",
      help:
        "Send source_reference, the source's own number of each hire. What is wrong about the one who is known, HR corrects in the record."
    ).at(hire.place(of: .sourceReference))
  }

  static func outOfReach(_ hire: NewHire) -> ImportFinding {
    ImportFinding(
      Recruitment.rule("duplicate-reference"),
      "The source's reference '\(hire.reference)' is that of somebody outside the units of this key.",
      help: "If it is another person, send another source_reference; if not, a key for that unit is needed."
    ).at(hire.place(of: .sourceReference))
  }

  static func otherReference(_ hire: NewHire, _ pending: PendingHire) -> ImportFinding {
    ImportFinding(
      Recruitment.rule("id-changed"), "The hire waits in review as \(pending.person.reference).",
      help: "Send that reference, or have the review branch \(pending.branch) deleted and send the hire again."
    ).at(hire.place(of: .employeeReference))
  }

  /// - Parameter fields: those that differ, as far as whoever sends may be told.
  static func otherwise(_ hire: NewHire, _ fields: [String]) -> ImportFinding {
    let names = fields.isEmpty ? "" : ": \(fields.joined(separator: ", "))"
    return ImportFinding(
      .acceptedOtherwise, "The hire was accepted, and its record says otherwise now\(names).",
      help: "Nothing was changed. HR changes the record itself where the source is right."
    ).at(hire.place)
  }

  /// - Parameter system: the source.
  static func unnamed(_ hire: NewHire, _ system: String) -> ImportFinding {
    ImportFinding(
      .sourceRemoved, "The hire was accepted, and its record does not say any more that it came from \(system).",
      help: "Nobody was made anew. HR writes external_ids.\(system) into the record again."
    ).at(hire.place)
  }

  /// - Parameter fault: why the record cannot be edited.
  static func notEditable(_ hire: NewHire, _ pending: PendingHire, _ fault: String) -> ImportFinding {
    ImportFinding(
      .recordNotEditable, "The record that waits in review was written otherwise than a program can edit it: \(fault)",
      help: "Whoever reviews \(pending.branch) takes the correction over by hand."
    ).at(hire.place)
  }
}
