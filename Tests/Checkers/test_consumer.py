"""Digital ID, as its documents describe it, with a real service, real pushes and real webhooks.

    STAFFREPO_HISTORIES=200 script/check -k consumer      more random histories than a few
"""

import base64
import hashlib
import hmac
import json
import os
import random
import shutil
import subprocess
import sys
import threading
from datetime import datetime, timedelta
from pathlib import Path

import pytest

import staff_service
from digital_id_app import GRACE, TIME_TO_LIVE, DigitalID, listener
from histories import History
from house import PROJECT, is_active
from rogue import Rogue, deaf
from service_process import ServiceProcess, Wire, eventually, key_record, new_key
from staff_service import Away, Refused, Settings
from ward import MORNING, SCOPES, SECRET, SUBSCRIPTION, Ward

HISTORIES = int(os.environ.get("STAFFREPO_HISTORIES", "4"))
LATER = TIME_TO_LIVE + timedelta(seconds=1)


@pytest.fixture
def closed(binary, tmp_path):
    """The ward before anything is pushed: for tests that want something else in the records first."""
    ward = Ward(binary, tmp_path)
    yield ward
    ward.close()


@pytest.fixture
def ward(closed) -> Ward:
    """With the service, which publishes; the application has never asked."""
    return closed.open("--publish")


@pytest.fixture
def unit_ward(binary, tmp_path):
    """The same for a key and a subscription that are for one unit."""
    ward = Ward(binary, tmp_path, units=["care-services"])
    yield ward.open("--publish")
    ward.close()


def old_employees(app: DigitalID) -> dict[str, int]:
    """What a Digital ID has that was there before: references in its own spelling, and one that nobody else knows."""
    return {
        reference: app.add_employee(reference, *names)
        for reference, names in {
            "emp017": ("Grace", "Hill"), "EMP019": ("Fatima", "Hashimi"), "007": ("Ines", "Somebody"),
            "VISITOR1": ("Vera", "Visitor"),
        }.items()
    }  # fmt: skip


def signed(event: dict, now: datetime, secret: str = SECRET, id: str | None = None) -> tuple[dict[str, str], bytes]:
    """A message as the service sends it, by other code than the one that is judged."""
    body, at, id = json.dumps(event).encode(), str(int(now.timestamp())), id or event["id"]
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signature = base64.b64encode(hmac.new(key, f"{id}.{at}.".encode() + body, hashlib.sha256).digest()).decode()
    return {"webhook-id": id, "webhook-timestamp": at, "webhook-signature": f"v1,{signature}"}, body


def log(app: DigitalID) -> list[tuple[int, int, str]]:
    return [tuple(row) for row in app.db.execute("SELECT card_id, accepted, reason FROM verification_log ORDER BY id")]


# ---- Connection ----


def test_connection(ward):
    """`/api/key` says who we are; no key that is wrong learns why."""
    told = ward.app.service.key()
    assert (told["system"], sorted(told["scopes"])) == ("digital-id", sorted(SCOPES))
    problems = []
    for key in (new_key(99), ward.key[:-1] + "_", ward.key[:-1], "", "nonsense"):
        ward.app.configure(ward.settings(key=key))
        with pytest.raises(Refused) as refused:
            ward.app.service.key()
        problems.append((refused.value.status, refused.value.problem))
        assert ward.app.sync() == "refused" and "401" in ward.app.trouble()
    assert problems == [problems[0]] * len(problems)
    assert problems[0][0] == 401


def test_nobody_listens(ward):
    ward.service.stop()
    with pytest.raises(Away):
        ward.app.service.key()
    assert ward.app.sync() == "away"


def test_a_scope_is_missing(closed):
    """The connection is good, and the answer says what the key lacks."""
    closed.write_key("digital-id", closed.key, scopes=["units:read"])
    closed.open()
    assert closed.app.service.key()["scopes"] == ["units:read"]
    assert closed.app.sync() == "refused"
    assert closed.app.trouble().startswith("403 ")
    assert closed.actives() == set()


