"""The server judged from outside: its OpenAPI document, requests made of it at random, and connections that only cost."""

import http.client
import json
import os
import resource
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from house import House
from openapi_spec_validator import validate
from service_process import ServiceProcess, eventually, key_record, new_key

SCOPES = [
    "staff:read", "staff:read-sensitive", "units:read", "photos:read", "exports:read", "recruitment:write",
    "webhooks:write", "status:read",
]  # fmt: skip
CONNECTIONS = 10_000
# Of each operation; STAFFREPO_EXAMPLES for more.
EXAMPLES = os.environ.get("STAFFREPO_EXAMPLES", "8")


class Office:
    """The sample's records in a bare repository, served, and keys to it."""

    def __init__(self, binary: str, folder: Path):
        self.house = House(binary, folder / "clone", {})
        self.records = folder / "records.git"
        self.house.git("init", "--quiet", "--bare", "--initial-branch=main", str(self.records))
        self.house.git("remote", "add", "origin", str(self.records))
        for quota in ("apiRequestsPerMinute", "apiRequestsPerDay"):
            self.house.git("-C", str(self.records), "config", f"staffrepo.{quota}", "0")
        self.service = ServiceProcess(binary, self.records, self.house.environment, folder / "service.log")
        self.key = new_key(1)
        self.narrow = new_key(2)
        self.house.write("apikeys/wide.yaml", key_record(self.key, "digital-id", SCOPES))
        self.house.write(
            "apikeys/narrow.yaml", key_record(self.narrow, "rota", ["staff:read", "units:read"], units=["care-team-a"])
        )
        self.push("The beginning")

    def push(self, name: str):
        self.house.commit(name)
        self.house.git("push", "--quiet", "origin", "main")

    def ask(self, path: str, key: str | None = None, **headers: str) -> tuple[int, dict[str, str], bytes]:
        return self.service.get(path, key, **headers)


@pytest.fixture(scope="module")
def office(binary, tmp_path_factory):
    office = Office(binary, tmp_path_factory.mktemp("office"))
    office.service.start("--publish")
    yield office
    office.service.stop()


def test_the_document_is_openapi(office):
    status, _, body = office.ask("/openapi.json")
    assert status == 200
    validate(json.loads(body))


