"""Files for learning platforms: Moodle's "Upload users", and OneRoster's CSV binding."""

import csv
import io
import re
import tempfile
import zipfile
from datetime import datetime
from pathlib import Path

from formats.tables import (
    assert_rfc_4180,
    assert_tables,
    column,
    foreign_key,
    headings,
    key,
    rows,
    table,
)

# Moodle, admin/tool/uploaduser: any other field name makes it refuse the whole file.
MOODLE_FIELD = re.compile(
    "id|username|email|emailstop|city|country|lang|timezone|mailformat|maildisplay|maildigest|htmleditor|autosubscribe"
    "|institution|department|idnumber|phone1|phone2|address|url|description|descriptionformat|password|auth"
    "|oldusername|suspended|theme|deleted|mnethostid|interests|firstname|lastname|middlename|alternatename"
    "|firstnamephonetic|lastnamephonetic|profile_field_[A-Za-z0-9_]+"
    r"|(cohort|course|group|role|type|enrolperiod|enrolstatus|enroltimestart|sysrole)\d+"
)
MOODLE_NAME = "[a-z0-9_.@-]+"


def moodle(folder: Path):
    """Known fields once each; the four that a new user needs; `auth` and `suspended` always."""
    file = folder / "moodle-users.csv"
    assert_rfc_4180(file)
    present = headings(file)
    assert len(present) > 1 and len(set(present)) == len(present)
    assert [heading for heading in present if not MOODLE_FIELD.fullmatch(heading)] == []
    assert "deleted" not in present, "it would delete accounts"
    rules = {
        # As Moodle cleans a user name.
        "username": {"required": True, "unique": True, "pattern": MOODLE_NAME, "maxLength": 100},
        "firstname": {"required": True, "maxLength": 100},
        "lastname": {"required": True, "maxLength": 100},
        "email": {"required": True, "unique": True, "maxLength": 100},
        "auth": {"required": True, "pattern": "[a-z0-9]+", "maxLength": 20},
        "idnumber": {"required": True, "unique": True, "maxLength": 255},
        "department": {"maxLength": 255},
        "institution": {"maxLength": 255},
        "suspended": {"required": True, "enum": ["0", "1"]},
    }
    assert set(rules) <= set(present)
    cohorts = [heading for heading in present if heading.startswith("cohort")]
    assert cohorts == [f"cohort{number + 1}" for number in range(len(cohorts))]
    # A number would be taken for a cohort's own id; the cohort's idnumber holds a hundred characters.
    rules |= {name: {"pattern": r".*\D.*", "maxLength": 100} for name in cohorts}
    assert_tables(table(file, [column(name, **rules.get(name, {})) for name in present]))
    for row in rows(file):
        held = [row[name] for name in cohorts if row[name]]
        assert len(set(held)) == len(held), f"{row['username']} is in a cohort twice"
        # Moodle trims every value.
        assert all(value == value.strip() for value in row.values())


def moodle_set(folder: Path):
    """The upload, and the report of who is to be taken out of which cohort: by hand, so with both names of a person."""
    moodle(folder)
    file = folder / "moodle-removals.csv"
    assert_rfc_4180(file)
    name = column("username", required=True, pattern=MOODLE_NAME, maxLength=100)
    cohort = column("cohort", required=True, pattern=r".*\D.*", maxLength=100)
    assert_tables(table(file, [name, column("idnumber", required=True), cohort]))
    held = {
        (row["username"], value)
        for row in rows(folder / "moodle-users.csv")
        for heading, value in row.items()
        if heading.startswith("cohort")
    }
    removed = [(row["username"], row["cohort"]) for row in rows(file)]
    assert len(set(removed)) == len(removed)
    assert held & set(removed) == set(), "somebody is put into a cohort and taken out of it"


