"""Tables of `mappings`, made up at random, each written for three organisations, against a model in Python.

Whatever delimiter, quotes, line end and encoding, Python's csv reads back what the model says; and where a cell cannot
be written, the table is refused, and the message names whose cell it is, and in which column.

    STAFFREPO_MAPPINGS=2000 script/check -k mappings
"""

import csv
import io
import os
import random
import re
import shutil
import subprocess

import pytest
import yaml

from house import PROJECT, House
from mapping_model import CODECS, DELIMITERS, Model
from organisations import AS_OF, DOMAIN, UNITS, awkward_people, days, rendered

MAPPINGS = int(os.environ.get("STAFFREPO_MAPPINGS", 80))
# A file of settings holds 64 KiB at most.
PER_COMMIT = 40
SETTINGS = {
    "organisation": {
        "id": 1,
        "name": "Tables & Co",
        "email_domains": [DOMAIN],
        "time_zone": "Europe/London",
    },
    "required_fields": ["first_name", "last_name", "email", "job_title"],
    "custom_fields": {
        "dbs_checked_on": "date",
        "points": "integer",
        "first_aider": "boolean",
        "nickname": "string",
        "pin": {"type": "string", "sensitive": True},
    },
}
PEOPLE_FIELDS = (
    "id employee_reference first_name last_name preferred_name display_name email email_name job_title "
    "employment_start_date employment_end_date employment_status status is_active line_manager line_manager_id "
    "line_manager_email salary_grade photo_path signature_path unit_codes unit_names custom.dbs_checked_on custom.points "
    "custom.first_aider custom.nickname external_ids.finance external_ids.entra"
).split()
MEMBERSHIP_FIELDS = "is_primary share unit_from unit_until".split()
UNIT_FIELDS = (
    "unit_id unit_code unit_name unit_type unit_parent_code unit_parent_name unit_cost_centre unit_manager unit_is_active "
    "organisation_id organisation_name commit as_of"
).split()
STATUSES = ["active", "on_leave", "suspended", "inactive", "pending", "left"]
TEXTS = ["", " ", "x", "N/A", "#", "=1+1", "-5", "+44 20", "@home", "a,b;c|d~e", 'say "hi"', "é", "€", "Ł", "龘", "0"]


def plain_people() -> list[dict]:
    """Sixty people with nothing awkward about them but letters of western Europe."""
    names = ["Anna Hill", "Seán O'Hara", "Zoë Müller", "José Núñez", "Aoife Breen", "Bob Day", "Ida Ström", "Lou Ek"]
    people = []
    for number in range(1, 61):
        first, last = names[number % len(names)].split()
        person = {
            "id": number,
            "employee_reference": f"E{number:03}",
            "first_name": first,
            "last_name": f"{last} {number % 7}",
            "email": f"e{number}@{DOMAIN}",
            "job_title": ["Nurse", "Cook", "Team Leader"][number % 3],
            "employment_start_date": days(-number * 20),
            "organisational_units": ["west", "north"][: 1 + number % 2],
            "salary_grade": f"G{number % 5}",
            "external_ids": {"finance": f"{number:06}"},
            "custom": {
                "points": number - 10,
                "first_aider": number % 4 == 0,
                "dbs_checked_on": days(-number),
                # Text, whatever it looks like.
                "nickname": ["2026-01-05", "+44 20 7946", "-7", "Nick"][number % 4],
            },
        }
        person |= {
            0: {"employment_end_date": days(-number % 40)},
            1: {"is_active": False},
            2: {"line_manager": "E001"},
            3: {"employment_status": "on_leave"},
            4: {"preferred_name": "Pat"},
        }.get(number % 9, {})
        if number == 1:
            person.pop("line_manager", None)
        people.append(person)
    return people


def organisation(binary, folder, people, units) -> House:
    house = House(binary, folder, is_empty=True)
    for unit in units:
        house.write(f"units/{unit['code']}.yaml", rendered(unit))
    for person in people:
        house.write(f"people/{person['employee_reference']}.yaml", rendered(person))
    return house


@pytest.fixture(scope="module")
def tables() -> dict[str, dict]:
    """The tables by the name of the system that each is for."""
    chance = random.Random(20260316)
    return {f"m{number}": table(chance) for number in range(MAPPINGS)}


