"""The files for HR, finance, learning platforms and Digital ID, judged by frictionless, csv, zipfile and PyYAML."""

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
from frictionless import Package, Resource, Schema

from conftest import GRADE, PIN
from house import is_active, status, unit_codes

SYSTEMS = ["entra", "hr", "finance", "lms", "digital-id"]
STATUSES = ["active", "on_leave", "suspended", "inactive", "pending", "left"]


@pytest.fixture(scope="module")
def roster(house, tmp_path_factory):
    """The OneRoster zip, unpacked."""
    folder = tmp_path_factory.mktemp("oneroster")
    with zipfile.ZipFile(house.published("lms") / "oneroster.zip") as archive:
        assert archive.testzip() is None
        archive.extractall(folder)
    return folder


def rows(file) -> list[dict]:
    with open(file, encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, strict=True))


def field(name, type="string", required=False, **constraints) -> dict:
    """A column for frictionless. A date is ISO 8601, a boolean `true` or `false`, and nothing else."""
    literal = {"trueValues": ["true"], "falseValues": ["false"]} if type == "boolean" else {}
    return {"name": name, "type": type, "constraints": {"required": required} | constraints} | literal


def table(file, fields: list[dict], **keys) -> Resource:
    schema = Schema.from_descriptor({"fields": fields} | keys)
    return Resource(name=file.stem, path=file.name, basepath=str(file.parent), encoding="utf-8", schema=schema)


def assert_valid(checked: Resource | Package):
    report = checked.validate()
    assert report.valid, report.flatten(["name", "rowNumber", "fieldName", "type", "note"])


def assert_rfc_4180(content: bytes):
    """RFC 4180: lines end in CR LF. UTF-8 without a byte order mark, which importers take for part of a heading."""
    content.decode("utf-8")
    assert not content.startswith(b"\xef\xbb\xbf")
    assert content.endswith(b"\r\n")
    assert content.count(b"\r\n") == content.count(b"\n") == content.count(b"\r")


# HR and finance: the contract's own columns


def test_hr_file(house):
    """Everybody who is or was employed, as in the YAML: a leaver who vanishes from a file keeps his access."""
    file = house.published("hr") / "employees.csv"
    assert_rfc_4180(file.read_bytes())
    assert_valid(
        table(
            file,
            [
                field("Employee Number", required=True, unique=True, pattern="[A-Za-z0-9][A-Za-z0-9._-]{0,15}"),
                field("First Name", required=True),
                field("Last Name", required=True),
                field("Email", required=True, unique=True),
                field("Position", required=True),
                field("Start Date", "date", required=True),
                field("End Date", "date"),
                field("Manager"),
                field("Salary Grade"),
                field("Status", required=True, enum=STATUSES),
            ],
            foreignKeys=[{"fields": ["Manager"], "reference": {"resource": "", "fields": ["Employee Number"]}}],
        )
    )
    assert {row["Employee Number"]: row for row in rows(file)} == {
        reference: {
            "Employee Number": reference,
            "First Name": person["first_name"],
            "Last Name": person["last_name"],
            "Email": person["email"],
            "Position": person["job_title"],
            "Start Date": person["employment_start_date"],
            "End Date": person.get("employment_end_date", ""),
            "Manager": person.get("line_manager", ""),
            "Salary Grade": person.get("salary_grade", ""),
            "Status": status(person, house.day),
        }
        for reference, person in house.people.items()
    }


