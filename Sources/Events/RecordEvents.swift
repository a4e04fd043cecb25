import Changes
import RecordSchema

/// The events of one person between two states, in the order in which they are sent.
///
/// - Parameter before: `nil` when the person was not there.
/// - Parameter after: `nil` when the record is gone, or (with a reason) out of the consumer's sight.
func personDrafts(before: PersonState?, after: PersonState?, reason: String? = nil) -> [EventDraft] {
  guard let current = after ?? before else { return [] }
  let isGone = after == nil
  let data = current.data(removed: isGone)
  func draft(_ name: EventName, changes: [JSON.Member] = [], unit: Unit? = nil) -> EventDraft {
    EventDraft(
      name: name, kind: .person, recordID: current.person.id.rawValue, subject: current.person.reference.rawValue,
      data: data, changes: changes, unit: unit, isRemoval: isGone, reason: isGone ? reason : nil)
  }
  var drafts: [EventDraft] = []
  if let before, let after {
    drafts += changeOfState(before, after).map { draft($0.name, changes: $0.changes) }
  } else {
    drafts.append(draft(isGone ? .personDeactivated : .personCreated))
  }
  let (old, new) = (before?.units ?? [], after?.units ?? [])
  let (oldIDs, newIDs) = (Set(old.map(\.id)), Set(new.map(\.id)))
  drafts += new.filter { !oldIDs.contains($0.id) }.sorted { $0.id < $1.id }.map { draft(.personUnitAssigned, unit: $0) }
  drafts += old.filter { !newIDs.contains($0.id) }.sorted { $0.id < $1.id }.map { draft(.personUnitRemoved, unit: $0) }
  if let after { drafts += imageEvents(before, after).map { draft($0) } }
  return drafts
}

/// Updated, deactivated, activated: what happened to the record itself.
private func changeOfState(_ before: PersonState, _ after: PersonState) -> [(name: EventName, changes: [JSON.Member])] {
  let membershipsChanged = before.unitIDs != after.unitIDs
  guard before.person != after.person || membershipsChanged || before.status != after.status else { return [] }
  let changes = PersonState.visibleChanges(before, after)
  let deactivated = before.status.isActive && !after.status.isActive
  let activated = !before.status.isActive && after.status.isActive
  let fields = Set(Change.fieldChanges(before.person, after.person, Person.fields).map(\.field))
  let saidByDeactivation =
    deactivated && !membershipsChanged && fields.isSubset(of: ["is_active", "employment_end_date"])
  var result: [(name: EventName, changes: [JSON.Member])] = []
  if !saidByDeactivation { result.append((.personUpdated, changes)) }
  if deactivated { result.append((.personDeactivated, changes)) }
  if activated { result.append((.personActivated, changes)) }
  return result
}

private func imageEvents(_ before: PersonState?, _ after: PersonState) -> [EventName] {
  var names: [EventName] = []
  if before?.person.photoPath != after.person.photoPath || before?.photo != after.photo { names.append(.photoUpdated) }
  if after.hasApprovedPhoto, before?.hasApprovedPhoto != true || before?.photo != after.photo {
    names.append(.personPhotoApproved)
  }
  let signatureDiffers =
    before?.person.signaturePath != after.person.signaturePath || before?.signature != after.signature
  if after.signature != nil, signatureDiffers { names.append(.signatureUploaded) }
  return names
}

/// The event of one unit between two states.
func unitDraft(before: Unit?, after: Unit?) -> EventDraft? {
  guard let current = after ?? before, before != after else { return nil }
  let changes =
    before == nil || after == nil
    ? []
    : Change.fieldChanges(before, after, Unit.fields).map {
      JSON.Member($0.field, ["old": $0.old, "new": $0.new])
    }
  var data = Unit.fields.map { JSON.Member($0.name, $0.value(current)) }
  if after == nil {
    for index in data.indices where data[index].name == "is_active" { data[index].value = false }
  }
  return EventDraft(
    name: before == nil ? .unitCreated : after == nil ? .unitRemoved : .unitUpdated, kind: .unit,
    recordID: current.id.rawValue, subject: current.code.rawValue, data: data, changes: changes,
    isRemoval: after == nil)
}
