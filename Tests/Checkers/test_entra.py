"""What Microsoft Entra gets holds what the records say. That it takes files of this shape, test_formats.py judges."""

import csv
import json

import pytest

from conftest import ORGANISATIONS
from formats.entra import ENTERPRISE, MEMBER, PRINCIPAL_NAME, bulk_create, group_members, operations
from house import House, is_active, status, unit_codes


@pytest.fixture
def uploaded(exported, organisation) -> dict[str, dict]:
    files = exported(organisation, "entra", "bulk-upload")
    return {operation["data"]["externalId"]: operation["data"] for operation in operations(files)}


@pytest.fixture
def groups(exported, organisation) -> list[dict]:
    return json.loads((exported(organisation, "entra", "bulk-upload") / "groups.json").read_bytes())["groups"]


everywhere = pytest.mark.parametrize("organisation", ORGANISATIONS)


@everywhere
def test_users_are_the_records(staff, uploaded):
    """`active` is always there: an update without it has disabled accounts. The rest as it stands in the YAML."""
    for reference, data in uploaded.items():
        person = staff.people[reference]
        primary = next(iter(unit_codes(person, staff.day)), None)
        assert data["active"] is is_active(person, staff.day)
        assert data["userName"] == person["email"]
        assert data["emails"] == [{"value": person["email"], "type": "work", "primary": True}]
        assert data["name"] == {"givenName": person["first_name"], "familyName": person["last_name"]}
        assert data["displayName"] == f"{person.get('preferred_name', person['first_name'])} {person['last_name']}"
        assert data["title"] == person["job_title"]
        assert data[ENTERPRISE]["employeeNumber"] == reference
        # The directory's department holds 64 characters.
        assert data[ENTERPRISE].get("department") == (staff.units[primary]["name"][:64].rstrip() if primary else None)
        assert data[ENTERPRISE].get("costCenter") == (staff.cost_centre(primary) or None)


@everywhere
def test_everybody_is_uploaded_or_named(staff, exported, organisation, uploaded):
    """Nobody drops out in silence: who has no possible user principal name is named in the manifest."""
    manifest = json.loads((exported(organisation, "entra", "bulk-upload") / "manifest.json").read_bytes())
    left_out = {
        reference for reference, person in staff.people.items() if not PRINCIPAL_NAME.fullmatch(person["email"])
    }
    assert left_out and set(staff.people) - set(uploaded) == left_out
    assert all(any(note.startswith(f"{reference}: ") for note in manifest["notes"]) for reference in left_out)


@everywhere
def test_managers_are_the_records(staff, uploaded):
    """Whoever has a line manager who is uploaded names that one; whoever has none, none."""
    for reference, data in uploaded.items():
        expected = staff.manager(staff.people[reference])
        if expected in uploaded or not expected:
            assert data[ENTERPRISE].get("manager") == ({"value": expected} if expected else None)


@everywhere
def test_groups_are_the_units(staff, groups):
    """One group for each unit, under its own name; a parent is itself a group."""
    assert sorted(group["unit_code"] for group in groups) == sorted(staff.units)
    by_code = {group["unit_code"]: group["uniqueName"] for group in groups}
    for group in groups:
        unit = staff.units[group["unit_code"]]
        assert group["displayName"] == unit["name"]
        assert group["unit_id"] == int(unit["id"])
        assert group["id"] == unit.get("external_ids", {}).get("entra")
        assert group["parent"] == by_code.get(unit.get("parent"))


def members(staff, uploaded) -> dict[str, list[str]]:
    """Who is uploaded, active, and in each unit on the day."""
    found = {code: [] for code in staff.units}
    for reference in uploaded:
        person = staff.people[reference]
        if is_active(person, staff.day):
            for code in unit_codes(person, staff.day):
                found[code].append(reference)
    return found


@everywhere
def test_members_are_the_units_people(staff, groups, uploaded):
    """Nobody twice, for Graph refuses the whole list then, and nobody whom Entra does not know: it answers 404."""
    expected = members(staff, uploaded)
    for group in groups:
        assert sorted(member["employeeId"] for member in group["members"]) == sorted(expected[group["unit_code"]])
        for member in group["members"]:
            assert member["userPrincipalName"] == staff.people[member["employeeId"]]["email"]


@everywhere
def test_member_files_are_the_units_people(staff, exported, organisation, uploaded):
    """A file for each unit in which somebody is; the import takes no empty one."""
    folder = exported(organisation, "entra", "group-members")
    expected = {code: references for code, references in members(staff, uploaded).items() if references}
    assert {file.name for file in folder.glob("members-*.csv")} == {f"members-{code}.csv" for code in expected}
    for code, references in expected.items():
        with open(folder / f"members-{code}.csv", encoding="utf-8", newline="") as lines:
            names = [row[MEMBER] for row in csv.DictReader(lines, strict=True)]
        assert sorted(names) == sorted(staff.people[reference]["email"] for reference in references)


# The admin centre's templates


@everywhere
def test_accounts_are_the_records(staff, exported, organisation):
    """Who works here or will: "Block sign in" is the inverse of an account that is enabled."""
    text = (exported(organisation, "entra", "bulk-create") / "bulk-create.csv").read_text(encoding="utf-8")
    accounts = {
        row["User name [userPrincipalName] Required"]: row for row in csv.DictReader(text.splitlines(), strict=True)
    }
    expected = {
        person["email"]: person
        for person in staff.people.values()
        if PRINCIPAL_NAME.fullmatch(person["email"]) and status(person, staff.day) not in ("left", "inactive")
    }
    assert set(accounts) == set(expected)
    for email, person in expected.items():
        row = accounts[email]
        is_blocked = not is_active(person, staff.day)
        assert row["Block sign in (Yes/No) [accountEnabled] Required"] == ("Yes" if is_blocked else "No")
        assert row["First name [givenName]"] == person["first_name"]
        assert row["Last name [surname]"] == person["last_name"]
        assert row["Job title [jobTitle]"] == person["job_title"]


def test_older_templates_have_a_version_row(binary, tmp_path):
    """`template_version: v1.0`: the generation of templates that was documented until April 2026."""
    house = House(binary, tmp_path / "house")
    settings = house.folder / "staffrepo.yaml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(
        text.replace("  entra:\n", "  entra:\n    options: {template_version: v1.0}\n"), encoding="utf-8"
    )
    house.commit("older templates")
    house.staffrepo("export", "entra", "--profile", "bulk-create", "--out", str(tmp_path / "accounts"))
    bulk_create(tmp_path / "accounts", "v1.0")
    with pytest.raises(AssertionError):
        bulk_create(tmp_path / "accounts")
    if "group-members" not in house.profiles("entra"):
        pytest.skip("entra has no profile group-members yet")
    house.staffrepo("export", "entra", "--profile", "group-members", "--out", str(tmp_path / "members"))
    group_members(tmp_path / "members", "v1.0")


def test_accounts_are_never_published(house, exported):
    """They hold passwords: neither the file nor its headings are in any published set, or in what git would add."""
    assert b"passwordProfile" in (exported("house", "entra", "bulk-create") / "bulk-create.csv").read_bytes()
    published = [file for file in (house.folder / ".git/staffrepo/exports").rglob("*") if file.is_file()]
    assert len(published) > 10
    for file in published:
        assert "bulk-create" not in file.name
        assert b"passwordProfile" not in file.read_bytes()
    assert house.git("status", "--porcelain") == ""
