"""Organisations whose files are judged: the sample, and a large one with records that are awkward and yet allowed.

What is awkward is written here as Python values and rendered by PyYAML, so that no quoting of ours is in the way.
"""

import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import yaml

from house import PROJECT, House

# The day that the files are about: not today, so that no midnight can come in between.
AS_OF = date(2026, 3, 16)
GENERATED = 2500
SENSITIVE = "GRADE-SECRET-7"
PIN = "PIN-SECRET-7"
DOMAIN = "northmoor.example"
# Numbers of their own, far above those of the generated people and units.
FIRST_PERSON, FIRST_UNIT = 700_000, 70_000

SETTINGS = f"""\
organisation:
  id: 1
  name: Northmoor, "Health" & Care — Ćwiartka
  email_domains: [{DOMAIN}]
  time_zone: Europe/London
required_fields: [first_name, last_name, email, job_title]
custom_fields:
  dbs_checked_on: date
  pin: {{type: string, sensitive: true}}
  nickname: string
systems:
  entra: {{enabled: true}}
  hr: {{enabled: true}}
  finance: {{enabled: true}}
  lms: {{enabled: true}}
  digital-id: {{enabled: true}}
  medication: {{enabled: true, type: app}}
"""

UNITS = [
    # Moodle reads a number as a cohort's own id; a spreadsheet would make 7 of it.
    {"code": "410", "name": "Four Hundred and Ten", "parent": "northmoor", "cost_centre": "CC-0410"},
    {"code": "007", "name": "007", "parent": "410"},
    {"code": "1e5", "name": "Looks like a number", "parent": "northmoor", "cost_centre": "0012"},
    {"code": "quoted", "name": 'Bank, "flexible"; relief | staff \\ of the night', "parent": "northmoor"},
    {"code": "accents", "name": "Équipe été — Ñandú Œuvre €", "parent": "quoted", "cost_centre": "CC-É"},
    {"code": "kanji", "name": "看護チーム 一", "parent": "quoted"},
    {"code": "emoji", "name": "Team 👩‍⚕️🏥", "parent": "quoted"},
    # No cost centre, neither its own nor above it.
    {"code": "island", "name": "Island"},
    {"code": "relief-staff-of-the-northern-southern-and-eastern-houses-at-nights-early", "name": "E" * 120},
    {"code": "relief-staff-of-the-northern-southern-and-eastern-houses-at-nights-late", "name": "É" * 120},
    {"code": "asleep", "name": "Asleep", "parent": "northmoor", "is_active": False},
]


def days(number: int) -> str:
    """The day so many days after the one that the files are about."""
    return (AS_OF + timedelta(days=number)).isoformat()


