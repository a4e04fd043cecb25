"""Made-up organisations that change at random, as real ones do and then some, published now and then.

The same seed gives the same history. Time is `STAFFREPO_NOW`, so that dates pass without anybody waiting for them.
"""

import random
import subprocess
from datetime import datetime, timedelta, timezone
from pathlib import Path

from house import House
from organisations import rendered

DOMAIN = "example.org"
GUARDS = "deactivations removals memberships_lost manager_changes email_changes creations".split()
SETTINGS = f"""\
organisation: {{id: 1, name: Example, email_domains: [{DOMAIN}], time_zone: Europe/London}}
custom_fields: {{pin: {{type: string, sensitive: true}}}}
guards: {{{", ".join(f"{guard}: {{count: 1000000, percent: 100}}" for guard in GUARDS)}}}
exports: {{keep: 99}}
systems:
"""
PIXEL = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xd9"
UNIT_CODES = ["team-1", "team-2", "410", "007", "night-shift", "1e5"]


class History:
    """A repository that goes through days and commits; `step` makes some and publishes."""

    def __init__(self, binary: str, folder: Path, seed: int, systems: str):
        self.random = random.Random(seed)
        self.now = datetime(2026, 1, 5, 9, tzinfo=timezone.utc)
        self.house = House(binary, folder, is_empty=True)
        self.house.git("config", "gc.auto", "0")
        (folder / "staffrepo.yaml").write_text(SETTINGS + systems, encoding="utf-8")
        self.people: dict[int, dict] = {}
        self.folders: dict[int, str] = {}
        # What makes a person's file unreadable; the last good record stays in force.
        self.broken: dict[int, str] = {}
        self.units: dict[int, dict] = {
            id: {"id": id, "code": code, "name": f"Unit {id}"} for id, code in enumerate(UNIT_CODES, 1)
        }
        self.units[2]["parent"], self.units[4]["parent"] = "team-1", "410"
        self.next_id = 1
        self.hires = 0
        # The state of the records at each commit.
        self.past: dict[str, tuple] = {}
        for _ in range(8):
            self.hire()
        self.commit()

    # Publishing

    def publish(self, exit_codes: tuple[int, ...] = (0,)):
        self.house.environment["STAFFREPO_NOW"] = self.moment()
        state = self.house.folder / ".git/staffrepo"
        if self.random.random() < 0.05:
            # What a system was given is known without the ledger.
            for file in state.glob("ledger.sqlite*"):
                file.unlink()
        done = subprocess.run(
            [self.house.binary, "publish"],
            cwd=self.house.folder,
            env=self.house.environment,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode in exit_codes, f"publish at {self.moment()} ended with {done.returncode}\n{done.stderr}"

    def moment(self) -> str:
        return self.now.strftime("%Y-%m-%dT%H:%M:%SZ")

    def commit(self):
        self.write()
        for role in ("AUTHOR", "COMMITTER"):
            self.house.environment[f"GIT_{role}_DATE"] = self.moment()
        self.house.git("add", "--all")
        self.house.git("commit", "--quiet", "--allow-empty", "--message", f"at {self.moment()}")
        state = (self.people, self.folders, self.broken, self.units)
        self.past[self.house.git("rev-parse", "HEAD")] = self.copied(state)

    def step(self, exit_codes: tuple[int, ...] = (0,)):
        """Up to three commits, time in between, and then a publication."""
        for _ in range(self.random.choice([0, 1, 1, 1, 2, 3])):
            self.wait()
            if self.random.random() < 0.1 and self.has_past():
                self.revert()
                continue
            for _ in range(self.random.randint(0, 4)):
                self.change()
            self.commit()
        self.wait()
        self.publish(exit_codes)

    def wait(self):
        self.now += timedelta(minutes=self.random.choice([0, 5, 60, 60 * 13, 60 * 24 * 2, 60 * 24 * 15]))

    def has_past(self) -> bool:
        return len(self.house.git("rev-list", "--max-count=2", "HEAD").split()) == 2

    def revert(self):
        """The tree of an earlier commit comes back, and the history goes on from what the records were then."""
        earlier = self.random.choice(self.house.git("rev-list", "--max-count=6", "HEAD").split()[1:])
        self.people, self.folders, self.broken, self.units = self.copied(self.past[earlier])
        self.commit()

    # Records

    def copied(self, state: tuple) -> tuple:
        people, folders, broken, units = state
        return (
            {id: dict(person) for id, person in people.items()},
            dict(folders),
            dict(broken),
            {id: dict(unit) for id, unit in units.items()},
        )

    def write(self):
        """The work tree as the state says."""
        data = self.house.folder / "data"
        wanted: dict[Path, bytes] = {}
        for unit in self.units.values():
            wanted[data / f"units/{unit['code']}.yaml"] = rendered(unit).encode()
        for id, person in self.people.items():
            file = data / f"people/{self.folders.get(id, '')}{person['employee_reference']}.yaml"
            wanted[file] = (rendered(person) + self.broken.get(id, "")).encode()
            if photo := person.get("photo_path"):
                wanted[data / photo] = PIXEL + photo.encode() + str(person.get("shot", "")).encode()
        for kind in ("people", "units", "photos"):
            for file in (data / kind).rglob("*"):
                if file.is_file() and file not in wanted:
                    file.unlink()
        for file, content in wanted.items():
            if not file.exists() or file.read_bytes() != content:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(content)

    def change(self):
        chance = self.random
        if not self.people or chance.random() < 0.15:
            return self.hire()
        id = chance.choice(sorted(self.people))
        person = self.people[id]
        match chance.randrange(21):
            case 20:
                # Two people swap what other systems may know them by.
                other = self.people[chance.choice(sorted(self.people))]
                for name in ("employee_reference", "email"):
                    person[name], other[name] = other[name], person[name]
            case 0 | 1:
                person["employment_end_date"] = self.day(-20, 30)
                person["employment_start_date"] = min(person["employment_start_date"], person["employment_end_date"])
            case 2:
                person["is_active"] = not person.get("is_active", True)
            case 3:
                person.pop("employment_end_date", None)
                person.pop("is_active", None)
            case 4:
                del self.people[id]
                self.folders.pop(id, None)
                self.broken.pop(id, None)
            case 5:
                self.folders[id] = chance.choice(["", "a/", "b/c/"])
            case 6:
                self.hires += 1
                person["employee_reference"] = f"N{id}.{self.hires}"
            case 7 | 8 | 9:
                person["organisational_units"] = self.some_units()
            case 10:
                person["photo_path"] = chance.choice([f"photos/{id}.jpg", f"photos/new-{id}.jpg"])
                person["photo_status"] = chance.choice(["approved", "approved", "pending", "rejected"])
            case 11:
                person["job_title"] = chance.choice(["Nurse", "Cook", 'Driver, "nights"', "Ärztin", "Lead | Night"])
            case 12:
                self.hires += 1
                person["email"] = f"{chance.choice(['p', 'P', 'q+', 'new.'])}{id}.{self.hires}@{DOMAIN}"
            case 13:
                person["last_name"] = chance.choice(["O'Hara", "Łukasz, Jr.", '"Quoted"', "龘", "Smith"])
            case 14:
                self.recode()
            case 15:
                self.drop_or_restore_unit()
            case 16:
                self.broken[id] = chance.choice(["x: [unclosed\n", "employment_start_date: 2020-01-01\n"])
            case 17:
                self.broken.clear()
            case 18:
                person["line_manager"] = chance.choice([p["employee_reference"] for p in self.people.values()])
                if person["line_manager"] == person["employee_reference"]:
                    del person["line_manager"]
            case _:
                person["salary_grade"] = f"G{chance.randrange(9)}"

    def hire(self):
        """Somebody new, or somebody back under the old id."""
        id = self.next_id
        gone = [old for old in range(1, self.next_id) if old not in self.people]
        if gone and self.random.random() < 0.5:
            id = self.random.choice(gone)
        else:
            self.next_id += 1
        # Whoever came back after somebody took over the reference or the address gets others.
        taken = {value for person in self.people.values() for value in (person["employee_reference"], person["email"])}
        reference, email = f"E{id}", f"p{id}@{DOMAIN}"
        if {reference, email} & taken:
            self.hires += 1
            reference, email = f"E{id}.{self.hires}", f"p{id}.h{self.hires}@{DOMAIN}"
        self.people[id] = {
            "id": id,
            "employee_reference": reference,
            "first_name": f"First{id}",
            "last_name": "Smith",
            "email": email,
            "job_title": "Nurse",
            "employment_start_date": self.day(-300, 20),
            "organisational_units": self.some_units(),
        }

    def some_units(self) -> list:
        codes = sorted(unit["code"] for unit in self.units.values())
        held = []
        for code in self.random.sample(codes, min(len(codes), self.random.choice([0, 1, 1, 2, 3]))):
            match self.random.randrange(4):
                case 0:
                    held.append({"unit": code, "from": self.day(-10, 10), "until": self.day(11, 40)})
                case 1:
                    held.append({"unit": code, "until": self.day(-5, 15)})
                case _:
                    held.append(code)
        return held

    def recode(self):
        """Two units swap their codes, or one gets a new one."""
        one, other = self.random.sample(sorted(self.units), 2) if len(self.units) > 1 else (None, None)
        if one is None:
            return
        if self.random.random() < 0.5:
            self.units[one]["code"], self.units[other]["code"] = self.units[other]["code"], self.units[one]["code"]
        else:
            self.units[one]["code"] = f"code-{self.random.randrange(100)}-{one}"
        for id in (one, other):
            self.units[id].pop("parent", None)

    def drop_or_restore_unit(self):
        missing = [
            (id, code)
            for id, code in enumerate(UNIT_CODES, 1)
            if id not in self.units and code not in {unit["code"] for unit in self.units.values()}
        ]
        if missing and self.random.random() < 0.6:
            id, code = self.random.choice(missing)
            self.units[id] = {"id": id, "code": code, "name": f"Unit {id} again"}
        elif len(self.units) > 2:
            del self.units[self.random.choice(sorted(self.units))]

    def day(self, first: int, last: int) -> str:
        return (self.now.date() + timedelta(days=self.random.randint(first, last))).isoformat()