def test_finance_file(house):
    """One row a person, keyed by the number that payroll knows, zeros and all, else by the employee reference."""
    file = house.published("finance") / "payroll.csv"
    assert_rfc_4180(file.read_bytes())
    assert_valid(
        table(
            file,
            [
                field("Payroll ID", required=True, unique=True),
                field("First Name", required=True),
                field("Last Name", required=True),
                field("Cost Centre", pattern=r"CC-\d{4}"),
                field("Organisational Unit"),
                field("Payroll Status", required=True, enum=STATUSES),
                field("Start Date", "date", required=True),
                field("End Date", "date"),
            ],
        )
    )
    expected = []
    for reference, person in house.people.items():
        primary = next((house.units[code] for code in unit_codes(person, house.day)), {})
        expected.append(
            {
                "Payroll ID": person.get("external_ids", {}).get("finance", reference),
                "First Name": person["first_name"],
                "Last Name": person["last_name"],
                "Cost Centre": primary.get("cost_centre", ""),
                "Organisational Unit": primary.get("name", ""),
                "Payroll Status": status(person, house.day),
                "Start Date": person["employment_start_date"],
                "End Date": person.get("employment_end_date", ""),
            }
        )
    by_number = itemgetter("Payroll ID")
    assert sorted(rows(file), key=by_number) == sorted(expected, key=by_number)


# Moodle

# Moodle's "Upload users": any other field name makes it refuse the whole file.
MOODLE_FIELD = re.compile(
    "id|username|email|emailstop|city|country|lang|timezone|mailformat|maildisplay|maildigest|htmleditor|autosubscribe"
    "|institution|department|idnumber|phone1|phone2|address|url|description|descriptionformat|password|auth"
    "|oldusername|suspended|theme|deleted|mnethostid|interests|firstname|lastname|middlename|alternatename"
    "|firstnamephonetic|lastnamephonetic|profile_field_[A-Za-z0-9_]+"
    r"|(cohort|course|group|role|type|enrolperiod|enrolstatus|enroltimestart|sysrole)\d+"
)


def test_moodle_file_is_accepted(house):
    """Moodle "Upload users": known fields once each; the four that a new user needs; `auth` and `suspended` always."""
    file = house.published("lms") / "moodle-users.csv"
    assert_rfc_4180(file.read_bytes())
    headings = next(csv.reader(file.read_text(encoding="utf-8").splitlines()))
    assert len(headings) > 1 and len(set(headings)) == len(headings)
    assert [heading for heading in headings if not MOODLE_FIELD.fullmatch(heading)] == []
    assert "deleted" not in headings, "it would delete accounts"
    rules = {
        # As Moodle cleans a user name.
        "username": {"required": True, "unique": True, "pattern": "[a-z0-9_.@-]+"},
        "firstname": {"required": True},
        "lastname": {"required": True},
        "email": {"required": True, "unique": True},
        "auth": {"required": True, "pattern": "[a-z0-9]+"},
        "idnumber": {"required": True, "unique": True},
        "suspended": {"required": True, "enum": ["0", "1"]},
    }
    assert set(rules) <= set(headings)
    # A number would be taken for a cohort's own id.
    cohort = {"pattern": r".*\D.*"}
    rules |= {name: cohort for name in headings if name.startswith("cohort")}
    assert_valid(table(file, [field(name, **rules.get(name, {})) for name in headings]))


def test_moodle_file_is_the_records(house):
    """Who has left is suspended, not gone; the cohorts are the units of the day. A deleted record is suspended once."""
    users = {row["idnumber"]: row for row in rows(house.published("lms") / "moodle-users.csv")}
    deleted = [users.pop(reference) for reference in set(users) - set(house.people)]
    assert {row["suspended"] for row in deleted} <= {"1"}
    assert not any(value for row in deleted for name, value in row.items() if name.startswith("cohort"))
    assert set(users) == set(house.people)
    for reference, person in house.people.items():
        user = users[reference]
        assert user["username"] == re.sub(r"[^a-z0-9_.@-]", "", person["email"].lower())
        assert (user["firstname"], user["lastname"]) == (person["first_name"], person["last_name"])
        assert user["email"] == person["email"]
        assert user["suspended"] == ("0" if is_active(person, house.day) else "1")
        cohorts = [value for name, value in user.items() if name.startswith("cohort") and value]
        assert cohorts == [f"unit-{code}" if code.isdigit() else code for code in unit_codes(person, house.day)]


# OneRoster 1.2 CSV binding: the headings in its order, its types and its words

