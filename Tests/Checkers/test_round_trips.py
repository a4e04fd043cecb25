"""Delta files, applied in order, give the table that the full file gives: over random histories, with failures in
between.

A system that takes sets in is played by a table here. Each set that is written is, by chance, taken; never attempted;
attempted and lost; attempted, taken and not confirmed; or taken in part and not confirmed. What staffrepo knows of that
stands in `.given` beside the sets, and is written here as the sender writes it. Whenever a set was taken, the table
must be that of its full file.

    STAFFREPO_HISTORIES=200 script/check -k round_trip
"""

import csv
import io
import json
import multiprocessing
import os
import random
import re
import shutil
import zipfile
from pathlib import Path

import pytest

from formats.entra import operations
from histories import History
from house import House

HISTORIES = int(os.environ.get("STAFFREPO_HISTORIES", 12))
FIRST = int(os.environ.get("STAFFREPO_SEED", 0))
STEPS = 14

Table = dict[tuple, dict | None]


class Consumer:
    """One table, made of a full file once and of deltas from there on."""

    system: str
    needs: list[str]

    def __init__(self):
        self.table: dict[tuple, dict] = {}

    def full(self, folder: Path) -> Table:
        """The rows of the full file by key."""
        raise NotImplementedError

    def delta(self, folder: Path) -> Table:
        """The rows of the delta file by key; None for one that is to go."""
        raise NotImplementedError

    def take(self, folder: Path, part: float, chance: random.Random):
        """Some of a delta's rows, or all."""
        for key, row in self.delta(folder).items():
            if chance.random() >= part:
                continue
            if row is None:
                self.table.pop(key, None)
            else:
                self.table[key] = row

    def superfluous(self, folder: Path) -> list[tuple]:
        """What is told although this table has it."""
        return [key for key, row in self.delta(folder).items() if self.table.get(key) == row]

    def wrong(self, folder: Path) -> dict:
        """Where the table is not that of the full file, each row as (is, should be)."""
        return difference(self.table, self.full(folder))


class System:
    """What staffrepo sends sets to, and what becomes of each set there."""

    def __init__(self, name: str, consumers: list[Consumer], house: House, seed: int):
        self.name, self.consumers = name, consumers
        self.exports = house.folder / ".git/staffrepo/exports" / name
        self.chance = random.Random(f"{seed} {name}")
        # Whether staffrepo knows for sure what this system has.
        self.is_certain = False
        self.seen: str | None = None
        self.manifest = b""
        # What became of each set, for whoever has to find out why.
        self.outcomes: list[str] = []

    def given(self) -> str | None:
        file = self.exports / ".given"
        return file.read_text() if file.exists() else None

    def remember(self, given: str | None):
        file = self.exports / ".given"
        file.unlink(missing_ok=True) if given is None else file.write_text(given)

    def meet(self, before: str | None) -> list[str]:
        """Let the newest set come to something; what is wrong with it, by consumer.

        - before: what `.given` said before it was written.
        """
        name = os.readlink(self.exports / "current")
        folder, given = self.exports / name, self.exports / ".given"
        manifest = (folder / "manifest.json").read_bytes()
        if name == self.seen:
            # After a lost ledger a set may be made once more: the same one. That is no news of what became of it.
            self.remember(before)
            return [] if manifest == self.manifest else [f"{self.name}: {name} was made anew with other files"]
        self.seen, self.manifest = name, manifest
        assert given.read_text() == f"sent {name}\n"
        outcome = self.chance.choice(["taken", "taken", "taken", "never", "lost", "unconfirmed", "partly"])
        self.outcomes.append(f"{name.partition('-')[0]} {outcome}")
        part = {"never": 0, "lost": 0, "partly": 0.5}.get(outcome, 1)
        faults = []
        for consumer in list(self.consumers):
            try:
                superfluous = consumer.superfluous(folder) if self.is_certain else []
                assert superfluous == [], f"rows that did not change: {superfluous}"
                consumer.take(folder, part, self.chance)
                if outcome == "taken":
                    wrong = consumer.wrong(folder)
                    assert wrong == {}, f"as (is, should be): {wrong}"
            except AssertionError as fault:
                faults.append(
                    f"{type(consumer).__name__}: {name}: {str(fault).splitlines()[0][:1200]} after {self.outcomes}"
                )
                self.consumers.remove(consumer)
        if outcome == "never":
            self.remember(before)
        elif outcome != "taken":
            given.write_text(f"sending {name}\n")
        self.is_certain = outcome == "taken" or (outcome == "never" and self.is_certain)
        return faults


