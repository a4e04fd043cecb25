"""A receiver for many requests: one thread, keep-alive, and each answer as a function decides."""

import asyncio
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from receiver import Received

NO_CONTENT = b"HTTP/1.1 204 No Content\r\n\r\n"


@dataclass(frozen=True)
class Reply:
    """What is sent, and after how long. No whole head: the connection is reset after it."""

    data: bytes = NO_CONTENT
    delay: float = 0

    @property
    def is_whole(self) -> bool:
        return b"\r\n\r\n" in self.data


class Wire(asyncio.Protocol):
    """One connection."""

    def __init__(self, counter: "Counter"):
        self.counter = counter
        self.buffer = bytearray()

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data: bytes):
        self.buffer += data
        while (end := self.buffer.find(b"\r\n\r\n")) >= 0:
            first, *lines = self.buffer[:end].decode("latin-1").split("\r\n")
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
            length = end + 4 + int(headers.get("content-length", 0))
            if len(self.buffer) < length:
                return
            body = bytes(self.buffer[end + 4 : length])
            del self.buffer[:length]
            self.answer(Received(first.split(" ")[1].strip("/"), headers, body))

    def answer(self, request: Received):
        reply = self.counter.decide(request)
        self.counter.log.append((request, reply, time.time()))
        if reply.delay:
            asyncio.get_running_loop().call_later(reply.delay, self.send, reply)
        else:
            self.send(reply)

    def send(self, reply: Reply):
        self.transport.write(reply.data)
        if not reply.is_whole:
            self.transport.abort()


class Counter:
    """Listens on a free loopback port; `log` holds each request, how it was answered, and when it came."""

    def __init__(self, decide: Callable[[Received], Reply] = lambda _: Reply()):
        self.decide = decide
        self.log: list[tuple[Received, Reply, float]] = []
        self.loop = asyncio.new_event_loop()
        threading.Thread(target=self.loop.run_forever, daemon=True).start()
        serving = asyncio.run_coroutine_threadsafe(
            self.loop.create_server(lambda: Wire(self), "127.0.0.1", 0, backlog=256), self.loop
        )
        self.server = serving.result()
        self.url = f"http://127.0.0.1:{self.server.sockets[0].getsockname()[1]}"

    @property
    def requests(self) -> list[Received]:
        return [request for request, _, _ in self.log]

    def close(self):
        self.loop.call_soon_threadsafe(self.server.close)
        self.loop.call_soon_threadsafe(self.loop.stop)