def test_the_program(ward, tmp_path):
    """As docs/migration.md has it, from the command line, by its three settings."""

    def run(*command: str, use: str = "true", status: int = 0) -> str:
        settings = {"USE_STAFF_SERVICE": use, "STAFF_SERVICE_URL": ward.service.url, "STAFF_SERVICE_API_KEY": ward.key}
        program = [sys.executable, str(PROJECT / "Tests/Checkers/digital_id_app.py"), str(tmp_path / "new.sqlite")]
        done = subprocess.run([*program, *command], env=os.environ | settings, capture_output=True, text=True)
        assert (done.returncode, ward.key in done.stdout + done.stderr) == (status, False), done.stderr
        return done.stdout

    assert "working alone" in run("sync", use="false")
    assert json.loads(run("check"))["system"] == "digital-id"
    dry = run("migrate", "--dry-run")
    assert len(json.loads(dry)["created"]) == len(ward.house.people)
    assert run("migrate") == dry
    assert run("sync") == "unchanged\n"
    assert run("full-sync") == "fetched\n"
    ward.service.stop()
    assert run("sync", status=1).startswith("away: ")
    run("check", status=1)
    run("dance", status=64)


# ---- Alone ----


def test_switched_off_nobody_is_asked(tmp_path):
    """USE_STAFF_SERVICE=false: no connection at all, and everything that Digital ID does for itself works."""
    nobody = Rogue(deaf)
    environment = {"USE_STAFF_SERVICE": "false", "STAFF_SERVICE_URL": nobody.url, "STAFF_SERVICE_API_KEY": new_key(1)}
    app = DigitalID(tmp_path / "cards.sqlite", Settings.read(environment), lambda: MORNING)
    employee = app.add_employee("EMP001", "Ada", "Alone")
    card = app.issue_card(employee)
    assert app.verify(card) == (True, "valid")
    assert app.verify(card + 1) == (False, "unknown card")
    assert (app.sync(), app.sync(full=True), app.sync_if_due()) == ("off",) * 3
    assert app.refreshed(employee)["first_name"] == "Ada"
    assert app.picture(employee) is None
    assert app.receive(*signed({"id": "x", "event": "person.deactivated", "data": {"id": 1}}, MORNING)) == 503
    assert nobody.connections == []
    nobody.close()
    assert Settings.read({}) == Settings(use=False)


def test_switched_off_later_what_was_learned_stays(ward):
    """Rolling back is a switch: the people, their links and cards are there, and can be looked after by hand."""
    ward.app.sync()
    card = ward.app.issue_card(ward.employee("EMP017"))
    ward.app.configure(Settings(use=False))
    assert ward.app.sync() == "off"
    assert ward.app.verify(card) == (True, "valid")
    before = ward.app.employee(ward.employee("EMP017"))["staff_service_person_id"]
    ward.app.configure(ward.settings())
    assert (ward.app.sync(), before) == ("unchanged", 17)


# ---- Migration ----


def test_migration_links_by_reference(ward):
    employees = old_employees(ward.app)
    card = ward.app.issue_card(employees["emp017"])
    tables = [list(map(tuple, ward.app.db.execute(f"SELECT * FROM {table}"))) for table in ("employees", "staff_copy")]

    report = ward.app.migrate(dry_run=True)
    assert report["linked"] == ["EMP017"]
    assert sorted(report["renamed"]) == ["007", "EMP019"]
    assert report["unmatched"] == ["VISITOR1"]
    assert len(report["created"]) == len(ward.house.people) - 3
    assert tables == [
        list(map(tuple, ward.app.db.execute(f"SELECT * FROM {table}"))) for table in ("employees", "staff_copy")
    ], "a dry run changes nothing"

    assert ward.app.migrate() == report
    row = ward.app.employee(employees["emp017"])
    assert (row["staff_service_person_id"], row["employee_reference"]) == (17, "EMP017")
    assert ward.app.verify(card) == (True, "valid")
    assert ward.app.employee(employees["VISITOR1"])["staff_service_person_id"] is None
    assert ward.actives() == ward.expected_actives() | {None}
    assert ward.agrees()
    again = ward.app.migrate()
    assert again == {"linked": [], "renamed": [], "created": [], "unmatched": ["VISITOR1"]}
    assert ward.app.sync() == "unchanged"


