#!/usr/bin/env python3
"""Digital ID: identity cards, alone or with a staff service. A pattern for systems that keep a copy of the staff.

    USE_STAFF_SERVICE=true STAFF_SERVICE_URL=https://staff.example.org STAFF_SERVICE_API_KEY=stf_... \\
      digital_id_app.py cards.sqlite check | migrate --dry-run | migrate | sync | full-sync | listen 8090

Four rules make it hold, whatever happens to the service or on the way:

1. Its own tables are all that a card reader needs. The service is asked beside the work, never for it.
2. A person is known by `staff_service_person_id`; the reference links an old row once, and may change afterwards.
3. Messages make it quick, polling makes it complete, and the digest proves it.
4. Ending access is taken from anywhere, at once, and never undone by a message: a revoked card stays revoked.
"""

import json
import os
import sqlite3
import sys
import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from staff_service import Away, Missing, Refused, Resync, Settings, StaffService, canonical, digest, is_genuine

# How long a picture or a person is good without asking, and how often everything is asked for without a message.
TIME_TO_LIVE = timedelta(minutes=15)
# A message may be quicker than the service itself: for so long it stands against what a question is answered.
GRACE = timedelta(minutes=1)
# For how long the ids of messages are kept: longer than anybody tries again.
MEMORY = timedelta(days=30)

# References are not unique here: two people may swap theirs, and one of them is told first.
TABLES = """
CREATE TABLE IF NOT EXISTS employees (
  id INTEGER PRIMARY KEY, employee_reference TEXT NOT NULL COLLATE NOCASE, staff_service_person_id INTEGER UNIQUE,
  first_name TEXT NOT NULL, last_name TEXT NOT NULL, is_active INTEGER NOT NULL DEFAULT 1,
  photo BLOB, photo_etag TEXT, photo_checked_at TEXT, signature BLOB, signature_etag TEXT, signature_checked_at TEXT,
  pictures_told_at TEXT);
CREATE INDEX IF NOT EXISTS employees_by_reference ON employees (employee_reference);
CREATE TABLE IF NOT EXISTS id_cards (
  id INTEGER PRIMARY KEY, employee_id INTEGER NOT NULL REFERENCES employees, issued_at TEXT NOT NULL,
  revoked_at TEXT, revoked_by TEXT);
CREATE TABLE IF NOT EXISTS verification_log (
  id INTEGER PRIMARY KEY, card_id INTEGER NOT NULL, at TEXT NOT NULL, accepted INTEGER NOT NULL, reason TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS staff_copy (
  id INTEGER PRIMARY KEY, data TEXT NOT NULL, gone INTEGER NOT NULL, position INTEGER, number INTEGER,
  heard_at TEXT, checked_at TEXT NOT NULL, etag TEXT);
CREATE TABLE IF NOT EXISTS staff_units (
  id INTEGER PRIMARY KEY, code TEXT NOT NULL, name TEXT NOT NULL, position INTEGER NOT NULL, number INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS staff_messages (id TEXT PRIMARY KEY, at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS staff_state (name TEXT PRIMARY KEY, value TEXT);
"""


def system_clock() -> datetime:
    return datetime.now(timezone.utc)


