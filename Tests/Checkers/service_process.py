"""`staffrepo serve` as a process of its own, keys for it, and a wire to it that can be cut."""

import http.client
import json
import random
import signal
import socket
import ssl
import string
import subprocess
import threading
import time
import zlib
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

from organisations import rendered

DIGITS = string.digits + string.ascii_uppercase + string.ascii_lowercase
PATIENCE = 60


def eventually(what: Callable, patience: float = PATIENCE):
    """The first true value; the last false one when there is none in time, so that what was wrong is told."""
    until = time.monotonic() + patience
    while not (value := what()) and time.monotonic() < until:
        time.sleep(0.05)
    return value


def quiet_port() -> int:
    """A free one that the system gives to nobody's outgoing connection while the service is away."""
    while True:
        port = random.randrange(20_000, 32_000)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port


def new_key(seed: int) -> str:
    """A well-formed key, made by other code than the product's."""
    body = "".join(random.Random(seed).choices(DIGITS, k=30))
    rest, check = zlib.crc32(body.encode()), ""
    for _ in range(6):
        rest, digit = divmod(rest, 62)
        check = DIGITS[digit] + check
    return f"stf_{body}{check}"


def key_record(key: str, system: str, scopes: list[str], **more) -> str:
    """The file of a key below data/apikeys."""
    hash = f"sha256:{sha256(key.encode()).hexdigest()}"
    record = {"system": system, "name": system, "key_hash": hash, "key_hint": key[-4:], "scopes": scopes}
    return rendered(record | {"created_at": "2025-01-01"} | more)


class ServiceProcess:
    """The server of a repository. It keeps its port, so it may go and come back."""

    def __init__(self, binary: str, repository: Path, environment: dict[str, str], log: Path):
        self.binary, self.repository, self.environment, self.log = binary, repository, environment, log
        self.port = quiet_port()
        self.url = f"http://127.0.0.1:{self.port}"
        # Whom to trust, where it shows a certificate.
        self.trust: ssl.SSLContext | None = None
        self.process: subprocess.Popen | None = None

    def start(self, *options: str, now: str | None = None) -> "ServiceProcess":
        """Ready when this returns. `now` stands in for the clock, which goes on from there."""
        environment = self.environment | {"SWIFT_BACKTRACE": "enable=no"} | ({"STAFFREPO_NOW": now} if now else {})
        self.process = subprocess.Popen(
            [self.binary, "-C", str(self.repository), "serve", "--bind", f"127.0.0.1:{self.port}", *options],
            env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=self.log.open("ab"),
        )  # fmt: skip
        assert eventually(lambda: self.process.poll() is not None or self.is_ready()), self.said()
        assert self.process.poll() is None, self.said()
        return self

    def is_ready(self) -> bool:
        try:
            return self.get("/readyz")[0] == 200
        except OSError:
            return False

    def said(self) -> str:
        return self.log.read_text(errors="replace")

    def stop(self):
        """As systemd does."""
        if self.process:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(PATIENCE)
            self.process = None

    def kill(self):
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None

    def get(self, path: str, key: str | None = None, **headers: str) -> tuple[int, dict[str, str], bytes]:
        return self.request("GET", path, key, **headers)

    def connection(self) -> http.client.HTTPConnection:
        if self.trust:
            return http.client.HTTPSConnection("127.0.0.1", self.port, timeout=PATIENCE, context=self.trust)
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)

    def request(self, method: str, path: str, key: str | None = None, body: bytes | None = None, **headers: str):
        connection = self.connection()
        wanted = {name.replace("_", "-"): value for name, value in headers.items()}
        if key:
            wanted["Authorization"] = f"Bearer {key}"
        try:
            connection.request(method, path, body, wanted)
            answer = connection.getresponse()
            names = {name.lower(): value for name, value in answer.getheaders()}
            return answer.status, names, answer.read()
        except http.client.HTTPException as error:
            raise OSError(str(error)) from None
        finally:
            connection.close()

    def meta(self, key: str, query: str = "include_inactive=1&per_page=1") -> dict:
        status, _, body = self.get(f"/api/staff-data?{query}", key)
        assert status == 200, body
        return json.loads(body)["meta"]


class Wire:
    """A relay to a service. `requests` are the lines that were asked; `cut_after` bytes of an answer it breaks."""

    def __init__(self, url: str):
        self.target = ("127.0.0.1", urlsplit(url).port)
        self.requests: list[str] = []
        self.answers: list[bytes] = []
        self.cut_after: int | None = None
        self.on_cut: Callable[[], None] = lambda: None
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.carry, args=[client], daemon=True).start()

    def carry(self, client: socket.socket):
        with client:
            request = b""
            while b"\r\n\r\n" not in request:
                if not (part := client.recv(65536)):
                    return
                request += part
            self.requests.append(request.partition(b"\r\n")[0].decode())
            head, _, rest = request.partition(b"\r\n\r\n")
            lines = head.lower().split(b"\r\n")
            length = next((int(line[15:]) for line in lines if line.startswith(b"content-length:")), 0)
            while len(rest) < length:
                rest += client.recv(65536)
            # One request a connection, so that the end of the answer is its close.
            head = b"\r\n".join(line for line in head.split(b"\r\n") if not line.lower().startswith(b"connection:"))
            try:
                with socket.create_connection(self.target) as service:
                    service.sendall(head + b"\r\nConnection: close\r\n\r\n" + rest)
                    carried = b""
                    while part := service.recv(65536):
                        if self.cut_after is not None:
                            left = self.cut_after - len(carried)
                            if left <= len(part):
                                client.sendall(part[:left])
                                self.cut_after = None
                                self.on_cut()
                                return
                        carried += part
                        client.sendall(part)
                    self.answers.append(carried)
            except OSError:
                return

    def close(self):
        self.listener.close()
