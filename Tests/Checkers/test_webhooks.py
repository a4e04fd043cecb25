"""Every message on the wire, judged by the reference libraries of Standard Webhooks and CloudEvents."""

import base64
import json
import uuid
from collections import defaultdict
from datetime import datetime, timezone

import pytest
import yaml
from cloudevents.core.bindings.http import HTTPMessage, from_http_event
from standardwebhooks import Webhook, WebhookVerificationError

from conftest import GRADE, KEYS, PIN
from house import unit_codes
from receiver import Received, at_arrival

ORGANISATION = "urn:staffrepo:organisation:1"
KEYS_OF = {
    "digital-id": ["STAFFREPO_SECRET_DIGITAL_ID"],
    "medication": ["STAFFREPO_SECRET_MEDICATION"],
    "structured": ["STAFFREPO_SECRET_NEXT", "STAFFREPO_SECRET_DIGITAL_ID"],
    "binary": ["STAFFREPO_SECRET_NEXT", "STAFFREPO_SECRET_DIGITAL_ID"],
}

# What each commit of the morning tells an endpoint that hears everything, and what the medication app, which hears of
# people and units but not of photos, and only of people in care services. The order is the contract's: by record id,
# for a person in the order of the contract's table.
EVERYTHING = {
    "hire": [
        "person.created/person:45",
        "person.unit.assigned/person:45/3",
        "photo.updated/person:45",
        "person.photo.approved/person:45",
        "signature.uploaded/person:45",
    ],
    "promotion": ["person.updated/person:17"],
    "moves": [
        "person.updated/person:16",
        "person.unit.assigned/person:16/3",
        "person.unit.removed/person:16/4",
        "person.updated/person:18",
        "person.unit.assigned/person:18/8",
        "person.unit.removed/person:18/3",
        "person.updated/person:36",
        "person.unit.assigned/person:36/4",
        "person.unit.removed/person:36/12",
    ],
    "leaver": ["person.deactivated/person:20"],
    "return": ["person.updated/person:24", "person.activated/person:24"],
    "photos": [
        "photo.updated/person:17",
        "person.photo.approved/person:17",
        "person.updated/person:38",
        "person.photo.approved/person:38",
    ],
    "removal": ["person.deactivated/person:43", "person.unit.removed/person:43/4"],
    "unit renamed": ["unit.updated/unit:4"],
}
MEDICATION = {
    "hire": ["person.created/person:45", "person.unit.assigned/person:45/3"],
    "promotion": ["person.updated/person:17"],
    "moves": [
        "person.updated/person:16",
        "person.unit.assigned/person:16/3",
        "person.unit.removed/person:16/4",
        "person.deactivated/person:18/out_of_scope",
        "person.unit.removed/person:18/3/out_of_scope",
        "person.created/person:36",
        "person.unit.assigned/person:36/4",
    ],
    "leaver": ["person.deactivated/person:20"],
    "return": ["person.updated/person:24", "person.activated/person:24"],
    "removal": ["person.deactivated/person:43", "person.unit.removed/person:43/4"],
    "unit renamed": ["unit.updated/unit:4"],
}


def webhook(secret: str) -> Webhook:
    """The library takes base64, so a secret that is plain text is given to it as base64 of that text."""
    return Webhook(base64.b64encode(KEYS[secret]).decode())


def envelope(request: Received) -> dict:
    """The event itself, out of its CloudEvents wrapping where it has one."""
    body = json.loads(request.body)
    return body["data"] if request.endpoint == "structured" else body


def subject(event: dict) -> str:
    """The record that the event is about: photos and signatures are a person's."""
    kind = "unit" if event["event"].startswith("unit.") else "person"
    return f"{kind}:{event['data']['id']}"


def name(event: dict) -> str:
    """What happened to which record, as the name behind the event's id has it after the commit."""
    unit = f"/{event['data']['unit']['id']}" if event["event"].startswith("person.unit.") else ""
    scope = "/out_of_scope" if event.get("reason") == "out_of_scope" else ""
    return f"{event['event']}/{subject(event)}{unit}{scope}"


def heard(house, endpoint: str) -> list[Received]:
    return [request for request in house.received if request.endpoint == endpoint]


def record_at(house, revision: str, reference: str) -> dict:
    """A person's record in a commit, by git and PyYAML; empty when it is not there."""
    path = f"data/people/{reference}.yaml"
    there = house.git("ls-tree", "--name-only", revision, path)
    return yaml.load(house.git("show", f"{revision}:{path}"), Loader=yaml.BaseLoader) if there else {}


