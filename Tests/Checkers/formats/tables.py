"""Tables for frictionless: columns in order, types, words, lengths, keys, and references between files."""

import csv
import io
from datetime import datetime
from pathlib import Path

from frictionless import Dialect, Package, Resource, Schema
from frictionless.formats import CsvControl

# What `status` may be, by the records' own rules.
STATUSES = ["active", "on_leave", "suspended", "inactive", "pending", "left"]
REFERENCE = "[A-Za-z0-9][A-Za-z0-9._-]{0,15}"


def column(name: str, type: str = "string", required: bool = False, **constraints) -> dict:
    """A date is ISO 8601, a boolean `true` or `false`, and nothing else."""
    literal = {"trueValues": ["true"], "falseValues": ["false"]} if type == "boolean" else {}
    return {"name": name, "type": type, "constraints": {"required": required} | constraints} | literal


def key(name: str, **constraints) -> dict:
    return column(name, required=True, unique=True, **constraints)


def foreign_key(name: str, to: str, target: str) -> dict:
    """The name of another file's column that holds every value of this one; `""` is the same file."""
    return {"fields": [name], "reference": {"resource": to, "fields": [target]}}


def table(file: Path, columns: list[dict], foreign_keys: list[dict] | None = None, second_heading: bool = False):
    schema = {"fields": columns} | ({"foreignKeys": foreign_keys} if foreign_keys else {})
    dialect = Dialect(controls=[CsvControl(delimiter=",", quote_char='"', double_quote=True)])
    if second_heading:
        dialect.comment_rows = [2]
    return Resource(
        name=file.stem.lower(),
        path=file.name,
        basepath=str(file.parent),
        encoding="utf-8",
        schema=Schema.from_descriptor(schema),
        dialect=dialect,
    )


def assert_tables(*tables: Resource):
    report = (tables[0] if len(tables) == 1 else Package(resources=list(tables))).validate()
    assert report.valid, report.flatten(["name", "rowNumber", "fieldName", "type", "note"])[:20]


def lines(file: Path) -> list[list[str]]:
    return list(csv.reader(io.StringIO(file.read_bytes().decode("utf-8"), newline=""), strict=True))


def headings(file: Path) -> list[str]:
    return lines(file)[0]


def rows(file: Path, skip: int = 0) -> list[dict[str, str]]:
    """The rows below the headings as dictionaries; every one is as long as the headings."""
    top, *below = lines(file)
    assert len(set(top)) == len(top), f"{file.name} has a heading twice"
    assert all(len(row) == len(top) for row in below), f"{file.name} has a row of another length"
    return [dict(zip(top, row)) for row in below[skip:]]


def assert_rfc_4180(file: Path):
    """Lines end in CR LF. UTF-8 without a byte order mark, which importers take for part of a heading."""
    content = file.read_bytes()
    content.decode("utf-8")
    assert not content.startswith(b"\xef\xbb\xbf"), f"{file.name} begins with a byte order mark"
    assert content.endswith(b"\r\n"), f"{file.name} does not end with CR LF"
    assert content.count(b"\r\n") == content.count(b"\n") == content.count(b"\r"), f"{file.name} has other line ends"


def assert_dates(file: Path, columns: list[str], format: str, skip: int = 0):
    """Days of the calendar, written just so, zeros and all."""
    for row in rows(file, skip):
        for name in columns:
            if value := row[name]:
                assert datetime.strptime(value, format).strftime(format) == value, f"{name}: {value!r}"


def assert_known(file: Path, known: set[str], required: list[str]):
    """A vendor's import that goes by headings in any order: only known ones, and those it cannot do without."""
    present = headings(file)
    assert [name for name in present if name not in known] == []
    assert [name for name in required if name not in present] == []
