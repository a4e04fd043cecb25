#!/usr/bin/env python3
"""Requests a second of `staffrepo serve`, beside nginx that serves the same bytes as a file, in turn; and its memory.

Called by script/bench --api. The sample list is 41 people of data/; a 304 is the answer to its ETag. nginx and wrk come from
Debian. Python's standard library is all that it needs.
"""
import argparse
import hashlib
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import zlib

PROJECT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
NGINX = """\
worker_processes auto; pid {folder}/nginx.pid; error_log {folder}/error.log; daemon off;
events {{ worker_connections 1024; }}
http {{
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000000; default_type application/json;
  client_body_temp_path {folder}/a; proxy_temp_path {folder}/b; fastcgi_temp_path {folder}/c;
  uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;
  server {{ listen 127.0.0.1:{port} backlog=1024; root {folder}/files; }}
}}
"""


def key():
    body = "BenchBenchBenchBenchBenchBench"
    rest, check = zlib.crc32(body.encode()), ""
    for _ in range(6):
        rest, digit = divmod(rest, 62)
        check = DIGITS[digit] + check
    return f"stf_{body}{check}"


KEY = key()
RECORD = (
    f"system: bench\nname: bench\nkey_hash: sha256:{hashlib.sha256(KEY.encode()).hexdigest()}\n"
    'scopes: ["staff:read"]\ncreated_at: 2025-01-01\n'
)


def free_port():
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        return place.getsockname()[1]


def git(folder, *words):
    subprocess.run(
        ["git", "-c", "user.name=Bench", "-c", "user.email=bench@example.org", *words], cwd=folder, check=True,
        stdout=subprocess.DEVNULL)


def add_key(folder):
    """Commits the key, and takes the quotas away."""
    os.makedirs(f"{folder}/data/apikeys", exist_ok=True)
    with open(f"{folder}/data/apikeys/bench.yaml", "w") as file:
        file.write(RECORD)
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "A key for the bench")
    for quota in ("apiRequestsPerMinute", "apiRequestsPerDay"):
        git(folder, "config", f"staffrepo.{quota}", "0")


class Service:
    def __init__(self, staffrepo, folder):
        self.url = f"http://127.0.0.1:{free_port()}"
        began = time.monotonic()
        self.process = subprocess.Popen(
            [staffrepo, "serve", "--bind", self.url[7:]], cwd=folder, stderr=subprocess.DEVNULL)
        while True:
            try:
                urllib.request.urlopen(f"{self.url}/readyz").close()
                break
            except (urllib.error.URLError, ConnectionError):
                if self.process.poll() is not None or time.monotonic() - began > 300:
                    sys.exit("bench: staffrepo serve does not answer")
                time.sleep(0.05)
        self.seconds = time.monotonic() - began

    def get(self, path):
        request = urllib.request.Request(self.url + path, headers={"Authorization": f"Bearer {KEY}"})
        with urllib.request.urlopen(request) as answer:
            return answer.headers, answer.read()

    def memory(self):
        with open(f"/proc/{self.process.pid}/status") as file:
            facts = dict(line.split(":", 1) for line in file)
        return [int(facts[name].split()[0]) / 1024 for name in ("VmRSS", "VmHWM")]

    def stop(self):
        self.process.terminate()
        self.process.wait()


def rate(url, seconds, **headers):
    options = [word for name, value in headers.items() for word in ("-H", f"{name.replace('_', '-')}: {value}")]
    done = subprocess.run(
        ["wrk", "-t1", "-c32", f"-d{seconds}s", *options, url], check=True, capture_output=True, text=True)
    if "Non-2xx" in done.stdout and "If_None_Match" not in headers:
        sys.exit(f"bench: {url} fails\n{done.stdout}")
    return float(re.search(r"Requests/sec:\s+([\d.]+)", done.stdout).group(1))


def compare(service, folder, runs, seconds):
    path = "/api/staff-data"
    headers, body = service.get(path)
    os.makedirs(f"{folder}/files")
    with open(f"{folder}/files/list.json", "wb") as file:
        file.write(body)
    port = free_port()
    with open(f"{folder}/nginx.conf", "w") as file:
        file.write(NGINX.format(folder=folder, port=port))
    # Its workers are another user's.
    os.chmod(folder, 0o755)
    nginx = subprocess.Popen(["nginx", "-c", f"{folder}/nginx.conf", "-e", f"{folder}/error.log"])
    try:
        theirs = f"http://127.0.0.1:{port}/list.json"
        for _ in range(100):
            try:
                tag = urllib.request.urlopen(theirs).headers["ETag"]
                break
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.05)
        print(f"| of {len(body)} bytes | staffrepo | nginx | ratio |\n|---|---|---|---|")
        for title, mine, other in (
            ("the sample list", {}, {}),
            ("a 304", {"If_None_Match": headers["ETag"]}, {"If_None_Match": tag}),
        ):
            pairs = []
            for _ in range(runs):
                ours = rate(service.url + path, seconds, Authorization=f"Bearer {KEY}", **mine)
                pairs.append((ours, rate(theirs, seconds, **other)))
            ours, nginxes = (statistics.median(side) for side in zip(*pairs))
            ratio = statistics.median(one / two for one, two in pairs)
            print(f"| {title} | {ours:,.0f}/s | {nginxes:,.0f}/s | {ratio:.2f} |", flush=True)
    finally:
        nginx.terminate()
        nginx.wait()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("staffrepo", "organisation"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=4)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        sample = f"{folder}/sample"
        os.makedirs(sample)
        git(sample, "init", "--quiet", "--initial-branch=main")
        shutil.copytree(f"{PROJECT}/data", f"{sample}/data")
        shutil.copy(f"{PROJECT}/staffrepo.yaml", sample)
        add_key(sample)
        service = Service(options.staffrepo, sample)
        compare(service, folder, options.runs, options.seconds)
        service.stop()

        large = f"{folder}/large"
        git(folder, "clone", "--quiet", options.organisation, large)
        add_key(large)
        service = Service(options.staffrepo, large)
        at_rest, _ = service.memory()
        began = time.monotonic()
        _, body = service.get("/api/staff-data?include_inactive=1&format=ndjson")
        seconds = time.monotonic() - began
        after, peak = service.memory()
        people = body.count(b"\n")
        print(
            f"\n{people:,} people: ready after {service.seconds:.1f} s, {at_rest:.0f} MiB; all of them as NDJSON "
            f"({len(body) / 1e6:.0f} MB) in {seconds:.1f} s, {after:.0f} MiB after it, {peak:.0f} MiB at most")
        service.stop()


if __name__ == "__main__":
    main()
