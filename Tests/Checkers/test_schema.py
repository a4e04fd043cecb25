"""The JSON Schemas, judged by check-jsonschema: they accept and refuse what `validate` accepts and refuses in one file.

check-jsonschema reads YAML with ruamel.yaml, whose rules (YAML 1.2) turn plain values into numbers and truth values
before the schema sees them. What is lost on the way is listed under LOST_IN_YAML, each with its reason.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from house import PROJECT, House

KINDS = {"person": "people", "unit": "units", "apikey": "apikeys", "webhook": "webhooks", "approval": "approvals"}
SETTINGS = """\
organisation:
  id: 1
  time_zone: Europe/London
custom_fields:
  checked_on: date
  badge: integer
  driver: boolean
  note: string
  shirt:
    type: string
    values: [S, M, 42, "true"]
"""
HASH = "sha256:" + "0123456789abcdef" * 4
# Good records, field by field; a case below replaces one field.
BASE = {
    "person": {
        "id": "17",
        "employee_reference": "EMP017",
        "first_name": "Grace",
        "last_name": "Hill",
        "email": "grace.hill@example.org",
        "job_title": "Nurse",
        "employment_start_date": "2020-01-01",
    },
    "unit": {"id": "3", "code": "care-team-a", "name": "Care Team A"},
    "apikey": {"system": "hr", "key_hash": HASH, "scopes": "[staff:read]"},
    "webhook": {"url": "https://desk.example/hook", "secrets": "[env:STAFFREPO_SECRET_DESK]"},
    "approval": {"guard": "removals", "limit": "40", "expires": "2026-04-30", "reason": "Closure of a site"},
    "config": {"organisation": "{id: 1}"},
}
ABSENT = None
LONG = "x" * 64
BAD = [
    *[("person", field, ABSENT) for field in BASE["person"]],
    *[("person", field, "") for field in BASE["person"]],
    ("person", "id", "0"),
    ("person", "id", "-3"),
    ("person", "id", "1.5"),
    ("person", "id", "EMP017"),
    ("person", "id", "9007199254740992"),
    ("person", "id", '"007"'),
    ("person", "id", "[17]"),
    ("person", "id", "~"),
    ("person", "employee_reference", "-EMP"),
    ("person", "employee_reference", "EMP 17"),
    ("person", "employee_reference", "EMP01234567890123"),
    ("person", "employee_reference", "Zoë"),
    ("person", "employee_reference", '""'),
    ("person", "employee_reference", "{a: b}"),
    ("person", "first_name", '""'),
    ("person", "first_name", LONG + "x"),
    ("person", "first_name", '"Grace "'),
    ("person", "first_name", '" Grace"'),
    ("person", "first_name", '"\\u00a0Grace"'),
    ("person", "first_name", '"Grace\\u3000"'),
    ("person", "first_name", '"Gra\\tce"'),
    ("person", "first_name", '"Gra\\u202ece"'),
    ("person", "first_name", '"Gra\\u0085ce"'),
    ("person", "first_name", "|\n  Grace\n  Hill"),
    ("person", "first_name", "[Grace]"),
    ("person", "preferred_name", "{is: Gracie}"),
    ("person", "email", "grace"),
    ("person", "email", "grace@example"),
    ("person", "email", "'@example.org'"),
    ("person", "email", "grace@.example.org"),
    ("person", "email", "grace@example..org"),
    ("person", "email", "gra..ce@example.org"),
    ("person", "email", "grace@example.org."),
    ("person", "email", "grace@hill@example.org"),
    ("person", "email", "Grace Hill <grace@example.org>"),
    ("person", "email", "grace@example.org, hill@example.org"),
    ("person", "email", '"gra\\u2003ce@example.org"'),
    ("person", "email", "17"),
    ("person", "employment_start_date", "15.01.2026"),
    ("person", "employment_start_date", "2026-02-29"),
    ("person", "employment_start_date", "2026-1-5"),
    ("person", "employment_start_date", "20260115"),
    ("person", "employment_start_date", "2026-01-15T00:00:00Z"),
    ("person", "employment_end_date", "soon"),
    ("person", "employment_status", "retired"),
    ("person", "employment_status", "Active"),
    ("person", "is_active", "yes"),
    ("person", "is_active", "0"),
    ("person", "is_active", '"no"'),
    ("person", "is_active", "[false]"),
    ("person", "line_manager", "Denise Clark"),
    ("person", "salary_grade", "x" * 33),
    ("person", "organisational_units", "care-team-a"),
    ("person", "organisational_units", "[Care Team A]"),
    ("person", "organisational_units", "[[care-team-a]]"),
    ("person", "organisational_units", "[{from: 2026-01-01}]"),
    ("person", "organisational_units", "[{unit: a, till: 2026-01-01}]"),
    ("person", "organisational_units", "[{unit: a, until: 2026-13-01}]"),
    ("person", "organisational_units", "\n  -\n  - a"),
    ("person", "photo_path", "/photos/a.jpg"),
    ("person", "photo_path", "../a.jpg"),
    ("person", "photo_path", "photos/../a.jpg"),
    ("person", "photo_path", "photos//a.jpg"),
    ("person", "photo_path", "photos/"),
    ("person", "photo_path", "photos\\a.jpg"),
    ("person", "photo_path", "."),
    ("person", "photo_status", "aproved"),
    ("person", "signature_path", "x/" * 128),
    ("person", "external_ids", "[finance]"),
    ("person", "external_ids", "{finance: {id: 1}}"),
    ("person", "external_ids", "{finance: '" + "1" * 129 + "'}"),
    ("person", "source", "recruitment"),
    ("person", "source", "{sytem: recruitment}"),
    ("person", "source", "{system: '" + LONG + "x'}"),
    ("person", "custom", "note"),
    ("person", "custom", "{pin: 1}"),
    ("person", "custom", "{checked_on: yesterday}"),
    ("person", "custom", "{badge: '12'}"),
    ("person", "custom", "{badge: 1.5}"),
    ("person", "custom", "{badge: 9223372036854775808}"),
    ("person", "custom", "{driver: 1}"),
    ("person", "custom", "{note: '" + "x" * 1001 + "'}"),
    ("person", "custom", "{shirt: XL}"),
    ("person", "custom", "{shirt: 43}"),
    ("person", "frist_name", "Grace"),
    ("unit", "id", ABSENT),
    ("unit", "code", ABSENT),
    ("unit", "name", ""),
    ("unit", "code", "Care"),
    ("unit", "code", "-a"),
    ("unit", "code", "a_b"),
    ("unit", "parent", "Care Services"),
    ("unit", "name", "x" * 129),
    ("unit", "cost_centre", "[1]"),
    ("unit", "is_active", "on"),
    ("unit", "colour", "red"),
    ("apikey", "system", ABSENT),
    ("apikey", "key_hash", ABSENT),
    ("apikey", "key_hash", HASH.upper()),
    ("apikey", "key_hash", HASH[:-1]),
    ("apikey", "key_hash", "stf_0123456789abcdefghijABCDEFGHIJ012345"),
    ("apikey", "key_hint", '"123456789"'),
    ("apikey", "scopes", ""),
    ("apikey", "scopes", "staff:write"),
    ("apikey", "scopes", "[staff:read, all]"),
    ("apikey", "units", "care-team-a"),
    ("apikey", "units", "[Care]"),
    ("apikey", "expires_at", "2026-02-30"),
    ("apikey", "expires_at", "2026-02-01 10:30"),
    ("apikey", "expires_at", "2026-02-01T10:30:60Z"),
    ("apikey", "expires_at", "2026-02-01T25:30:00Z"),
    ("apikey", "expires_at", "2026-02-01T10:30:00+01:00"),
    ("apikey", "key", "x"),
    ("webhook", "url", ABSENT),
    ("webhook", "url", "desk.example/hook"),
    ("webhook", "url", "ftp://desk.example/hook"),
    ("webhook", "url", "https://me:secret@desk.example/hook"),
    ("webhook", "url", "https:///me@desk.example/hook"),
    ("webhook", "url", "https://desk.example/" + "x" * 2048),
    ("webhook", "events", "person.fired"),
    ("webhook", "events", "[person.created, everything]"),
    ("webhook", "events", "{a: b}"),
    ("webhook", "secrets", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
    ("webhook", "secrets", "[env:HOME]"),
    ("webhook", "secrets", "[file:../key]"),
    ("webhook", "secrets", "[file:.key]"),
    ("webhook", "format", "xml"),
    ("webhook", "fields", "[shoe_size]"),
    ("webhook", "fields", "[custom.pin]"),
    ("webhook", "units", "a"),
    ("webhook", "is_active", "yes"),
    ("webhook", "backfill", "[true]"),
    ("webhook", "Url", "x"),
    *[("approval", field, ABSENT) for field in BASE["approval"]],
    ("approval", "guard", "everything"),
    ("approval", "limit", "0"),
    ("approval", "limit", "many"),
    ("approval", "expires", "2026-04-31"),
    ("approval", "reason", '""'),
    ("approval", "until", "2026-04-30"),
    ("config", "organisation", ""),
    ("config", "organisation", "{id: 0}"),
    ("config", "organisation", '{id: "1"}'),
    ("config", "organisation", "{id: 1, nmae: x}"),
    ("config", "organisation", "[1]"),
    ("config", "organisation", "{id: 1, email_domains: [{a: b}]}"),
    ("config", "branch", '""'),
    ("config", "branch", "[main]"),
    ("config", "data", "../data"),
    ("config", "data", "/data"),
    ("config", "data", "data/"),
    ("config", "required_fields", "[shoe_size]"),
    ("config", "custom_fields", "{pin: number}"),
    ("config", "custom_fields", "{pin: {type: text}}"),
    ("config", "custom_fields", "{pin: {sensitive: yes}}"),
    ("config", "custom_fields", "{pin: {kind: string}}"),
    ("config", "custom_fields", "[pin]"),
    ("config", "guards", "{hirings: {count: 1}}"),
    ("config", "guards", "{removals: {count: -1}}"),
    ("config", "guards", "{removals: {percent: 101}}"),
    ("config", "guards", "{removals: 5}"),
    ("config", "policies", "{name: x}"),
    ("config", "policies", "[{who: x}]"),
    ("config", "exports", "{keep: 0}"),
    ("config", "exports", "{keep: all}"),
    ("config", "systems", "{entre: {enabled: true}}"),
    ("config", "systems", "{medication: }"),
    ("config", "systems", "{hr: {type: files}}"),
    ("config", "systems", "{hr: {enabled: on}}"),
    ("config", "systems", "{hr: {schedule: monthly}}"),
    ("config", "systems", "{hr: {schedule: {every: 1w}}}"),
    ("config", "systems", "{hr: {schedule: {every: 0s}}}"),
    ("config", "systems", "{hr: {schedule: daily at noon}}"),
    ("config", "systems", "{hr: {schedule: daily at 6:00}}"),
    ("config", "systems", "{hr: {schedule: daily at 24:00}}"),
    ("config", "systems", "{hr: {schedule: weekly on mon}}"),
    ("config", "systems", "{hr: {schedule: weekly at monday}}"),
    ("config", "systems", "{hr: {schedule: {daily: '25:00'}}}"),
    ("config", "systems", "{hr: {schedule: {weekly: sometimes}}}"),
    ("config", "systems", "{hr: {schedule: {daily: '06:00', every: 1h}}}"),
    ("config", "systems", "{hr: {schedule: {each: 60s}}}"),
    ("config", "systems", "{hr: {schedule: [daily]}}"),
    ("config", "systems", "{entra: {options: {domain: [a]}}}"),
    ("config", "sytems", "{}"),
]
GOOD = [
    *[(kind, "", "") for kind in BASE],
    ("person", "id", '"17"'),
    ("person", "id", "9007199254740991"),
    ("person", "employee_reference", "007"),
    ("person", "employee_reference", '"007"'),
    ("person", "employee_reference", "1e3"),
    ("person", "employee_reference", "1.50"),
    ("person", "employee_reference", "true"),
    ("person", "employee_reference", "a._-"),
    ("person", "employee_reference", "EMP0123456789012"),
    ("person", "first_name", "Zoë Ng"),
    ("person", "first_name", LONG),
    ("person", "first_name", "李"),
    ("person", "first_name", "True"),
    ("person", "first_name", "12"),
    ("person", "first_name", "2026-01-15"),
    ("person", "first_name", '"Null"'),
    ("person", "last_name", "no"),
    ("person", "preferred_name", ""),
    ("person", "preferred_name", "~"),
    ("person", "email", "o'hara+x@care.example.org"),
    ("person", "email", "zoë@müller.example"),
    ("person", "email", ".grace.@example.org"),
    ("person", "job_title", "Nurse & carer (nights)"),
    ("person", "employment_start_date", '"2024-02-29"'),
    ("person", "employment_end_date", ""),
    ("person", "employment_end_date", "~"),
    ("person", "employment_status", "on_leave"),
    ("person", "employment_status", ""),
    ("person", "is_active", "False"),
    ("person", "is_active", '"true"'),
    ("person", "is_active", "'FALSE'"),
    ("person", "is_active", "null"),
    ("person", "line_manager", "007"),
    ("person", "line_manager", "null"),
    ("person", "salary_grade", "7"),
    ("person", "organisational_units", ""),
    ("person", "organisational_units", "[]"),
    ("person", "organisational_units", "[410, true, a-b]"),
    ("person", "organisational_units", "[{unit: a, from: 2026-01-01, until: ~}, b]"),
    ("person", "photo_path", "photos/a b/ü.jpg"),
    ("person", "photo_path", "photos/..a/b...jpg"),
    ("person", "photo_path", "1.5"),
    ("person", "external_ids", "{finance: 00007, lms: , entra: x}"),
    ("person", "external_ids", "{}"),
    ("person", "source", "{system: recruitment, imported_at: 2026-01-10T09:00:00Z}"),
    ("person", "custom", "{checked_on: 2026-01-15, badge: -007, driver: 'true', note: 5, shirt: 42}"),
    ("person", "custom", "{shirt: true}"),
    ("person", "custom", "{badge: , note: , checked_on: }"),
    ("unit", "code", "410"),
    ("unit", "code", "1e3"),
    ("unit", "parent", ""),
    ("unit", "type", "12"),
    ("unit", "cost_centre", "1.50"),
    ("unit", "is_active", "FALSE"),
    ("apikey", "scopes", "staff:read"),
    ("apikey", "scopes", "[]"),
    ("apikey", "key_hint", "0012"),
    ("apikey", "expires_at", "2026-02-01T10:30:00Z"),
    ("apikey", "expires_at", ""),
    ("apikey", "units", "\n  - care\n  -"),
    ("webhook", "url", "HTTPS://desk.example:8443/a@b?c=d"),
    ("webhook", "events", '"*"'),
    ("webhook", "events", "[person.created, ]"),
    ("webhook", "secrets", "file:desk.key"),
    ("webhook", "secrets", "[]"),
    ("webhook", "format", "cloudevents-binary"),
    ("webhook", "fields", "[id, status, parent, custom.note]"),
    ("webhook", "backfill", "True"),
    ("approval", "limit", '"40"'),
    ("approval", "expires", '"2026-04-30"'),
    ("config", "organisation", "{id: 9, name: 12, email_domains: example.org, contact_email: }"),
    ("config", "branch", "1.0"),
    ("config", "data", "staff/records"),
    ("config", "required_fields", "email"),
    ("config", "required_fields", "[]"),
    ("config", "custom_fields", "{pin: {type: string, sensitive: 'true', values: [a, 1]}, driver: boolean, x: }"),
    ("config", "guards", "{removals: {count: 0, percent: 100}, creations: }"),
    ("config", "policies", "[{name: a, paths: data/**, authors: [x]}]"),
    ("config", "approvers", "x@example.org"),
    ("config", "exports", "{keep: 5}"),
    ("config", "systems", "{hr: , entra: {schedule: {every: 60s}, options: {retries: 3}}}"),
    ("config", "systems", "{medication: {type: app, schedule: every commit}, lms: {schedule: {every: commit}}}"),
    ("config", "systems", "{hr: {schedule: daily at 06:00}, lms: {schedule: weekly on monday at 23:59}}"),
    ("config", "systems", "{hr: {schedule: {daily: '06:00'}}, lms: {schedule: {weekly: sunday}}}"),
    ("config", "systems", "{hr: {schedule: {weekly: friday at 18:30}}, lms: {schedule: {weekly: '18:30'}}}"),
    ("config", "systems", "{hr: {schedule: every 15m}, lms: {schedule: {every: 1d}}, entra: {schedule: {every: 2h}}}"),
    ("config", "api", "{public_url: https://staff.example.org}"),
]
# What the schema accepts or refuses although `validate` does not, and why nothing can be done about it.
LOST_IN_YAML = [
    ("person", "id", "007", "reads as the number 7"),
    ("person", "id", "1_000", "reads as the number 1000"),
    ("person", "id", "0x11", "reads as the number 17"),
    ("person", "id", "17.0", "is a whole number to JSON Schema"),
    ("person", "id", '"9007199254740992"', "is a text, and a pattern cannot compare numbers"),
    ("person", "employee_reference", ".5", "reads as the number 0.5, as 0.5 itself does"),
    ("person", "employee_reference", "+5", "reads as the number 5"),
    ("person", "employee_reference", "null", "reads as nothing, as an empty value does; quotes keep the text"),
    ("person", "last_name", "Null", "reads as nothing, as an empty value does; quotes keep the name"),
    ("person", "employment_status", "~", "reads as nothing, as an empty value does"),
    ("person", "photo_status", "null", "reads as nothing, as an empty value does"),
    ("person", "custom", "{badge: ~}", "reads as nothing, as an empty value does"),
    ("unit", "code", "True", "reads as a truth value, as `true` does"),
    ("apikey", "expires_at", "null", "reads as nothing, as an empty value does"),
    ("apikey", "scopes", "[~]", "reads as nothing, as an empty item does"),
    ("apikey", "key_hint", "123456789", "reads as a number, and numbers have no length"),
    ("config", "organisation", "{id: 1, time_zone: Europe/Atlantis}", "the schema does not know the time zones"),
    ("config", "exports", "{keep: 0x10}", "reads as the number 16"),
    ("config", "systems", "{hr: {enabled: True}}", "reads as a truth value, as `true` does"),
    ("config", "systems", "{hr: {schedule: {every: 99999999s}}}", "a pattern cannot compare numbers"),
]


def record(kind: str, field: str, value: str | None) -> str:
    fields = BASE[kind] | ({field: value} if field else {})
    return "".join(f"{name}: {text}\n" for name, text in fields.items() if text is not ABSENT)


def check(schema: Path, files: list[Path]) -> set[str]:
    """The names of the files that check-jsonschema refuses."""
    if not files:
        return set()
    command = [Path(sys.executable).parent / "check-jsonschema", "-o", "json", "--schemafile", schema, *files]
    report = json.loads(subprocess.run(command, capture_output=True, timeout=300).stdout)
    assert not report.get("parse_errors"), report["parse_errors"]
    return {error["filename"] for error in report["errors"]}


def run(folder: Path, *arguments: str) -> str:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    binary = os.path.abspath(os.environ["STAFFREPO"])
    done = subprocess.run([binary, *arguments], cwd=folder, env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode in (0, 1), done.stderr
    return done.stdout


# A literal secret, a password in an address; events, fields and scopes that do not exist.
OF_FIELDS = {"W001", "W004", "W005", "W010", "K008"}


def refused_by_validate(folder: Path) -> set[str]:
    """The files with errors about what a field of the file itself holds."""
    diagnostics = json.loads(run(folder, "validate", "--worktree", "--format", "json"))["diagnostics"]
    # But for warnings: 007 without quotes is right, and read otherwise by some.
    assert not [finding for finding in diagnostics if finding["code"].startswith("Y") and finding["severity"] == "error"]
    return {
        finding["file"]
        for finding in diagnostics
        if finding["severity"] == "error" and (finding["code"][0] in "SC" or finding["code"] in OF_FIELDS)
    }


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory):
    """For each case, whether the schema and whether `validate` accept it."""
    folder = tmp_path_factory.mktemp("cases")
    subprocess.run(["git", "init", "-q", folder], check=True)
    (folder / "staffrepo.yaml").write_text(SETTINGS)
    cases = list(dict.fromkeys([case[:3] for case in GOOD + BAD + LOST_IN_YAML]))
    result = {}
    for kind, records in KINDS.items():
        schema = folder / f"{kind}.schema.json"
        schema.write_text(run(folder, "schema", kind))
        (folder / "data" / records).mkdir(parents=True)
        files = {}
        for place, case in enumerate(cases):
            if case[0] == kind:
                files[case] = folder / "data" / records / f"case-{place}.yaml"
                files[case].write_text(record(*case), encoding="utf-8")
        refused = check(schema, list(files.values()))
        for case, file in files.items():
            result[case] = [str(file) not in refused, str(file.relative_to(folder))]
    refused = refused_by_validate(folder)
    for verdict in result.values():
        verdict[1] = verdict[1] not in refused
    result |= config_verdicts(tmp_path_factory.mktemp("settings"), [case for case in cases if case[0] == "config"])
    return result


def config_verdicts(folder: Path, cases: list[tuple]) -> dict:
    """Of settings there is one file a repository."""
    result, files = {}, {}
    for place, case in enumerate(cases):
        repository = folder / str(place)
        subprocess.run(["git", "init", "-q", repository], check=True)
        files[case] = repository / "staffrepo.yaml"
        files[case].write_text(record(*case), encoding="utf-8")
    schema = folder / "config.schema.json"
    schema.write_text(run(folder, "schema", "config"))
    refused = check(schema, list(files.values()))
    for case, file in files.items():
        result[case] = [str(file) not in refused, refused_by_validate(file.parent) == set()]
    return result


def test_there_are_enough_cases():
    assert len(set(BAD)) >= 60 and len(set(GOOD)) >= 30
    assert not set(BAD) & set(GOOD)


@pytest.mark.parametrize("case", BAD, ids=str)
def test_what_is_bad(case, verdicts):
    assert verdicts[case] == [False, False], "accepted by [schema, validate]"


@pytest.mark.parametrize("case", GOOD, ids=str)
def test_what_is_good(case, verdicts):
    assert verdicts[case] == [True, True], "accepted by [schema, validate]"


@pytest.mark.parametrize("case", LOST_IN_YAML, ids=lambda case: f"{case[:3]}")
def test_what_a_schema_cannot_judge(case, verdicts):
    schema, validate = verdicts[case[:3]]
    assert schema != validate, "no longer an exception"


# The schemas themselves, and the files of the project


@pytest.mark.parametrize("kind", [*KINDS, "config", "event"])
def test_schema_is_a_schema(kind, tmp_path):
    """It is of draft 2020-12, the one in docs is current, and says of every field what it means."""
    text = run(tmp_path, "schema", kind, "--standard")
    assert text == (PROJECT / f"docs/schemas/{kind}.schema.json").read_text(), "run script/generate"
    assert text == run(tmp_path, "schema", kind), "outside of a repository it is the standard one"
    schema = tmp_path / "schema.json"
    schema.write_text(text)
    checker = Path(sys.executable).parent / "check-jsonschema"
    subprocess.run([checker, "--check-metaschema", schema], check=True, capture_output=True)
    content = json.loads(text)
    assert content["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert content["$id"] == f"urn:staffrepo:schema:{kind}"
    assert content["title"] and content["description"]
    assert_described(content)
    assert content["properties"] and ("additionalProperties" in content) == (kind != "event")


def assert_described(schema):
    """Whoever writes one of these fields is told what it means."""
    if isinstance(schema, dict):
        if schema.get("additionalProperties") is False or "$id" in schema:
            for name, field in schema["properties"].items():
                assert field.get("description"), name
        for inner in schema.values():
            assert_described(inner)
    elif isinstance(schema, list):
        for inner in schema:
            assert_described(inner)


@pytest.mark.parametrize("arguments", [[], ["--standard"]], ids=str)
def test_sample_files_are_good(arguments, tmp_path):
    """The project's own records and settings, by its own schemas and by the standard ones."""
    for kind, records in KINDS.items():
        files = list((PROJECT / "data" / records).rglob("*.yaml"))
        assert files or kind == "approval"
        schema = tmp_path / f"{kind}.json"
        schema.write_text(run(PROJECT, "schema", kind, *arguments))
        assert check(schema, files) == set()
    (tmp_path / "config.json").write_text(run(PROJECT, "schema", "config", *arguments))
    assert check(tmp_path / "config.json", [PROJECT / "staffrepo.yaml"]) == set()


