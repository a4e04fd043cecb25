"""Much traffic with random contents and random failures: every body verified, every order kept, nothing lost.

    STAFFREPO_BODIES=100000 STAFFREPO=.build/release/staffrepo script/check -k traffic
"""

import base64
import json
import os
import random
import time
import uuid
from collections import defaultdict
from datetime import datetime

import pytest
import svix
from cloudevents.core.bindings.http import HTTPMessage, from_http_event
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from standardwebhooks import Webhook

from counter import Counter, Reply
from outpost import Outpost, person, person_path, quoted
from receiver import Received, at_arrival

BODIES = int(os.environ.get("STAFFREPO_BODIES", "10000"))
SEED = int(os.environ.get("STAFFREPO_SEED", "20261121"))
ORGANISATION = "urn:staffrepo:organisation:1"
NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, ORGANISATION)
LONGEST_BODY = 64 * 1024

# ---- Random contents ----

HMAC_KEY, OLD_KEY, PLAIN_KEY = bytes(range(64)), bytes(range(100, 124)), "plain text, with “quotes” and a £".encode()
SIGNER = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
SECRETS = {
    "STAFFREPO_SECRET_HMAC": "whsec_" + base64.b64encode(HMAC_KEY).decode(),
    "STAFFREPO_SECRET_OLD": "whsec_" + base64.b64encode(OLD_KEY).decode(),
    "STAFFREPO_SECRET_PLAIN": PLAIN_KEY.decode(),
    "STAFFREPO_SECRET_SIGNER": "whsk_"
    + base64.b64encode(bytes(range(32)) + SIGNER.public_key().public_bytes_raw()).decode(),
}
ENDPOINTS = {
    "plain": ("staff-service", ["HMAC", "OLD"]),
    "structured": ("cloudevents-structured", ["PLAIN"]),
    "binary": ("cloudevents-binary", ["OLD"]),
    "asymmetric": ("staff-service", ["SIGNER"]),
}
HMAC_KEYS = {"plain": [HMAC_KEY, OLD_KEY], "structured": [PLAIN_KEY], "binary": [OLD_KEY]}
# What JSON, YAML, HTTP, CSV or somebody's terminal may take for its own; without blanks, which may not stand at the ends.
PIECES = [
    *"\"'\\`{}[]()<>&|;:,.?!#%@$^*+-=_~/",
    *"aZ09éßøŁžİıſﬁ", *"δЖ字語한กि", *"אבגדהשלום", *"ابتثجحخ٠١٢", *"😀👩🚑𝄞𐍈🏽", "e\u0301", "n\u0303", "👍🏿", "\\u0000", "\\n", "\\\\",
    "%00", "%0d%0a", "&amp;", "<script>", "${PATH}", "{{x}}", "null", "NaN", "1e999", "---", "...", "\ufffd", "ﷺ", "'; DROP",
]  # fmt: skip


def awkward(chance: random.Random, longest: int) -> str:
    """Text that is allowed and that nobody expects; now and then as long as it may be."""
    length = longest if chance.random() < 0.1 else chance.randint(1, min(longest, 30))
    words = [chance.choice(PIECES) for _ in range(length)]
    for place in range(1, length - 1):
        if chance.random() < 0.1:
            words[place] = " "
    # No blanks at the ends, and nothing that a spreadsheet would run: those are refused.
    return "".join(words)[:longest].strip().lstrip("=+-@ ") or "x"


def wording(chance: random.Random) -> dict[str, str]:
    """New values for some of a person's fields."""
    fields = {
        "first_name": awkward(chance, 64),
        "last_name": awkward(chance, 64),
        "preferred_name": awkward(chance, 64),
        "job_title": awkward(chance, 128),
        "note": awkward(chance, 1000),
    }
    chosen = chance.sample(list(fields), chance.randint(1, len(fields)))
    # One that certainly differs from what was there.
    return {field: fields[field] for field in chosen} | {"job_title": fields["job_title"][:100] + str(chance.random())}


def record(number: int, fields: dict[str, str]) -> str:
    texts = {field: quoted(text) for field, text in fields.items() if field != "note"}
    custom = {"custom": f"{{note: {quoted(fields['note'])}}}"} if "note" in fields else {}
    return person(number, **texts, **custom)