def notes(folder: Path) -> list[str]:
    """What a set's manifest says of whom it had to leave out, and what is to be done by hand."""
    return json.loads((folder / "manifest.json").read_bytes())["notes"]


def shared(folder: Path, name: str) -> set[str]:
    """What several people have at once, by the notes, in small letters."""
    found = (re.match(rf"The {name} (\S+) is that of several people", note) for note in notes(folder))
    return {match[1] for match in found if match}


def known_by(folder: Path, pattern: str) -> set[str]:
    """By what a system knows those whose rows or accounts stay as they are, by the notes."""
    found = (re.search(pattern, note) for note in notes(folder))
    return {name for match in found if match for name in match[1].split(" or ")}


def difference(table: dict, expected: dict) -> dict:
    """The rows that are not as they should be, each as (is, should be)."""
    return {key: (table.get(key), expected.get(key)) for key in table | expected if table.get(key) != expected.get(key)}


class DigitalID(Consumer):
    """Digital ID's own table of employees. A person who is gone there is one whose record was deleted."""

    system, needs = "digital-id", ["employees", "employees-delta"]

    def full(self, folder: Path) -> Table:
        employees = json.loads((folder / "employees.json").read_bytes())
        return {(employee["staff_service_person_id"],): employee for employee in employees}

    def delta(self, folder: Path) -> Table:
        document = json.loads((folder / "employees-delta.json").read_bytes())
        found = {(employee["staff_service_person_id"],): employee for employee in document["employees"]}
        gone = {(employee["staff_service_person_id"],): None for employee in document["removed"]}
        assert not set(found) & set(gone), "nobody is changed and removed at once"
        return found | gone


class Entra(Consumer):
    """Accounts by externalId. The service knows no deletion: whoever is not in the full set any more is disabled."""

    system, needs = "entra", ["bulk-upload", "bulk-upload-delta"]
    is_undecidable = False

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.asked: set[str] = set()

    def full(self, folder: Path) -> Table:
        return {(entry["data"]["externalId"],): entry["data"] for entry in operations(folder)}

    def delta(self, folder: Path) -> Table:
        return {(entry["data"]["externalId"],): entry["data"] for entry in operations(folder, "bulk-upload-delta")}

    def take(self, folder: Path, part: float, chance: random.Random):
        # What the notes ask of the administrator: the new number goes into the account before the file does.
        asked = {note for note in notes(folder) if "is now" in note}
        # Asked twice, since nobody knew whether the file went in; whose account is whose an administrator has to look up.
        self.is_undecidable |= bool(asked & self.asked)
        if part > 0:
            self.asked |= asked
            renamed = [found.groups() for note in asked if (found := re.match(r"(\S+) is now (\S+)\. Entra", note))]
            moved = {new: self.table.pop((old,)) for old, new in renamed if (old,) in self.table}
            self.table |= {(new,): account for new, account in moved.items()}
        super().take(folder, part, chance)

    def superfluous(self, folder: Path) -> list[tuple]:
        # A leaver whose deleted record returns was told to be gone, and is told once more.
        return [key for key in super().superfluous(folder) if self.table[key]["active"]]

    def wrong(self, folder: Path) -> dict:
        if self.is_undecidable:
            return {}
        # Whose address became one that Entra refuses keeps the account as it was, and the notes say so.
        kept = {note.partition(":")[0] for note in notes(folder) if ": left out, " in note}
        kept |= known_by(folder, r"Entra knows the account by (.+)\.$")
        return {
            key: pair
            for key, pair in super().wrong(folder).items()
            if key[0] not in kept and (pair[1] is not None or pair[0]["active"])
        }


