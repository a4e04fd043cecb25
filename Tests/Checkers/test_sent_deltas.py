"""Deltas that a real server got, over random histories, while it fails in every way: applied in order they give the
full table.

The server takes sets by PUT. By chance it refuses a request, or stores what came and then says that it failed, or says
nothing. It applies a set's delta when the manifest is there and all files are what the manifest says, which may be more
than once.

    STAFFREPO_HISTORIES=100 script/check -k sent_deltas
"""

import hashlib
import json
import os
import random
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from histories import History
from test_round_trips import (
    MEMBERSHIP_COLUMNS,
    PERSON_COLUMNS,
    Consumer,
    Journal,
    Memberships,
    People,
    mapped,
)

HISTORIES = int(os.environ.get("STAFFREPO_HISTORIES", 6))
FIRST = int(os.environ.get("STAFFREPO_SEED", 0))
STEPS = 14
KINDS: list[type[Consumer]] = [People, Memberships, Journal]


class Receiver:
    """One folder for each system, filled by PUT, and what became of its table."""

    def __init__(self, folder: Path, chance: random.Random):
        self.folder, self.chance, self.lock = folder, chance, threading.Lock()
        self.consumers = {kind.system: kind() for kind in KINDS}
        self.applied: list[str] = []
        self.is_well = False
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_PUT(self):
                content = self.rfile.read(int(self.headers["Content-Length"]))
                with receiver.lock:
                    fate = "well" if receiver.is_well else receiver.chance.choice(["well"] * 12 + ["no", "late", "cut"])
                    if fate != "no":
                        receiver.store(self.path, content)
                if fate == "cut":
                    self.close_connection = True
                    return
                self.send_response({"well": 201, "no": 503, "late": 500}[fate])
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *arguments):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def store(self, path: str, content: bytes):
        file = self.folder / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        if file.name != "manifest.json":
            return
        # The manifest comes last: with it, everything is there.
        for entry in json.loads(content)["files"]:
            stored = (file.parent / entry["name"]).read_bytes()
            assert hashlib.sha256(stored).hexdigest() == entry["sha256"], f"{path} came before its files"
        consumer = self.consumers[file.parent.parent.name]
        consumer.take(file.parent, 1, self.chance)
        self.applied.append(f"{file.parent.parent.name}/{file.parent.name}")

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def systems(url: str) -> str:
    """The tables of the round trips, each with a destination."""
    tables = [
        mapped("tables", PERSON_COLUMNS),
        mapped("memberships", MEMBERSHIP_COLUMNS, "        rows: memberships\n"),
        mapped("journal", PERSON_COLUMNS, journal=True),
    ]
    return "".join(table + f"    destination: {{url: {url}/{table.split(':')[0].strip()}}}\n" for table in tables)


def listed(folder: Path) -> list[dict]:
    """What a set's manifest says of its files."""
    return json.loads((folder / "manifest.json").read_bytes())["files"]


@pytest.mark.parametrize("seed", range(FIRST, FIRST + HISTORIES))
def test_deltas_arrive(binary, tmp_path, seed):
    receiver = Receiver(tmp_path / "received", random.Random(f"receiver {seed}"))
    try:
        history = History(binary, tmp_path / "house", seed, systems(receiver.url))
        # Nobody waits for the next try here: the next publication tries at once, with its own set.
        history.publish(exit_codes=(0, 1))
        for _ in range(STEPS):
            history.step(exit_codes=(0, 1))
        receiver.is_well = True
        history.hire()
        history.commit()
        history.publish()
        for name, consumer in receiver.consumers.items():
            exports = history.house.published(name)
            assert consumer.wrong(exports) == {}, receiver.applied
            outcome, _, known = (exports.parent / ".given").read_text().strip().partition(" ")
            # A set of the same files as the one that arrived is not sent again.
            assert outcome == "sent" and listed(exports.parent / known) == listed(exports)
        assert len(receiver.applied) > STEPS / 2
    finally:
        receiver.close()