def test_library_agrees_with_the_known_answer():
    """A vector worked out twice by hand with HMAC-SHA256, so that the judge itself has been judged."""
    body = '{"type":"staff.created","timestamp":"2026-01-05T09:00:00Z","data":{"id":"E1001"}}'
    signed_at = datetime.fromtimestamp(1767603600, tz=timezone.utc)
    signature = Webhook("whsec_MDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAw").sign("msg_1", signed_at, body)
    assert signature == "v1,yVbtkcDYIXGsOkeUuezVagy6BcEB7J0wPWLIFXZE4x4="


def test_baseline_sends_nothing(house):
    """Who was there before the first publication is no news."""
    assert house.received_by_baseline == []


@pytest.mark.parametrize("endpoint", KEYS_OF)
def test_signatures_verify(house, endpoint):
    """Standard Webhooks: one signature a key, newest first, over id, timestamp and the raw body."""
    for request in heard(house, endpoint):
        signatures = request.headers["webhook-signature"].split(" ")
        assert len(signatures) == len(KEYS_OF[endpoint])
        for secret, signature in zip(KEYS_OF[endpoint], signatures):
            with at_arrival(request):
                webhook(secret).verify(request.body, request.headers | {"webhook-signature": signature})


@pytest.mark.parametrize("endpoint", KEYS_OF)
def test_what_was_tampered_with_does_not_verify(house, endpoint):
    """Standard Webhooks: nothing signed can be changed, and another's key opens nothing."""
    request = heard(house, endpoint)[0]
    key = webhook(KEYS_OF[endpoint][0])
    later = str(int(request.headers["webhook-timestamp"]) + 1)
    stranger = "STAFFREPO_SECRET_DIGITAL_ID" if endpoint == "medication" else "STAFFREPO_SECRET_MEDICATION"
    for judge, body, headers in (
        (key, request.body.replace(b"person", b"parson", 1), {}),
        (key, request.body + b" ", {}),
        (key, request.body, {"webhook-id": str(uuid.uuid4())}),
        (key, request.body, {"webhook-timestamp": later}),
        (webhook(stranger), request.body, {}),
    ):
        with at_arrival(request), pytest.raises(WebhookVerificationError, match="No matching signature"):
            judge.verify(body, request.headers | headers)


def test_bodies_are_small(house):
    """Standard Webhooks advises less than 20 kB a message."""
    assert max(len(request.body) for request in house.received) < 20_000


@pytest.mark.parametrize("endpoint", KEYS_OF)
def test_each_endpoint_hears_what_concerns_it_in_order(house, endpoint):
    """The event contract, commit by commit; a pay rise alone is nobody's business."""
    told = defaultdict(list)
    commits = {oid: title for title, oid in house.commits.items()}
    for event in sorted(map(envelope, heard(house, endpoint)), key=lambda event: event["sequence"]):
        told[commits[event["commit"]]].append(name(event))
    expected = MEDICATION if endpoint == "medication" else EVERYTHING
    assert dict(told) == expected
    assert list(told) == list(expected)


def test_ids_can_be_derived_by_anybody(house):
    """RFC 9562 version 5, in a namespace made of the organisation's URN: commit, event and record, nothing else."""
    namespace = uuid.uuid5(uuid.NAMESPACE_URL, ORGANISATION)
    for request in house.received:
        event = envelope(request)
        expected = uuid.uuid5(namespace, f"{event['commit']}/{name(event)}")
        assert event["id"] == request.headers["webhook-id"] == str(expected)
        assert uuid.UUID(event["id"]).version == 5


def test_sequences_rise(house):
    """Per endpoint no number comes twice, and per record they arrive in order."""
    for endpoint in KEYS_OF:
        events = [envelope(request) for request in heard(house, endpoint)]
        sequences = [tuple(event["sequence"]) for event in events]
        assert len(set(sequences)) == len(sequences)
        last = defaultdict(tuple)
        for event, sequence in zip(events, sequences):
            assert sequence > last[subject(event)], f"{name(event)} reached {endpoint} too late"
            last[subject(event)] = sequence
        assert {position for position, _ in sequences} == {2}


def test_an_event_has_one_number(house):
    """The sequence numbers the events of a publication, so whoever hears of an id hears of it under one number."""
    numbers = defaultdict(set)
    for event in map(envelope, house.received):
        numbers[event["id"], name(event)].add(tuple(event["sequence"]))
    assert {event: given for event, given in numbers.items() if len(given) > 1} == {}


def test_envelopes_say_when_and_where(house):
    """The time is the commit's own, in UTC."""
    for request in house.received:
        event = envelope(request)
        seconds = int(house.git("show", "--no-patch", "--format=%ct", event["commit"]))
        assert event["timestamp"] == f"{datetime.fromtimestamp(seconds, timezone.utc):%Y-%m-%dT%H:%M:%SZ}"
        assert event["organisation_id"] == 1


