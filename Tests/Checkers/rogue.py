"""Listeners on loopback that treat whoever connects as badly as their function says."""

import itertools
import select
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable

PATIENCE = 60
IPV6_FREEBIND = 78


class Gone(Exception):
    """The other side has closed the connection."""


class Connection:
    """One accepted connection: what was asked on it, how much could be sent, and when it began and ended."""

    def __init__(self, plain: socket.socket):
        self.socket = plain
        self.asked_for = plain.getsockname()[0]
        self.opened = time.monotonic()
        self.closed: float | None = None
        self.requests: list[bytes] = []
        self.sent = 0
        self.buffer = b""

    @property
    def seconds(self) -> float:
        """How long the other side held it open."""
        assert self.closed is not None, "the connection is still open"
        return self.closed - self.opened

    def receive(self) -> bytes:
        data = self.socket.recv(65536)
        if not data:
            raise Gone
        return data

    def read_request(self) -> bytes:
        """A whole request with its body."""
        while b"\r\n\r\n" not in self.buffer:
            self.buffer += self.receive()
        head, _, rest = self.buffer.partition(b"\r\n\r\n")
        fields = (line.partition(b":") for line in head.lower().split(b"\r\n")[1:])
        length = next((int(value) for name, _, value in fields if name == b"content-length"), 0)
        while len(rest) < length:
            rest += self.receive()
        self.requests.append(head + b"\r\n\r\n" + rest[:length])
        self.buffer = rest[length:]
        return self.requests[-1]

    def send(self, data: bytes):
        """All of it, unless the other side is gone."""
        view = memoryview(data)
        while view:
            count = self.socket.send(view)
            self.sent += count
            view = view[count:]

    def wait(self, seconds: float = PATIENCE):
        """Do nothing for so long, or until the other side closes."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            if select.select([self.socket], [], [], left)[0]:
                self.receive()

    def reset(self):
        """Close with an RST."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()


class Rogue:
    """A listener; `connections` are those that it has accepted. With a TLS context it speaks TLS."""

    def __init__(
        self, behave: Callable[[Connection], None], tls: ssl.SSLContext | None = None, host="127.0.0.1", port=0
    ):
        self.behave, self.tls = behave, tls
        self.connections: list[Connection] = []
        # Small buffers, and set before accepting: what could be sent is then nearly what was read.
        self.listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
        if ":" in host:
            self.listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            self.listener.setsockopt(socket.IPPROTO_IPV6, IPV6_FREEBIND, 1)
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65536)
        self.listener.bind((host, port))
        self.listener.listen(64)
        self.port = self.listener.getsockname()[1]
        self.url = f"{'https' if tls else 'http'}://{'localhost' if tls else '127.0.0.1'}:{self.port}"
        threading.Thread(target=self.accept, daemon=True).start()

    @property
    def requests(self) -> list[bytes]:
        return [request for connection in self.connections for request in connection.requests]

    def accept(self):
        while True:
            try:
                plain, _ = self.listener.accept()
            except OSError:
                return
            plain.settimeout(PATIENCE)
            connection = Connection(plain)
            self.connections.append(connection)
            threading.Thread(target=self.serve, args=[connection], daemon=True).start()

    def serve(self, connection: Connection):
        try:
            if self.tls:
                connection.socket = self.tls.wrap_socket(connection.socket, server_side=True)
            self.behave(connection)
        except (Gone, OSError):
            pass
        connection.closed = time.monotonic()
        connection.socket.close()

    def close(self):
        self.listener.close()


def answer(status: str, *headers: str, body: bytes = b"") -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def answering(*answers: bytes) -> Callable[[Connection], None]:
    """Answers each request of a connection in turn, the last one for ever."""

    def behave(connection: Connection):
        for reply in itertools.chain(answers, itertools.repeat(answers[-1])):
            connection.read_request()
            connection.send(reply)

    return behave


def dripping(start: bytes, drops: bytes, pause: float = 0.2) -> Callable[[Connection], None]:
    """One byte after another, for ever."""

    def behave(connection: Connection):
        connection.read_request()
        connection.send(start)
        for drop in itertools.cycle(drops):
            connection.wait(pause)
            connection.send(bytes([drop]))

    return behave


def flooding(start: bytes, wave: bytes, limit: int = 1 << 30) -> Callable[[Connection], None]:
    """As fast as it is taken, up to so many bytes."""
    wave *= max(1, 65536 // len(wave))

    def behave(connection: Connection):
        connection.read_request()
        connection.send(start)
        while connection.sent < limit:
            connection.send(wave)

    return behave


def stopping(start: bytes) -> Callable[[Connection], None]:
    """Closes in the middle of an answer."""

    def behave(connection: Connection):
        connection.read_request()
        connection.send(start)

    return behave


def silent(connection: Connection):
    connection.read_request()
    connection.wait()


def deaf(connection: Connection):
    """Closes at once."""


def resetting(connection: Connection):
    connection.read_request()
    connection.reset()
