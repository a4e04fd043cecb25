"""What Microsoft Entra gets: SCIM bulk requests, groups for Microsoft Graph, and the admin centre's CSV."""

import copy
import csv
import json
import re
import uuid

import pytest
from scim2_models import BulkRequest, Context, EnterpriseUser, User

from house import is_active, unit_codes

CORE = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
# Microsoft Graph, "Create user": what a user principal name may hold before the domain.
PRINCIPAL_NAME = re.compile(r"[A-Za-z0-9'._!#^~-]{1,64}@larkfield\.example")


@pytest.fixture(scope="module")
def batches(house) -> list[dict]:
    files = sorted(house.published("entra").glob("bulk-upload-*.json"))
    assert [file.name for file in files] == [f"bulk-upload-{n + 1:04}.json" for n in range(len(files))]
    return [json.loads(file.read_bytes()) for file in files]


@pytest.fixture(scope="module")
def operations(batches) -> list[dict]:
    return [operation for batch in batches for operation in batch["Operations"]]


@pytest.fixture(scope="module")
def uploaded(operations) -> dict[str, dict]:
    return {operation["data"]["externalId"]: operation["data"] for operation in operations}


@pytest.fixture(scope="module")
def groups(house) -> list[dict]:
    return json.loads((house.published("entra") / "groups.json").read_bytes())["groups"]


def test_batches_are_scim_bulk_requests(batches):
    """RFC 7643 and 7644, by scim2-models in the context of a creation.

    SCIM wants `manager.$ref` there and Microsoft sends no such thing, so a dummy takes its place. The library keeps a
    refused operation as its own failed result instead of raising.
    """
    for batch in copy.deepcopy(batches):
        for operation in batch["Operations"]:
            if manager := operation["data"][ENTERPRISE].get("manager"):
                manager["$ref"] = f"https://scim.example/Users/{manager['value']}"
        request = BulkRequest[User[EnterpriseUser]].model_validate(batch, scim_ctx=Context.BULK_REQUEST)
        assert [operation.response for operation in request.operations if operation.response] == []
        for operation in request.operations:
            assert isinstance(operation.data, User) and operation.data[EnterpriseUser].employee_number


def test_batches_are_full_and_not_too_full(batches):
    """Microsoft Graph bulkUpload reference: at most 50 operations. Calls are metered, so all but the last are full."""
    sizes = [len(batch["Operations"]) for batch in batches]
    assert len(sizes) > 1
    assert set(sizes[:-1]) == {50} and 1 <= sizes[-1] <= 50


def test_operations_are_what_bulk_upload_takes(operations):
    """Microsoft Graph bulkUpload reference: POST to /Users, a bulkId of its own, every extension named in `schemas`."""
    assert {(operation["method"], operation["path"]) for operation in operations} == {("POST", "/Users")}
    identifiers = [operation["bulkId"] for operation in operations]
    assert len(set(identifiers)) == len(identifiers)
    for data in (operation["data"] for operation in operations):
        extensions = {key for key in data if key.startswith("urn:")}
        assert ENTERPRISE in extensions
        assert len(data["schemas"]) == len(set(data["schemas"]))
        assert set(data["schemas"]) == {CORE} | extensions


def test_users_are_the_records(house, uploaded):
    """`active` is always there: an update without it has disabled accounts. The rest as it stands in the YAML."""
    people, units = house.people, house.units
    for reference, data in uploaded.items():
        person = people[reference]
        codes = unit_codes(person, house.day)
        assert data["active"] is is_active(person, house.day)
        assert data["userName"] == person["email"]
        assert data["emails"] == [{"value": person["email"], "type": "work", "primary": True}]
        assert data["name"] == {"givenName": person["first_name"], "familyName": person["last_name"]}
        assert data["displayName"] == f"{person.get('preferred_name', person['first_name'])} {person['last_name']}"
        assert data["title"] == person["job_title"]
        assert data[ENTERPRISE]["employeeNumber"] == reference
        assert data[ENTERPRISE].get("department") == (units[codes[0]]["name"][:64] if codes else None)
        assert data[ENTERPRISE].get("costCenter") == (units[codes[0]].get("cost_centre") if codes else None)


def test_everybody_is_uploaded_or_named(house, uploaded):
    """Nobody drops out in silence: who has no possible user principal name is named in the manifest."""
    manifest = json.loads((house.published("entra") / "manifest.json").read_bytes())
    left_out = set(house.people) - set(uploaded)
    assert left_out == {"EMP047"}
    assert all(any(note.startswith(reference) for note in manifest["notes"]) for reference in left_out)


def test_users_fit_the_directory(uploaded):
    """Microsoft Graph user resource: lengths, and the letters of a user principal name, which is unique in any case."""
    for data in uploaded.values():
        extension = data[ENTERPRISE]
        assert PRINCIPAL_NAME.fullmatch(data["userName"])
        assert len(data["externalId"]) <= 16
        assert 1 <= len(data["displayName"]) <= 256
        assert len(data["title"]) <= 128
        short = [*data["name"].values(), extension.get("department", ""), extension.get("organization", "")]
        assert max(map(len, short)) <= 64
        assert "" not in [*data.values(), *extension.values()], "Graph refuses an empty string"
    names = [data["userName"].lower() for data in uploaded.values()]
    assert len(set(names)) == len(names)


def test_managers_are_uploaded_too(uploaded):
    """Microsoft Graph bulkUpload reference: `manager.value` is the manager's externalId, so somebody must have it."""
    managers = {data[ENTERPRISE]["manager"]["value"] for data in uploaded.values() if "manager" in data[ENTERPRISE]}
    assert managers and managers - set(uploaded) == set()


