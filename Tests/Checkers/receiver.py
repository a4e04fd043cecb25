"""An HTTP receiver that knows nothing of the product: it keeps what arrives, byte for byte, and answers 204."""

import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Received:
    """One request as it came over the wire; header names in lower case."""

    endpoint: str
    headers: dict[str, str]
    body: bytes


class Receiver:
    """Listens on a free loopback port; `requests` holds what came, in the order of arrival."""

    def __init__(self):
        self.requests: list[Received] = []
        lock = threading.Lock()

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(handler):
                body = handler.rfile.read(int(handler.headers["Content-Length"]))
                headers = {name.lower(): value for name, value in handler.headers.items()}
                with lock:
                    self.requests.append(Received(handler.path.strip("/"), headers, body))
                handler.send_response(204)
                handler.end_headers()

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()