@pytest.fixture(scope="module", params=["plain", "accents", "awkward"])
def organised(request, binary, tables, tmp_path_factory):
    """The same tables for other people: some letters, some more, and all that there are."""
    units = [
        {"id": 1, "code": "northmoor", "name": "Northmoor", "cost_centre": "CC-1", "manager": "E001", "type": "top"},
        {"id": 2, "code": "west", "name": "West, and wing", "parent": "northmoor"},
        {"id": 3, "code": "north", "name": "North", "parent": "west", "cost_centre": "0012", "is_active": False},
    ]
    people = plain_people()
    if request.param != "plain":
        units += [{"id": 100 + number} | unit for number, unit in enumerate(UNITS)]
        people += awkward_people()
    if request.param == "accents":
        # Letters of one western or one eastern encoding; nobody whom no such encoding has.
        people = [person for person in people if is_encoded(person, "cp1250") or is_encoded(person, "cp1252")]
        units = [unit for unit in units if is_encoded(unit, "cp1252")]
        known = {unit["code"] for unit in units}
        for person in people:
            person["organisational_units"] = [
                place
                for place in person["organisational_units"]
                if (place["unit"] if isinstance(place, dict) else place) in known
            ]
    house = organisation(binary, tmp_path_factory.mktemp("mappings") / request.param, people, units)
    configure(house, {})
    return house


def configure(house: House, tables: dict[str, dict]):
    systems = {
        name: {"type": "app", "enabled": True, "mappings": {"table.csv": table}} for name, table in tables.items()
    }
    (house.folder / "staffrepo.yaml").write_text(
        yaml.safe_dump(SETTINGS | {"systems": systems}, allow_unicode=True, sort_keys=False), encoding="utf-8"
    )
    house.commit("tables")
    done = subprocess.run(
        [house.binary, "validate"], cwd=house.folder, env=house.environment, capture_output=True, text=True
    )
    errors = [part for part in done.stdout.split("\n\n") if part.startswith("error") and "staffrepo.yaml" in part]
    assert errors == [], "\n\n".join(errors)


def is_encoded(record: dict, codec: str) -> bool:
    try:
        return bool(rendered(record).encode(codec))
    except UnicodeEncodeError:
        return False


@pytest.mark.parametrize(
    ("rows", "fields"),
    [
        ("people", PEOPLE_FIELDS + UNIT_FIELDS),
        ("memberships", PEOPLE_FIELDS + MEMBERSHIP_FIELDS + UNIT_FIELDS),
        ("units", ["id", "external_ids.entra", *UNIT_FIELDS]),
    ],
)
def test_every_documented_field_is_known(binary, tmp_path, rows, fields):
    """docs/mappings.md names the fields; each can be a column, and none of them is missing in these tests."""
    text = (PROJECT / "docs/mappings.md").read_text(encoding="utf-8").partition("### Fields")[2].partition("\n## ")[0]
    listed = {name for name in re.findall(r"`([a-z_]+)`", text)} - {"rows", "email_domains"}
    assert listed <= {name for names in (PEOPLE_FIELDS, MEMBERSHIP_FIELDS, UNIT_FIELDS) for name in names}
    house = organisation(binary, tmp_path / "house", plain_people()[:3], [{"id": 1, "code": "west", "name": "West"}])
    configure(house, {"m": {"rows": rows, "columns": fields}})


# Tables at random


def table(chance: random.Random) -> dict:
    rows = chance.choice(["people", "people", "people", "memberships", "units"])
    fields = UNIT_FIELDS + {"people": PEOPLE_FIELDS, "memberships": PEOPLE_FIELDS + MEMBERSHIP_FIELDS}.get(
        rows, ["external_ids.entra"]
    )
    made = {"rows": rows} if rows != "people" or chance.random() < 0.5 else {}
    made |= maybe(chance, header_rows=[0, 1, 2], delimiter=[*DELIMITERS, ":", "^"], quotes=["minimal", "all", "none"])
    made |= maybe(chance, line_end=["crlf", "lf"], encoding=list(CODECS), formulas=["off", "prefix", "reject"])
    made |= maybe(
        chance, dates=["dd/MM/yyyy", "yyyyMMdd", "yyyy/MM/dd", "yyyy-MM-ddT00:00:00Z"], separator=["|", " ", ""]
    )
    made |= maybe(chance, booleans=[["Yes", "No"], ["1", "0"], ["Y", ""]], empty=["NULL", "-", ""])
    made |= maybe(chance, trailer=["END {rows} {date}", "{organisation}|{rows}"])
    made |= maybe(chance, preamble=[["HDR {date}"], ["one", "two {organisation}"], ["{rows}"]])
    if made.get("encoding") in ("utf-8", "utf-16le", None):
        made |= maybe(chance, byte_order_mark=[True, False])
    if rows == "memberships":
        made |= maybe(chance, unassigned=[True, False])
    if rows != "units":
        made |= maybe(chance, sort=["id", "reference", "name", "unit", "managers_first"])
        if wanted := maybe(
            chance, status=[["active"], ["left", "inactive"], STATUSES[:3]], units=[["northmoor"], ["west"]]
        ):
            made["filter"] = wanted
        if chance.random() < 0.3:
            active = chance.random() < 0.8
            made["filter"] = made.get("filter", {}) | {"is_active": active}
            if active and chance.random() < 0.6:
                made["filter"]["leavers_within_days"] = chance.choice([1, 9, 30, 365])
    columns = [column(chance, fields, number) for number in range(chance.randint(1, 7))]
    return made | {"columns": columns}