def awkward_people() -> list[dict]:
    """What each consumer might trip over; every one of them passes `validate`."""
    names = [
        ('Seán "Shay"', "O'Hara; & Sons, Ltd."),
        ("'t", "Hooft"),
        ('"Quoted"', '""'),
        ("Pipe|Line", "Back\\slash|"),
        ("山田", "太郎"),
        ("Zoë", "Müller-Łukaszewicz"),
        ("👩‍👩‍👧‍👦", "🏳️‍🌈 Flag"),
        ("ا‌لعربية", "עברית"),
        ("A", "B"),
        ("N" * 64, "L" * 64),
        ("É" * 64, "Ł" * 64),
        ("𝒜" * 64, "龘" * 64),
        ("Null", "None"),
        ("true", "no"),
        ("007", "0.10"),
        ("1e5", "2026-01-05"),
        ("Tab", "semi;colon"),
        ("Tilde~", "Caret^"),
        ("No\u00a0break", "Thin\u2009space"),
        ("Number 5", "#hash"),
        ("Smart ‘quotes’", "“And” these"),
        ("Trailing,", ",Leading"),
        ("A,B,C", '","'),
        ("Percent%20", "&amp; <b>"),
        ("{brace:me}", "[x](y)"),
        ("Ångström", "Œuvre €uro"),
        ("ﬁ", "ẞharp ß"),
        ("Ǆ", "ŉ"),
        ("İstanbul", "ıspanak"),
        ("#NULL", "NO_MANAGER"),
    ]
    people = [{"first_name": first, "last_name": last} for first, last in names]
    units = [unit["code"] for unit in UNITS]
    people += [
        # Moodle cleans both addresses to the same user name.
        {"email": f"twin+one@{DOMAIN}"},
        {"email": f"twinone@{DOMAIN}"},
        {"email": f"UPPER.Case@{DOMAIN}"},
        {"email": f"o'brien.{FIRST_PERSON}@{DOMAIN}"},
        # Longer than user names may be in Moodle and Staffology (100), and in Entra (113).
        {"email": f"long@{'d' * 60}.{'d' * 30}.example"},
        {"email": f"long@{'d' * 60}.{'d' * 60}.example"},
        *({"organisational_units": [unit]} for unit in units),
        {"organisational_units": []},
        {"organisational_units": units[:8] + ["asleep"]},
        {"organisational_units": [*units, "northmoor"]},
        {"organisational_units": [{"unit": "410", "from": days(-100), "until": days(-1)}, {"unit": "007"}]},
        {"organisational_units": [{"unit": "410", "from": days(1)}, {"unit": "007", "until": days(0)}]},
        {"organisational_units": [{"unit": "410", "from": days(0), "until": days(0)}, "1e5", "quoted"]},
        {"organisational_units": [{"unit": "410", "until": days(-9)}, {"unit": "410", "from": days(-8)}]},
        {"organisational_units": ["007", "410", "1e5"]},
        {"organisational_units": ["1e5", "410", "quoted", "accents", "kanji", "emoji", "007"]},
        {"employment_start_date": None},
        {"employment_start_date": None, "employment_end_date": days(-1)},
        {"employment_start_date": days(1)},
        {"employment_start_date": days(0)},
        {"employment_start_date": days(400), "employment_end_date": days(500)},
        {"employment_end_date": days(0)},
        {"employment_end_date": days(-1)},
        {"employment_end_date": days(1)},
        {"employment_start_date": "1941-02-28", "employment_end_date": "2099-12-31"},
        {"employment_start_date": "2024-02-29"},
        {"is_active": False},
        {"is_active": False, "employment_end_date": days(-30)},
        {"employment_status": "on_leave"},
        {"employment_status": "suspended"},
        {"job_title": "é" * 128},
        {"job_title": 'Nurse, "Band 6" | Nights; A\\E'},
        {"job_title": "看護師"},
        {"salary_grade": SENSITIVE, "custom": {"pin": PIN, "nickname": 'Nick, "the" name'}},
        {"external_ids": {"finance": "000123"}},
        {"external_ids": {"payroll": "P-0007", "finance": "000124"}},
        {"preferred_name": 'Pat, the "nick"'},
        {"employee_reference": "00000000001e5000"},
        {"employee_reference": "0700"},
        {"employee_reference": "A.b_c-d"},
        {"employee_reference": "12-01"},
    ]
    # A line of managers as long as no chart: each is led by the one before, whoever comes first in the files.
    people += [{"employee_reference": f"DEEP{60 - depth:02}", "depth": depth} for depth in range(60)]
    # A manager who has left, one who is switched off, and one whose reference is written in small letters.
    people += [
        {"employee_reference": "GONE1", "employment_end_date": days(-10)},
        {"line_manager": "GONE1"},
        {"employee_reference": "OFF1", "is_active": False},
        {"line_manager": "OFF1"},
        {"line_manager": "gone1"},
    ]
    return [complete(person, FIRST_PERSON + number) for number, person in enumerate(people)]


def complete(person: dict, id: int) -> dict:
    """The record with what every record has; what is set to None there is left out."""
    depth = person.pop("depth", None)
    if depth:
        person["line_manager"] = f"DEEP{61 - depth:02}"
    reference = person.get("employee_reference", f"X{id}")
    record = {
        "id": id,
        "employee_reference": reference,
        "first_name": "Awkward",
        "last_name": f"Person {id}",
        "email": f"awkward.{id}@{DOMAIN}",
        "job_title": "Support Worker",
        "employment_start_date": "2020-01-06",
        "organisational_units": ["northmoor"],
    } | person
    return {name: value for name, value in record.items() if value is not None}


# Staffology takes names without punctuation and e-mail addresses of a hundred characters. For these people there is
# nothing to write, and no officer can change that in the records.
UNFIT_FOR_STAFFOLOGY = {
    f"X{FIRST_PERSON + number}"
    for number, person in enumerate(awkward_people())
    if len(person["email"]) > 100
    or not set(person["last_name"]) - set('",| ')
    or not set(person["first_name"]) - set('",| ')
}


def generate(binary: str, folder: Path, without: set[str] = frozenset()) -> House:
    """2,500 made-up people as for measuring, and the awkward ones beside them, in one commit."""
    house = House(binary, folder, is_empty=True)
    generator = subprocess.run(
        [sys.executable, PROJECT / "Bench/generate_organisation.py", str(GENERATED), "0"],
        check=True,
        capture_output=True,
    )
    subprocess.run(["git", "fast-import", "--quiet"], cwd=folder, check=True, input=generator.stdout)
    house.git("reset", "--quiet", "--hard", "main")
    (folder / "staffrepo.yaml").write_text(SETTINGS, encoding="utf-8")
    for number, unit in enumerate(UNITS):
        house.write(f"units/{unit['code']}.yaml", rendered({"id": FIRST_UNIT + number} | unit))
    for person in awkward_people():
        if person["employee_reference"] in without:
            continue
        house.write(f"people/awkward/{person['employee_reference']}.yaml", rendered(person))
    house.commit("baseline")
    house.staffrepo("validate")
    return house


def rendered(record: dict) -> str:
    return yaml.safe_dump(record, allow_unicode=True, sort_keys=False, width=10_000)