def assert_names_its_schema(file: Path):
    """Editors find the schema by the file's first line, from the file's own folder."""
    start = "# yaml-language-server: $schema="
    first = file.read_text(encoding="utf-8").splitlines()[0]
    assert first.startswith(start)
    schema = json.loads((file.parent / first.removeprefix(start)).read_text(encoding="utf-8"))
    folder = {folder: kind for kind, folder in KINDS.items()}
    assert schema["$id"] == f"urn:staffrepo:schema:{folder.get(file.parent.name, 'config')}"


@pytest.mark.parametrize("file", [PROJECT / "staffrepo.yaml", *sorted((PROJECT / "data").rglob("*.yaml"))], ids=str)
def test_samples_name_their_schemas(file):
    assert_names_its_schema(file)


def test_fresh_repository(tmp_path):
    """What `init` writes is good by the schemas that it writes, and names them."""
    run(tmp_path, "init", "records")
    records = tmp_path / "records"
    for file in [records / "staffrepo.yaml", *records.glob("data/*/*.yaml")]:
        assert_names_its_schema(file)
    for kind, folder in KINDS.items():
        assert check(records / f"schemas/{kind}.schema.json", list(records.glob(f"data/{folder}/*.yaml"))) == set()
        assert (records / f"schemas/{kind}.schema.json").read_text() == run(records, "schema", kind)
    assert check(records / "schemas/config.schema.json", [records / "staffrepo.yaml"]) == set()