class Moodle(Consumer):
    """Accounts by user name. An upload adds to cohorts and never removes: that is what the removal report is for."""

    system, needs, files = "lms", ["standard"], {"moodle-removals.csv"}

    def read(self, file: Path) -> list[dict]:
        with open(file, encoding="utf-8", newline="") as lines:
            return list(csv.DictReader(lines, strict=True))

    def cohorts(self, row: dict) -> set[str]:
        return {value for name, value in row.items() if name.startswith("cohort") and value}

    def full(self, folder: Path) -> Table:
        found = {}
        for row in self.read(folder / "moodle-users.csv"):
            # A name on the way to another one, when two people exchange theirs.
            found.pop((row.get("oldusername"),), None)
            found[row["username"],] = {"suspended": row["suspended"], "cohorts": self.cohorts(row)}
        return found

    def delta(self, folder: Path) -> Table:
        return {}

    #: The notes said that no file can settle whose account is whose, and asked for somebody to look.
    is_undecidable = False

    def take(self, folder: Path, part: float, chance: random.Random):
        self.is_undecidable |= any("nobody knows whether Moodle has" in note for note in notes(folder))
        users, removals = self.read(folder / "moodle-users.csv"), self.read(folder / "moodle-removals.csv")
        # An upload that breaks off has done the first rows; the report comes after it.
        until = round((len(users) + len(removals)) * part * (chance.random() if part < 1 else 1))
        for row in users[:until]:
            old, name = row.get("oldusername"), row["username"]
            if old and (old,) in self.table and (name,) not in self.table:
                self.table[name,] = self.table.pop((old,))
            account = self.table.setdefault((name,), {"cohorts": set()})
            account["suspended"] = row["suspended"]
            account["cohorts"] |= self.cohorts(row)
        for row in removals[: max(0, until - len(users))]:
            if account := self.table.get((row["username"],)):
                account["cohorts"] -= self.cohorts(row)

    def wrong(self, folder: Path) -> dict:
        """An account that is in no file any more is in no cohort."""
        if self.is_undecidable:
            return {}
        # Whose address somebody else has as well keeps the account as it was.
        doubtful = shared(folder, "e-mail address")
        kept = doubtful | known_by(folder, r"Moodle knows the account by (.+)\.$")

        def is_suspended(pair: tuple) -> bool:
            return all(row is None or row["suspended"] == "1" for row in pair)

        return {
            key: pair
            for key, pair in super().wrong(folder).items()
            if key[0] not in kept
            and (pair[1] is not None or pair[0]["cohorts"])
            # A leaver among them is suspended, and nothing else of the account is touched.
            and not (doubtful and is_suspended(pair))
        }


class OneRoster(Consumer):
    system = "lms"
    version, tables = "", ["orgs", "users", "roles"]
    needs = ["standard", "oneroster-delta"]

    def read(self, archive: Path) -> Table:
        found = {}
        with zipfile.ZipFile(archive) as zipped:
            for table in self.tables:
                if f"{table}.csv" in zipped.namelist():
                    for row in csv.DictReader(io.StringIO(zipped.read(f"{table}.csv").decode(), newline="")):
                        is_gone = row.pop("status") == "tobedeleted"
                        row.pop("dateLastModified")
                        found[table, row["sourcedId"]] = None if is_gone else row
        return found

    def full(self, folder: Path) -> Table:
        return self.read(folder / f"oneroster{self.version}.zip")

    def delta(self, folder: Path) -> Table:
        return self.read(folder / f"oneroster{self.version}-delta.zip")


class OneRoster11(OneRoster):
    version, tables = "-1.1", ["orgs", "users"]
    needs = ["oneroster-1.1", "oneroster-1.1-delta"]