def maybe(chance: random.Random, **choices) -> dict:
    """Each setting with some chance, and one of its values."""
    return {name: chance.choice(values) for name, values in choices.items() if chance.random() < 0.3}


def column(chance: random.Random, fields: list[str], number: int):
    name = chance.choice(fields)
    heading = chance.choice([f"Column {number}", f'Spalte "{number}", neu', f"c{number}", f"{number}=x"])
    if chance.random() < 0.4:
        return {heading: name}
    made = {"heading": heading} | maybe(chance, label=["Label", "Étiquette", ""]) | source(chance, fields)
    if chance.random() < 0.2:
        values = {"status": STATUSES, "is_active": ["true", "false"], "employment_status": STATUSES[:3]}
        listed = chance.sample(values.get(made.get("field"), TEXTS[1:]), k=2)
        made["codes"] = {value: chance.choice(TEXTS) for value in listed}
        made |= chance.choice([{}, {"unlisted": "error"}, {"unlisted": "keep"}, {"default": chance.choice(TEXTS)}])
    made |= maybe(chance, date_format=["dd.MM.yyyy", "yyyyMMdd"], booleans=[["ja", "nein"]], separator=["; ", ","])
    made |= maybe(chance, strip=["punctuation", "aeiou-'", " "], case=["upper", "lower"], empty=["none", "?"])
    if chance.random() < 0.2:
        made["max_length"] = chance.choice([1, 5, 20, 64])
        made |= chance.choice([{}, {"too_long": "error"}, {"too_long": "cut"}, {"too_long": "cut"}])
    if chance.random() < 0.1:
        made["required"] = True
    return made


def source(chance: random.Random, fields: list[str], depth: int = 0) -> dict:
    kind = chance.choice(["field", "field", "field", "constant", "join", "first_of"])
    if kind == "constant":
        return {"constant": chance.choice(TEXTS)}
    if kind == "field" or depth > 1:
        return {"field": chance.choice(fields)}
    parts = [
        chance.choice(fields) if chance.random() < 0.7 else source(chance, fields, depth + 1)
        for _ in range(chance.randint(1, 3))
    ]
    return {kind: parts} | (maybe(chance, **{"with": ["-", "", ", "]}) if kind == "join" else {})


# What comes out


def test_tables_come_out_as_modelled(organised, tables, tmp_path):
    model = Model(organised, AS_OF, SETTINGS)
    outcomes, wrong = [], []
    for number, (name, made) in enumerate(tables.items()):
        if number % PER_COMMIT == 0:
            configure(organised, dict(list(tables.items())[number : number + PER_COMMIT]))
        try:
            outcomes.append(comes_out(organised, model, name, made, tmp_path / name))
        except AssertionError as fault:
            wrong.append(str(fault).partition("\nassert ")[0][:3000])
    assert wrong == [], f"{len(wrong)} of {len(tables)}:\n\n" + "\n\n".join(wrong[:10])
    assert outcomes.count("written") > len(tables) / 10 and outcomes.count("refused") > len(tables) / 20