def test_configuration_decides(tmp_path):
    """The work tree's settings count, else those of HEAD; broken ones are said to be, and the standard one is printed."""
    subprocess.run(["git", "init", "-q", "-b", "main", tmp_path], check=True)
    settings = tmp_path / "staffrepo.yaml"
    settings.write_text("organisation: {id: 1}\nrequired_fields: [email]\ncustom_fields: {pin: integer}\n")
    relaxed = json.loads(run(tmp_path, "schema", "person"))
    assert set(relaxed["required"]) == {"id", "employee_reference", "first_name", "last_name", "email"}
    assert set(relaxed["properties"]["custom"]["properties"]) == {"pin"}
    standard = run(tmp_path, "schema", "person", "--standard")
    assert {"job_title", "employment_start_date"} <= set(json.loads(standard)["required"])
    commands = [["add", "-A"], ["-c", "user.name=a", "-c", "user.email=a@b.example", "commit", "-qm", "settings"]]
    for command in commands:
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    settings.unlink()
    assert json.loads(run(tmp_path, "schema", "person")) == relaxed
    settings.write_text("organisation: [")
    assert run(tmp_path, "schema", "person") == standard


# Events


@pytest.fixture(scope="module")
def history(tmp_path_factory):
    """The events of a small history in which everything happens once."""
    house = House(os.path.abspath(os.environ["STAFFREPO"]), tmp_path_factory.mktemp("events") / "house", {})

    def commit(name: str, day: str):
        house.environment |= {"GIT_COMMITTER_DATE": f"{day}T10:00:00Z"}
        house.commit(name)

    commit("begin", "2025-02-01")
    house.edit("people/EMP017.yaml", "^job_title: .*", "job_title: Senior Support Worker")
    house.edit("people/EMP016.yaml", "^  - care-team-b$", "  - care-team-a")
    house.edit("people/EMP020.yaml", "^(employment_start_date: .*)", r"\1\nemployment_end_date: 2025-03-31")
    house.edit("units/care-team-b.yaml", "^name: .*", "name: Care Team Beech")
    house.edit("people/EMP018.yaml", "^organisational_units:\n  - .*", ONE_UNIT_WITH_DATES)
    commit("changes", "2025-02-10")
    (house.folder / "data/people/EMP043.yaml").unlink()
    (house.folder / "data/units/medication-team.yaml").unlink()
    commit("removals", "2025-04-02")
    return [json.loads(line) for line in house.staffrepo("events", "HEAD").splitlines()]


