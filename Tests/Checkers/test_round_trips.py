"""Delta files, applied in order, give the table that the full file gives: over random histories, with failures in between.

A system that takes sets in is played by a table here. Each set that is written is, by chance, taken; never attempted;
attempted and lost; attempted, taken and not confirmed; or taken in part and not confirmed. What staffrepo knows of that
stands in `.given` beside the sets, and is written here as the sender writes it. Whenever a set was taken, the table must
be that of its full file.

    STAFFREPO_HISTORIES=200 script/check -k round_trip
"""

import csv
import io
import json
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
        self.last: str | None = None
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
        if name == self.last:
            return
        folder, given = self.exports / name, self.exports / ".given"
        assert given.read_text() == f"sent {name}\n"
        rows = self.delta(folder)
        if self.is_certain:
            self.superfluous += [key for key, row in rows.items() if self.table.get(key) == row]
        match chance.choice(["taken", "taken", "taken", "never", "lost", "unconfirmed", "partly"]):
            case "taken":
                self.take(rows)
                self.is_certain, self.last = True, name
                assert self.table == self.full(folder), difference(self.table, self.full(folder))
            case "never":
                given.unlink() if before is None else given.write_text(before)
            case outcome:
                given.write_text(f"sending {name}\n")
                part = {"lost": 0, "unconfirmed": 1, "partly": 0.5}[outcome]
                self.take({key: row for key, row in rows.items() if chance.random() < part})
                self.is_certain, self.last = False, name

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


CONSUMERS: list[type[Consumer]] = [OneRoster, OneRoster11]


def live_through(work: tuple[str, str, int]) -> str | None:
    """One history with all consumers that the program has profiles for; what went wrong, with its seed."""
    binary, folder, seed = work
    try:
        history = History(binary, Path(folder), seed, settings(binary, Path(folder).parent))
        consumers = [kind(history.house) for kind in CONSUMERS if is_offered(history.house, kind)]
        chance = random.Random(seed * 7919)
        history.publish()
        for number in range(STEPS):
            before = [consumer.given() for consumer in consumers] if number else [None] * len(consumers)
            if number:
                history.step()
            for consumer, given in zip(consumers, before):
                consumer.meet(chance, given)
        superfluous = {kind.__class__.__name__: kind.superfluous for kind in consumers if kind.superfluous}
        assert not superfluous, f"rows that did not change: {superfluous}"
        shutil.rmtree(folder)
        return None
    except AssertionError as fault:
        return f"seed {seed}, kept in {folder}: {str(fault)[:3000]}"
