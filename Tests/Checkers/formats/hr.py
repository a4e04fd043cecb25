"""Files for HR systems."""

import re
import zipfile
from datetime import datetime
from pathlib import Path

from formats.tables import (
    REFERENCE,
    STATUSES,
    assert_dates,
    assert_known,
    assert_rfc_4180,
    assert_tables,
    column,
    foreign_key,
    headings,
    key,
    lines,
    rows,
    table,
)

GENERIC = [
    key("Employee Number", pattern=REFERENCE),
    column("First Name", required=True, maxLength=64),
    column("Last Name", required=True, maxLength=64),
    column("Email", required=True, unique=True),
    column("Position", required=True, maxLength=128),
    column("Start Date", "date"),
    column("End Date", "date"),
    column("Manager"),
    column("Salary Grade"),
    column("Status", required=True, enum=STATUSES),
]


def generic(folder: Path):
    """The contract's own columns; every manager is somebody's number."""
    file = folder / "employees.csv"
    assert_rfc_4180(file)
    assert_tables(table(file, GENERIC, [foreign_key("Manager", "", "Employee Number")]))


def changes(folder: Path):
    """The columns of the full file, and what happened. A manager may stand in what the system has already."""
    file = folder / "employees-changes.csv"
    assert_rfc_4180(file)
    happened = column("Change", required=True, enum=["created", "updated", "removed"])
    assert_tables(table(file, [GENERIC[0], happened, *GENERIC[1:]]))
    for row in rows(file):
        assert row["Change"] != "removed" or row["Status"] == "inactive", "who is gone is not active"


def leavers(folder: Path):
    """Who is employed no longer: neither the active nor those who have yet to begin."""
    file = folder / "leavers.csv"
    assert_rfc_4180(file)
    kept = [
        part for part in GENERIC if part["name"] in ("Employee Number", "First Name", "Last Name", "Email", "End Date")
    ]
    assert_tables(table(file, [*kept, column("Status", required=True, enum=["left", "inactive"])]))


# SAP SuccessFactors, "User Data File": SAP knowledge base article 2087504 and learning.sap.com. More are allowed; these
# are those that the article and the template know.
USER_DATA = set(
    "STATUS USERID USERNAME FIRSTNAME NICKNAME LASTNAME MI SUFFIX TITLE GENDER EMAIL MANAGER HR DEPARTMENT JOBCODE "
    "DIVISION LOCATION TIMEZONE HIREDATE EMPID BIZ_PHONE FAX ADDR1 ADDR2 CITY STATE ZIP COUNTRY REVIEW_FREQ "
    "LAST_REVIEW_DATE MATRIX_MANAGER CUSTOM_MANAGER SECOND_MANAGER PROXY DEFAULT_LOCALE LOGIN_METHOD EXITDATE".split()
) | {f"CUSTOM{number:02}" for number in range(1, 16)}


def success_factors(folder: Path):
    """Two heading rows; STATUS and USERID first, in capitals in both; a manager stands above those whom he leads."""
    file = folder / "successfactors-users.csv"
    assert_rfc_4180(file)
    keys, labels = lines(file)[:2]
    assert keys[:2] == labels[:2] == ["STATUS", "USERID"]
    assert len(labels) == len(keys) and "" not in labels and len(set(labels)) == len(labels)
    assert_known(file, USER_DATA, "STATUS USERID USERNAME FIRSTNAME LASTNAME EMAIL MANAGER HR DEPARTMENT".split())
    rules = {
        "STATUS": {"required": True, "enum": ["active", "inactive"]},
        "USERID": {"required": True, "unique": True},
        "USERNAME": {"required": True, "unique": True},
        "FIRSTNAME": {"required": True},
        "LASTNAME": {"required": True},
        "EMAIL": {"required": True},
        "MANAGER": {"required": True},
        "HR": {"required": True},
        "GENDER": {"enum": ["M", "F", "N", "U", "D", "O"]},
    }
    assert_tables(table(file, [column(name, **rules.get(name, {})) for name in keys], second_heading=True))
    above: set[str] = set()
    known = {row["USERID"] for row in rows(file, skip=1)}
    for row in rows(file, skip=1):
        user, manager = row["USERID"], row["MANAGER"]
        assert manager in above or manager in ("NO_MANAGER", "NO_MGR"), f"{user} stands above the manager {manager}"
        assert row["HR"] in known or row["HR"] == "NO_HR", f"{user} has the unknown HR representative {row['HR']}"
        above.add(user)
    assert not {"NO_MANAGER", "NO_MGR", "NO_HR"} & above


