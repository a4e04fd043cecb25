"""Delta files, applied in order, give the table that the full file gives: over random histories, with failures in between.

A system that takes sets in is played by a table here. Each set that is written is, by chance, taken; never attempted;
attempted and lost; attempted, taken and not confirmed; or taken in part and not confirmed. What staffrepo knows of that
stands in `.given` beside the sets, and is written here as the sender writes it. Whenever a set was taken, the table must
be that of its full file.

    STAFFREPO_HISTORIES=200 script/check -k round_trip
"""

import csv
import io
import multiprocessing
import os
import random
import shutil
import zipfile
from pathlib import Path

import pytest

from conftest import profiles
from histories import History
from house import House

HISTORIES = int(os.environ.get("STAFFREPO_HISTORIES", 16))
FIRST = int(os.environ.get("STAFFREPO_SEED", 0))
STEPS = 14

Table = dict[tuple, dict | None]


class Consumer:
    """One system's table, made of a full file once and of deltas from there on."""

    system: str
    needs: list[str]

    def __init__(self, house: House):
        self.exports = house.folder / ".git/staffrepo/exports" / self.system
        self.table: dict[tuple, dict] = {}
        # Whether staffrepo knows for sure what this system has.
        self.is_certain = False
        self.seen: str | None = None
        self.superfluous: list[tuple] = []

    def full(self, folder: Path) -> Table:
        """The rows of the full file by key."""
        raise NotImplementedError

    def delta(self, folder: Path) -> Table:
        """The rows of the delta file by key; None for one that is to go."""
        raise NotImplementedError

    def take(self, rows: Table):
        for key, row in rows.items():
            if row is None:
                self.table.pop(key, None)
            else:
                self.table[key] = row

    def meet(self, chance: random.Random, before: str | None):
        """Let the newest set come to something, and compare when it was taken.

        - before: what `.given` said before it was written.
        """
        name = os.readlink(self.exports / "current")
        if name == self.seen:
            return
        self.seen = name
        folder, given = self.exports / name, self.exports / ".given"
        assert given.read_text() == f"sent {name}\n"
        rows = self.delta(folder)
        if self.is_certain:
            self.superfluous += [key for key, row in rows.items() if self.table.get(key) == row]
        match chance.choice(["taken", "taken", "taken", "never", "lost", "unconfirmed", "partly"]):
            case "taken":
                self.take(rows)
                self.is_certain = True
                assert self.table == self.full(folder), difference(self.table, self.full(folder))
            case "never":
                given.unlink() if before is None else given.write_text(before)
            case outcome:
                given.write_text(f"sending {name}\n")
                part = {"lost": 0, "unconfirmed": 1, "partly": 0.5}[outcome]
                self.take({key: row for key, row in rows.items() if chance.random() < part})
                self.is_certain = False

    def given(self) -> str | None:
        file = self.exports / ".given"
        return file.read_text() if file.exists() else None


def difference(table: dict, expected: dict) -> dict:
    """The rows that are not as they should be, each as (is, should be)."""
    return {key: (table.get(key), expected.get(key)) for key in table | expected if table.get(key) != expected.get(key)}


class OneRoster(Consumer):
    system = "lms"
    version, tables = "", ["orgs", "users", "roles"]
    needs = ["oneroster", "oneroster-delta"]

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
    """Any list of people by a number that never changes, beside a delta of the same columns and one for what happened."""

    system = "tables"
    needs: list[str] = []
    key, files = "Id", ("all.csv", "delta.csv")

    def read(self, file: Path) -> list[dict]:
        with open(file, encoding="utf-8", newline="") as lines:
            return list(csv.DictReader(lines, strict=True))

    def full(self, folder: Path) -> Table:
        return {(row[self.key],): row for row in self.read(folder / self.files[0])}

    def delta(self, folder: Path) -> Table:
        found = {}
        for row in self.read(folder / self.files[1]):
            change = row.pop("Change")
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


class HR(People):
    """The changes that come with staffrepo. The receiver's key is the employee reference, which may change, too."""

    system, needs, key, files = "hr", ["generic", "changes"], "Employee Number", ("employees.csv", "employees-changes.csv")


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
    ]
)
CONSUMERS: list[type[Consumer]] = [People, Filtered, Memberships, Units, Journal, HR, OneRoster, OneRoster11]


def settings(house: House) -> str:
    """All systems, with a full file and a delta, as far as the program has them."""
    lines = []
    for system in ("hr", "lms", "digital-id"):
        needs = {profile for kind in CONSUMERS if kind.system == system for profile in kind.needs}
        if chosen := sorted(needs & profiles(house, system)):
            lines.append(f"  {system}: {{enabled: true, profiles: [{', '.join(chosen)}]}}\n")
    return "".join(lines) + MAPPED


def is_offered(house: House, kind: type[Consumer]) -> bool:
    return set(kind.needs) <= profiles(house, kind.system)


def live_through(work: tuple[str, str, int, str, tuple]) -> list[str]:
    """One history with these consumers; what went wrong, with its seed."""
    binary, folder, seed, systems, kinds = work
    faults = []
    history = History(binary, Path(folder), seed, systems)
    consumers = [kind(history.house) for kind in kinds]
    chances = {kind: random.Random(f"{seed} {kind.__name__}") for kind in kinds}
    try:
        for number in range(STEPS):
            before = {consumer: consumer.given() for consumer in consumers}
            if number:
                history.step()
            else:
                history.publish()
            for consumer in list(consumers):
                try:
                    consumer.meet(chances[type(consumer)], before[consumer])
                    assert not consumer.superfluous, f"rows that did not change: {consumer.superfluous}"
                except (AssertionError, KeyError, FileNotFoundError) as fault:
                    name = type(consumer).__name__
                    faults.append(f"{name}, seed {seed}, step {number}, in {folder}: {fault!r}"[:1500])
                    consumers.remove(consumer)
    except AssertionError as fault:
        faults.append(f"seed {seed}, in {folder}: {str(fault)[:1500]}")
    if not faults:
        shutil.rmtree(folder)
    return faults


@pytest.fixture(scope="module")
def lives(binary, tmp_path_factory) -> dict[str, list[str]]:
    """What went wrong over all histories, by the consumer's name."""
    folder = tmp_path_factory.mktemp("histories")
    probe = House(binary, folder / "probe")
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
    faults = [fault for fault in lives["faults"] if fault.startswith(f"{kind.__name__},")]
    assert faults == [], f"{len(faults)} of {HISTORIES} histories:\n" + "\n".join(faults[:3])


def test_histories_went_to_their_end(lives):
    assert [fault for fault in lives["faults"] if fault.startswith("seed ")] == []