def comes_out(house: House, model: Model, name: str, made: dict, folder) -> str:
    """Write one table, and compare it with the model."""
    expected = model.expected(made)
    done = subprocess.run(
        [house.binary, "export", name, "--as-of", str(AS_OF), "--out", str(folder)],
        cwd=house.folder,
        env=house.environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    context = f"{name}: {made}\n{done.stderr}"
    if is_refused_as_a_whole(made, model) or expected.refused:
        assert done.returncode == 1, f"{context}\nexpected refusals: {sorted(expected.refused)[:5]}"
        named = set(re.findall(r"([A-Za-z0-9._-]+), column (.+?): ", done.stderr))
        assert named <= expected.refused, f"{context}\nrefused without need: {sorted(named - expected.refused)}"
        assert named or is_refused_as_a_whole(made, model), context
        assert not folder.exists() or list(folder.iterdir()) == [], f"{context}\nleft there: {list(folder.iterdir())}"
        return "refused"
    assert done.returncode == 0, context
    assert_file((folder / "table.csv").read_bytes(), made, model, expected, context)
    shutil.rmtree(folder)
    return "written"


def is_refused_as_a_whole(made: dict, model: Model) -> bool:
    """What stands around the rows cannot be written in the encoding, or holds the delimiter where none is quoted."""
    codec = CODECS[made.get("encoding", "utf-8")]
    columns = [model.settings_of(column, made) for column in made["columns"]]
    heads = [[column[kind] for column in columns] for kind in ("heading", "label")][: made.get("header_rows", 1)]
    delimiter = DELIMITERS.get(made.get("delimiter", "comma"), made.get("delimiter", ","))
    texts = [text for head in heads for text in head]
    if made.get("quotes") == "none" and any(delimiter in text for text in texts):
        return True
    try:
        for text in [*texts, *made.get("preamble", []), made.get("trailer", "")]:
            text.encode(codec)
    except UnicodeEncodeError:
        return True
    return False


def assert_file(content: bytes, made: dict, model: Model, expected, context: str):
    codec = CODECS[made.get("encoding", "utf-8")]
    mark = {"utf-8": b"\xef\xbb\xbf", "utf-16-le": b"\xff\xfe"}.get(codec, b"\xff\xfe\xfd")
    assert content.startswith(mark) == made.get("byte_order_mark", False), context
    text = content.removeprefix(mark).decode(codec)
    end = "\n" if made.get("line_end") == "lf" else "\r\n"
    assert text == "" or text.endswith(end), context
    # What is not quoted has no line break in it, and nothing that is in a record has one either.
    lines = text.split(end)[:-1]
    assert not any("\n" in line or "\r" in line for line in lines), context
    filled = {"date": str(AS_OF), "rows": len(expected.rows), "organisation": SETTINGS["organisation"]["name"]}
    for line in made.get("preamble", []):
        assert lines.pop(0) == line.format(**filled), context
    if "trailer" in made:
        assert lines.pop() == made["trailer"].format(**filled), context
    rows = read(lines, made)
    columns = [model.settings_of(column, made) for column in made["columns"]]
    for kind in ("heading", "label")[: made.get("header_rows", 1)]:
        assert rows.pop(0) == [column[kind] for column in columns], context
    assert_rows(rows, made, model, expected, context)
    if made.get("quotes") == "all":
        again = io.StringIO(newline="")
        csv.writer(again, **dialect(made), lineterminator=end).writerows(read(lines, made))
        assert again.getvalue() == "".join(line + end for line in lines), context


def assert_rows(rows, made, model, expected, context):
    if made.get("sort") != "managers_first":
        assert rows == expected.rows, context + first_difference(rows, expected.rows)
        return
    assert sorted(rows) == sorted(expected.rows), context
    if made.get("rows") == "memberships":
        return
    # Where rows are told apart, everybody stands after the own manager.
    place = {tuple(row): number for number, row in enumerate(rows)}
    if len(place) < len(rows):
        return
    standing = {subject.name: place[tuple(row)] for subject, row in zip(expected.subjects, expected.rows)}
    for subject in expected.subjects:
        manager = model.house.manager(subject.person)
        assert standing.get(manager, -1) < standing[subject.name], context


def read(lines: list[str], made: dict) -> list[list[str]]:
    rows = list(csv.reader((line + "\n" for line in lines), **dialect(made), strict=True))
    # Without quotes, a row of one empty cell is an empty line.
    return [row or [""] for row in rows] if made.get("quotes") == "none" else rows


def dialect(made: dict) -> dict:
    delimiter = DELIMITERS.get(made.get("delimiter", "comma"), made.get("delimiter", ","))
    quotes = made.get("quotes", "minimal")
    if quotes == "none":
        return {"delimiter": delimiter, "quoting": csv.QUOTE_NONE, "quotechar": None}
    return {"delimiter": delimiter, "quoting": csv.QUOTE_ALL if quotes == "all" else csv.QUOTE_MINIMAL}


def first_difference(rows, expected) -> str:
    for number, (row, other) in enumerate(zip(rows, expected)):
        if row != other:
            return f"\nrow {number} is {row}, expected {other}"
    return f"\n{len(rows)} rows, expected {len(expected)}"