@pytest.mark.parametrize("way", ["webhook", "poll"])
def test_a_new_reference_keeps_the_link(ward, way):
    """And whoever gets the old reference is somebody else."""
    employee = old_employees(ward.app)["emp017"]
    ward.app.migrate()
    data = ward.house.folder / "data/people"
    (data / "EMP017.yaml").rename(data / "HILL-G.yaml")
    ward.house.edit("people/HILL-G.yaml", "^employee_reference: .*", "employee_reference: HILL-G")
    ward.is_at(ward.push("A new reference"))
    if way == "poll":
        ward.let_pass(minutes=16)
        assert ward.app.sync_if_due() in ("changed", "unchanged")
    assert eventually(lambda: ward.app.employee(employee)["employee_reference"] == "HILL-G")
    assert ward.app.employee(employee)["staff_service_person_id"] == 17
    assert ward.app.db.execute("SELECT count(*) FROM employees").fetchone()[0] == len(ward.house.records("people")) + 1


# ---- On demand, by the clock, by message ----


def test_on_demand(ward):
    """Whoever looks at a person sees what is new once the time to live is over, and one request asks for it."""
    ward.app.sync()
    employee = ward.employee("EMP017")
    ward.doors.shutdown()  # no message comes through
    ward.house.edit("people/EMP017.yaml", "^last_name: .*", "last_name: Hill-Ashworth")
    ward.is_at(ward.push("A wedding"))
    wire = Wire(ward.service.url)
    ward.app.configure(ward.settings(url=wire.url))

    assert ward.app.refreshed(employee)["last_name"] == "Hill"
    assert wire.requests == []
    ward.let_pass(minutes=16)
    assert ward.app.refreshed(employee)["last_name"] == "Hill-Ashworth"
    assert ward.app.refreshed(employee)["last_name"] == "Hill-Ashworth"
    ward.let_pass(minutes=16)
    assert ward.app.refreshed(employee)["last_name"] == "Hill-Ashworth"
    assert wire.requests == ["GET /api/staff-data/17?by=id HTTP/1.1"] * 2
    assert [answer[:12] for answer in wire.answers] == [b"HTTP/1.1 200", b"HTTP/1.1 304"]
    ward.let_pass(minutes=16)
    ward.service.stop()
    assert ward.app.refreshed(employee)["last_name"] == "Hill-Ashworth", "away: what we have is shown"
    wire.close()


def test_polling_costs_what_changed(ward):
    ward.app.sync()
    ward.doors.shutdown()
    wire = Wire(ward.service.url)
    ward.app.configure(ward.settings(url=wire.url))
    assert ward.app.sync_if_due() == "fresh"
    ward.let_pass(minutes=16)
    assert ward.app.sync_if_due() == "unchanged"
    ward.let_pass(minutes=16)
    assert ward.app.sync_if_due() == "unchanged"
    assert [answer[:12] for answer in wire.answers] == [b"HTTP/1.1 200", b"HTTP/1.1 304"]

    ward.house.edit("people/EMP017.yaml", "^job_title: .*", "job_title: Senior Support Worker")
    ward.is_at(ward.push("A promotion"))
    ward.let_pass(minutes=16)
    assert ward.app.sync_if_due() == "changed"
    assert wire.answers[-1].count(b'"employee_reference"') == 1 or b"gzip" in wire.answers[-1]
    assert len(wire.requests) == 3
    assert ward.agrees()
    wire.close()


def test_a_renamed_unit(ward):
    """It is no message about its people, but it stands in what they are: the copy is equal all the same."""
    ward.app.sync()
    ward.house.edit("units/care-team-a.yaml", "^name: .*", "name: Care Team Ash")
    ward.is_at(ward.push("A unit's name"))
    assert eventually(ward.agrees), "by the message alone"
    ward.app.db.execute("UPDATE staff_copy SET data = replace(data, 'Care Team Ash', 'Care Team A')")
    ward.app.db.commit()
    ward.app.sync()
    assert ward.agrees()


def test_what_the_service_has_forgotten(ward):
    """410: everything is fetched again, by itself."""
    ward.app.sync()
    with ward.app.db:
        ward.app.remember("cursor", "f" * 40 + "@2026-06-01")
        ward.app.remember("etag", None)
    assert ward.app.sync() == "fetched"
    assert ward.agrees()
    assert ward.app.sync() == "unchanged"