# Oracle HCM Data Loader: "Create and Load New Hires" tutorial of Oracle, and fusionhcmknowledgebase.com.
COMPONENTS = ["Worker", "PersonName", "WorkRelationship", "WorkTerms", "Assignment"]
OPTIONAL_COMPONENTS = {"PersonEmail", "PersonLegislativeData", "AssignmentSupervisor", "WorkRelationshipStatus"}
LOADER_DATES = {
    "EffectiveStartDate",
    "EffectiveEndDate",
    "StartDate",
    "DateStart",
    "DateFrom",
    "DateTo",
    "ActualTerminationDate",
    "DateOfBirth",
}
# Which record type's own SourceSystemId a reference leads to.
LOADER_REFERENCES = {
    "PersonId(SourceSystemId)": "Worker",
    "PeriodOfServiceId(SourceSystemId)": "WorkRelationship",
    "WorkTermsAssignmentId(SourceSystemId)": "WorkTerms",
    "AssignmentId(SourceSystemId)": "Assignment",
    "ManagerAssignmentId(SourceSystemId)": "Assignment",
    "ManagerId(SourceSystemId)": "Worker",
}
REQUIRED_ATTRIBUTES = {
    "Worker": {"StartDate", "ActionCode"},
    "PersonName": {"NameType", "LegislationCode", "LastName"},
    "WorkRelationship": {"LegalEmployerName", "WorkerType"},
    "WorkTerms": {"ActionCode"},
    "Assignment": {"ActionCode"},
}


def loader_fields(line: str) -> list[str]:
    """The fields of a line: a backslash takes the next character as it is, `\\n` is a line break."""
    fields, field, characters = [], "", iter(line)
    for character in characters:
        if character == "\\":
            escaped = next(characters, None)
            assert escaped is not None, f"a backslash escapes nothing: {line!r}"
            field += "\n" if escaped == "n" else escaped
        elif character == "|":
            fields.append(field)
            field = ""
        else:
            field += character
    return [*fields, field]


def loader_records(folder: Path) -> dict[str, list[dict[str, str]]]:
    """The MERGE lines of Worker.dat by record type, each by the attributes of its METADATA line."""
    with zipfile.ZipFile(folder / "oracle-hdl.zip") as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["Worker.dat"], "the loader reads one file of this name at the root"
        text = archive.read("Worker.dat").decode("utf-8")
    assert text and text.endswith("\n") and not text.startswith("\ufeff")
    attributes: dict[str, list[str]] = {}
    records: dict[str, list[dict[str, str]]] = {}
    for line in text.replace("\r\n", "\n").split("\n")[:-1]:
        if not line or line.split(" ")[0] in ("COMMENT", "SET"):
            continue
        verb, kind, *fields = loader_fields(line)
        assert kind in COMPONENTS or kind in OPTIONAL_COMPONENTS, f"there is no {kind} in the worker's hierarchy"
        if verb == "METADATA":
            assert kind not in attributes, f"{kind} is described twice"
            assert len(set(fields)) == len(fields) and all(
                re.fullmatch(r"[A-Za-z0-9]+(\([A-Za-z]+\))?", f) for f in fields
            )
            attributes[kind] = fields
            records[kind] = []
        else:
            assert verb == "MERGE", f"{verb} is no instruction to create or update"
            assert kind in attributes, f"{kind} is not described above"
            assert len(fields) == len(attributes[kind]), line
            records[kind].append(dict(zip(attributes[kind], fields)))
    return records


def oracle(folder: Path):
    """Every component that a new hire needs, keys that lead somewhere in the file, dates as the loader reads them."""
    records = loader_records(folder)
    assert [kind for kind in COMPONENTS if not records.get(kind)] == []
    keys = {}
    for kind, merged in records.items():
        assert {"SourceSystemOwner", "SourceSystemId"} <= set(merged[0]), f"{kind} has no source key"
        assert REQUIRED_ATTRIBUTES.get(kind, set()) <= set(merged[0]), f"{kind} lacks an attribute"
        identities = [(record["SourceSystemId"], record.get("EffectiveStartDate")) for record in merged]
        assert len(set(identities)) == len(identities), f"{kind} has a key twice"
        keys[kind] = {record["SourceSystemId"] for record in merged}
        assert "" not in keys[kind]
    for kind, merged in records.items():
        for record in merged:
            for name, value in record.items():
                assert "\n" not in value and "\r" not in value
                if name in LOADER_DATES and value:
                    assert datetime.strptime(value, "%Y/%m/%d").strftime("%Y/%m/%d") == value, f"{kind}.{name}: {value}"
                if (target := LOADER_REFERENCES.get(name)) and value:
                    assert value in keys[target], f"{kind}.{name} leads to no {target}: {value}"
            for name in ("StartDate", "EffectiveStartDate", "LastName", "NameType", "ActionCode", "LegalEmployerName"):
                assert record.get(name, "filled"), f"{kind}.{name} is empty"
    people = {record["SourceSystemId"] for record in records["Worker"]}
    for kind in ("PersonName", "WorkRelationship"):
        assert {record["PersonId(SourceSystemId)"] for record in records[kind]} == people