class People(Consumer):
    """People by a number that never changes; the delta has the same columns, and one for what happened."""

    system = "tables"
    needs: list[str] = []
    key, heading, files = "Id", "Change", ("all.csv", "delta.csv")

    def read(self, file: Path) -> list[dict]:
        with open(file, encoding="utf-8", newline="") as lines:
            return list(csv.DictReader(lines, strict=True))

    def full(self, folder: Path) -> Table:
        return {(row[self.key],): row for row in self.read(folder / self.files[0])}

    def delta(self, folder: Path) -> Table:
        found = {}
        for row in self.read(folder / self.files[1]):
            change = row.pop(self.heading)
            assert change in ("created", "updated", "removed")
            assert (row[self.key],) not in found, "nobody is told twice"
            found[row[self.key],] = None if change == "removed" else row
        return found


class Filtered(People):
    """Whoever leaves the filter's sight is told as gone."""

    system, files = "filtered", ("all.csv", "delta.csv")


class Memberships(People):
    """One row for each unit that somebody is in."""

    system, files = "memberships", ("all.csv", "delta.csv")

    def full(self, folder: Path) -> Table:
        return {(row["Id"], row["Unit"]): row for row in self.read(folder / self.files[0])}

    def delta(self, folder: Path) -> Table:
        found = {}
        for row in self.read(folder / self.files[1]):
            change = row.pop("Change")
            assert (row["Id"], row["Unit"]) not in found
            found[row["Id"], row["Unit"]] = None if change == "removed" else row
        return found


class Units(People):
    system, files = "units", ("all.csv", "delta.csv")


class Journal(People):
    """Values one by one: those of a journal, written into a table of cells."""

    system, files = "journal", ("all.csv", "delta.csv")

    def full(self, folder: Path) -> Table:
        return {
            (row["Id"], column): {"value": value}
            for row in self.read(folder / self.files[0])
            for column, value in row.items()
            if column != "Id" and value
        }

    def delta(self, folder: Path) -> Table:
        found = {}
        for row in self.read(folder / self.files[1]):
            assert (row["Id"], row["Field"]) not in found
            if row["Field"] != "Id":
                found[row["Id"], row["Field"]] = {"value": row["New"]} if row["New"] else None
        return found


class FeedLines(Consumer):
    """An app's feed, one JSON document a line."""

    system, needs = "medication", ["feed-ndjson", "feed-ndjson-delta"]

    def rows(self, text: str) -> Table:
        people = [json.loads(line) for line in text.splitlines()]
        assert len({person["id"] for person in people}) == len(people), "nobody is told twice"
        return {(person["id"],): None if person.get("removed") else person for person in people}

    def full(self, folder: Path) -> Table:
        return self.rows((folder / "staff.ndjson").read_text(encoding="utf-8"))

    def delta(self, folder: Path) -> Table:
        return self.rows((folder / "staff-delta.ndjson").read_text(encoding="utf-8"))


class FeedDocument(FeedLines):
    needs = ["feed-json", "feed-json-delta"]

    def read(self, file: Path) -> Table:
        people = json.loads(file.read_bytes())["people"]
        return {(person["id"],): None if person.get("removed") else person for person in people}

    def full(self, folder: Path) -> Table:
        return self.read(folder / "staff.json")

    def delta(self, folder: Path) -> Table:
        return self.read(folder / "staff-delta.json")


class FeedTable(People):
    system, needs = "medication", ["feed-csv", "feed-csv-delta"]
    key, heading, files = "id", "change", ("staff.csv", "staff-delta.csv")


class HR(People):
    """The changes that come with staffrepo. The receiver's key is the employee reference, which may change, too."""

    system, needs, key, files = (
        "hr",
        ["generic", "changes"],
        "Employee Number",
        ("employees.csv", "employees-changes.csv"),
    )

    def wrong(self, folder: Path) -> dict:
        # Two rows of the full file have such a number, and nobody knows whose it is.
        doubtful = shared(folder, "employee reference") | {
            name.lower() for name in known_by(folder, r"stays as the system has it, as (.+), while")
        }
        return {key: pair for key, pair in super().wrong(folder).items() if key[0].lower() not in doubtful}