@pytest.mark.parametrize(
    "damage",
    [
        "DELETE FROM staff_copy WHERE id = 17",
        "UPDATE staff_copy SET data = replace(data, 'Hill', 'Dale') WHERE id = 17",
        "UPDATE staff_copy SET gone = 1 WHERE id = 17",
        "INSERT INTO staff_copy SELECT 9999, replace(data, ':17,', ':9999,'), 0, NULL, NULL, NULL, '', NULL"
        " FROM staff_copy WHERE id = 17",
    ],
)
@pytest.mark.parametrize("is_new", [False, True])
def test_a_damaged_copy_is_noticed(ward, damage, is_new):
    """By the digest, at the next sync, whether there is news or a 304."""
    ward.app.sync()
    ward.app.sync()
    ward.doors.shutdown()
    if is_new:
        ward.house.edit("people/EMP019.yaml", "^job_title: .*", "job_title: Senior Support Worker")
        ward.is_at(ward.push("A promotion"))
    with ward.app.db:
        ward.app.db.execute(damage)
    assert not ward.agrees()
    assert ward.app.sync() == "fetched"
    assert ward.agrees()
    assert ward.actives() == ward.expected_actives()


def test_a_hire_comes_by_message(ward):
    """A push, and within moments the person can be given a card."""
    ward.app.sync()
    ward.house.write(
        "people/EMP099.yaml",
        "id: 99\nemployee_reference: EMP099\nfirst_name: Zoë\nlast_name: Neu\nemail: zoe.neu@larkfield.example\n"
        "job_title: Nurse\nemployment_start_date: 2026-06-01\norganisational_units: [care-team-a]\n",
    )
    ward.push("A hire")
    assert eventually(lambda: 99 in ward.actives())
    assert ward.app.verify(ward.app.issue_card(ward.employee("EMP099"))) == (True, "valid")
    assert ward.agrees()


def test_messages_are_taken_once_in_order_and_only_when_genuine(ward):
    ward.app.sync()
    employee = ward.employee("EMP017")
    held = json.loads(ward.app.db.execute("SELECT data FROM staff_copy WHERE id = 17").fetchone()[0])

    def event(number: int, **data) -> dict:
        name = "person.deactivated" if data.get("is_active") is False else "person.updated"
        return {"id": f"event-{number}", "event": name, "sequence": [9, number], "data": held | data, "changes": {}}

    def title() -> str:
        return json.loads(ward.app.db.execute("SELECT data FROM staff_copy WHERE id = 17").fetchone()[0])["job_title"]

    first = signed(event(10, job_title="Ten"), ward.now)
    assert ward.app.receive(*first) == 204 and title() == "Ten"
    assert ward.app.receive(*signed(event(9, job_title="Nine"), ward.now)) == 204 and title() == "Ten"
    assert ward.app.receive(*signed(event(11, job_title="Eleven"), ward.now)) == 204 and title() == "Eleven"
    assert ward.app.receive(*first) == 204 and title() == "Eleven"
    assert ward.app.receive(*signed(event(9, is_active=False), ward.now, id="old")) == 204
    assert ward.app.employee(employee)["is_active"], "older than what is held"

    headers, body = signed(event(12, is_active=False), ward.now)
    stranger = signed(event(12, is_active=False), ward.now, secret="whsec_" + "QUFB" * 12)
    recorded = signed(event(12, is_active=False), ward.now - timedelta(seconds=301))
    for forged in (
        (headers, body + b" "),
        (headers, body.replace(b"Grace", b"Gracf")),
        (headers | {"webhook-id": "another"}, body),
        (headers | {"webhook-timestamp": str(int(headers["webhook-timestamp"]) + 1)}, body),
        (headers | {"webhook-signature": "v1,"}, body),
        (headers | {"webhook-signature": "é"}, body),
        ({name: value for name, value in headers.items() if name != "webhook-signature"}, body),
        (headers | {"webhook-timestamp": "soon"}, body),
        stranger,
        recorded,
    ):
        assert ward.app.receive(*forged) == 401
    assert ward.app.employee(employee)["is_active"]
    ward.app.configure(ward.settings(webhook_secrets=()))
    assert ward.app.receive(headers, body) == 401, "without a secret nothing is genuine"
    ward.app.configure(ward.settings(webhook_secrets=("whsec_" + "QUFB" * 12, SECRET)))
    assert ward.app.receive(headers, body) == 204
    assert not ward.app.employee(employee)["is_active"]


