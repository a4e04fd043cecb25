"""Files for Microsoft Entra: SCIM bulk requests, groups for Microsoft Graph, and the admin centre's CSV templates."""

import copy
import json
import re
import uuid
from pathlib import Path

from scim2_models import URN, BulkRequest, Context, EnterpriseUser, Extension, User

from formats.documents import assert_document
from formats.tables import assert_rfc_4180, lines

BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
CORE = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
STAFF = "urn:ietf:params:scim:schemas:extension:staffrepo:1.0:User"
# Microsoft Graph, user resource: what a user principal name may hold before the domain, and how long it may be.
PRINCIPAL_NAME = re.compile(
    r"(?=.{1,113}$)[A-Za-z0-9'_!#^~-]([A-Za-z0-9'._!#^~-]{0,62}[A-Za-z0-9'_!#^~-])?@[A-Za-z0-9.-]+"
)


class StaffDates(Extension):
    """The attributes that an administrator adds to the provisioning app by hand."""

    __schema__ = URN(STAFF)
    hire_date: str | None = None
    leave_date: str | None = None


def batches(folder: Path, name: str = "bulk-upload") -> list[dict]:
    """In the order in which they are to be sent."""
    files = sorted(file for file in folder.glob(f"{name}-*.json") if re.fullmatch(rf"{name}-\d{{4,}}\.json", file.name))
    assert [file.name for file in files] == [f"{name}-{number + 1:04}.json" for number in range(len(files))]
    return [json.loads(file.read_bytes()) for file in files]


def operations(folder: Path, name: str = "bulk-upload") -> list[dict]:
    return [operation for batch in batches(folder, name) for operation in batch["Operations"]]


def assert_scim(batch: dict):
    """RFC 7643 and 7644, by scim2-models in the context of a creation.

    SCIM wants `manager.$ref` there and Microsoft sends no such thing, so a dummy takes its place. The library keeps a
    refused operation as its own failed result instead of raising, and overlooks what `schemas` lacks.
    """
    batch = copy.deepcopy(batch)
    assert set(batch) <= {"schemas", "Operations", "failOnErrors"} and batch["schemas"] == [BULK]
    assert batch.get("failOnErrors") is None
    for operation in batch["Operations"]:
        assert set(operation) == {"method", "bulkId", "path", "data"}
        data = operation["data"]
        extensions = {key for key in data if key.startswith("urn:")}
        assert ENTERPRISE in extensions
        assert len(data["schemas"]) == len(set(data["schemas"]))
        assert set(data["schemas"]) == {CORE} | extensions
        assert isinstance(data["active"], bool)
        if manager := data[ENTERPRISE].get("manager"):
            manager["$ref"] = f"https://scim.example/Users/{manager['value']}"
    request = BulkRequest[User[EnterpriseUser | StaffDates]].model_validate(batch, scim_ctx=Context.BULK_REQUEST)
    assert [operation.response for operation in request.operations if operation.response] == []
    for operation in request.operations:
        assert isinstance(operation.data, User) and operation.data[EnterpriseUser].employee_number


def assert_uploads(folder: Path, name: str, is_full: bool):
    """Microsoft Graph "bulkUpload": POST to /Users, at most 50 operations, each with an id of its own."""
    sizes = [len(batch["Operations"]) for batch in batches(folder, name)]
    assert not sizes or (set(sizes[:-1]) <= {50} and 1 <= sizes[-1] <= 50), "calls are metered: all but the last full"
    assert sizes or not is_full
    for batch in batches(folder, name):
        assert_scim(batch)
    uploaded = operations(folder, name)
    assert {(operation["method"], operation["path"]) for operation in uploaded} <= {("POST", "/Users")}
    assert_unique([operation["bulkId"] for operation in uploaded])
    users = [operation["data"] for operation in uploaded]
    assert_unique([user["externalId"] for user in users])
    assert_unique([user["userName"].lower() for user in users])
    known = {user["externalId"] for user in users}
    for user in users:
        assert_fits_directory(user)
        manager = user[ENTERPRISE].get("manager", {}).get("value")
        assert manager is None or manager in known or not is_full, f"nobody is the manager {manager}"
        assert manager != user["externalId"]


def assert_fits_directory(user: dict):
    """Microsoft Graph user resource: lengths, and the letters of a user principal name."""
    extension = user[ENTERPRISE]
    assert PRINCIPAL_NAME.fullmatch(user["userName"]), user["userName"]
    assert 1 <= len(user["externalId"]) <= 16
    assert 1 <= len(user["displayName"]) <= 256
    assert len(user.get("title", "")) <= 128
    short = [*user["name"].values(), extension.get("department", ""), extension.get("organization", "")]
    assert max(map(len, short)) <= 64
    for part in (user, user["name"], extension):
        assert "" not in part.values() and None not in part.values(), "Graph refuses an empty string"
    assert sum(email.get("primary", False) for email in user.get("emails", [])) <= 1