class Leavers(People):
    """Accounts, opened for whoever is active in the full file, and closed by nothing but a file of leavers."""

    system = "leavers"

    def full(self, folder: Path) -> Table:
        return {key: row for key, row in super().full(folder).items() if row["Active"] == "true"}

    def delta(self, folder: Path) -> Table:
        opened = {key: {"Id": key[0], "Active": "true"} for key in self.full(folder)}
        closed = [row["Id"] for row in self.read(folder / "delta.csv")]
        assert len(set(closed)) == len(closed), "nobody is told twice"
        assert not {(id,) for id in closed} & set(opened), "somebody is active and a leaver"
        return opened | {(id,): None for id in closed}

    def superfluous(self, folder: Path) -> list[tuple]:
        return []


PERSON_COLUMNS = """\
          - Id: id
          - Reference: employee_reference
          - Name: display_name
          - Email: email
          - Job: job_title
          - Ends: employment_end_date
          - Status: status
          - Manager: line_manager
          - Units: unit_codes
"""
MEMBERSHIP_COLUMNS = """\
          - Id: id
          - Unit: unit_id
          - Code: unit_code
          - Share: share
          - Primary: is_primary
          - Until: unit_until
          - Status: status
"""
UNIT_COLUMNS = """\
          - Id: unit_id
          - Code: unit_code
          - Name: unit_name
          - Parent: unit_parent_code
"""


def mapped(name: str, columns: str, full: str = "", journal: bool = False) -> str:
    """A system with two tables of its own: the whole, and what differs."""
    delta = f"        content: delta\n        columns:\n          - Change: change\n{columns}"
    if journal:
        delta = (
            "        content: changes\n        columns:\n          - Id: id\n          - Change: change\n"
            f"          - Field: changed_column\n          - New: new_value\n        changes_of:\n{columns}"
        )
    return (
        f"  {name}:\n    type: app\n    enabled: true\n    mappings:\n"
        f"      all.csv:\n{full}        columns:\n{columns}      delta.csv:\n{full}{delta}"
    )


MAPPED = "".join(
    [
        mapped("tables", PERSON_COLUMNS),
        mapped("filtered", PERSON_COLUMNS, "        filter: {is_active: true, leavers_within_days: 9}\n"),
        mapped("memberships", MEMBERSHIP_COLUMNS, "        rows: memberships\n"),
        mapped("units", UNIT_COLUMNS, "        rows: units\n"),
        mapped("journal", PERSON_COLUMNS, journal=True),
        mapped("leavers", "          - Id: id\n          - Active: is_active\n").replace(
            "content: delta", "content: leavers"
        ),
    ]
)
CONSUMERS: list[type[Consumer]] = [
    People,
    Filtered,
    Memberships,
    Units,
    Journal,
    Leavers,
    FeedLines,
    FeedDocument,
    FeedTable,
    HR,
    DigitalID,
    Entra,
    Moodle,
    OneRoster,
    OneRoster11,
]


def settings(house: House) -> str:
    """All systems, with a full file and a delta, as far as the program has them."""
    lines = []
    for system, kind in (("entra", ""), ("hr", ""), ("lms", ""), ("digital-id", ""), ("medication", ", type: app")):
        needs = {profile for consumer in CONSUMERS if consumer.system == system for profile in consumer.needs}
        if chosen := sorted(needs & house.profiles(system)):
            lines.append(f"  {system}: {{enabled: true{kind}, profiles: [{', '.join(chosen)}]}}\n")
    return "".join(lines) + MAPPED


def is_offered(house: House, kind: type[Consumer]) -> bool:
    if not set(kind.needs) <= house.profiles(kind.system):
        return False
    if not isinstance(wanted := getattr(kind, "files", None), set):
        return True
    folder = house.folder.parent / f"probe-{kind.__name__}"
    house.staffrepo("export", kind.system, "--profile", kind.needs[0], "--out", str(folder))
    return all((folder / name).exists() for name in wanted)