def test_a_trial_message_is_welcome(ward):
    """`webhook test`, as an operator sends it; and what is to come is no error."""
    ward.app.sync()
    said = ward.house.staffrepo("-C", str(ward.records), "webhook", "test", "cards")
    assert "204" in said
    assert ward.app.receive(*signed({"id": "n", "event": "person.teleported", "data": {}}, ward.now)) == 204
    assert ward.app.sync() == "unchanged"


# ---- Leavers ----


def leave_by_switch(ward: Ward):
    ward.house.edit("people/EMP017.yaml", "^is_active: true", "is_active: false")
    ward.push("No access from now on")


def leave_by_date(ward: Ward):
    day = ward.now.date().isoformat()
    ward.house.edit("people/EMP017.yaml", "^(employment_start_date: .*)", rf"\1\nemployment_end_date: {day}")
    ward.is_at(ward.push("The last day is today"))
    ward.app.sync()
    assert 17 in ward.actives(), "the last day is a working day"
    ward.wait("--publish", hours=15)


def leave_by_removal(ward: Ward):
    (ward.house.folder / "data/people/EMP017.yaml").unlink()
    ward.push("The record is gone")


@pytest.mark.parametrize("way", ["webhook", "poll", "full"])
@pytest.mark.parametrize("leave", [leave_by_switch, leave_by_date, leave_by_removal])
def test_a_leavers_cards_are_revoked(ward, leave, way):
    """Whatever ended it, and however it is heard of: all cards, by the system; the reader refuses, and it is logged."""
    check_leaver(ward, leave, way)


def leave_the_units(ward: Ward):
    ward.house.edit("people/EMP017.yaml", "^  - care-team-a", "  - human-resources")
    ward.push("To another department")


@pytest.mark.parametrize("way", ["webhook", "poll", "full"])
def test_leaving_the_keys_units(unit_ward, way):
    """Employed elsewhere, and none of this application's business any more."""
    unit_ward.app.sync()
    assert 36 not in unit_ward.actives()
    check_leaver(unit_ward, leave_the_units, way)


def check_leaver(ward: Ward, leave, way: str):
    ward.app.sync()
    employee = ward.employee("EMP017")
    cards = [ward.app.issue_card(employee), ward.app.issue_card(employee)]
    others = ward.app.issue_card(ward.employee("EMP019"))
    if way != "webhook":
        ward.doors.shutdown()
    leave(ward)
    if way == "webhook":
        assert eventually(lambda: 17 not in ward.actives())
    else:
        commit = ward.house.git("rev-parse", "HEAD")
        assert ward.is_at(commit)
        assert ward.app.sync(full=way == "full") == ("fetched" if way == "full" else "changed")
    assert ward.agrees()
    row = ward.app.employee(employee)
    assert (row["is_active"], row["staff_service_person_id"]) == (0, 17)
    for card in cards:
        assert ward.app.verify(card) == (False, "revoked by system")
    assert ward.app.verify(others) == (True, "valid")
    assert log(ward.app) == [
        (cards[0], 0, "revoked by system"), (cards[1], 0, "revoked by system"), (others, 1, "valid"),
    ]  # fmt: skip
    with pytest.raises(ValueError):
        ward.app.issue_card(employee)


def test_whoever_comes_back_gets_a_new_card(ward):
    ward.app.sync()
    employee = ward.employee("EMP017")
    old = ward.app.issue_card(employee)
    leave_by_switch(ward)
    assert eventually(lambda: 17 not in ward.actives())
    ward.house.edit("people/EMP017.yaml", "^is_active: false", "is_active: true")
    ward.is_at(ward.push("Back"))
    assert eventually(lambda: 17 in ward.actives())
    assert ward.app.sync() in ("changed", "unchanged")
    assert ward.app.verify(old) == (False, "revoked by system")
    assert ward.app.verify(ward.app.issue_card(employee)) == (True, "valid")


def test_a_date_passes_between_two_polls(ward):
    """Nobody pushed anything, and no message came: the answer to the same question is another one."""
    ward.app.sync()
    assert ward.app.sync() == "unchanged"
    day = ward.now.date().isoformat()
    ward.house.edit("people/EMP017.yaml", "^(employment_start_date: .*)", rf"\1\nemployment_end_date: {day}")
    ward.is_at(ward.push("The last day is today"))
    ward.app.sync()
    assert ward.app.sync() == "unchanged"
    ward.doors.shutdown()
    ward.wait(hours=15)
    assert ward.app.sync() == "changed"
    assert ward.actives() == ward.expected_actives()
    assert ward.agrees()


