"""Real places that take files: OpenSSH's SFTP server, S3 as moto has it, and an HTTP server; each tells what it holds."""

import getpass
import hashlib
import json
import os
import shutil
import socket
import subprocess
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Depot:
    """`files` holds everything by path."""

    secrets: dict[str, str] = {}

    def files(self) -> dict[str, bytes]:
        raise NotImplementedError

    def destination(self) -> str:
        """The setting of staffrepo.yaml, as YAML in one line."""
        raise NotImplementedError

    def sets(self) -> dict[str, dict[str, bytes]]:
        """The sets that a reader takes for whole, each file by its name."""
        files = self.files()
        names = {path.split("/")[0] for path in files if path.endswith("/manifest.json")}
        return {
            name: {path.split("/", 1)[1]: content for path, content in files.items() if path.startswith(name + "/")}
            for name in names
        }

    def torn(self) -> list[str]:
        """What is wrong with the sets that have a manifest."""
        return [
            f"{name}/{file['name']}"
            for name, files in self.sets().items()
            for file in json.loads(files["manifest.json"])["files"]
            if hashlib.sha256(files.get(file["name"], b"missing")).hexdigest() != file["sha256"]
        ]

    def newest(self) -> dict[str, bytes]:
        sets = self.sets()
        return sets[max(sets, key=lambda name: int(name.split("-")[0]))] if sets else {}

    def close(self):
        pass


class SFTPDepot(Depot):
    def __init__(self, folder: Path, disk: Path | None = None):
        self.folder, self.root = folder, disk or folder / "root"
        folder.mkdir(parents=True, exist_ok=True)
        self.root.mkdir(exist_ok=True)
        for name in ("host", "user", "other"):
            subprocess.run(
                ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-m", "PEM", "-f", str(folder / name)], check=True
            )
        (folder / "keys").write_text((folder / "user.pub").read_text())
        (folder / "keys").chmod(0o600)
        self.secrets = {"sftp-key": (folder / "user").read_text()}
        self.fingerprint = self.fingerprint_of("host")
        self.port = free_port()
        self.process = None
        self.start()

    def fingerprint_of(self, name: str) -> str:
        told = subprocess.run(
            ["ssh-keygen", "-lf", str(self.folder / f"{name}.pub")], check=True, capture_output=True, text=True
        )
        return told.stdout.split()[1]

    def start(self, host_key: str = "host"):
        settings = self.folder / "sshd_config"
        settings.write_text(
            f"Port {self.port}\nListenAddress 127.0.0.1\nHostKey {self.folder / host_key}\nPidFile none\n"
            f"AuthorizedKeysFile {self.folder / 'keys'}\nStrictModes no\nUsePAM no\nPasswordAuthentication no\n"
            "KbdInteractiveAuthentication no\nPermitRootLogin yes\nMaxStartups 100\n"
            f"Subsystem sftp {self.server()} -e -l INFO 2>>{self.folder / 'transfers'}\n"
        )
        Path("/run/sshd").mkdir(exist_ok=True) if os.geteuid() == 0 else None
        self.process = subprocess.Popen(
            [shutil.which("sshd") or "/usr/sbin/sshd", "-D", "-e", "-f", str(settings)],
            stderr=(self.folder / "log").open("ab"),
        )
        for _ in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        raise AssertionError((self.folder / "log").read_text())

    def log(self) -> str:
        """What the server says of every file: opened, closed, renamed."""
        return (self.folder / "transfers").read_text()

    @staticmethod
    def server() -> str:
        return next(path for path in ("/usr/lib/openssh/sftp-server", "/usr/libexec/sftp-server") if Path(path).exists())

    def stop(self):
        self.process.kill()
        self.process.wait()

    def destination(self, fingerprint: str | None = None) -> str:
        return (
            f"{{url: 'sftp://{getpass.getuser()}@127.0.0.1:{self.port}{self.root}', "
            f"host_key: '{fingerprint or self.fingerprint}', key: 'file:sftp-key'}}"
        )

    def files(self) -> dict[str, bytes]:
        return {
            str(path.relative_to(self.root)): path.read_bytes() for path in self.root.rglob("*") if path.is_file()
        }

    def close(self):
        self.stop()