def live_through(work: tuple[str, str, int, str, tuple]) -> list[str]:
    """One history with these consumers; what went wrong, with its seed."""
    binary, folder, seed, settings, kinds = work
    faults = []
    history = History(binary, Path(folder), seed, settings)
    names = sorted({kind.system for kind in kinds})
    systems = [System(name, [kind() for kind in kinds if kind.system == name], history.house, seed) for name in names]
    try:
        for number in range(STEPS):
            before = [system.given() for system in systems]
            if number:
                history.step()
            else:
                history.publish()
            for system, given in zip(systems, before):
                faults += [f"{fault} (seed {seed}, step {number}, in {folder})" for fault in system.meet(given)]
    except AssertionError as fault:
        faults.append(f"seed {seed}, in {folder}: {str(fault)[:1500]}")
    if not faults:
        shutil.rmtree(folder)
    return faults


@pytest.fixture(scope="module")
def lives(binary, tmp_path_factory) -> dict[str, list[str]]:
    """What went wrong over all histories, by the consumer's name."""
    folder = tmp_path_factory.mktemp("histories")
    probe = House(binary, folder / "probe")  # The sample's settings know the app.
    probe.commit("probe")
    kinds = tuple(kind for kind in CONSUMERS if is_offered(probe, kind))
    systems = settings(probe)
    work = [(binary, str(folder / str(seed)), seed, systems, kinds) for seed in range(FIRST, FIRST + HISTORIES)]
    with multiprocessing.get_context("fork").Pool(2) as pool:
        faults = [fault for found in pool.imap_unordered(live_through, work) for fault in found]
    return {"offered": [kind.__name__ for kind in kinds], "faults": faults}


@pytest.mark.parametrize("kind", CONSUMERS)
def test_deltas_give_the_full_table(lives, kind):
    if kind.__name__ not in lives["offered"]:
        pytest.skip(f"{kind.system} has no profile {' or '.join(kind.needs)} yet")
    faults = [fault for fault in lives["faults"] if fault.startswith(f"{kind.__name__}: ")]
    assert faults == [], f"{len(faults)} of {HISTORIES} histories:\n" + "\n".join(faults[:3])


def test_histories_went_to_their_end(lives):
    """No publication failed, and no set came out otherwise when it was made again."""
    names = tuple(f"{kind.__name__}: " for kind in CONSUMERS)
    assert [fault for fault in lives["faults"] if not fault.startswith(names)] == []


def test_other_columns_and_a_removal(binary, tmp_path):
    """Whoever is removed in the run that has other columns for the first time is told under the right headings."""
    house = House(binary, tmp_path / "house")
    shutil.rmtree(house.folder / "data/webhooks")
    columns = ["employee_reference", "change", "last_name", "job_title", "is_active", "email"]

    def publish(names: list[str]) -> list[dict]:
        listed = "".join(f"          - {name}\n" for name in names)
        (house.folder / "staffrepo.yaml").write_text(
            "organisation: {id: 1, name: Example, email_domains: [larkfield.example], time_zone: Europe/London}\n"
            "custom_fields: {dbs_checked_on: date, pin: string}\n"
            "systems:\n  app:\n    type: app\n    enabled: true\n    mappings:\n      delta.csv:\n"
            f"        content: delta\n        columns:\n{listed}",
            encoding="utf-8",
        )
        house.commit("columns")
        house.staffrepo("publish")
        with open(house.published("app") / "delta.csv", encoding="utf-8", newline="") as lines:
            return list(csv.DictReader(lines, strict=True))

    publish(columns)
    gone = house.records("people")["EMP043"]
    (house.folder / "data/people/EMP043.yaml").unlink()
    told = publish(["email", "id", *reversed(columns[:-1])])
    (row,) = [row for row in told if row["change"] == "removed"]
    assert row["employee_reference"] == "EMP043"
    assert (row["last_name"], row["job_title"], row["email"]) == (gone["last_name"], gone["job_title"], gone["email"])
    assert row["is_active"] == "false"