# ---- Pictures ----


def test_pictures_are_kept_by_etag(ward):
    ward.app.sync()
    employee, data = ward.employee("EMP017"), ward.house.folder / "data"
    wire = Wire(ward.service.url)
    ward.app.configure(ward.settings(url=wire.url))
    photo, signature = (data / "photos/EMP017.jpg").read_bytes(), (data / "signatures/EMP017.png").read_bytes()
    assert ward.app.picture(employee) == photo
    assert ward.app.picture(employee, "signature") == signature
    assert ward.app.picture(employee) == photo
    assert len(wire.requests) == 2, "kept for the time to live"
    ward.let_pass(minutes=16)
    assert ward.app.picture(employee) == photo
    assert wire.answers[-1].startswith(b"HTTP/1.1 304")

    shutil.copy(data / "photos/EMP013.jpg", data / "photos/EMP017.jpg")
    ward.push("A new photo under the old name")
    new = (data / "photos/EMP013.jpg").read_bytes()
    assert new != photo
    assert eventually(lambda: ward.app.picture(employee) == new), "the message says that it is time to ask"

    ward.house.edit("people/EMP017.yaml", "^photo_status: approved", "photo_status: rejected")
    ward.push("Not that one")
    assert eventually(lambda: ward.app.picture(employee) is None)
    ward.service.stop()
    ward.let_pass(minutes=16)
    assert ward.app.picture(employee, "signature") == signature, "away: what we have"
    nobody = ward.employee("EMP016")
    assert ward.app.picture(nobody) is None
    wire.close()


# ---- Away ----


def test_killed_between_pages(ward, monkeypatch):
    """Half a list is none: nothing was touched, and the next sync is whole."""
    ward.app.sync()
    cards = ward.app.issue_card(ward.employee("EMP017"))
    monkeypatch.setattr(staff_service, "PAGE", 10)
    ask, pages = ward.app.service.ask, []

    def ask_and_kill(*arguments, **more):
        if len(pages) == 2:
            ward.service.kill()
        pages.append(arguments)
        return ask(*arguments, **more)

    monkeypatch.setattr(ward.app.service, "ask", ask_and_kill)
    copy = ward.app.digest()
    assert ward.app.sync(full=True) == "away"
    assert len(pages) == 3
    assert ward.app.digest() == copy
    assert ward.app.verify(cards) == (True, "valid")
    monkeypatch.setattr(ward.app.service, "ask", ask)
    ward.service.start("--publish", now=ward.moment())
    assert ward.app.sync(full=True) == "fetched"
    assert ward.agrees()


@pytest.mark.parametrize("bytes_of_answer", [0, 1, 200, 700, 3000])
def test_killed_within_an_answer(ward, bytes_of_answer):
    wire = Wire(ward.service.url)
    ward.app.configure(ward.settings(url=wire.url))
    wire.on_cut, wire.cut_after = ward.service.kill, bytes_of_answer
    assert ward.app.sync() == "away"
    assert wire.cut_after is None, "the wire was cut"
    assert ward.actives() == set()
    ward.service.start("--publish", now=ward.moment())
    assert ward.app.sync() == "fetched"
    assert ward.agrees()
    assert ward.actives() == ward.expected_actives()
    wire.close()


def test_the_records_change_between_pages(ward, monkeypatch):
    """Pages of two states never become one list."""
    monkeypatch.setattr(staff_service, "PAGE", 10)
    ask, pages = ward.app.service.ask, []

    def ask_and_push(*arguments, **more):
        if len(pages) == 2:
            ward.house.edit("people/EMP017.yaml", "^job_title: .*", "job_title: Senior Support Worker")
            ward.is_at(ward.push("A promotion"))
        pages.append(arguments[1]["page"])
        return ask(*arguments, **more)

    monkeypatch.setattr(ward.app.service, "ask", ask_and_push)
    assert ward.app.sync() == "fetched"
    assert pages == [1, 2, 3, 1, 2, 3, 4, 5]
    assert ward.agrees()