# 1EdTech OneRoster CSV binding 1.1 and 1.2: the headings in its order, its types and its words.
IDENTIFIER = r"[0-9A-Za-z._/@-]{1,255}"
PEOPLE_WORDS_1_1 = "administrator aide guardian parent proctor relative student teacher".split()
PEOPLE_WORDS_1_2 = (
    "aide counselor districtAdministrator guardian parent principal proctor relative siteAdministrator student "
    "systemAdministrator teacher"
).split()
USER_IDS = r"\{[^{}:]+:[^{}]+\}(,\{[^{}:]+:[^{}]+\})*"
FILES_1_1 = set(
    "academicSessions categories classes classResources courses courseResources demographics enrollments lineItems "
    "orgs resources results users".split()
)
FILES_1_2 = FILES_1_1 | set(
    "lineItemLearningObjectiveIds lineItemScoreScales resultLearningObjectiveIds resultScoreScales roles scoreScales "
    "userProfiles userResources".split()
)
ORGS = [
    column("name", required=True, maxLength=255),
    column("type", required=True, enum=["department", "school", "district", "local", "state", "national"]),
    column("identifier"),
    column("parentSourcedId"),
]
CONTACTS = "identifier email sms phone agentSourcedIds grades password".split()
NAMES = [
    column("username", required=True, unique=True, maxLength=255),
    column("userIds", pattern=USER_IDS),
    column("givenName", required=True, maxLength=255),
    column("familyName", required=True, maxLength=255),
    column("middleName"),
]
USERS_1_1 = [
    column("enabledUser", "boolean", required=True),
    column("orgSourcedIds", required=True),
    column("role", required=True, enum=PEOPLE_WORDS_1_1),
    *NAMES,
    *map(column, CONTACTS),
]
USERS_1_2 = [
    column("enabledUser", "boolean", required=True),
    *NAMES,
    *map(column, CONTACTS),
    *map(
        column,
        "userMasterIdentifier resourceSourcedIds preferredGivenName preferredMiddleName preferredFamilyName "
        "primaryOrgSourcedId pronouns".split(),
    ),
]
ROLES = [
    column("userSourcedId", required=True),
    column("roleType", required=True, enum=["primary", "secondary"]),
    column("role", required=True, enum=PEOPLE_WORDS_1_2),
    column("beginDate", "date"),
    column("endDate", "date"),
    column("orgSourcedId", required=True),
    column("userProfileSourcedId"),
]


def unpacked(archive: Path, folder: Path) -> dict[str, Path]:
    """The tables of a zip by name, and beside them the manifest."""
    with zipfile.ZipFile(archive) as zipped:
        assert zipped.testzip() is None
        names = zipped.namelist()
        assert len(set(names)) == len(names)
        assert [name for name in names if not re.fullmatch(r"\w+\.csv", name)] == [], "files at the root only"
        zipped.extractall(folder)
    return {name.removesuffix(".csv"): folder / name for name in names}


def assert_manifest(tables: dict[str, Path], version: str, mode: str):
    """It tells of every file that the binding knows, and truly."""
    lines = list(csv.reader(io.StringIO(tables["manifest"].read_text(encoding="utf-8"), newline="")))
    assert lines[0] == ["propertyName", "value"]
    properties = dict(lines[1:])
    assert len(properties) == len(lines) - 1
    assert (properties["manifest.version"], properties["oneroster.version"]) == ("1.0", version)
    modes = {name.removeprefix("file."): value for name, value in properties.items() if name.startswith("file.")}
    assert set(modes) == (FILES_1_2 if version == "1.2" else FILES_1_1)
    assert {name for name, value in modes.items() if value != "absent"} == set(tables) - {"manifest"}
    assert set(modes.values()) <= {mode, "absent"}
    others = {name for name in properties if not name.startswith("file.")}
    assert others <= {"manifest.version", "oneroster.version", "source.systemName", "source.systemCode"}


