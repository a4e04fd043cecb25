"""The feed for applications: everybody's record as one JSON document, as one a line, or as CSV."""

import json
from datetime import date
from pathlib import Path

from formats.documents import assert_document, read
from formats.tables import REFERENCE, STATUSES, assert_rfc_4180, assert_tables, column, foreign_key, key, rows, table

DAY = {"type": ["string", "null"], "format": "date", "pattern": r"^\d{4}-\d\d-\d\d$"}
TEXT = {"type": ["string", "null"], "minLength": 1}
# The contract's fields of a person. None that is sensitive, and none that is made up.
PERSON = {
    "type": "object",
    "additionalProperties": False,
    "required": [
        "id",
        "employee_reference",
        "first_name",
        "last_name",
        "email",
        "job_title",
        "employment_start_date",
        "employment_end_date",
        "is_active",
        "status",
        "line_manager",
        "organisational_units",
    ],
    "properties": {
        "id": {"type": "integer", "minimum": 1},
        "employee_reference": {"type": "string", "pattern": f"^{REFERENCE}$"},
        "first_name": {"type": "string", "minLength": 1, "maxLength": 64},
        "last_name": {"type": "string", "minLength": 1, "maxLength": 64},
        "preferred_name": TEXT,
        "email": {"type": "string", "pattern": "^[^@ ]+@[^@ ]+$"},
        "job_title": {"type": "string", "minLength": 1, "maxLength": 128},
        "employment_start_date": DAY,
        "employment_end_date": DAY,
        "employment_status": {"enum": ["active", "on_leave", "suspended"]},
        "status": {"enum": STATUSES},
        "is_active": {"type": "boolean"},
        "line_manager": {"type": ["string", "null"], "pattern": f"^{REFERENCE}$"},
        "organisational_units": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["id", "code", "name"],
                "properties": {
                    "id": {"type": "integer", "minimum": 1},
                    "code": {"type": "string", "pattern": "^[a-z0-9][a-z0-9-]*$"},
                    "name": {"type": "string", "minLength": 1},
                },
            },
        },
        "unit_schedule": {"type": ["array", "null"]},
        "photo_path": {"type": ["string", "null"], "pattern": r"^(?!/)(?!.*\.\.)"},
        "photo_status": {"enum": ["pending", "approved", "rejected", None]},
        "signature_path": {"type": ["string", "null"], "pattern": r"^(?!/)(?!.*\.\.)"},
        "external_ids": {"type": ["object", "null"], "additionalProperties": {"type": "string"}},
        "source": {"type": ["object", "null"]},
        "custom": {"type": ["object", "null"]},
        "removed": {"const": True},
    },
    # `is_active` is what the status says; whoever is removed is not active.
    "allOf": [
        {
            "if": {"properties": {"status": {"enum": ["active", "on_leave", "suspended"]}}},
            "then": {"properties": {"is_active": {"const": True}}},
            "else": {"properties": {"is_active": {"const": False}}},
        },
        {"if": {"required": ["removed"]}, "then": {"properties": {"is_active": {"const": False}}}},
    ],
}
DOCUMENT = {
    "type": "object",
    "additionalProperties": False,
    "required": ["organisation_id", "commit", "as_of", "people"],
    "properties": {
        "organisation_id": {"type": "integer", "minimum": 1},
        "commit": {"type": "string", "pattern": "^[0-9a-f]{40}([0-9a-f]{24})?$"},
        "as_of": {"type": "string", "format": "date"},
        "people": {"type": "array", "items": PERSON},
    },
}


def assert_people(people: list[dict], is_full: bool):
    for name in ("id", "employee_reference"):
        values = [str(person[name]).lower() for person in people if name == "id" or not person.get("removed")]
        assert len(set(values)) == len(values), f"two people have the same {name}"
    known = {person["employee_reference"].lower() for person in people}
    if is_full:
        assert people, "the feed is empty"
        assert not any("removed" in person for person in people)
        assert {person["line_manager"].lower() for person in people if person["line_manager"]} <= known


def json_document(folder: Path, name: str = "staff.json", is_full: bool = True):
    document = read(folder / name)
    assert_document(document, DOCUMENT)
    date.fromisoformat(document["as_of"])
    assert_people(document["people"], is_full)


def json_lines(folder: Path, name: str = "staff.ndjson", is_full: bool = True):
    """One document a line; no line is empty, and each has its end."""
    content = (folder / name).read_bytes()
    assert not content.startswith(b"\xef\xbb\xbf") and b"\r" not in content
    assert content == b"" or content.endswith(b"\n")
    people = [json.loads(line.decode("utf-8")) for line in content.split(b"\n")[:-1]]
    assert_document(people, {"type": "array", "items": PERSON})
    assert_people(people, is_full)


COLUMNS = [
    key("id", type="integer", minimum=1),
    column("employee_reference", required=True, pattern=REFERENCE),
    column("first_name", required=True, maxLength=64),
    column("last_name", required=True, maxLength=64),
    column("preferred_name", maxLength=64),
    column("email", required=True),
    column("job_title", required=True, maxLength=128),
    column("employment_start_date", "date"),
    column("employment_end_date", "date"),
    column("status", required=True, enum=STATUSES),
    column("is_active", "boolean", required=True),
    column("line_manager"),
    column("unit_codes"),
    column("unit_names"),
    column("photo_path"),
]


def csv_table(folder: Path):
    file = folder / "staff.csv"
    assert_rfc_4180(file)
    assert_tables(table(file, COLUMNS, [foreign_key("line_manager", "", "employee_reference")]))
    assert_activity(file)


def csv_delta(folder: Path):
    file = folder / "staff-delta.csv"
    assert_rfc_4180(file)
    assert_tables(table(file, [column("change", required=True, enum=["created", "updated", "removed"]), *COLUMNS]))
    assert_activity(file)


def assert_activity(file: Path):
    for row in rows(file):
        assert row["is_active"] == str(row["status"] in ("active", "on_leave", "suspended")).lower()
        assert row.get("change") != "removed" or row["is_active"] == "false"


JUDGES = {
    ("medication", "feed-json"): json_document,
    ("medication", "feed-json-delta"): lambda folder: json_document(folder, "staff-delta.json", is_full=False),
    ("medication", "feed-ndjson"): json_lines,
    ("medication", "feed-ndjson-delta"): lambda folder: json_lines(folder, "staff-delta.ndjson", is_full=False),
    ("medication", "feed-csv"): csv_table,
    ("medication", "feed-csv-delta"): csv_delta,
}