def test_a_busy_service_is_left_alone(ward):
    """429 and Retry-After: the timer waits as long as it was told, and then it works."""
    ward.house.git("-C", str(ward.records), "config", "staffrepo.apiRequestsPerMinute", "3")
    ward.wait("--publish", seconds=1)
    outcomes = [ward.app.sync() for _ in range(5)]
    assert outcomes[0] == "fetched" and outcomes[-1] == "away"
    assert "429" in ward.app.trouble()
    assert ward.app.sync_if_due() == "waiting"
    wait = datetime.fromisoformat(ward.app.state("wait_until")) - ward.now
    assert timedelta() < wait <= timedelta(seconds=60)
    ward.wait("--publish", minutes=16)
    assert ward.app.sync_if_due() == "unchanged"


class Chronicle:
    """A random history, the service that serves it when it is there, and Digital ID."""

    def __init__(self, binary: str, folder: Path, seed: int):
        self.history = History(binary, folder / "records", seed, "  digital-id: {enabled: true}\n")
        self.house, self.random = self.history.house, random.Random(seed)
        self.house.environment["STAFFREPO_SECRET_CARDS"] = SECRET
        self.key = new_key(seed)
        self.house.write("apikeys/cards.yaml", key_record(self.key, "digital-id", SCOPES, expires_at="2099-01-01"))
        self.service = ServiceProcess(binary, self.house.folder, self.house.environment, folder / "service.log")
        self.app = DigitalID(folder / "cards.sqlite", Settings(), lambda: self.history.now)
        self.app.configure(Settings(True, self.service.url, self.key, (SECRET,)))
        self.cards: dict[int, int] = {}

    def subscribe(self, more: str = ""):
        """Messages arrive, are kept as they came, and are taken unless the application is away."""
        self.came: list[tuple[dict, bytes]] = []
        self.hears = True
        take = self.app.receive

        def receive(headers, body):
            self.came.append((headers, body))
            return take(headers, body) if self.hears else 503

        self.app.receive = receive
        self.doors = listener(self.app)
        threading.Thread(target=self.doors.serve_forever, args=(0.01,), daemon=True).start()
        url = f"http://127.0.0.1:{self.doors.server_port}/staff"
        self.house.write("webhooks/cards.yaml", SUBSCRIPTION.format(url=url) + more)
        return take

    def issue_cards(self):
        """To everybody who may have one and has none."""
        for row in self.app.db.execute("SELECT * FROM employees WHERE is_active").fetchall():
            if row["id"] not in self.cards or self.app.verify(self.cards[row["id"]])[0] is False:
                self.cards[row["id"]] = self.app.issue_card(row["id"])

    def check(self):
        """Equal by digest, and the files themselves, read by PyYAML, say the same of everybody who can be read."""
        meta = self.service.meta(self.key)
        assert self.app.digest() == meta["digest"]
        rows = {row["staff_service_person_id"]: row for row in self.app.db.execute("SELECT * FROM employees")}
        for id, person in self.history.people.items():
            if id in self.history.broken:
                continue
            active = is_active({name: str(value).lower() if name == "is_active" else value
                                for name, value in person.items()}, self.history.now.date())  # fmt: skip
            row = rows[id]
            assert (row["is_active"], row["employee_reference"]) == (active, person["employee_reference"]), person
        for id, row in rows.items():
            if id not in self.history.people and not self.history.broken:
                assert not row["is_active"], f"person {id} is gone"
            if row["id"] in self.cards and not row["is_active"]:
                assert self.app.verify(self.cards[row["id"]]) == (False, "revoked by system")

    def close(self):
        self.service.kill()
        if hasattr(self, "doors"):
            self.doors.shutdown()
            self.doors.server_close()


@pytest.fixture
def chronicle(binary, tmp_path):
    chronicles = []

    def begin(seed: int) -> Chronicle:
        chronicles.append(Chronicle(binary, tmp_path, seed))
        return chronicles[-1]

    yield begin
    for each in chronicles:
        each.close()


@pytest.mark.parametrize("seed", range(HISTORIES))
def test_absence(chronicle, seed):
    """The service is away while people come, change and go, for hours and for weeks; each return ends equal."""
    it = chronicle(seed)
    it.history.commit()
    outcomes = []
    for _ in range(8):
        it.service.start(now=it.history.moment())
        outcomes.append(it.app.sync())
        it.check()
        it.issue_cards()
        it.service.kill()
        assert it.app.sync() == "away"
        for _ in range(it.random.choice([1, 1, 2, 4])):
            it.history.step()
    it.service.start(now=it.history.moment())
    outcomes.append(it.app.sync())
    it.check()
    assert outcomes[0] == "fetched"
    assert "fetched" not in outcomes[1:], "what changed is enough; nobody has to fetch everything"