def one_roster(archive: Path, version: str, mode: str):
    """In bulk every reference resolves inside the zip; in a delta it may lead to what the platform has."""
    with tempfile.TemporaryDirectory() as folder:
        tables = unpacked(archive, Path(folder))
        assert_manifest(tables, version, mode)
        known = {"orgs": ORGS, "users": USERS_1_2 if version == "1.2" else USERS_1_1}
        known |= {"roles": ROLES} if version == "1.2" else {}
        assert set(tables) - {"manifest"} <= set(known)
        assert mode == "delta" or {"orgs", "users"} <= set(tables)
        start = [key("sourcedId", pattern=IDENTIFIER)]
        if mode == "delta":
            start += [column("status", required=True, enum=["active", "tobedeleted"])]
            start += [column("dateLastModified", required=True, pattern=r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")]
        else:
            start += [column("status"), column("dateLastModified")]
        links = {
            "orgs": [foreign_key("parentSourcedId", "", "sourcedId")],
            "users": [foreign_key("primaryOrgSourcedId", "orgs", "sourcedId")] if version == "1.2" else [],
            "roles": [
                foreign_key("userSourcedId", "users", "sourcedId"),
                foreign_key("orgSourcedId", "orgs", "sourcedId"),
            ],
        }
        resources = []
        for name in known.keys() & tables.keys():
            file = tables[name]
            assert_rfc_4180(file)
            assert rows(file), f"{name}.csv has no data"
            # Extension columns only at the right, only as metadata.
            extensions = [column(heading) for heading in headings(file) if heading.startswith("metadata.")]
            resources.append(table(file, start + known[name] + extensions, links[name] if mode == "bulk" else None))
            for row in rows(file):
                if mode == "bulk":
                    assert (row["status"], row["dateLastModified"]) == ("", "")
                else:
                    datetime.strptime(row["dateLastModified"], "%Y-%m-%dT%H:%M:%S.%fZ")
        assert_rfc_4180(tables["manifest"])
        if resources:
            assert_tables(*resources)
        if mode == "bulk":
            assert_rostered({name: rows(file) for name, file in tables.items() if name != "manifest"}, version)


def assert_rostered(tables: dict[str, list[dict]], version: str):
    """What a schema cannot say: lists of references, one primary role a person and org, no circle of orgs."""
    parents = {row["sourcedId"]: row["parentSourcedId"] for row in tables["orgs"]}
    for org in parents:
        line = [org]
        while above := parents[line[-1]]:
            assert above not in line, f"{above} is in a circle of orgs"
            line.append(above)
    if version == "1.1":
        for row in tables["users"]:
            orgs = row["orgSourcedIds"].split(",")
            assert set(orgs) <= set(parents) and len(set(orgs)) == len(orgs), row["sourcedId"]
        return
    users = {row["sourcedId"]: row for row in tables["users"]}
    primary: dict[str, list[str]] = {user: [] for user in users}
    seen = set()
    for row in tables.get("roles", []):
        pair = (row["userSourcedId"], row["orgSourcedId"], row["role"])
        assert pair not in seen, f"{pair} stands twice"
        seen.add(pair)
        if row["roleType"] == "primary":
            primary[row["userSourcedId"]].append(row["orgSourcedId"])
        if row["beginDate"] and row["endDate"]:
            assert row["beginDate"] <= row["endDate"]
    for user, orgs in primary.items():
        assert orgs == [users[user]["primaryOrgSourcedId"]], f"{user} has the primary roles {orgs}"


JUDGES = {
    ("lms", "moodle"): moodle_set,
    ("lms", "oneroster"): lambda folder: one_roster(folder / "oneroster.zip", "1.2", "bulk"),
    ("lms", "oneroster-1.1"): lambda folder: one_roster(folder / "oneroster-1.1.zip", "1.1", "bulk"),
    ("lms", "oneroster-delta"): lambda folder: one_roster(folder / "oneroster-delta.zip", "1.2", "delta"),
    ("lms", "oneroster-1.1-delta"): lambda folder: one_roster(folder / "oneroster-1.1-delta.zip", "1.1", "delta"),
}


def standard(folder: Path):
    """The default set: both kinds, and who is to be taken out of which cohort."""
    moodle_set(folder)
    one_roster(folder / "oneroster.zip", "1.2", "bulk")


JUDGES[("lms", "standard")] = standard