START = [
    field("sourcedId", required=True, unique=True, pattern=r"[0-9A-Za-z._/@-]{1,255}"),
    field("status"),
    field("dateLastModified"),
]
ORGS = START + [
    field("name", required=True, maxLength=255),
    field("type", required=True, enum=["department", "school", "district", "local", "state", "national"]),
    field("identifier"),
    field("parentSourcedId"),
]
USERS = (
    START
    + [
        field("enabledUser", "boolean", required=True),
        field("username", required=True, unique=True, maxLength=255),
        field("userIds", pattern=r"\{[^{}:]+:[^{}]+\}(,\{[^{}:]+:[^{}]+\})*"),
        field("givenName", required=True),
        field("familyName", required=True),
    ]
    + [
        field(name)
        for name in (
            "middleName identifier email sms phone agentSourcedIds grades password userMasterIdentifier "
            "resourceSourcedIds preferredGivenName preferredMiddleName preferredFamilyName primaryOrgSourcedId "
            "pronouns metadata.jobTitle"
        ).split()
    ]
)
ROLES = START + [
    field("userSourcedId", required=True),
    field("roleType", required=True, enum=["primary", "secondary"]),
    field(
        "role",
        required=True,
        enum=(
            "aide counselor districtAdministrator guardian parent principal proctor relative siteAdministrator student "
            "systemAdministrator teacher"
        ).split(),
    ),
    field("beginDate", "date"),
    field("endDate", "date"),
    field("orgSourcedId", required=True),
    field("userProfileSourcedId"),
]
ONEROSTER_FILES = set(
    "academicSessions categories classes classResources courses courseResources demographics enrollments "
    "lineItemLearningObjectiveIds lineItems lineItemScoreScales orgs resources resultLearningObjectiveIds results "
    "resultScoreScales roles scoreScales userProfiles userResources users".split()
)


def reference(name: str, to: str) -> dict:
    return {"fields": [name], "reference": {"resource": to, "fields": ["sourcedId"]}}


def test_oneroster_manifest_tells_the_truth(roster, house):
    """1EdTech OneRoster 1.2 CSV binding: files at the root; the manifest tells of every file that the binding knows."""
    with zipfile.ZipFile(house.published("lms") / "oneroster.zip") as archive:
        names = archive.namelist()
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"\w+\.csv", name) for name in names)
    lines = list(csv.reader((roster / "manifest.csv").read_text(encoding="utf-8").splitlines()))
    assert lines[0] == ["propertyName", "value"]
    properties = dict(lines[1:])
    assert len(properties) == len(lines) - 1
    assert (properties["manifest.version"], properties["oneroster.version"]) == ("1.0", "1.2")
    modes = {name.removeprefix("file."): mode for name, mode in properties.items() if name.startswith("file.")}
    assert set(modes) == ONEROSTER_FILES
    assert {name for name, mode in modes.items() if mode == "bulk"} == {name[:-4] for name in names} - {"manifest"}
    assert set(modes.values()) == {"bulk", "absent"}


def test_oneroster_tables_are_valid(roster):
    """1EdTech OneRoster 1.2 CSV binding: columns, types and words, and every reference resolves inside the zip."""
    org_key, user_key = reference("orgSourcedId", "orgs"), reference("userSourcedId", "users")
    assert_valid(
        Package(
            resources=[
                table(roster / "orgs.csv", ORGS, foreignKeys=[reference("parentSourcedId", "")]),
                table(roster / "users.csv", USERS, foreignKeys=[reference("primaryOrgSourcedId", "orgs")]),
                table(roster / "roles.csv", ROLES, foreignKeys=[org_key, user_key]),
            ]
        )
    )


def test_oneroster_is_in_bulk_mode(roster):
    """1EdTech OneRoster 1.2 CSV binding: no data file is empty; in bulk mode status and dateLastModified are blank."""
    for file in roster.glob("*.csv"):
        assert_rfc_4180(file.read_bytes())
        if file.name != "manifest.csv":
            assert rows(file), f"{file.name} has no data"
            assert {(row["status"], row["dateLastModified"]) for row in rows(file)} == {("", "")}