GROUPS = {
    "type": "object",
    "required": ["groups"],
    "properties": {
        "groups": {
            "type": "array",
            "items": {
                "type": "object",
                "required": [
                    "id",
                    "uniqueName",
                    "displayName",
                    "mailNickname",
                    "mailEnabled",
                    "securityEnabled",
                    "groupTypes",
                    "unit_id",
                    "unit_code",
                    "parent",
                    "members",
                ],
                # Microsoft Graph "Create group": a security group's properties; the alias is 64 plain characters.
                "properties": {
                    "id": {"anyOf": [{"type": "null"}, {"type": "string", "format": "uuid"}]},
                    "uniqueName": {"type": "string", "minLength": 1, "maxLength": 256},
                    "displayName": {"type": "string", "minLength": 1, "maxLength": 256},
                    "mailNickname": {"type": "string", "pattern": r"^[!#-'*+\-/0-9=?A-Z^-~]{1,64}$"},
                    "mailEnabled": {"const": False},
                    "securityEnabled": {"const": True},
                    "groupTypes": {"type": "array", "maxItems": 0},
                    "unit_id": {"type": "integer", "minimum": 1},
                    "unit_code": {"type": "string", "pattern": "^[a-z0-9][a-z0-9-]*$"},
                    "parent": {"type": ["string", "null"]},
                    "members": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["employeeId", "userPrincipalName"],
                            "properties": {
                                "employeeId": {"type": "string", "maxLength": 16},
                                "userPrincipalName": {"type": "string", "pattern": "@"},
                            },
                        },
                    },
                },
            },
        }
    },
}


def bulk_upload(folder: Path):
    """Everybody, and the groups: whoever is a member is uploaded too, and every parent is a group."""
    assert_uploads(folder, "bulk-upload", is_full=True)
    document = json.loads((folder / "groups.json").read_bytes())
    assert_document(document, GROUPS)
    groups = document["groups"]
    users = {operation["data"]["externalId"]: operation["data"] for operation in operations(folder)}
    for key in ("mailNickname", "uniqueName", "unit_id", "unit_code"):
        assert_unique([str(group[key]).lower() for group in groups])
    assert_unique([group["id"] for group in groups if group["id"]])
    names = {group["uniqueName"] for group in groups}
    for group in groups:
        assert group["id"] is None or str(uuid.UUID(group["id"])) == group["id"]
        assert group["parent"] is None or group["parent"] in names
        assert_unique([member["employeeId"] for member in group["members"]])
        for member in group["members"]:
            user = users.get(member["employeeId"])
            assert user, f"{group['uniqueName']} has the member {member['employeeId']}, who is not uploaded"
            assert user["userName"] == member["userPrincipalName"] and user["active"]


def assert_unique(values: list):
    seen = set()
    twice = [value for value in values if value in seen or seen.add(value)]
    assert twice == []


# Entra admin centre, "Bulk create users" template.
BULK_CREATE = (
    "Name [displayName] Required,User name [userPrincipalName] Required,"
    "Initial password [passwordProfile] Required,Block sign in (Yes/No) [accountEnabled] Required,"
    "First name [givenName],Last name [surname],Job title [jobTitle],Department [department],"
    "Usage location [usageLocation],Street address [streetAddress],State or province [state],"
    "Country or region [country],Office [physicalDeliveryOfficeName],City [city],ZIP or postal code [postalCode],"
    "Office phone [telephoneNumber],Mobile phone [mobile]"
)
MEMBER = "Member object ID or user principal name [memberObjectIdOrUpn] Required"


def templates(file: Path, heading: str, version: str | None) -> list[dict]:
    """The rows below the template's own heading row; the older generation has the template's version above it."""
    assert_rfc_4180(file)
    content = file.read_bytes().decode("utf-8")
    if version:
        assert content.startswith(f"version:{version}\r\n")
        content = content.partition("\r\n")[2]
    assert content.partition("\r\n")[0] == heading, "the template's headings are kept exactly"
    top, *below = lines(file)[1:] if version else lines(file)
    assert [row for row in below if len(row) != len(top)] == []
    return [dict(zip(top, row)) for row in below]


def bulk_create(folder: Path, version: str | None = None):
    """ "Block sign in" says Yes or No; passwords are strong, and nobody else's."""
    accounts = templates(folder / "bulk-create.csv", BULK_CREATE, version)
    assert accounts
    assert_unique([row["User name [userPrincipalName] Required"].lower() for row in accounts])
    assert_unique([row["Initial password [passwordProfile] Required"] for row in accounts])
    for row in accounts:
        assert PRINCIPAL_NAME.fullmatch(row["User name [userPrincipalName] Required"])
        assert row["Block sign in (Yes/No) [accountEnabled] Required"] in ("Yes", "No")
        assert 1 <= len(row["Name [displayName] Required"]) <= 256
        assert max(len(row["First name [givenName]"]), len(row["Last name [surname]"])) <= 64
        assert len(row["Department [department]"]) <= 64 and len(row["Job title [jobTitle]"]) <= 128
        password = row["Initial password [passwordProfile] Required"]
        assert 12 <= len(password) <= 256
        assert sum(bool(re.search(kind, password)) for kind in ("[a-z]", "[A-Z]", "[0-9]", "[^A-Za-z0-9]")) >= 3
        assert all(value == value.strip() for value in row.values()), "no stray spaces"


def group_members(folder: Path, version: str | None = None):
    """One file for each unit, in the template for importing members: user principal names, nobody twice."""
    files = sorted(folder.glob("members-*.csv"))
    assert files
    for file in files:
        assert re.fullmatch(r"members-[a-z0-9][a-z0-9-]*\.csv", file.name)
        members = [row[MEMBER] for row in templates(file, MEMBER, version)]
        assert_unique([member.lower() for member in members])
        assert [member for member in members if not PRINCIPAL_NAME.fullmatch(member)] == []


JUDGES = {
    ("entra", "bulk-upload"): bulk_upload,
    ("entra", "bulk-upload-delta"): lambda folder: assert_uploads(folder, "bulk-upload-delta", is_full=False),
    ("entra", "bulk-create"): bulk_create,
    ("entra", "group-members"): group_members,
}
