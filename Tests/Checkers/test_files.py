"""The files for HR, finance, learning platforms and Digital ID hold what the records say, by csv, zipfile and PyYAML.

That the systems take files of this shape, test_formats.py judges.
"""

import csv
import hashlib
import io
import json
import re
import zipfile
from datetime import date, timedelta
from operator import itemgetter
from pathlib import Path

import pytest

from conftest import GRADE, ORGANISATIONS, PIN
from formats.hr import loader_records
from formats.tables import rows
from house import is_active, membership, status, unit_codes

SYSTEMS = ["entra", "hr", "finance", "lms", "digital-id"]


# Each file's values, against the records as PyYAML reads them


def test_published_files_are_those_of_the_command(house, exported):
    """One commit and day give the same bytes, whoever asks; what is said of a command's files is true of a set's."""
    for system in SYSTEMS:
        written = exported("house", system)
        names = {file.name for file in written.iterdir()} - {"manifest.json", "images"}
        assert names == {file.name for file in house.published(system).iterdir()} - {"manifest.json", "images", ".given"}
        # These say besides what changed since the sets before; a command's set has none before.
        for name in names - {"moodle-users.csv", "moodle-removals.csv", "revocations.json"}:
            assert (written / name).read_bytes() == (house.published(system) / name).read_bytes(), name


@pytest.mark.parametrize("organisation", ORGANISATIONS)
def test_hr_file(staff, exported, organisation):
    """Everybody who is or was employed, as in the YAML: a leaver who vanishes from a file keeps his access."""
    file = exported(organisation, "hr") / "employees.csv"
    assert {row["Employee Number"]: row for row in rows(file)} == {
        reference: {
            "Employee Number": reference,
            "First Name": person["first_name"],
            "Last Name": person["last_name"],
            "Email": person["email"],
            "Position": person["job_title"],
            "Start Date": person.get("employment_start_date", ""),
            "End Date": person.get("employment_end_date", ""),
            "Manager": staff.manager(person),
            "Salary Grade": person.get("salary_grade", ""),
            "Status": status(person, staff.day),
        }
        for reference, person in staff.people.items()
    }


@pytest.mark.parametrize("organisation", ORGANISATIONS)
def test_finance_file(staff, exported, organisation):
    """One row a person, keyed by the number that payroll knows, zeros and all, else by the employee reference."""
    expected = []
    for reference, person in staff.people.items():
        primary = next(iter(unit_codes(person, staff.day)), None)
        numbers = person.get("external_ids", {})
        expected.append(
            {
                "Payroll ID": numbers.get("payroll") or numbers.get("finance") or reference,
                "First Name": person["first_name"],
                "Last Name": person["last_name"],
                "Cost Centre": staff.cost_centre(primary),
                "Organisational Unit": staff.units[primary]["name"] if primary else "",
                "Payroll Status": status(person, staff.day),
                "Start Date": person.get("employment_start_date", ""),
                "End Date": person.get("employment_end_date", ""),
            }
        )
    by_number = itemgetter("Payroll ID")
    written = rows(exported(organisation, "finance") / "payroll.csv")
    assert sorted(written, key=by_number) == sorted(expected, key=by_number)


@pytest.mark.parametrize("organisation", ORGANISATIONS)
def test_hr_changes_of_a_first_run(staff, exported, organisation):
    """Nothing was given before: everybody is told, in the columns of the full file, and as created."""
    told = rows(exported(organisation, "hr", "changes") / "employees-changes.csv")
    assert {row.pop("Change") for row in told} == {"created"}
    assert told == rows(exported(organisation, "hr", "generic") / "employees.csv")


@pytest.mark.parametrize("organisation", ORGANISATIONS)
def test_hr_leavers_of_a_first_run(staff, exported, organisation):
    """Who is employed no longer; a new hire who has not begun is no leaver."""
    leavers = rows(exported(organisation, "hr", "leavers") / "leavers.csv")
    gone = {
        reference for reference, person in staff.people.items() if status(person, staff.day) in ("left", "inactive")
    }
    assert {row["Employee Number"]: (row["End Date"], row["Status"]) for row in leavers} == {
        reference: (staff.people[reference].get("employment_end_date", ""), status(staff.people[reference], staff.day))
        for reference in gone
    }


