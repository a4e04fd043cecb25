"""Files for Digital ID, by the fields that its own tables hold."""

from pathlib import Path

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


def employees(folder: Path):
    document = read(folder / "employees.json")
    assert_document(document, {"type": "array", "items": EMPLOYEE})
    for name in ("staff_service_person_id", "employee_reference"):
        values = [employee[name] for employee in document]
        assert len(set(values)) == len(values), f"two employees have the same {name}"


JUDGES = {("digital-id", "employees"): employees}