# Staffology: help-iris.co.uk "Employee import fields", as far as our records go, and the page's other names.
STAFFOLOGY = set(
    "Payroll Code|Status|NI Number|NI Table|Tax Code|W1M1|Gender|Date of Birth|Marital Status|Join Date|"
    "Starter Declaration|Dept Code|Dept Name|Cost Centre Code|Cost Centre Name|Left Date|Title|First Name|Middle Name|"
    "Surname|Email|Telephone|Mobile|Passport Number|Addr1|Addr2|Addr3|Addr4|Addr5|Postcode|Country|Job Title".split("|")
)


def staffology(folder: Path):
    """Former or current; days first in dates; names of at most 34 characters and without the punctuation to avoid."""
    file = folder / "staffology-employees.csv"
    assert_rfc_4180(file)
    assert_known(file, STAFFOLOGY, ["Payroll Code", "Status", "Join Date", "First Name", "Surname"])
    name = {"required": True, "maxLength": 34, "pattern": r"[^,\"|;]*"}
    rules = {
        "Payroll Code": {"required": True, "unique": True},
        "Status": {"required": True, "enum": ["Current", "Former"]},
        "First Name": name,
        "Surname": name,
        "Middle Name": name | {"required": False},
        "Email": {"maxLength": 100},
    }
    assert headings(file)[0] == "Payroll Code"
    assert_tables(table(file, [column(heading, **rules.get(heading, {})) for heading in headings(file)]))
    assert_dates(file, [name for name in ("Join Date", "Left Date") if name in headings(file)], "%d/%m/%Y")
    for row in rows(file):
        # A code without its name, or the other way round, makes a department of that name.
        for what in ("Dept", "Cost Centre"):
            if f"{what} Name" in row and f"{what} Code" in row:
                assert bool(row[f"{what} Name"]) <= bool(row[f"{what} Code"])


# Sage 50 Payroll: the fields of its employee record, as help.staffology.co.uk ("Sage 50 payroll export fields") and
# support.sage.hr ("Fields supported by the Sage 50 Payroll employee export") name them.
SAGE = set(
    "Employee Reference|Payroll ID|Title|Forename|Surname|Address 1|Address 2|Address 3|Address 4|Address 5|Post Code|"
    "Telephone Number|Mobile Number|E-mail Address|Gender|Marital Status|Date of Birth|Tax Code|NI Category|NI Number|"
    "Job Title|Director Status|Payment Frequency|Work Start Date|Start Date|Leave Date|Work End Date|Date of Leaving|"
    "Department|Department Number|Cost Centre|Cost Centre Number|On Hold|Works Number|Leaver".split("|")
)


def sage(folder: Path):
    """Keyed by the employee reference; days first in dates; flags are 0 and 1."""
    file = folder / "sage-employees.csv"
    assert_rfc_4180(file)
    assert_known(file, SAGE, ["Employee Reference", "Forename", "Surname", "Job Title", "Work Start Date"])
    rules = {
        "Employee Reference": {"required": True, "unique": True},
        "Forename": {"required": True},
        "Surname": {"required": True},
        "On Hold": {"enum": ["0", "1"]},
        "Leaver": {"enum": ["0", "1"]},
    }
    assert headings(file)[0] == "Employee Reference"
    assert_tables(table(file, [column(heading, **rules.get(heading, {})) for heading in headings(file)]))
    assert_dates(file, [name for name in headings(file) if "Date" in name], "%d/%m/%Y")


JUDGES = {
    ("hr", "generic"): generic,
    ("hr", "changes"): changes,
    ("hr", "leavers"): leavers,
    ("hr", "successfactors"): success_factors,
    ("hr", "oracle-hdl"): oracle,
    ("hr", "staffology"): staffology,
    ("hr", "sage"): sage,
    ("finance", "staffology"): staffology,
    ("finance", "sage"): sage,
}
