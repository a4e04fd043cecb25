"""Entra's batches, taken by a SCIM server that others wrote: every user once, and what a later export changes.

Microsoft's own endpoint borrows SCIM's shapes and is no SCIM server, so this shows that the bodies are SCIM, not that
Entra would answer the same.
"""

import json
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import closing
from pathlib import Path

import pytest

from formats.entra import ENTERPRISE, STAFF, batches
from house import House
from organisations import AS_OF

TYPE = "application/scim+json"


class Server:
    """scim2-server on loopback. Its storage is memory, so it begins empty."""

    def __init__(self, folder: Path):
        with closing(socket.socket()) as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}/v2"
        self.log = open(folder / "scim-server.log", "wb")
        program = Path(sys.executable).with_name("scim2-server")
        self.process = subprocess.Popen([program, "--port", str(port)], stdout=self.log, stderr=self.log)
        deadline = time.monotonic() + 20
        while True:
            try:
                self.send("GET", "/ServiceProviderConfig")
                return
            except (urllib.error.URLError, ConnectionError):
                assert self.process.poll() is None and time.monotonic() < deadline, "scim2-server does not come up"
                time.sleep(0.1)

    def send(self, method: str, path: str, body: dict | None = None) -> dict:
        request = urllib.request.Request(
            self.url + path,
            method=method,
            headers={"Content-Type": TYPE, "Accept": TYPE},
            data=json.dumps(body).encode() if body is not None else None,
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            content = answer.read()
        return json.loads(content) if content else {}

    def upload(self, batch: dict) -> list[dict]:
        return self.send("POST", "/Bulk", batch)["Operations"]

    def users(self) -> dict[str, dict]:
        found, start = {}, 1
        while True:
            page = self.send("GET", f"/Users?startIndex={start}&count=500")
            for user in page.get("Resources", []):
                found[user["externalId"]] = user
            start += 500
            if start > page["totalResults"]:
                return found

    def close(self):
        self.process.terminate()
        self.process.wait(10)
        self.log.close()


@pytest.fixture
def server(tmp_path):
    server = Server(tmp_path)
    yield server
    server.close()


def export(house: House, folder: Path, day) -> list[dict]:
    house.staffrepo("export", "entra", "--as-of", str(day), "--out", str(folder))
    return batches(folder)


def assert_same(user: dict, sent: dict):
    """What the server gives back is what it was sent, besides what it adds itself."""
    for name, value in sent.items():
        if name == "schemas":
            assert set(user["schemas"]) == set(value)
        elif name == ENTERPRISE:
            assert {key: user[name][key] for key in value if key != "manager"} == {
                key: value[key] for key in value if key != "manager"
            }
            assert user[name].get("manager", {}).get("value") == value.get("manager", {}).get("value")
        else:
            assert user[name] == value, name


@pytest.mark.parametrize("organisation", ["house", "large"])
def test_batches_are_taken_once(request, server, tmp_path, organisation):
    """Every operation creates a user; sent again, each is refused as already there, and no user changes."""
    house = request.getfixturevalue(organisation)
    sent = export(house, tmp_path / "set", AS_OF if organisation == "large" else house.day)
    for batch in sent:
        assert {answer["status"] for answer in server.upload(batch)} == {"201"}
    users = server.users()
    data = [operation["data"] for batch in sent for operation in batch["Operations"]]
    assert len(users) == len(data)
    for user in data:
        assert_same(users[user["externalId"]], user)
    again = [answer for batch in sent for answer in server.upload(batch)]
    assert {(answer["status"], answer["response"]["scimType"]) for answer in again} == {("409", "uniqueness")}
    assert server.users() == users


def test_a_later_export_is_taken_as_replacement(binary, server, tmp_path):
    """After a change of title, a leaver, a return and a new address, each body replaces the user that it is about."""
    house = House(binary, tmp_path / "house")
    house.commit("before")
    for batch in export(house, tmp_path / "before", AS_OF):
        server.upload(batch)
    house.edit("people/EMP017.yaml", "^job_title: .*", "job_title: Team Leader")
    house.edit("people/EMP017.yaml", "^email: .*", "email: grace.hill-smith@larkfield.example")
    house.edit("people/EMP020.yaml", "^(employment_start_date: .*)", r"\1\nemployment_end_date: 2026-03-01")
    house.edit("people/EMP016.yaml", "^  - care-team-b$", "  - care-team-a")
    house.commit("after")
    before = server.users()
    changed = set()
    for batch in export(house, tmp_path / "after", AS_OF):
        for operation in batch["Operations"]:
            data = operation["data"]
            user = before[data["externalId"]]
            after = server.send("PUT", f"/Users/{user['id']}", data | {"id": user["id"]})
            assert_same(after, data)
            if {**after, "meta": None} != {**user, "meta": None}:
                changed.add(data["externalId"])
    assert changed == {"EMP016", "EMP017", "EMP020"}
    assert server.users()["EMP020"]["active"] is False


def test_dates_want_their_extension(binary, server, tmp_path):
    """`options: {dates: "true"}` sends an extension that the other side must have been taught; untaught, it refuses."""
    house = House(binary, tmp_path / "house")
    settings = house.folder / "staffrepo.yaml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace("  entra:\n", '  entra:\n    options: {dates: "true"}\n'), encoding="utf-8")
    house.commit("dates")
    (batch, *_) = export(house, tmp_path / "set", AS_OF)
    assert all(
        STAFF in operation["data"] and STAFF in operation["data"]["schemas"] for operation in batch["Operations"]
    )
    assert {answer["status"] for answer in server.upload(batch)} == {"400"}