ONE_UNIT_WITH_DATES = "organisational_units:\n  - unit: care-team-a\n    from: 2020-01-01\n    until: 2025-02-28"


def check_events(folder: Path, events: list[dict]) -> set[int]:
    """The places of the events that the schema refuses."""
    (folder / "event.json").write_text(run(folder, "schema", "event"))
    files = []
    for place, event in enumerate(events):
        files.append(folder / f"{place}.json")
        files[-1].write_text(json.dumps(event))
    return {int(Path(name).stem) for name in check(folder / "event.json", files)}


def test_events_are_good(history, tmp_path):
    names = json.loads(run(tmp_path, "schema", "event"))["properties"]["event"]["enum"]
    assert {event["event"] for event in history} == set(names)
    assert any("on" in event for event in history) and any("removed" in event for event in history)
    assert any(event["data"].get("unit_schedule") for event in history)
    assert check_events(tmp_path, history) == set()


def test_messages_are_good(house, tmp_path):
    """What the consumers got on the wire: with few fields, and out of sight."""
    bodies = [json.loads(got.body) for got in house.received if got.endpoint in ("digital-id", "medication")]
    assert any(body.get("reason") == "out_of_scope" for body in bodies)
    assert check_events(tmp_path, bodies) == set()


def test_event_schema_is_open_and_strict(history, tmp_path):
    """What is added is no fault; what is missing or of another type is."""
    event = next(event for event in history if event["event"] == "person.unit.assigned")
    added = event | {"hello": 1, "data": event["data"] | {"shoe_size": 43}}
    faults = [{name: value for name, value in event.items() if name != missing} for missing in ("id", "data", "event")]
    faults += [event | {"id": "17"}, event | {"event": "person.fired"}, event | {"timestamp": "2026-01-15 10:30"}]
    faults += [event | {"sequence": [1]}, event | {"commit": "HEAD"}, event | {"changes": {"email": "x"}}]
    faults += [event | {"data": event["data"] | fault} for fault in ({"id": "17"}, {"is_active": "true"}, {"unit": 3})]
    faults += [event | {"data": {name: value for name, value in event["data"].items() if name != "unit"}}]
    faults += [event | {"data": event["data"] | {"status": "gone"}}]
    assert check_events(tmp_path, [added, *faults]) == set(range(1, len(faults) + 1))