class WebDepot(Depot):
    """Takes PUT, gives GET, and replaces a file in one step, as servers do."""

    def __init__(self):
        self.stored: dict[str, bytes] = {}
        self.requests: list[tuple[str, str, int]] = []
        self.headers: list[dict[str, str]] = []
        self.fault = None  # decides on an answer by method and path
        self.secrets = {"web-token": "a token of no importance"}
        depot = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_any(self):
                length = int(self.headers.get("Content-Length", 0))
                body = self.rfile.read(length)
                if len(body) < length:
                    return
                path, status = self.path.removeprefix("/in/"), 201
                depot.headers.append({name.lower(): value for name, value in self.headers.items()})
                answer = depot.fault(self.command, path) if depot.fault else None
                if answer == "hang up":
                    self.close_connection = True
                    depot.requests.append((self.command, path, 0))
                    return
                content = b""
                if answer:
                    status = answer
                elif self.headers.get("Authorization") != "Bearer a token of no importance":
                    status = 401
                elif self.command in ("PUT", "POST"):
                    depot.stored[path] = body
                elif self.command == "DELETE":
                    status = 204 if depot.stored.pop(path, None) is not None else 404
                elif path in depot.stored:
                    status, content = 200, depot.stored[path]
                else:
                    status = 404
                depot.requests.append((self.command, path, status))
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_PUT = do_POST = do_GET = do_DELETE = handle_any

            def log_message(self, *_):
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_):
                """A sender that dies is no error of ours."""

        self.server = Server(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def destination(self, more: str = "") -> str:
        return f"{{url: 'http://127.0.0.1:{self.server.server_port}/in', token: 'file:web-token'{more}}}"

    def files(self) -> dict[str, bytes]:
        return dict(self.stored)

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class BucketDepot(Depot):
    """moto's S3, behind a check of every signature by botocore: moto itself takes any."""

    ACCESS, SECRET = "AKIAEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
    TOKEN = "a session/token+with=signs"
    count = 0

    def __init__(self, folder: str = "hr exports/of the trust (1)"):
        from moto.server import DomainDispatcherApplication, create_backend_app
        from werkzeug.serving import make_server

        # moto keeps one world in a process.
        BucketDepot.count += 1
        self.bucket = f"larkfield-{BucketDepot.count}"
        self.refused: list[str] = []
        self.seen = 0
        self.prefix = folder
        self.secrets = {"s3-id": self.ACCESS, "s3-secret": self.SECRET, "s3-token": self.TOKEN}
        inner = DomainDispatcherApplication(create_backend_app)

        def application(environ, start):
            body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            import io

            environ["wsgi.input"] = io.BytesIO(body)
            fault = self.fault_of(environ, body)
            self.seen += 1
            if fault:
                self.refused.append(fault)
                start("403 Forbidden", [("Content-Type", "application/xml")])
                return [b"<Error><Code>SignatureDoesNotMatch</Code></Error>"]
            return inner(environ, start)

        import logging

        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        self.server = make_server("127.0.0.1", 0, application, threaded=True)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.endpoint = f"http://127.0.0.1:{self.server.server_port}"
        import boto3

        self.client = boto3.client(
            "s3", endpoint_url=self.endpoint, region_name="eu-west-2", aws_access_key_id=self.ACCESS,
            aws_secret_access_key=self.SECRET, aws_session_token=self.TOKEN,
        )  # fmt: skip
        self.client.create_bucket(
            Bucket=self.bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-2"}
        )

    def fault_of(self, environ: dict, body: bytes) -> str | None:
        """Why the request is not signed as S3 wants it, worked out by Amazon's own library."""
        authorization = environ.get("HTTP_AUTHORIZATION", "")
        if not authorization.startswith("AWS4-HMAC-SHA256 "):
            return "not signed"
        parts = dict(part.strip().split("=", 1) for part in authorization.split(" ", 1)[1].split(","))
        signed = parts["SignedHeaders"].split(";")
        headers = {}
        for name in signed:
            key = "CONTENT_TYPE" if name == "content-type" else "HTTP_" + name.upper().replace("-", "_")
            headers[name] = environ.get(key) or environ.get(name.upper().replace("-", "_"), "")
        if not {"host", "x-amz-date", "x-amz-content-sha256"} <= set(signed):
            return f"signs only {signed}"
        if "x-amz-security-token" not in signed:
            return "the session token is not signed"
        claimed = headers["x-amz-content-sha256"]
        if claimed != "UNSIGNED-PAYLOAD" and claimed != hashlib.sha256(body).hexdigest():
            return "the payload is not what was signed"
        target = environ.get("RAW_URI") or environ["REQUEST_URI"]
        request = AWSRequest(environ["REQUEST_METHOD"], f"http://{environ['HTTP_HOST']}{target}", headers=headers)
        request.context["timestamp"] = headers["x-amz-date"]
        request.context["signing"] = {"bucket": self.bucket}
        signer = S3SigV4Auth(Credentials(self.ACCESS, self.SECRET), "s3", "eu-west-2")
        signer_headers = {name: headers[name] for name in signed}
        canonical = "\n".join([
            environ["REQUEST_METHOD"], signer._normalize_url_path(target.split("?")[0]),
            signer.canonical_query_string(request),
            "".join(f"{name}:{' '.join(signer_headers[name].split())}\n" for name in sorted(signed)),
            ";".join(sorted(signed)), claimed,
        ])  # fmt: skip
        right = signer.signature(signer.string_to_sign(request, canonical), request)
        return None if parts["Signature"] == right else "the signature is wrong"

    def destination(self, more: str = "") -> str:
        return (
            f"{{url: 's3://{self.bucket}/{self.prefix}', region: eu-west-2, endpoint: '{self.endpoint}', "
            f"access_key: 'file:s3-id', secret_key: 'file:s3-secret', session_token: 'file:s3-token'{more}}}"
        )

    def files(self) -> dict[str, bytes]:
        found = {}
        for page in self.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket):
            for item in page.get("Contents", []):
                content = self.client.get_object(Bucket=self.bucket, Key=item["Key"])["Body"].read()
                found[item["Key"].removeprefix(self.prefix + "/")] = content
        return found

    def close(self):
        self.server.shutdown()
