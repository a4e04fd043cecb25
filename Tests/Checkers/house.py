"""A staff record repository in a temporary folder, and how the product is run on it.

The records are read here with PyYAML, not with the product: what the files and messages must say is worked out from
the same YAML by other code.
"""

import os
import re
import shutil
import subprocess
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

import yaml

# Every scalar as the text that stands there. The C one reads thousands of files in a second.
LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
PROJECT = Path(__file__).resolve().parents[2]
ADMINISTRATOR = {
    f"GIT_{role}_{key}": value
    for role in ("AUTHOR", "COMMITTER")
    for key, value in (("NAME", "Freya Lindström"), ("EMAIL", "freya.lindstrom@larkfield.example"))
}


def environment(secrets: dict[str, str]) -> dict[str, str]:
    """What a server's own processes have: no settings, proxies or git configuration of whoever runs the tests."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("STAFFREPO", "GIT_")) and not name.lower().endswith("_proxy")
    }
    return inherited | ADMINISTRATOR | secrets | {"GIT_CONFIG_GLOBAL": os.devnull}


class House:
    """The repository of the sample's organisation, its records, and the commits made in it by name."""

    def __init__(self, binary: str, folder: Path, secrets: dict[str, str] | None = None, is_empty: bool = False):
        self.binary, self.folder = binary, folder
        self.commits: dict[str, str] = {}
        self.environment = environment(secrets or {})
        folder.mkdir()
        if not is_empty:
            shutil.copytree(PROJECT / "data", folder / "data")
            shutil.copy(PROJECT / "staffrepo.yaml", folder)
        self.git("init", "--quiet", "--initial-branch=main")
        self.git("config", "staffrepo.allowNetworks", "127.0.0.0/8")

    def run(self, *command: str) -> str:
        """Run a command in the repository; its standard output. A failure shows everything it said."""
        done = subprocess.run(
            command, cwd=self.folder, env=self.environment, capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0, f"{command} ended with {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def git(self, *arguments: str) -> str:
        return self.run("git", *arguments).strip()

    def staffrepo(self, *arguments: str) -> str:
        return self.run(self.binary, *arguments)

    def commit(self, name: str):
        """Commit all that changed, and remember the commit by this name."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", name)
        self.commits[name] = self.git("rev-parse", "HEAD")

    def write(self, path: str, text: str):
        file = self.folder / "data" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def edit(self, path: str, pattern: str, replacement: str):
        """Replace what the pattern finds, exactly once, in a record."""
        file = self.folder / "data" / path
        text, count = re.subn(pattern, replacement, file.read_text(encoding="utf-8"), flags=re.MULTILINE)
        assert count == 1, f"{pattern!r} occurs {count} times in {path}"
        file.write_text(text, encoding="utf-8")

    def records(self, kind: str) -> dict[str, dict]:
        """The people or units of the last commit by reference or code, each value as the text that stands there."""
        files = sorted((self.folder / "data" / kind).rglob("*.yaml"))
        return {file.stem: yaml.load(file.read_text(encoding="utf-8"), Loader=LOADER) for file in files}

    @cached_property
    def people(self) -> dict[str, dict]:
        return self.records("people")

    @cached_property
    def units(self) -> dict[str, dict]:
        return self.records("units")

    @cached_property
    def spellings(self) -> dict[str, str]:
        """Every reference as its own record writes it, by its small letters."""
        return {reference.lower(): reference for reference in self.people}

    def manager(self, person: dict) -> str:
        """The line manager's reference as the manager's own record has it; empty when nobody has it."""
        return self.spellings.get(person.get("line_manager", "").lower(), "")

    def cost_centre(self, code: str | None) -> str:
        """The unit's, or that of the nearest unit above it that has one."""
        while code:
            if number := self.units[code].get("cost_centre"):
                return number
            code = self.units[code].get("parent")
        return ""

    def subtree(self, code: str) -> set[str]:
        """The unit and all units below it."""
        below = [unit["code"] for unit in self.units.values() if unit.get("parent") == code]
        return {code}.union(*map(self.subtree, below))

    def profiles(self, system: str) -> set[str]:
        """What the program itself says it can write for a system."""
        command = [self.binary, "export", system, "--profile", "?"]
        done = subprocess.run(command, cwd=self.folder, env=self.environment, text=True, capture_output=True)
        found = re.search(r"It has: (.*)", done.stderr)
        return set(re.split(r",\s*", found[1].strip())) if found else set()

    def published(self, system: str) -> Path:
        """The folder that a system's `current` link leads to."""
        return (self.folder / ".git/staffrepo/exports" / system / "current").resolve(strict=True)


def today() -> date:
    """The day it is in the organisation's time zone."""
    return datetime.now(ZoneInfo("Europe/London")).date()


def status(person: dict, day: date) -> str:
    """Switched off, else not yet begun, else left (the end date is the last day of work), else as recorded."""
    if person.get("is_active", "true") == "false":
        return "inactive"
    if day.isoformat() < person.get("employment_start_date", ""):
        return "pending"
    if day.isoformat() > person.get("employment_end_date", "9999-12-31"):
        return "left"
    return person.get("employment_status", "active")


def is_active(person: dict, day: date) -> bool:
    return status(person, day) in ("active", "on_leave", "suspended")


def memberships(person: dict, day: date) -> list[dict]:
    """The places in units in force on a day, primary first; both dates of one are inclusive."""
    places = [entry if isinstance(entry, dict) else {"unit": entry} for entry in person.get("organisational_units", [])]
    return [place for place in places if place.get("from", "") <= day.isoformat() <= place.get("until", "9999-12-31")]


def membership(person: dict, code: str, day: date) -> dict:
    """The place in a unit, with its dates; nothing when there is none."""
    return next((place for place in memberships(person, day) if place["unit"] == code), {})


def unit_codes(person: dict, day: date) -> list[str]:
    return [place["unit"] for place in memberships(person, day)]
