"""Files for Digital ID, by the fields that its own tables hold."""

import hashlib
from pathlib import Path

import pytest

from formats.documents import assert_document, read
from formats.tables import REFERENCE

EMPLOYEE = {
    "type": "object",
    "additionalProperties": False,
    "required": [
        "staff_service_person_id",
        "first_name",
        "last_name",
        "employee_reference",
        "photo_path",
        "signature_url",
        "is_active",
    ],
    "properties": {
        "staff_service_person_id": {"type": "integer", "minimum": 1},
        "first_name": {"type": "string", "minLength": 1},
        "last_name": {"type": "string", "minLength": 1},
        "employee_reference": {"type": "string", "pattern": f"^{REFERENCE}$"},
        "photo_path": {"type": ["string", "null"], "pattern": r"^(?!/)(?!.*\.\.)"},
        "signature_url": {"type": ["string", "null"]},
        "is_active": {"type": "boolean"},
    },
}


PERSON_ID, REFERENCE_TEXT = EMPLOYEE["properties"]["staff_service_person_id"], EMPLOYEE["properties"]["employee_reference"]
REVOCATION = {
    "type": "object",
    "additionalProperties": False,
    "required": ["staff_service_person_id", "employee_reference", "status", "since"],
    "properties": {
        "staff_service_person_id": PERSON_ID,
        "employee_reference": REFERENCE_TEXT,
        "status": {"enum": ["left", "inactive", "pending", "deleted"]},
        "since": {"type": ["string", "null"], "format": "date"},
    },
}
IMAGE = {
    "type": "object",
    "additionalProperties": False,
    "required": ["staff_service_person_id", "kind", "path", "file", "sha256", "bytes", "media_type"],
    "properties": {
        "staff_service_person_id": PERSON_ID,
        "kind": {"enum": ["photo", "signature"]},
        "path": {"type": "string", "pattern": r"^(?!/)(?!.*\.\.)"},
        "file": {"type": "string", "pattern": r"^images/[0-9a-f]{64}\.(jpg|png|webp)$"},
        "sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
        "bytes": {"type": "integer", "minimum": 1},
        "media_type": {"enum": ["image/jpeg", "image/png", "image/webp"]},
    },
}
# What such a file begins with, and its ending.
KINDS = {"image/jpeg": (b"\xff\xd8\xff", "jpg"), "image/png": (b"\x89PNG\r\n", "png"), "image/webp": (b"RIFF", "webp")}
REMOVED = {
    "type": "object",
    "additionalProperties": False,
    "required": ["staff_service_person_id", "employee_reference", "is_active"],
    "properties": {
        "staff_service_person_id": PERSON_ID,
        "employee_reference": REFERENCE_TEXT,
        "is_active": {"const": False},
    },
}
DELTA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["commit", "as_of", "previous", "employees", "removed"],
    "properties": {
        "commit": {"type": "string", "pattern": "^[0-9a-f]{40}([0-9a-f]{24})?$"},
        "as_of": {"type": "string", "format": "date"},
        "previous": {"type": ["string", "null"]},
        "employees": {"type": "array", "items": EMPLOYEE},
        "removed": {"type": "array", "items": REMOVED},
    },
}


def assert_once(records: list[dict], *names: str):
    for name in names:
        values = [record[name] for record in records]
        assert len(set(values)) == len(values), f"two records have the same {name}"


def employees(folder: Path):
    """Everybody once; whoever is not active is among the revocations; every image is what its name says."""
    document = read(folder / "employees.json")
    assert_document(document, {"type": "array", "items": EMPLOYEE})
    assert_once(document, "staff_service_person_id", "employee_reference")
    if not (folder / "revocations.json").exists():
        pytest.skip("digital-id writes no revocations and images yet")
    revocations = read(folder / "revocations.json")
    assert_document(revocations, {"type": "array", "items": REVOCATION})
    assert_once(revocations, "staff_service_person_id")
    known = {employee["staff_service_person_id"]: employee for employee in document}
    revoked = {entry["staff_service_person_id"]: entry["status"] for entry in revocations}
    assert {id for id, employee in known.items() if not employee["is_active"]} == set(revoked) & set(known)
    assert {id for id, status in revoked.items() if status == "deleted"} == set(revoked) - set(known)
    images = read(folder / "images.json")
    assert_document(images, {"type": "array", "items": IMAGE})
    held = [(image["staff_service_person_id"], image["kind"]) for image in images]
    assert len(set(held)) == len(held) and {id for id, _ in held} <= set(known)
    for image in images:
        content = (folder / image["file"]).read_bytes()
        start, ending = KINDS[image["media_type"]]
        assert hashlib.sha256(content).hexdigest() == image["sha256"] == Path(image["file"]).stem
        assert len(content) == image["bytes"] and content.startswith(start) and image["file"].endswith(ending)
        if image["kind"] == "photo":
            assert image["path"] == known[image["staff_service_person_id"]]["photo_path"]
    photographed = {id for id, employee in known.items() if employee["photo_path"]}
    assert photographed == {id for id, kind in held if kind == "photo"}
    present = {f"images/{file.name}" for file in (folder / "images").iterdir()} if images else set()
    assert present == {image["file"] for image in images}


def delta(folder: Path):
    """Nobody is changed and removed at once."""
    document = read(folder / "employees-delta.json")
    assert_document(document, DELTA)
    assert_once([*document["employees"], *document["removed"]], "staff_service_person_id")


JUDGES = {("digital-id", "employees"): employees, ("digital-id", "employees-delta"): delta}
