"""An HTTP receiver that knows nothing of the product: it keeps what arrives, byte for byte, and answers 204."""

import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from unittest.mock import patch


@dataclass(frozen=True)
class Received:
    """One request as it came over the wire, and when; header names in lower case."""

    endpoint: str
    headers: dict[str, str]
    body: bytes
    at: float = field(default_factory=time.time)


@contextmanager
def at_arrival(request: Received):
    """What the libraries that verify take for the present is when the request came, however long the tests have run."""

    class Then(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.fromtimestamp(request.at, tz)

    with patch("standardwebhooks.webhooks.datetime", Then):
        yield


class Server(ThreadingHTTPServer):
    # With Python's own queue of five, a publisher that opens eight connections at once waits a second for the sixth.
    request_queue_size = 128

    def handle_error(self, *_):
        """A sender that dies is no error of ours."""


class Receiver:
    """Listens on a free loopback port; `requests` holds what came, in the order of arrival."""

    def __init__(self):
        self.requests: list[Received] = []
        lock = threading.Lock()

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(handler):
                length = int(handler.headers["Content-Length"])
                body = handler.rfile.read(length)
                if len(body) < length:
                    return  # the sender died on the way
                headers = {name.lower(): value for name, value in handler.headers.items()}
                with lock:
                    self.requests.append(Received(handler.path.strip("/"), headers, body))
                handler.send_response(204)
                handler.end_headers()

            def log_message(self, *_):
                pass

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()