def test_managers_are_the_records(house, uploaded):
    """Whoever has a line manager who is uploaded names that one; whoever has none, none."""
    for reference, data in uploaded.items():
        expected = house.people[reference].get("line_manager")
        if expected in uploaded or expected is None:
            assert data[ENTERPRISE].get("manager") == (expected and {"value": expected})


def test_groups_can_be_created(groups, house):
    """Microsoft Graph "Create group": a security group's properties, and a mail nickname of 64 plain characters."""
    for group in groups:
        assert (group["mailEnabled"], group["securityEnabled"], group["groupTypes"]) == (False, True, [])
        assert 1 <= len(group["displayName"]) <= 256
        assert re.fullmatch(r"[!-~]{1,64}", group["mailNickname"])
        assert not set(group["mailNickname"]) & set('@()\\[]";:.<>,')
        unit = house.units[group["unit_code"]]
        assert group["displayName"] == unit["name"]
        assert group["unit_id"] == int(unit["id"])
        assert group["id"] == unit.get("external_ids", {}).get("entra")
        assert group["id"] is None or str(uuid.UUID(group["id"])) == group["id"]
    assert sorted(group["unit_code"] for group in groups) == sorted(house.units)


@pytest.mark.parametrize("key", ["mailNickname", "uniqueName", "unit_id"])
def test_groups_are_told_apart(groups, key):
    """Microsoft Graph group resource: aliases and unique names belong to one group each, whatever the case."""
    values = [str(group[key]).lower() for group in groups]
    assert [value for value in values if values.count(value) > 1] == []


def test_groups_hang_together(groups, house):
    """The units' tree: every parent is itself a group."""
    by_code = {group["unit_code"]: group["uniqueName"] for group in groups}
    for group in groups:
        assert group["parent"] == by_code.get(house.units[group["unit_code"]].get("parent"))


def test_members_are_uploaded(groups, uploaded):
    """A member whom Entra does not know cannot be added: "Add members" answers 404 for an unknown one."""
    for group in groups:
        strangers = [member for member in group["members"] if member["employeeId"] not in uploaded]
        assert strangers == [], group["uniqueName"]


def test_members_are_the_units_people(groups, uploaded, house):
    """Who is active and in the unit on the day; nobody twice, for Graph refuses the whole list then."""
    for group in groups:
        members = [member["employeeId"] for member in group["members"] if member["employeeId"] in uploaded]
        expected = [
            reference
            for reference, person in house.people.items()
            if reference in uploaded
            and is_active(person, house.day)
            and group["unit_code"] in unit_codes(person, house.day)
        ]
        assert sorted(members) == sorted(expected)
        for member in group["members"]:
            assert member["userPrincipalName"] == house.people[member["employeeId"]]["email"]


HEADINGS = (
    "Name [displayName] Required,User name [userPrincipalName] Required,"
    "Initial password [passwordProfile] Required,Block sign in (Yes/No) [accountEnabled] Required,"
    "First name [givenName],Last name [surname],Job title [jobTitle],Department [department],"
    "Usage location [usageLocation],Street address [streetAddress],State or province [state],"
    "Country or region [country],Office [physicalDeliveryOfficeName],City [city],ZIP or postal code [postalCode],"
    "Office phone [telephoneNumber],Mobile phone [mobile]"
)


@pytest.fixture(scope="module")
def bulk_create(house, tmp_path_factory) -> bytes:
    folder = tmp_path_factory.mktemp("bulk-create") / "out"
    house.staffrepo("export", "entra", "--profile", "bulk-create", "--out", str(folder))
    (file,) = folder.glob("*.csv")
    return file.read_bytes()


def test_bulk_create_has_the_template_s_headings(bulk_create):
    """Entra admin centre "Bulk create users" template without a version row: the heading row exactly, no BOM."""
    assert bulk_create.split(b"\r\n")[0] == HEADINGS.encode()
    assert bulk_create.count(b"\r\n") == bulk_create.count(b"\n")


def test_bulk_create_rows_can_be_used(bulk_create, house):
    """Entra's rules: "Block sign in" is the inverse of an account that is enabled, and a password is a strong one."""
    table = list(csv.DictReader(bulk_create.decode().splitlines()))
    rows = {row["User name [userPrincipalName] Required"]: row for row in table}
    people = {person["email"]: person for person in house.people.values()}
    active = {email for email, person in people.items() if is_active(person, house.day)}
    expected = {email for email in active if PRINCIPAL_NAME.fullmatch(email)}
    assert len(rows) == len(table)
    assert expected <= set(rows) <= set(people)
    kinds = (r"[a-z]", r"[A-Z]", r"[0-9]", r"[^A-Za-z0-9]")
    passwords = [row["Initial password [passwordProfile] Required"] for row in rows.values()]
    assert len(set(passwords)) == len(passwords)
    for email, row in rows.items():
        assert None not in row and None not in row.values(), "as many fields as headings"
        assert PRINCIPAL_NAME.fullmatch(email)
        assert row["Block sign in (Yes/No) [accountEnabled] Required"] == ("No" if email in expected else "Yes")
        assert row["First name [givenName]"] == people[email]["first_name"]
        assert row["Last name [surname]"] == people[email]["last_name"]
        password = row["Initial password [passwordProfile] Required"]
        assert 12 <= len(password) <= 256
        assert sum(bool(re.search(kind, password)) for kind in kinds) >= 3


def test_bulk_create_is_never_published(house, bulk_create):
    """It holds passwords: neither the file nor its headings are in any published set, or in what git would add."""
    published = [file for file in (house.folder / ".git/staffrepo/exports").rglob("*") if file.is_file()]
    assert len(published) > 10
    for file in published:
        assert "bulk-create" not in file.name
        assert b"passwordProfile" not in file.read_bytes()
    assert house.git("status", "--porcelain") == ""