class DigitalID:
    """The application. `clock` says what time it is."""

    def __init__(self, database: Path | str, settings: Settings, clock: Callable[[], datetime] = system_clock):
        self.clock = clock
        self.lock = threading.RLock()
        self.db = sqlite3.connect(database, check_same_thread=False)
        self.db.row_factory = sqlite3.Row
        self.db.executescript(TABLES)
        self.configure(settings)

    def configure(self, settings: Settings):
        """New settings, such as a rotated key. Nothing that is stored depends on them."""
        self.settings = settings
        self.service = StaffService(settings) if settings.use else None

    # Cards: works alone

    def add_employee(self, employee_reference: str, first_name: str, last_name: str) -> int:
        """An employee of our own, as before there was a staff service."""
        with self.lock, self.db:
            return self.db.execute(
                "INSERT INTO employees (employee_reference, first_name, last_name) VALUES (?, ?, ?)",
                [employee_reference, first_name, last_name],
            ).lastrowid

    def issue_card(self, employee: int) -> int:
        with self.lock, self.db:
            if not self.employee(employee)["is_active"]:
                raise ValueError("Whoever is not active gets no card.")
            return self.db.execute(
                "INSERT INTO id_cards (employee_id, issued_at) VALUES (?, ?)", [employee, self.now()]
            ).lastrowid

    def verify(self, card: int) -> tuple[bool, str]:
        """What a reader at a door asks. Answered from our own tables, and logged."""
        with self.lock, self.db:
            row = self.db.execute(
                "SELECT revoked_at, revoked_by, is_active FROM id_cards JOIN employees ON employees.id = employee_id"
                " WHERE id_cards.id = ?",
                [card],
            ).fetchone()
            if row is None:
                reason = "unknown card"
            elif row["revoked_at"]:
                reason = f"revoked by {row['revoked_by']}"
            else:
                reason = "valid" if row["is_active"] else "not active"
            accepted = reason == "valid"
            self.db.execute(
                "INSERT INTO verification_log (card_id, at, accepted, reason) VALUES (?, ?, ?, ?)",
                [card, self.now(), accepted, reason],
            )
            return accepted, reason

    # Migration

    def migrate(self, dry_run: bool = False) -> dict[str, list]:
        """Link our employees, who have only their reference, to people of the service; repeating it is harmless.

        `linked`: found by reference. `renamed`: found, but the names differ, so look before you leave the dry run.
        `created`: only the service has them. `unmatched`: only we have them; they stay as they are, ours alone.
        """
        asked = self.after(-GRACE)
        people, meta = self.service.everybody()
        with self.lock, self.db:
            report: dict[str, list] = {"linked": [], "renamed": [], "created": [], "unmatched": []}
            for person in people:
                employee = self.linked(person["id"]) or self.linkable(person["employee_reference"])
                if employee is None:
                    report["created"].append(person["employee_reference"])
                elif employee["staff_service_person_id"] is None:
                    names = [(row["first_name"], row["last_name"]) for row in (employee, person)]
                    kind = "linked" if names[0] == names[1] else "renamed"
                    report[kind].append(person["employee_reference"])
            if not dry_run:
                self.take_everybody(people, meta, asked)
            known = {person["employee_reference"].lower() for person in people}
            for row in self.db.execute("SELECT * FROM employees WHERE staff_service_person_id IS NULL"):
                if row["employee_reference"].lower() not in known:
                    report["unmatched"].append(row["employee_reference"])
            return report

    # Synchronising

    def sync_if_due(self) -> str:
        """For the timer: `sync` when the last one is older than the time to live and nobody asked us to wait."""
        last, wait = self.state("synced_at"), self.state("wait_until")
        if wait and self.now() < wait:
            return "waiting"
        if last and self.now() < self.after(TIME_TO_LIVE, last):
            return "fresh"
        return self.sync()

    def sync(self, full: bool = False) -> str:
        """Become equal to the service: `off`, `unchanged`, `changed`, `fetched`, `away` or `refused`.

        Nothing is changed by the last two; `trouble()` says what is wrong, and the next one makes up for everything.
        """
        if not self.settings.use:
            return "off"
        try:
            outcome = self.pull(full)
            trouble, wait = None, None
        except Away as away:
            outcome, trouble, wait = "away", str(away), self.after(timedelta(seconds=away.retry_after))
        except (Refused, Missing) as refused:
            outcome, trouble, wait = "refused", str(refused), self.after(TIME_TO_LIVE)
        with self.lock, self.db:
            self.remember("trouble", trouble)
            self.remember("wait_until", wait)
            if trouble is None:
                self.remember("synced_at", self.now())
        return outcome

    def pull(self, full: bool) -> str:
        cursor = self.state("cursor")
        if full or cursor is None:
            return self.fetch()
        asked = self.after(-GRACE)
        try:
            news = self.service.changes(cursor, self.state("etag"))
        except Resync:
            return self.fetch()
        if news is not None:
            people, meta, etag = news
            with self.lock, self.db:
                for person in people:
                    self.take(person, gone=person.get("removed", False), asked=asked)
                self.remember("digest", meta["full"]["digest"])
                # The ETag is about the answer to this cursor; the next question has another one.
                self.remember("etag", etag if meta["cursor"] == cursor else None)
                self.remember("cursor", meta["cursor"])
        # Also when nothing was new: a message that came late may have put something old in its place.
        if self.digest() != self.state("digest"):
            return self.fetch()
        return "changed" if news and news[0] else "unchanged"

    def fetch(self) -> str:
        asked = self.after(-GRACE)
        people, meta = self.service.everybody()
        with self.lock, self.db:
            self.take_everybody(people, meta, asked)
        return "fetched"

    def take_everybody(self, people: list[dict], meta: dict, asked: str):
        there = {person["id"] for person in people}
        for row in self.db.execute("SELECT id, data FROM staff_copy WHERE NOT gone").fetchall():
            if row["id"] not in there:
                self.take(json.loads(row["data"]), gone=True, asked=asked)
        for person in people:
            self.take(person, asked=asked)
        self.remember("digest", meta["digest"])
        self.remember("cursor", meta["cursor"])
        self.remember("etag", None)

    def digest(self) -> str:
        """Of our copy, to compare with the service's."""
        with self.lock:
            rows = self.db.execute("SELECT data FROM staff_copy WHERE NOT gone")
            return digest(json.loads(row["data"]) for row in rows)

    # One person

    def take(
        self, data: dict, gone: bool = False, *, asked: str | None = None, sequence: tuple[int, int] | None = None
    ):
        """Hold this of a person, and act on it.

        It comes from an answer to a question, or from a message. What messages said since `asked` is newer than the answer.
        """
        # What a message or a list of changes says beside the record.
        person = {name: value for name, value in data.items() if name not in ("removed", "reason", "unit")}
        if gone:
            person |= {"is_active": False}
        held = self.db.execute("SELECT * FROM staff_copy WHERE id = ?", [person["id"]]).fetchone()
        if held and asked and (held["heard_at"] or "") >= asked:
            return
        if sequence:
            self.name_units(person, sequence)
        position, number = sequence or ((held["position"], held["number"]) if held else (None, None))
        self.db.execute(
            "INSERT OR REPLACE INTO staff_copy (id, data, gone, position, number, heard_at, checked_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                person["id"], canonical(person).decode(), gone, position, number,
                self.now() if sequence else None, self.now(),
            ],
        )  # fmt: skip
        employee = self.linked(person["id"]) or self.linkable(person["employee_reference"])
        if employee is None and gone:
            return
        values = [person[name] for name in ("id", "employee_reference", "first_name", "last_name", "is_active")]
        if employee is None:
            self.db.execute(
                "INSERT INTO employees (staff_service_person_id, employee_reference, first_name, last_name, is_active)"
                " VALUES (?, ?, ?, ?, ?)",
                values,
            )
            return
        self.db.execute(
            "UPDATE employees SET staff_service_person_id = ?, employee_reference = ?, first_name = ?, last_name = ?,"
            " is_active = ? WHERE id = ?",
            [*values, employee["id"]],
        )
        if not person["is_active"]:
            self.revoke_all(employee["id"])
        if held and json.loads(held["data"]).get("photo_path") != person.get("photo_path"):
            self.forget_pictures(person["id"])

    def revoke_all(self, employee: int):
        self.db.execute(
            "UPDATE id_cards SET revoked_at = ?, revoked_by = 'system' WHERE employee_id = ? AND revoked_at IS NULL",
            [self.now(), employee],
        )

    def refreshed(self, employee: int) -> sqlite3.Row:
        """The row of an employee whom somebody looks at, asked for again when it is older than the time to live.

        On demand, and only for the screen: when the service is away, what we have is shown.
        """
        row = self.employee(employee)
        person = row["staff_service_person_id"]
        if not self.settings.use or person is None:
            return row
        held = self.db.execute("SELECT checked_at, etag FROM staff_copy WHERE id = ?", [person]).fetchone()
        known_at = max(held["checked_at"] if held else "", self.state("synced_at") or "")
        if known_at and self.now() < self.after(TIME_TO_LIVE, known_at):
            return row
        asked = self.after(-GRACE)
        try:
            answer = self.service.person(person, held and held["etag"])
        except (Away, Refused, Missing):
            # Who is missing may have left our units: the list of changes says so, with a reason.
            return row
        with self.lock, self.db:
            if answer.status == 200:
                self.take(answer.json["data"], asked=asked)
            self.db.execute(
                "UPDATE staff_copy SET checked_at = ?, etag = ? WHERE id = ?", [self.now(), answer.etag, person]
            )
        return self.employee(employee)

    def picture(self, employee: int, kind: str = "photo") -> bytes | None:
        """The photo or signature for the card: kept here, and asked for again by ETag after the time to live."""
        row = self.employee(employee)
        checked_at, etag = row[f"{kind}_checked_at"], row[f"{kind}_etag"]
        if not self.settings.use or row["staff_service_person_id"] is None:
            return row[kind]
        if checked_at and self.now() < self.after(TIME_TO_LIVE, checked_at):
            return row[kind]
        content = row[kind]
        try:
            answer = self.service.image(row["staff_service_person_id"], kind, etag)
            if answer.status == 200:
                content, etag = answer.body, answer.etag
        except Missing:
            content, etag = None, None
        except (Away, Refused):
            return content
        told_at = row["pictures_told_at"]
        is_settled = not told_at or self.now() > self.after(GRACE, told_at)
        with self.lock, self.db:
            self.db.execute(
                f"UPDATE employees SET {kind} = ?, {kind}_etag = ?, {kind}_checked_at = ? WHERE id = ?",
                [content, etag, self.now() if is_settled else None, employee],
            )
        return content

    def forget_pictures(self, person: int):
        """Ask for them at the next look; until then the old ones are shown."""
        self.db.execute(
            "UPDATE employees SET photo_checked_at = NULL, signature_checked_at = NULL, pictures_told_at = ?"
            " WHERE staff_service_person_id = ?",
            [self.now(), person],
        )

    # Messages

    def receive(self, headers: Mapping[str, str], body: bytes) -> int:
        """Take one webhook; the status to answer with. `body` is what came, byte for byte."""
        if not self.settings.use:
            return 503
        if not is_genuine(self.settings.webhook_secrets, headers, body, self.clock().timestamp()):
            return 401
        event = json.loads(body)
        with self.lock, self.db:
            known = self.db.execute("SELECT 1 FROM staff_messages WHERE id = ?", [event["id"]]).fetchone()
            if known is None:
                self.db.execute("DELETE FROM staff_messages WHERE at < ?", [self.after(-MEMORY)])
                self.db.execute("INSERT INTO staff_messages VALUES (?, ?)", [event["id"], self.now()])
                self.act_on(event)
        return 204

    def act_on(self, event: dict):
        data = event["data"]
        if "id" not in data or "sequence" not in event:
            return  # a trial, or something that is to come
        sequence = tuple(event["sequence"])
        if event["event"].startswith("unit."):
            self.take_unit(data, sequence)
            return
        held = self.db.execute("SELECT * FROM staff_copy WHERE id = ?", [data["id"]]).fetchone()
        if held and held["position"] is not None and sequence <= (held["position"], held["number"]):
            return
        if event.get("thinned"):
            # Too large to be sent whole. What must happen at once is in it; the rest is asked for at the next turn.
            self.remember("synced_at", None)
            if held is None:
                return
            data = json.loads(held["data"]) | data
        self.take(data, gone=event.get("removed", False), sequence=sequence)
        if event["event"].startswith(("photo.", "person.photo.", "signature.")):
            self.forget_pictures(data["id"])

    def take_unit(self, unit: dict, sequence: tuple[int, int]):
        """A unit's new name or code is no message about its people, who carry both."""
        held = self.db.execute("SELECT * FROM staff_units WHERE id = ?", [unit["id"]]).fetchone()
        if "name" not in unit or held and sequence <= (held["position"], held["number"]):
            return
        self.db.execute(
            "INSERT OR REPLACE INTO staff_units VALUES (?, ?, ?, ?, ?)",
            [unit["id"], unit["code"], unit["name"], *sequence],
        )
        for row in self.db.execute("SELECT * FROM staff_copy WHERE NOT gone").fetchall():
            person = json.loads(row["data"])
            self.name_units(person, (row["position"] or 0, row["number"] or 0))
            self.db.execute("UPDATE staff_copy SET data = ? WHERE id = ?", [canonical(person).decode(), row["id"]])

    def name_units(self, person: dict, sequence: tuple[int, int]):
        """What messages have said of units since the one about the person."""
        for place in person["organisational_units"]:
            unit = self.db.execute(
                "SELECT code, name FROM staff_units WHERE id = ? AND (position, number) > (?, ?)",
                [place["id"], *sequence],
            ).fetchone()
            place |= dict(unit) if unit else {}

    # What is stored

    def employee(self, id: int) -> sqlite3.Row:
        return self.db.execute("SELECT * FROM employees WHERE id = ?", [id]).fetchone()

    def linked(self, person: int) -> sqlite3.Row | None:
        return self.db.execute("SELECT * FROM employees WHERE staff_service_person_id = ?", [person]).fetchone()

    def linkable(self, reference: str) -> sqlite3.Row | None:
        """The employee of ours with this reference who is linked to nobody yet; nobody when two have it."""
        rows = self.db.execute(
            "SELECT * FROM employees WHERE employee_reference = ? AND staff_service_person_id IS NULL", [reference]
        ).fetchall()
        return rows[0] if len(rows) == 1 else None

    def trouble(self) -> str | None:
        """Why the last sync did not succeed, for the administrator's screen."""
        return self.state("trouble")

    def state(self, name: str) -> str | None:
        row = self.db.execute("SELECT value FROM staff_state WHERE name = ?", [name]).fetchone()
        return row and row["value"]

    def remember(self, name: str, value: str | None):
        self.db.execute("INSERT OR REPLACE INTO staff_state VALUES (?, ?)", [name, value])

    def now(self) -> str:
        return self.after(timedelta())

    def after(self, wait: timedelta, start: str | None = None) -> str:
        """Times are texts of one form, so that they compare as they follow each other."""
        return ((datetime.fromisoformat(start) if start else self.clock()) + wait).isoformat(timespec="microseconds")


def listener(app: DigitalID, port: int = 0) -> ThreadingHTTPServer:
    """Where webhooks come in. Behind a proxy that does TLS."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response(app.receive({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            """Nobody's data in logs."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    return server


def main(arguments: list[str]) -> int:
    match arguments:
        case [database, command, *rest] if command in ("check", "migrate", "sync", "full-sync", "listen"):
            app = DigitalID(database, Settings.read(os.environ))
        case _:
            print(__doc__, file=sys.stderr)
            return 64
    if not app.settings.use:
        print("USE_STAFF_SERVICE is not true: working alone, nothing is asked for.")
        return 0
    try:
        match command, rest:
            case "check", []:
                print(json.dumps(app.service.key(), indent=2))
            case "migrate", [] | ["--dry-run"]:
                print(json.dumps(app.migrate(dry_run=bool(rest)), indent=2, ensure_ascii=False))
            case "listen", [port]:
                listener(app, int(port)).serve_forever()
            case _:
                outcome = app.sync(full=command == "full-sync")
                print(f"{outcome}: {app.trouble()}" if app.trouble() else outcome)
                return 1 if app.trouble() else 0
    except (Away, Refused, Missing) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