@pytest.fixture(scope="session")
def babel(binary, tmp_path_factory):
    """`babel.counter` has what came; `babel.truth` what each person's record said in each commit."""
    chance = random.Random(SEED)
    counter = Counter()
    babel = Outpost(binary, tmp_path_factory.mktemp("babel") / "babel.git", SECRETS)
    babel.git("config", "staffrepo.allowNetworks", "127.0.0.0/8")
    rounds = 5
    people = max(1, BODIES // len(ENDPOINTS) // rounds)
    subscriptions = {
        name: f"url: {counter.url}/{name}\nevents: [person.updated]\nformat: {form}\nsecrets:\n"
        + "".join(f"  - env:STAFFREPO_SECRET_{secret}\n" for secret in secrets)
        for name, (form, secrets) in ENDPOINTS.items()
    }
    state = {number: wording(chance) for number in range(1, people + 1)}
    babel.found(subscriptions, {person_path(number): record(number, fields) for number, fields in state.items()})
    babel.truth = {}
    for turn in range(rounds):
        for number in state:
            state[number] = state[number] | wording(chance)
        commit = babel.commit(f"Round {turn}", {person_path(number): record(number, state[number]) for number in state})
        babel.truth |= {(commit, number): fields for number, fields in state.items()}
    babel.published = babel.publish()
    babel.counter = counter
    yield babel
    counter.close()


def heard(babel, endpoint: str) -> list[Received]:
    return [request for request in babel.counter.requests if request.endpoint == endpoint]


def test_texts_are_allowed(babel):
    """What the random records hold is legal, so all of it must arrive."""
    validated = babel.run("validate", "--format", "json")
    assert json.loads(validated.output)["summary"]["errors"] == 0


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_every_text_arrives(babel, endpoint):
    """Character by character as the commit has it, once for each person and commit."""
    assert babel.published.status == 0, babel.published.messages[-2000:]
    seen = {}
    for request in heard(babel, endpoint):
        event = json.loads(request.body)
        event = event["data"] if endpoint == "structured" else event
        data = event["data"]
        seen[event["commit"], data["id"]] = {field: data[field] for field in ("first_name", "last_name", "job_title")} | {
            "preferred_name": data["preferred_name"],
            "note": data["custom"].get("note"),
        }
    expected = {
        key: {field: fields.get(field, DEFAULTS.get(field)) for field in FIELDS} for key, fields in babel.truth.items()
    }
    assert len(heard(babel, endpoint)) == len(expected)
    assert seen == expected


FIELDS = ["first_name", "last_name", "job_title", "preferred_name", "note"]
DEFAULTS = {"first_name": "Ada", "last_name": "Outposter", "job_title": "Keeper"}


@pytest.mark.parametrize("endpoint", HMAC_KEYS)
def test_libraries_verify_every_body(babel, endpoint):
    """Standard Webhooks' own library and Svix's, with each of the endpoint's keys."""
    requests = heard(babel, endpoint)
    assert len(requests) == len(babel.truth)
    keys = [base64.b64encode(key).decode() for key in HMAC_KEYS[endpoint]]
    for key in keys:
        for judge in (Webhook(key), svix.Webhook(key)):
            for request in requests:
                with at_arrival(request):
                    judge.verify(request.body, request.headers)
    for request in requests:
        assert len(request.headers["webhook-signature"].split(" ")) == len(keys)


def test_asymmetric_signatures_verify(babel):
    """Standard Webhooks v1a: Ed25519 over the same bytes, by the key whose secret half begins with whsk_."""
    public = SIGNER.public_key()
    for request in heard(babel, "asymmetric"):
        entries = request.headers["webhook-signature"].split(" ")
        [signature] = [entry.removeprefix("v1a,") for entry in entries if entry.startswith("v1a,")]
        signed = f"{request.headers['webhook-id']}.{request.headers['webhook-timestamp']}.".encode() + request.body
        public.verify(base64.b64decode(signature, validate=True), signed)


@pytest.mark.parametrize("endpoint", ["structured", "binary"])
def test_cloudevents_parse_every_body(babel, endpoint):
    for request in heard(babel, endpoint):
        event = from_http_event(HTTPMessage(headers=request.headers, body=request.body))
        data = event.get_data()
        assert event.get_id() == request.headers["webhook-id"] == data["id"]
        assert (event.get_source(), event.get_type()) == (ORGANISATION, data["event"])
        assert event.get_subject() == f"person:{data['data']['id']}"
        assert event.get_time() == datetime.fromisoformat(data["timestamp"])


def test_bodies_are_not_too_large(binary, tmp_path):
    """CloudEvents: 64 KiB pass everywhere. A larger event is thinned and says so, in every format; none is lost."""
    counter = Counter()
    outpost = Outpost(binary, tmp_path / "outpost.git")
    outpost.git("config", "staffrepo.allowNetworks", "127.0.0.0/8")
    formats = {form for form, _ in ENDPOINTS.values()}
    there = {form: f"url: {counter.url}/{form}\nevents: [person.updated]\nformat: {form}\n" for form in formats}
    units = {
        f"data/units/unit-{number:04}.yaml": f"id: {number}\ncode: unit-{number:04}\nname: {quoted(name)}\nparent: depot\n"
        for number, name in ((number, f"Unit {number} " + "\\" * 200) for number in range(2, 400))
    }
    outpost.found(there, units | {person_path(1): person(1), person_path(2): person(2)})
    codes = ", ".join(f"unit-{number:04}" for number in range(2, 400))
    outpost.commit("Everywhere", {person_path(1): person(1, organisational_units=f"[{codes}]")})
    outpost.commit("Elsewhere", {person_path(2): person(2, job_title="Keeper of One")})
    outpost.publish()
    for form in formats:
        bodies = [request.body for request in counter.requests if request.endpoint == form]
        assert len(bodies) == 2
        assert max(map(len, bodies)) <= LONGEST_BODY
        events = [json.loads(body) for body in bodies]
        events = [event["data"] if form == "cloudevents-structured" else event for event in events]
        assert {event["data"]["id"]: event.get("thinned", False) for event in events} == {1: True, 2: False}
    counter.close()


# ---- Random failures ----

TIMEOUT = 1
FAILURES = [
    Reply(b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"),
    Reply(b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 2\r\n\r\nno"),
    Reply(b""),
    Reply(b"", delay=0.05),
    Reply(b"HTTP/1.1 20", delay=0.02),
    Reply(delay=5 * TIMEOUT),
]


@pytest.fixture(scope="session")
def storm(binary, tmp_path_factory):
    """Ten commits' worth of changes to sixty people and three units, each published while a tenth of all fails.

    `storm.expected` has the events that each endpoint must hear of: what is known of the commits, not of the product.
    """
    chance = random.Random(SEED)
    calm = False

    def decide(request: Received) -> Reply:
        if calm or chance.random() >= 0.1:
            return Reply(delay=0.002 * chance.random())
        return chance.choice(FAILURES)

    counter = Counter(decide)
    storm = Outpost(binary, tmp_path_factory.mktemp("storm") / "storm.git")
    storm.git("config", "staffrepo.allowNetworks", "127.0.0.0/8")
    storm.git("config", "staffrepo.requestTimeout", str(TIMEOUT))
    endpoints = {"one": "staff-service", "two": "cloudevents-binary", "three": "staff-service"}
    people = {number: {} for number in range(1, 61)}
    files = {f"data/units/unit-{number}.yaml": unit(number, 0) for number in (2, 3, 4)}
    files |= {person_path(number): person(number) for number in people}
    storm.found(
        {name: f"url: {counter.url}/{name}\nformat: {form}\n" for name, form in endpoints.items()}, files
    )
    names = []
    storm.runs = 0
    for turn in range(1, 11):
        files = {}
        told = []
        for number in chance.sample(sorted(people), 20):
            fields = people[number]
            if "is_active" not in fields and chance.random() < 0.15:
                fields["is_active"] = "false"
                told.append(f"person.deactivated/person:{number}")
            elif fields.pop("is_active", None):
                told += [f"person.updated/person:{number}", f"person.activated/person:{number}"]
            else:
                fields["job_title"] = f"Keeper {turn}"
                told.append(f"person.updated/person:{number}")
            files[person_path(number)] = person(number, **fields)
        for number in chance.sample((2, 3, 4), 2):
            files[f"data/units/unit-{number}.yaml"] = unit(number, turn)
            told.append(f"unit.updated/unit:{number}")
        commit = storm.commit(f"Turn {turn}", files)
        names += [f"{commit}/{name}" for name in told]
        storm.publish()
        storm.runs += 1
    storm.expected = {str(uuid.uuid5(NAMESPACE, name)): name for name in names}
    began = time.monotonic()
    while storm.publish().status != 0 and time.monotonic() - began < 30:
        # A breaker may keep an endpoint closed for a while after failures.
        calm = storm.runs > 20
        storm.runs += 1
    storm.counter, storm.endpoints = counter, endpoints
    storm.states = {
        (delivery["target"].removeprefix("webhook/"), delivery["id"]): delivery["state"] for delivery in storm.deliveries()
    }
    yield storm
    counter.close()


def unit(number: int, version: int) -> str:
    return f"id: {number}\ncode: unit-{number}\nname: Unit {number} ({version})\nparent: depot\n"


def envelope(request: Received) -> dict:
    return json.loads(request.body)


def is_taken(reply: Reply) -> bool:
    """The product has had a 2xx in time."""
    return reply.data.startswith(b"HTTP/1.1 2") and reply.is_whole and reply.delay < TIMEOUT


def successes(storm, endpoint: str) -> list[dict]:
    """The events in the order in which they were first taken."""
    taken = {}
    for request, reply, _ in storm.counter.log:
        if request.endpoint == endpoint and is_taken(reply):
            taken.setdefault(request.headers["webhook-id"], envelope(request))
    return list(taken.values())


def test_enough_failed(storm):
    failed = [reply for _, reply, _ in storm.counter.log if not is_taken(reply)]
    assert len(failed) > 0.04 * len(storm.counter.log)
    assert len({id(reply) for reply in failed}) == len(FAILURES)


@pytest.mark.parametrize("endpoint", ["one", "two", "three"])
def test_nothing_is_lost(storm, endpoint):
    """Every event of every commit was taken, or a later deactivation of the same person was and made it pointless."""
    taken = {event["id"]: event for event in successes(storm, endpoint)}
    assert set(taken) <= set(storm.expected)
    deactivated = defaultdict(list)
    for event in taken.values():
        if event["event"] == "person.deactivated":
            deactivated[event["data"]["id"]].append(event["sequence"])
    ledger = {id: state for (target, id), state in storm.states.items() if target == endpoint}
    assert set(ledger) == set(storm.expected)
    for id, name in storm.expected.items():
        if id in taken:
            assert ledger[id] == "delivered", name
        else:
            person = int(name.rpartition(":")[2])
            assert ledger[id] == "superseded" and "/person." in name and deactivated[person], name


@pytest.mark.parametrize("endpoint", ["one", "two", "three"])
def test_one_persons_events_stay_in_order(storm, endpoint):
    """No inversion by `sequence` in the order of first success, for any person and any unit."""
    last = defaultdict(lambda: [0, 0])
    inversions = []
    for event in successes(storm, endpoint):
        subject = event["event"].split(".")[0] == "unit", event["data"]["id"]
        if event["sequence"] <= last[subject]:
            inversions.append((event["event"], event["sequence"], last[subject]))
        last[subject] = event["sequence"]
    assert inversions == []


@pytest.mark.parametrize("endpoint", ["one", "two", "three"])
def test_units_come_before_people(storm, endpoint):
    """Of one commit, no person's event is even tried before the units' are taken; a deactivation may overtake."""
    outstanding = defaultdict(set)
    for id, name in storm.expected.items():
        if "/unit." in name:
            outstanding[name.partition("/")[0]].add(id)
    early = []
    for request, reply, _ in storm.counter.log:
        if request.endpoint != endpoint:
            continue
        event = envelope(request)
        if event["event"].startswith("unit."):
            if is_taken(reply):
                outstanding[event["commit"]].discard(event["id"])
        elif outstanding[event["commit"]] and event["event"] != "person.deactivated":
            early.append(event["event"])
    assert early == []


def test_same_id_same_body(storm):
    """An attempt is repeated with the same id and bytes, and signed anew by its own time."""
    bodies = defaultdict(set)
    for request in storm.counter.requests:
        bodies[request.endpoint, request.headers["webhook-id"]].add(request.body)
    assert [key for key, found in bodies.items() if len(found) > 1] == []