@pytest.mark.parametrize("seed", range(HISTORIES))
def test_messages_and_polls(chronicle, seed):
    """Messages fail, come again, and come late and shuffled among the polls: after a poll the copies are equal."""
    it = chronicle(1000 + seed)
    take = it.subscribe()
    it.history.commit()
    it.history.publish()
    for _ in range(6):
        it.hears = it.random.random() < 0.7
        it.history.step(exit_codes=(0, 1))
        again = it.random.sample(it.came, min(len(it.came), 10))
        for headers, body in again:
            event = json.loads(body)
            assert take(*signed(event, it.history.now)) == 204
        it.history.now += 2 * GRACE
        it.service.start(now=it.history.moment())
        it.app.sync()
        it.check()
        it.issue_cards()
        it.service.kill()


@pytest.mark.parametrize("seed", range(HISTORIES))
def test_messages_alone(chronicle, seed):
    """With a backfill, messages are enough: in any order and twice, whoever takes all of them is equal, unpolled."""
    it = chronicle(2000 + seed)
    it.subscribe("backfill: true\n")
    it.hears = False
    it.history.commit()
    it.history.publish(exit_codes=(0, 1))
    for _ in range(6):
        it.history.step(exit_codes=(0, 1))
    it.hears = True
    it.history.publish(exit_codes=(0, 1))
    events = {headers["webhook-id"]: json.loads(body) for headers, body in it.came}
    assert len(events) > 20
    other = DigitalID(":memory:", it.app.settings, lambda: it.history.now)
    shuffled = list(events.values()) * 2
    it.random.shuffle(shuffled)
    for event in shuffled:
        assert other.receive(*signed(event, it.history.now)) == 204
    it.service.start(now=it.history.moment())
    assert other.digest() == it.service.meta(it.key)["digest"]


# ---- Keys ----


def test_a_key_is_rotated_in_use(ward):
    """Two keys of one system overlap; whoever has the old one works until it is revoked, and on from its tables after."""
    ward.app.sync()
    card = ward.app.issue_card(ward.employee("EMP017"))
    new = new_key(2)
    ward.write_key("digital-id-2", new)
    ward.is_at(ward.push("A second key"))
    other = DigitalID(":memory:", ward.settings(key=new), lambda: ward.now)
    assert eventually(lambda: other.sync() in ("fetched", "unchanged"), 5)
    assert ward.app.sync() in ("changed", "unchanged")
    assert (other.service.key()["system"], other.digest()) == (ward.app.service.key()["system"], ward.app.digest())

    path = "apikeys/digital-id.yaml"
    ward.house.edit(path, "^created_at: .*", f"created_at: '2025-01-01'\nrevoked_at: {ward.moment()}")
    ward.push("The first key is revoked")
    assert eventually(lambda: ward.app.sync() == "refused", 5), "within five seconds, without a restart"
    assert "401" in ward.app.trouble()
    assert ward.app.verify(card) == (True, "valid"), "the doors stay open to those who may pass"
    leave_by_switch(ward)
    assert eventually(lambda: ward.app.verify(card) == (False, "revoked by system")), "messages need no key"
    ward.app.configure(ward.settings(key=new))
    assert ward.app.sync() in ("changed", "unchanged")
    assert ward.app.trouble() is None
    ward.key = new
    assert ward.agrees()


def test_a_key_that_expires(closed):
    closed.write_key("digital-id", closed.key, expires_at="2026-06-16")
    closed.open("--publish")
    assert closed.app.sync() == "fetched"
    closed.wait("--publish", days=2)
    assert closed.app.sync() == "refused"
    problem = closed.service.get("/api/key", closed.key)[2]
    assert problem == closed.service.get("/api/key", new_key(77))[2], "as unknown as any other"


def test_the_key_stands_nowhere(ward):
    """Neither in the service's log, nor in what it answers, nor in what the application prints."""
    ward.app.sync()
    ward.service.get(f"/api/nothing?key={ward.key}", ward.key)
    ward.service.get("/api/key", new_key(5))
    for text in (ward.service.said(), repr(ward.settings()), str(ward.app.service.key())):
        assert ward.key not in text and new_key(5) not in text and SECRET not in text
