"""A second set of every profile, after a morning's changes: what differs is told, and in the shape that the systems
take.
"""

import csv
import io
import json
import re
import shutil
import zipfile

import pytest
import yaml

from formats import JUDGES
from formats.entra import operations
from formats.hr import loader_records
from formats.tables import rows
from house import House

# Two profiles of one system that write a file of the same name stand for themselves in other tests.
APART = {("lms", "moodle"), ("lms", "oneroster"), ("entra", "bulk-create")}
SYSTEMS = ["entra", "hr", "finance", "lms", "digital-id", "medication"]


@pytest.fixture(scope="module")
def morning(binary, tmp_path_factory) -> House:
    """The sample organisation with every profile, published, changed, and published again."""
    house = House(binary, tmp_path_factory.mktemp("sets") / "house")
    shutil.rmtree(house.folder / "data/webhooks")
    house.commit("sample")
    settings = yaml.safe_load((house.folder / "staffrepo.yaml").read_text(encoding="utf-8"))
    house.chosen = {
        system: sorted(
            {name for kind, name in JUDGES if kind == system and (kind, name) not in APART} & house.profiles(system)
        )
        for system in SYSTEMS
    }
    for system, chosen in house.chosen.items():
        settings["systems"][system]["profiles"] = chosen
    (house.folder / "staffrepo.yaml").write_text(yaml.safe_dump(settings, sort_keys=False), encoding="utf-8")
    house.commit("before")
    house.staffrepo("publish")
    house.edit("people/EMP017.yaml", "^job_title: .*", "job_title: Senior Support Worker")
    house.edit("people/EMP016.yaml", "^  - care-team-b$", "  - care-team-a")
    house.edit("people/EMP020.yaml", "^(employment_start_date: .*)", r"\1\nemployment_end_date: 2026-03-31")
    house.edit("units/care-team-b.yaml", "^name: .*", "name: Care Team Beech")
    (house.folder / "data/people/EMP043.yaml").unlink()
    person = (house.folder / "data/people/EMP017.yaml").read_text(encoding="utf-8")
    for old, new in (("17", "70"), ("grace.hill", "zoe.hill"), ("80f9f4e8", "90f9f4e8")):
        person = person.replace(old, new)
    person = re.sub("(?m)^(photo|signature).*\n", "", person)
    house.write("people/EMP070.yaml", person)
    house.commit("after")
    house.staffrepo("publish")
    return house


CASES = [case for case in JUDGES if case not in APART]


@pytest.mark.parametrize(("system", "profile"), CASES)
def test_second_sets_are_taken(morning, system, profile):
    if profile not in morning.chosen[system]:
        pytest.skip(f"{system} has no profile {profile} yet")
    JUDGES[system, profile](morning.published(system))


CHANGED = {"EMP016", "EMP017", "EMP020", "EMP043", "EMP070"}


def found_changes(folder) -> dict[str, set[str]]:
    """Whom the delta files of a system's set tell about, by employee reference."""
    found = {}
    for name, key in (("employees-changes.csv", "Employee Number"), ("staff-delta.csv", "employee_reference")):
        if (folder / name).exists():
            found[name] = {row[key] for row in rows(folder / name)}
    if (folder / "staff-delta.json").exists():
        people = json.loads((folder / "staff-delta.json").read_bytes())["people"]
        found["staff-delta.json"] = {person["employee_reference"] for person in people}
    if (folder / "staff-delta.ndjson").exists():
        lines = (folder / "staff-delta.ndjson").read_text(encoding="utf-8").splitlines()
        found["staff-delta.ndjson"] = {json.loads(line)["employee_reference"] for line in lines}
    if (folder / "employees-delta.json").exists():
        document = json.loads((folder / "employees-delta.json").read_bytes())
        told = [*document["employees"], *document["removed"]]
        found["employees-delta.json"] = {employee["employee_reference"] for employee in told}
    for name in ("oneroster-delta.zip", "oneroster-1.1-delta.zip"):
        if (folder / name).exists():
            with zipfile.ZipFile(folder / name) as archive:
                users = archive.read("users.csv").decode()
            found[name] = {row["identifier"] for row in csv.DictReader(io.StringIO(users, newline=""))}
    if list(folder.glob("bulk-upload-delta-*.json")):
        found["bulk-upload-delta"] = {entry["data"]["externalId"] for entry in operations(folder, "bulk-upload-delta")}
    return found


def test_only_what_changed_is_told(morning):
    """By content: whose row is the same as before is in no delta, whatever else changed of the person."""
    told = {name: people for system in SYSTEMS for name, people in found_changes(morning.published(system)).items()}
    assert told.pop("employees-changes.csv") == CHANGED - {"EMP016"}, "the file has no unit"
    # Digital ID's table has neither a job title nor a unit.
    assert told.pop("employees-delta.json", None) in (None, {"EMP020", "EMP043", "EMP070"})
    in_team_b = {
        reference
        for reference, person in morning.records("people").items()
        if "care-team-b" in str(person.get("organisational_units"))
    }
    for name, people in told.items():
        assert CHANGED <= people <= CHANGED | in_team_b, name


def test_leavers_are_news_once(morning):
    """Who left since the last set, and whoever's record is gone; nobody who had left before."""
    leavers = {row["Employee Number"]: row["Status"] for row in rows(morning.published("hr") / "leavers.csv")}
    assert leavers == {"EMP020": "left", "EMP043": "inactive"}


def test_the_journal_tells_old_and_new(morning):
    """A row for each value: the unit of who moved, the end of who left, everything of who came, and nothing else."""
    journal = rows(morning.published("finance") / "journal.csv")
    told = {(row["Payroll ID"], row["Field"]): (row["Change"], row["Old Value"], row["New Value"]) for row in journal}
    people = morning.records("people")
    number = {
        reference: person.get("external_ids", {}).get("finance", reference) for reference, person in people.items()
    }
    assert told[number["EMP016"], "Organisational Unit"] == ("updated", "Care Team B", "Care Team A")
    assert told[number["EMP020"], "Payroll Status"] == ("updated", "active", "left")
    assert told[number["EMP020"], "End Date"] == ("updated", "", "2026-03-31")
    assert told[number["EMP070"], "Last Name"] == ("created", "", "Hill")
    assert not any(payroll == number["EMP017"] for payroll, _ in told), "a job title is none of payroll's business"


def test_manifests_name_the_set_before(morning):
    """`previous` is the set that differences are told against."""
    for system in SYSTEMS:
        if not morning.chosen[system]:
            continue
        assert morning.published(system).name.startswith("2-")
        folder = morning.published(system)
        first, second = sorted(folder.parent.glob("[0-9]*"), key=lambda path: int(path.name.partition("-")[0]))
        assert json.loads((first / "manifest.json").read_bytes())["previous"] is None
        assert json.loads((second / "manifest.json").read_bytes())["previous"] == first.name
        assert set(json.loads((second / "manifest.json").read_bytes())["profiles"]) == set(morning.chosen[system])


def test_oracle_ends_the_employment(morning):
    records = loader_records(morning.published("hr"))
    worker = next(record["SourceSystemId"] for record in records["Worker"] if record["PersonNumber"] == "EMP020")
    (job,) = [record for record in records["WorkRelationship"] if record["PersonId(SourceSystemId)"] == worker]
    assert (job["ActualTerminationDate"], job["TerminateWorkRelationshipFlag"]) == ("2026/03/31", "Y")