def test_data_is_the_record(house):
    """The hire's fields as they stand in the YAML, without the sensitive ones; the promotion's change without pay."""
    events = {name(event): event for event in map(envelope, heard(house, "digital-id"))}
    hire = house.people["EMP045"]
    expected = {key: value for key, value in hire.items() if key not in ("salary_grade", "custom")} | {
        "id": 45,
        "organisational_units": [{"id": 3, "code": "care-team-a", "name": "Care Team A"}],
        "status": "active",
        "is_active": True,
        "custom": {},
    }
    data = events["person.created/person:45"]["data"]
    assert {key: data.get(key) for key in expected} == expected
    assert events["person.updated/person:17"]["changes"] == {
        "job_title": {"old": "Support Worker", "new": "Senior Support Worker"}
    }
    leaver = events["person.deactivated/person:20"]["data"]
    assert (leaver["is_active"], leaver["status"]) == (False, "left")
    removed = events["person.deactivated/person:43"]
    assert (removed["data"]["is_active"], removed["removed"], "reason" in removed) == (False, True, False)


def test_no_sensitive_field_leaves(house):
    """Salary grades and PINs are shown to no subscription that does not list them, not even as a field's name."""
    pins = {person["custom"]["pin"] for person in house.people.values() if "pin" in person.get("custom", {})}
    assert PIN in pins and len(pins) > 3
    words = [word.encode() for word in {GRADE, "salary_grade", '"pin"', *pins}]
    for request in house.received:
        everything = request.body + json.dumps(request.headers).encode()
        assert [word for word in words if word in everything] == []
        assert envelope(request)["commit"] != house.commits["pay rise"]


def test_medication_sees_its_fields_only(house):
    """The subscription's allow-list governs data and changes alike; the rest tells what the event itself is about."""
    allowed = set(yaml.safe_load((house.folder / "data/webhooks/medication.yaml").read_text())["fields"])
    for event in map(envelope, heard(house, "medication")):
        about = {"unit"} if event["event"].startswith("person.unit.") else set()
        about |= {"removed"} if event.get("removed") else set()
        assert set(event["data"]) <= allowed | about
        assert set(event["changes"]) <= allowed


def test_medication_sees_its_people_only(house):
    """Who is in care services or below after the commit; or was before it, when the event takes them away."""
    scope = house.subtree("care-services")
    assert scope == {"care-services", "care-team-a", "care-team-b", "care-team-nights"}
    seen = 0
    for event in map(envelope, heard(house, "medication")):
        if not event["event"].startswith("person."):
            continue
        revision = event["commit"] + ("^" if event.get("removed") else "")
        person = record_at(house, revision, event["data"]["employee_reference"])
        assert scope & set(unit_codes(person, house.day)), name(event)
        if event.get("reason") == "out_of_scope":
            after = record_at(house, event["commit"], event["data"]["employee_reference"])
            assert not scope & set(unit_codes(after, house.day))
            assert event["removed"] is True and event["data"]["is_active"] is False
        seen += 1
    assert seen == 15


@pytest.mark.parametrize("mode", ["structured", "binary"])
def test_cloudevents_parse(house, mode):
    """CloudEvents 1.0, HTTP binding, by its own SDK: the same event in either mode, as the plain format has it."""
    plain = {request.headers["webhook-id"]: json.loads(request.body) for request in heard(house, "digital-id")}
    requests = heard(house, mode)
    assert len(requests) == len(plain)
    for request in requests:
        media_type = "application/cloudevents+json" if mode == "structured" else "application/json"
        assert request.headers["content-type"].split(";")[0] == media_type
        assert any(header.startswith("ce-") for header in request.headers) == (mode == "binary")
        event = from_http_event(HTTPMessage(headers=request.headers, body=request.body))
        data = event.get_data()
        assert data == plain[request.headers["webhook-id"]]
        assert event.get_specversion() == "1.0"
        assert event.get_id() == request.headers["webhook-id"]
        assert event.get_source() == ORGANISATION
        assert event.get_type() == data["event"]
        assert event.get_subject() == subject(data)
        assert event.get_datacontenttype() == "application/json"


def test_cloudevents_are_the_same_in_both_modes(house):
    """CloudEvents HTTP binding: a binary message carries every attribute of the event as a header, time included."""
    attributes = {
        mode: {
            request.headers["webhook-id"]: from_http_event(
                HTTPMessage(headers=request.headers, body=request.body)
            ).get_attributes()
            for request in heard(house, mode)
        }
        for mode in ("structured", "binary")
    }
    for request in heard(house, "structured"):
        identifier, event = request.headers["webhook-id"], envelope(request)
        assert attributes["structured"][identifier]["time"] == datetime.fromisoformat(event["timestamp"])
        assert attributes["binary"][identifier] == attributes["structured"][identifier]