def test_oneroster_is_the_records(house, roster):
    """The people, the units' tree, and a role for each of a person's units; an end date is the first day without."""
    people, units = house.people, house.units
    orgs = {row["sourcedId"]: row for row in rows(roster / "orgs.csv")}
    (root,) = [row for row in orgs.values() if not row["parentSourcedId"]]
    code_of = {identifier: row["identifier"] for identifier, row in orgs.items() if row is not root}
    assert sorted(code_of.values()) == sorted(units)
    for identifier, code in code_of.items():
        assert orgs[identifier]["name"] == units[code]["name"]
        assert code_of.get(orgs[identifier]["parentSourcedId"]) == units[code].get("parent")
    users = {row["sourcedId"]: row for row in rows(roster / "users.csv")}
    assert sorted(row["identifier"] for row in users.values()) == sorted(people)
    for row in users.values():
        person = people[row["identifier"]]
        assert row["enabledUser"] == ("true" if is_active(person, house.day) else "false")
        assert (row["givenName"], row["familyName"]) == (person["first_name"], person["last_name"])
        assert row["preferredGivenName"] == person.get("preferred_name", "")
        assert row["email"] == person["email"]
        assert row["metadata.jobTitle"] == person["job_title"]
    held = {identifier: [] for identifier in users}
    for role in rows(roster / "roles.csv"):
        person = people[users[role["userSourcedId"]]["identifier"]]
        held[role["userSourcedId"]].append((role["roleType"], code_of.get(role["orgSourcedId"])))
        assert role["beginDate"] == person["employment_start_date"]
        if last := person.get("employment_end_date"):
            assert role["endDate"] == str(date.fromisoformat(last) + timedelta(days=1))
    for identifier, roles in held.items():
        codes = unit_codes(people[users[identifier]["identifier"]], house.day) or [None]
        assert roles == [("secondary" if place else "primary", code) for place, code in enumerate(codes)]


# Digital ID


def test_digital_id_file(house):
    """Digital ID's own names, these and no others; a photo is named only while it is approved."""
    employees = json.loads((house.published("digital-id") / "employees.json").read_bytes())
    expected = [
        {
            "staff_service_person_id": int(person["id"]),
            "first_name": person["first_name"],
            "last_name": person["last_name"],
            "employee_reference": reference,
            "photo_path": person.get("photo_path") if person.get("photo_status", "approved") == "approved" else None,
            "signature_url": person.get("signature_path"),
            "is_active": is_active(person, house.day),
        }
        for reference, person in house.people.items()
    ]
    by_id = itemgetter("staff_service_person_id")
    assert sorted(employees, key=by_id) == sorted(expected, key=by_id)
    assert {tuple(employee) for employee in employees} == {tuple(expected[0])}
    assert {type(employee["is_active"]) for employee in employees} == {bool}


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
    assert listed == sorted(expected, key=itemgetter("staff_service_person_id"))


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
    """The records in a file: rows of a table, operations, groups, employees; of a roster its users."""
    if file.suffix == ".zip":
        with zipfile.ZipFile(file) as archive:
            return len(list(csv.DictReader(io.StringIO(archive.read("users.csv").decode(), newline=""))))
    if file.suffix == ".csv":
        return len(rows(file))
    document = json.loads(file.read_bytes())
    return len(document if isinstance(document, list) else document.get("Operations") or document["groups"])


@pytest.mark.parametrize("system", SYSTEMS)
def test_manifests_are_true(house, system):
    """Each set is named after its publication, commit and day; its manifest lists every file, and truly."""
    folder = house.published(system).parent
    commits = {1: house.commits["baseline"], 2: house.commits["unit renamed"]}
    sets = sorted(entry for entry in folder.iterdir() if not entry.is_symlink() and entry.name != ".given")
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