@pytest.mark.parametrize("has_key", [True, False], ids=["with a key", "without one"])
def test_no_request_that_the_document_allows_or_forbids_breaks_it(office, has_key, tmp_path):
    """Schemathesis makes requests of the document, good ones and bad ones, and compares every answer with it."""
    key = ["--header", f"Authorization: Bearer {office.key}"] if has_key else []
    done = subprocess.run(
        [
            str(Path(sys.executable).parent / "schemathesis"), "run", f"{office.service.url}/openapi.json", *key,
            "--checks", "not_a_server_error,status_code_conformance,content_type_conformance,"
            "response_headers_conformance,response_schema_conformance",
            "--phases", "examples,coverage,fuzzing", "--max-examples", EXAMPLES, "--seed", "7", "--no-color",
        ],
        cwd=tmp_path, capture_output=True, text=True, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    # Something was asked at all.
    assert "listStaff" in office.ask("/openapi.json")[2].decode() and "passed" in done.stdout, done.stdout[-2000:]
    assert office.ask("/readyz")[0] == 200


def test_a_key_for_some_units_sees_only_these(office):
    people = json.loads(office.ask("/api/staff-data?include_inactive=1", office.narrow)[2])["data"]
    everybody = json.loads(office.ask("/api/staff-data?include_inactive=1&per_page=1000", office.key)[2])["data"]
    inside = [person["id"] for person in everybody if "care-team-a" in {u["code"] for u in person["organisational_units"]}]
    assert [person["id"] for person in people] == inside and 0 < len(inside) < len(everybody)
    assert all("salary_grade" not in person for person in people)
    assert any(person["salary_grade"] for person in everybody)
    stranger = next(person for person in everybody if person["id"] not in inside)
    unknown = office.ask("/api/staff-data/999999", office.narrow)
    hidden = office.ask(f"/api/staff-data/{stranger['id']}", office.narrow)
    assert (hidden[0], hidden[2]) == (unknown[0], unknown[2]) == (404, unknown[2])
    assert office.ask("/api/status", office.narrow)[0] == 403


def test_forms_agree_with_each_other(office):
    whole = json.loads(office.ask("/api/staff-data?per_page=1000", office.key)[2])
    lines = office.ask("/api/staff-data", office.key, Accept="application/x-ndjson")[2].decode().splitlines()
    assert [json.loads(line) for line in lines] == whole["data"]
    table = office.ask("/api/staff-data", office.key, Accept="text/csv;q=0.9, image/*")[2].decode().splitlines()
    assert len(table) == len(lines) + 1 and table[0].startswith("id,employee_reference,")
    assert office.ask("/api/staff-data", office.key, Accept="image/png")[0] == 406
    pages = []
    address = "/api/staff-data?per_page=7"
    while address:
        status, headers, body = office.ask(address, office.key)
        pages += json.loads(body)["data"]
        links = dict(reversed([part.strip() for part in link.split(";")]) for link in headers.get("link", "").split(",") if link)
        address = links.get('rel="next"', "").strip("<>")
    assert pages == whole["data"]


def test_what_did_not_change_costs_a_304(office):
    for path in ("/api/staff-data", "/api/units", "/api/staff-data/17", "/api/staff-data/EMP017/photo"):
        _, headers, body = office.ask(path, office.key)
        assert body
        status, again, rest = office.ask(path, office.key, If_None_Match=f'"other", W/{headers["etag"]}')
        assert (status, rest, again["etag"]) == (304, b"", headers["etag"])
        assert office.ask(path, office.key, If_None_Match='"other"')[0] == 200
        status, head, rest = office.service.request("HEAD", path, office.key)
        assert (status, rest, head["content-length"]) == (200, b"", str(len(body)))


def test_a_drip_of_bytes_holds_nobody_up(office):
    """Heads and bodies that never end: others are answered, and the drips are cut off."""
    drips = [socket.create_connection(("127.0.0.1", office.service.port)) for _ in range(40)]
    for number, drip in enumerate(drips):
        head = "GET /api/staff-data HTTP/1.1\r\nHost: a\r\n" if number % 2 else "POST /api/webhooks HTTP/1.1\r\nHost: a\r\nContent-Length: 9999\r\n\r\n"
        drip.sendall(head.encode())
    began = time.monotonic()
    open_ones = set(drips)
    while open_ones and time.monotonic() - began < 90:
        assert office.ask("/api/key", office.key)[0] == 200
        for drip in list(open_ones):
            drip.setblocking(False)
            try:
                drip.send(b"X")
                if drip.recv(4096) == b"":
                    open_ones.discard(drip)
            except BlockingIOError:
                pass
            except OSError:
                open_ones.discard(drip)
        time.sleep(1)
    for drip in drips:
        drip.close()
    assert not open_ones, f"{len(open_ones)} drips are still connected"


def test_ten_thousand_idle_connections_hold_nobody_up(office):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < CONNECTIONS + 1000:
        pytest.skip(f"this user may have {hard} open files only")
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, CONNECTIONS + 5000), hard))
    idle = []
    try:
        for number in range(CONNECTIONS):
            connection = socket.socket()
            # A source has some 28,000 ports; several are surely enough.
            connection.bind((f"127.0.0.{1 + number % 4}", 0))
            connection.connect(("127.0.0.1", office.service.port))
            idle.append(connection)
        for _ in range(20):
            assert office.ask("/api/staff-data?per_page=1", office.key)[0] == 200
    finally:
        for connection in idle:
            connection.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert office.ask("/readyz")[0] == 200


def test_what_is_no_http_gets_a_problem(office):
    for bytes, status in ((b"\x16\x03\x01\x02\x00\x01\x00", 400), (b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 70_000 + b"\r\n\r\n", 400)):
        with socket.create_connection(("127.0.0.1", office.service.port), timeout=20) as connection:
            connection.sendall(bytes + b"\r\n\r\n")
            answer = http.client.HTTPResponse(connection)
            answer.begin()
            assert (answer.status, answer.getheader("Content-Type")) == (status, "application/problem+json")
            assert json.loads(answer.read())["status"] == status


def test_a_revoked_key_is_refused_within_five_seconds(office):
    key = new_key(3)
    office.house.write("apikeys/passing.yaml", key_record(key, "rota", ["staff:read"]))
    office.push("A key")
    assert eventually(lambda: office.ask("/api/key", key)[0] == 200, 5)
    office.house.write("apikeys/passing.yaml", key_record(key, "rota", ["staff:read"], revoked_at="2026-01-01"))
    office.push("No key any more")
    assert eventually(lambda: office.ask("/api/key", key)[0] == 401, 5)
    assert office.ask("/api/key", key)[2] == office.ask("/api/key", new_key(4))[2] == office.ask("/api/key")[2]


def test_it_ends_when_asked_and_what_is_under_way_is_answered(binary, tmp_path):
    office = Office(binary, tmp_path)
    office.service.start()
    answers = []
    stop = threading.Event()

    def ask():
        while not stop.is_set():
            try:
                answers.append(office.ask("/api/staff-data", office.key)[0])
            except OSError as error:
                # Refused, or closed before anything was answered: never in the middle.
                answers.append(type(error).__name__)
                return

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    assert eventually(lambda: len(answers) > 50)
    process = office.service.process
    began = time.monotonic()
    office.service.stop()
    assert process.returncode == 0 and time.monotonic() - began < 20, office.service.said()
    stop.set()
    for thread in threads:
        thread.join()
    assert {answer for answer in answers if isinstance(answer, int)} == {200}
    assert "ending" in office.service.said()