@pytest.mark.parametrize("organisation", ORGANISATIONS)
def test_finance_split(staff, exported, organisation):
    """A row for each unit of the day, with its cost centre and an even share; whoever is in none has one row, too."""
    held: dict[str, list] = {}
    for row in rows(exported(organisation, "finance", "split") / "payroll-split.csv"):
        held.setdefault(row["Payroll ID"], []).append(
            (row["Organisational Unit"], row["Cost Centre"], row["Share"], row["Payroll Status"])
        )
    expected = {}
    for reference, person in staff.people.items():
        numbers = person.get("external_ids", {})
        codes = unit_codes(person, staff.day) or [None]
        shares = [10_000 // len(codes) + (place < 10_000 % len(codes)) for place in range(len(codes))]
        expected[numbers.get("payroll") or numbers.get("finance") or reference] = [
            (
                staff.units[code]["name"] if code else "",
                staff.cost_centre(code),
                f"{share // 100}.{share % 100:02}",
                status(person, staff.day),
            )
            for code, share in zip(codes, shares)
        ]
    assert held.keys() == expected.keys(), sorted(expected.keys() - held.keys())[:9]
    assert held == expected


@pytest.mark.parametrize("organisation", ORGANISATIONS)
def test_success_factors(staff, exported, organisation):
    """Every column of the user data file that records can fill; whoever has not begun cannot log in yet."""
    users = {
        row["USERID"]: row
        for row in rows(exported(organisation, "hr", "successfactors") / "successfactors-users.csv", 1)
    }
    assert set(users) == set(staff.people)
    for reference, person in staff.people.items():
        primary = staff.units.get(next(iter(unit_codes(person, staff.day)), ""), {})
        expected = {
            "STATUS": "active" if is_active(person, staff.day) else "inactive",
            "USERNAME": person["email"],
            "FIRSTNAME": person["first_name"],
            "LASTNAME": person["last_name"],
            "EMAIL": person["email"],
            "MANAGER": staff.manager(person) or "NO_MANAGER",
            "HR": "NO_HR",
            "DEPARTMENT": primary.get("name", ""),
            "DIVISION": staff.units.get(primary.get("parent"), {}).get("name", ""),
            "TITLE": person["job_title"],
            "HIREDATE": local_date(person.get("employment_start_date"), "%m/%d/%Y"),
        }
        assert {name: users[reference][name] for name in expected} == expected


@pytest.mark.parametrize("organisation", ORGANISATIONS)
def test_oracle(staff, exported, organisation):
    """A worker for everybody with a start date, by the id; employment has ended from the day after the last one."""
    folder = exported(organisation, "hr", "oracle-hdl")
    records = loader_records(folder)
    workers = {record["PersonNumber"]: record["SourceSystemId"] for record in records["Worker"]}
    assert set(workers) == {
        reference for reference, person in staff.people.items() if "employment_start_date" in person
    }
    notes = json.loads((folder / "manifest.json").read_bytes())["notes"]
    for reference in set(staff.people) - set(workers):
        assert any(note.startswith(f"{reference}: ") for note in notes)
    names = {record["PersonId(SourceSystemId)"]: record for record in records["PersonName"]}
    jobs = {record["PersonId(SourceSystemId)"]: record for record in records["WorkRelationship"]}
    addresses = {record["PersonId(SourceSystemId)"]: record["EmailAddress"] for record in records["PersonEmail"]}
    titles = [record["AssignmentName"] for record in records["Assignment"]]
    assert sorted(titles) == sorted(staff.people[reference]["job_title"] for reference in workers)
    for reference, worker in workers.items():
        person = staff.people[reference]
        assert (names[worker]["FirstName"], names[worker]["LastName"]) == (person["first_name"], person["last_name"])
        assert addresses[worker] == person["email"]
        assert jobs[worker]["DateStart"] == local_date(person["employment_start_date"], "%Y/%m/%d")
        end = person.get("employment_end_date", "")
        has_ended = "" < end < str(staff.day)
        assert jobs[worker]["ActualTerminationDate"] == (local_date(end, "%Y/%m/%d") if has_ended else "")
        assert jobs[worker]["TerminateWorkRelationshipFlag"] == ("Y" if has_ended else "")
        assert worker.startswith(person["id"]), "the key never changes, so it is made of the id"


def local_date(text: str | None, form: str) -> str:
    return date.fromisoformat(text).strftime(form) if text else ""


def payroll_number(reference: str, person: dict) -> str:
    numbers = person.get("external_ids", {})
    return numbers.get("payroll") or numbers.get("finance") or reference


@pytest.mark.parametrize("system", ["hr", "finance"])
@pytest.mark.parametrize("organisation", ["house", "fitting"])
def test_staffology(staff, exported, organisation, system):
    """Names as the program takes them; the manifest names whose name was cut. A hire to come is no former employee."""
    folder = exported(organisation, system, "staffology")
    employees = {row["Payroll Code"]: row for row in rows(folder / "staffology-employees.csv")}
    notes = " ".join(json.loads((folder / "manifest.json").read_bytes())["notes"])
    assert len(employees) == len(staff.people)
    for reference, person in staff.people.items():
        row = employees[payroll_number(reference, person)]
        primary = staff.units.get(next(iter(unit_codes(person, staff.day)), ""), {})
        for column, name in (("First Name", person["first_name"]), ("Surname", person["last_name"])):
            plain = re.sub('[.,;:()/|"“”]', "", name)
            assert row[column].strip() == plain[:34].strip()
            assert len(plain) <= 34 or f"{reference}, column {column}" in notes
        assert row["Status"] == ("Former" if status(person, staff.day) in ("left", "inactive") else "Current")
        assert row["Join Date"] == local_date(person.get("employment_start_date"), "%d/%m/%Y")
        assert row["Left Date"] == local_date(person.get("employment_end_date"), "%d/%m/%Y")
        assert row["Email"] == person["email"]
        assert (row["Dept Code"], row["Dept Name"]) == (primary.get("code", ""), primary.get("name", ""))
        assert row["Cost Centre Code"] == staff.cost_centre(primary.get("code"))


@pytest.mark.parametrize("system", ["hr", "finance"])
@pytest.mark.parametrize("organisation", ORGANISATIONS)
def test_sage(staff, exported, organisation, system):
    """Leavers are marked; a hire to come is none."""
    employees = {
        row["Employee Reference"]: row for row in rows(exported(organisation, system, "sage") / "sage-employees.csv")
    }
    assert set(employees) == set(staff.people)
    for reference, person in staff.people.items():
        row = employees[reference]
        assert row["Payroll ID"] == payroll_number(reference, person)
        assert (row["Forename"], row["Surname"], row["Job Title"]) == (
            person["first_name"],
            person["last_name"],
            person["job_title"],
        )
        assert row["Work Start Date"] == local_date(person.get("employment_start_date"), "%d/%m/%Y")
        assert row["Work End Date"] == local_date(person.get("employment_end_date"), "%d/%m/%Y")
        assert row["Leaver"] == ("1" if status(person, staff.day) in ("left", "inactive") else "0")


@pytest.mark.parametrize("organisation", ORGANISATIONS)
def test_feeds(staff, exported, organisation):
    """The three kinds of feed say the same, and what the records say."""
    document = json.loads((exported(organisation, "medication", "feed-json") / "staff.json").read_bytes())
    text = (exported(organisation, "medication", "feed-ndjson") / "staff.ndjson").read_text(encoding="utf-8")
    people = {person["employee_reference"]: person for person in document["people"]}
    assert document["people"] == [json.loads(line) for line in text.split("\n")[:-1]]
    assert document["as_of"] == str(staff.day) and set(people) == set(staff.people)
    table = {
        row["employee_reference"]: row for row in rows(exported(organisation, "medication", "feed-csv") / "staff.csv")
    }
    assert set(table) == set(people)
    for reference, record in staff.people.items():
        person, codes = people[reference], unit_codes(record, staff.day)
        shown = record.get("photo_path") if record.get("photo_status", "approved") == "approved" else None
        expected = {
            "id": int(record["id"]),
            "first_name": record["first_name"],
            "last_name": record["last_name"],
            "preferred_name": record.get("preferred_name"),
            "email": record["email"],
            "job_title": record["job_title"],
            "employment_start_date": record.get("employment_start_date"),
            "employment_end_date": record.get("employment_end_date"),
            "status": status(record, staff.day),
            "is_active": is_active(record, staff.day),
            "photo_path": shown,
        }
        assert {name: person[name] for name in expected} == expected
        assert person["organisational_units"] == [
            {"id": int(staff.units[code]["id"]), "code": code, "name": staff.units[code]["name"]} for code in codes
        ]
        for name, value in expected.items():
            assert table[reference][name] == (
                ""
                if value is None
                else str(value).lower()
                if value in (True, False) and name == "is_active"
                else str(value)
            )
        assert table[reference]["unit_codes"] == ", ".join(codes)
        assert table[reference]["line_manager"] == staff.manager(record)


@pytest.mark.parametrize("organisation", ORGANISATIONS)
def test_moodle_file(staff, exported, organisation):
    """Who has left is suspended, not gone; the cohorts are the units of the day. Who cannot be in it is named."""
    folder = exported(organisation, "lms")
    users = {row["idnumber"]: row for row in rows(folder / "moodle-users.csv")}
    names = {reference: moodle_name(person) for reference, person in staff.people.items()}
    notes = json.loads((folder / "manifest.json").read_bytes())["notes"]
    for reference, person in staff.people.items():
        name = names[reference]
        if reference not in users:
            is_shared = [other for other in users if names[other] == name]
            assert is_shared or len(name) > 100 or len(person["email"]) > 100
            assert any(note.startswith(f"{reference}: ") and "moodle-users.csv" in note for note in notes)
            continue
        user = users[reference]
        assert user["username"] == name
        assert (user["firstname"], user["lastname"]) == (person["first_name"], person["last_name"])
        assert user["email"] == person["email"]
        assert user["suspended"] == ("0" if is_active(person, staff.day) else "1")
        cohorts = [value for name, value in user.items() if name.startswith("cohort") and value]
        assert cohorts == [f"unit-{code}" if code.isdigit() else code for code in unit_codes(person, staff.day)]
    assert set(users) <= set(staff.people)


def moodle_name(person: dict) -> str:
    """The e-mail address as Moodle cleans user names."""
    return re.sub(r"[^a-z0-9_.@-]", "", person["email"].lower())


def roster(archive, *names: str) -> list[dict[str, dict]]:
    """The tables of a OneRoster zip, each by sourcedId."""
    with zipfile.ZipFile(archive) as zipped:
        return [
            {row["sourcedId"]: row for row in csv.DictReader(io.StringIO(zipped.read(name).decode(), newline=""))}
            for name in names
        ]


@pytest.mark.parametrize("organisation", ORGANISATIONS)
def test_oneroster(staff, exported, organisation):
    """The people, the units' tree, and a role for each of a person's units; an end date is the first day without."""
    people, units = staff.people, staff.units
    files = ("orgs.csv", "users.csv", "roles.csv")
    orgs, users, roles = roster(exported(organisation, "lms") / "oneroster.zip", *files)
    # The organisation itself stands above all units, and has no unit's code.
    (root,) = [row for row in orgs.values() if not row["parentSourcedId"]]
    code_of = {identifier: row["identifier"] for identifier, row in orgs.items() if row is not root}
    assert sorted(code_of.values()) == sorted(units)
    for identifier, code in code_of.items():
        assert orgs[identifier]["name"] == units[code]["name"]
        assert code_of.get(orgs[identifier]["parentSourcedId"]) == units[code].get("parent")
    assert sorted(row["identifier"] for row in users.values()) == sorted(people)
    for row in users.values():
        person = people[row["identifier"]]
        assert row["enabledUser"] == ("true" if is_active(person, staff.day) else "false")
        assert (row["givenName"], row["familyName"]) == (person["first_name"], person["last_name"])
        assert row["preferredGivenName"] == person.get("preferred_name", "")
        assert row["email"] == person["email"]
        assert row["metadata.jobTitle"] == person["job_title"]
    held = {identifier: [] for identifier in users}
    for role in roles.values():
        person = people[users[role["userSourcedId"]]["identifier"]]
        code = code_of.get(role["orgSourcedId"])
        held[role["userSourcedId"]].append((role["roleType"], code))
        place = membership(person, code, staff.day)
        begins = [day for day in (person.get("employment_start_date"), place.get("from")) if day]
        ends = [day for day in (person.get("employment_end_date"), place.get("until")) if day]
        assert role["beginDate"] == max(begins, default="")
        assert role["endDate"] == (str(date.fromisoformat(min(ends)) + timedelta(days=1)) if ends else "")
    for identifier, roles in held.items():
        codes = unit_codes(people[users[identifier]["identifier"]], staff.day) or [None]
        assert roles == [("secondary" if place else "primary", code) for place, code in enumerate(codes)]


@pytest.mark.parametrize("organisation", ORGANISATIONS)
def test_digital_id_file(staff, exported, organisation):
    """Digital ID's own names, these and no others; a photo is named only while it is approved."""
    employees = json.loads((exported(organisation, "digital-id") / "employees.json").read_bytes())
    expected = [
        {
            "staff_service_person_id": int(person["id"]),
            "first_name": person["first_name"],
            "last_name": person["last_name"],
            "employee_reference": reference,
            "photo_path": person.get("photo_path") if person.get("photo_status", "approved") == "approved" else None,
            "signature_url": person.get("signature_path"),
            "is_active": is_active(person, staff.day),
        }
        for reference, person in staff.people.items()
    ]
    by_id = itemgetter("staff_service_person_id")
    assert sorted(employees, key=by_id) == sorted(expected, key=by_id)
    assert {tuple(employee) for employee in employees} == {tuple(expected[0])}


# Every set


def test_digital_id_revocations(house):
    """Everybody who is not active, and nobody else. The day is the one after the last, once that is over."""
    listed = json.loads((house.published("digital-id") / "revocations.json").read_bytes())
    expected = []
    for reference, person in house.people.items():
        if is_active(person, house.day):
            continue
        end = person.get("employment_end_date")
        over = bool(end) and date.fromisoformat(end) < house.day
        expected.append(
            {
                "staff_service_person_id": int(person["id"]),
                "employee_reference": reference,
                "status": status(person, house.day),
                "since": str(date.fromisoformat(end) + timedelta(days=1)) if over else None,
            }
        )
    assert expected
    # Whose record was deleted this morning is told, too, from the day of the first set without it.
    deleted = [entry for entry in listed if entry["status"] == "deleted"]
    assert [(entry["employee_reference"], entry["since"]) for entry in deleted] == [("EMP043", str(house.day))]
    assert listed == sorted(expected + deleted, key=itemgetter("staff_service_person_id"))


def test_digital_id_images(house):
    """Every approved photo and every signature, byte for byte as git has them, each content once."""
    folder = house.published("digital-id")
    listed = json.loads((folder / "images.json").read_bytes())
    expected = set()
    for person in house.people.values():
        approved = person.get("photo_status", "approved") == "approved"
        for kind, path in (("photo", approved and person.get("photo_path")), ("signature", person.get("signature_path"))):
            if path and (house.folder / "data" / path).exists():
                expected.add((int(person["id"]), kind, path))
    assert {(row["staff_service_person_id"], row["kind"], row["path"]) for row in listed} == expected
    for row in listed:
        content = (house.folder / "data" / row["path"]).read_bytes()
        assert (folder / row["file"]).read_bytes() == content
        assert row["sha256"] == hashlib.sha256(content).hexdigest() == Path(row["file"]).stem
        assert row["bytes"] == len(content)
        ending = {"image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp"}[row["media_type"]]
        assert Path(row["file"]).suffix == ending
    assert {f"images/{file.name}" for file in (folder / "images").iterdir()} == {row["file"] for row in listed}
    earlier = [file for file in folder.parent.glob("1-*/images/*") if (folder / "images" / file.name).exists()]
    assert earlier and all(file.samefile(folder / "images" / file.name) for file in earlier), "shared, not copied"


def count(file) -> int:
    """The records in a file: rows of a table, operations, groups, employees; of a roster those of all its tables."""
    if file.suffix == ".zip":
        with zipfile.ZipFile(file) as archive:
            tables = [archive.read(name).decode() for name in archive.namelist() if name != "manifest.csv"]
        return sum(len(list(csv.DictReader(io.StringIO(text, newline="")))) for text in tables)
    if file.suffix == ".csv":
        return len(rows(file))
    document = json.loads(file.read_bytes())
    return len(document if isinstance(document, list) else document.get("Operations") or document["groups"])


@pytest.mark.parametrize("system", SYSTEMS)
def test_manifests_are_true(house, system):
    """Each set is named after its publication, commit and day; its manifest lists every file, and truly."""
    folder = house.published(system).parent
    commits = {1: house.commits["baseline"], 2: house.commits["unit renamed"]}
    sets = sorted(entry for entry in folder.glob("[0-9]*"))
    assert len(sets) == len(commits)
    for files in sets:
        manifest = json.loads((files / "manifest.json").read_bytes())
        position = manifest["position"]
        assert manifest["system"] == system
        assert manifest["commit"] == commits[position]
        assert manifest["as_of"] in {str(day) for day in house.days}
        prefix, short, as_of = files.name.split("-", 2)
        assert (int(prefix), as_of) == (position, manifest["as_of"])
        assert len(short) >= 7 and commits[position].startswith(short)
        listed = {entry["name"]: entry for entry in manifest["files"]}
        assert set(listed) == {file.name for file in files.iterdir()} - {"manifest.json", "images", ".given"}
        for name, entry in listed.items():
            content = (files / name).read_bytes()
            assert entry["sha256"] == hashlib.sha256(content).hexdigest()
            assert entry["bytes"] == len(content) > 0
            assert entry["rows"] == count(files / name)


def test_manifests_agree_on_the_records(house):
    """One publication, one state of the records: all systems' digests are equal, and another day's is another."""
    digests = {}
    for manifest in (house.folder / ".git/staffrepo/exports").glob("*/[0-9]*/manifest.json"):
        content = json.loads(manifest.read_bytes())
        digests.setdefault(content["position"], set()).add(content["records"]["digest"])
        if content["position"] == 2:
            assert (content["records"]["people"], content["records"]["units"]) == (len(house.people), len(house.units))
    assert sorted(map(len, digests.values())) == [1, 1]
    assert digests[1] != digests[2]


@pytest.mark.parametrize("system", SYSTEMS)
def test_current_is_the_newest_set(house, system):
    """`current` is a relative link, so that the exports can be moved, to the last publication's whole set."""
    link = house.folder / ".git/staffrepo/exports" / system / "current"
    assert link.is_symlink() and "/" not in str(link.readlink())
    assert json.loads((link / "manifest.json").read_bytes())["position"] == 2


def test_sensitive_fields_stay_with_hr(house):
    """The salary grade has a column in the HR file alone; a registration PIN has none anywhere."""
    holders = set()
    files = [file for file in (house.folder / ".git/staffrepo/exports").glob("*/[0-9]*/**/*") if file.is_file()]
    pins = [person["custom"]["pin"] for person in house.people.values() if "pin" in person.get("custom", {})]
    assert PIN in pins and len(files) > 10
    for file in files:
        contents = [file.read_bytes()]
        if file.suffix == ".zip":
            with zipfile.ZipFile(file) as archive:
                contents = [archive.read(name) for name in archive.namelist()]
        text = b"\n".join(contents).decode(errors="replace")
        assert [pin for pin in pins if pin in text] == []
        if GRADE in text:
            holders.add(file.name)
    assert holders == {"employees.csv"}
