"""A bare repository of a made-up organisation, for tests that are about the wire and not about the records.

Its commits are written by `git fast-import`, so a hundred subscriptions or a thousand changes cost milliseconds.
"""

import json
import subprocess
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from house import ADMINISTRATOR, environment

OFFICER = f"{ADMINISTRATOR['GIT_AUTHOR_NAME']} <{ADMINISTRATOR['GIT_AUTHOR_EMAIL']}>"
CONFIGURATION = """\
organisation:
  id: 1
  name: Outpost
  email_domains: [outpost.example]
  time_zone: Europe/London
guards:
  deactivations: {count: 1000000, percent: 100}
custom_fields:
  note: string
"""
DEPOT = "id: 1\ncode: depot\nname: Depot\n"


@dataclass(frozen=True)
class Run:
    """A command that has ended: its exit status, what it said, how long it took, and its largest resident size."""

    status: int
    output: str
    messages: str
    seconds: float
    peak: int


def quoted(text: str) -> str:
    """As a YAML scalar in double quotes: JSON's escapes are YAML's too, but not surrogate pairs."""
    return json.dumps(text, ensure_ascii=False)


def person(number: int, **fields: str) -> str:
    """A record; `fields` replace its own, or come after them."""
    record = {
        "id": str(number),
        "employee_reference": f"EMP{number:05}",
        "first_name": "Ada",
        "last_name": "Outposter",
        "email": f"ada.{number}@outpost.example",
        "job_title": "Keeper",
        "employment_start_date": "2026-01-05",
        "organisational_units": "[depot]",
    } | fields
    return "".join(f"{field}: {value}\n" for field, value in record.items())


def person_path(number: int) -> str:
    return f"data/people/EMP{number:05}.yaml"


class Outpost:
    """The repository; `run` is how the product is run in it."""

    def __init__(self, binary: str, folder: Path, secrets: dict[str, str] | None = None):
        self.binary, self.folder = binary, folder
        self.environment = environment(secrets or {})
        self.wrapper: list[str] = []
        subprocess.run(["git", "init", "--quiet", "--bare", "--initial-branch=main", str(folder)], check=True)
        self.clock = int(time.time()) - 3600

    def git(self, *arguments: str, text: str | None = None) -> str:
        done = subprocess.run(
            ["git", *arguments], cwd=self.folder, env=self.environment, input=text, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def commit(self, message: str, files: dict[str, str | None]) -> str:
        """Commit these files, by path; `None` removes one. Commits are a second apart, and none lies in the future."""
        self.clock += 1
        parts = [f"commit refs/heads/main\ncommitter {OFFICER} {self.clock} +0000\n", counted(message)]
        if self.git("for-each-ref", "refs/heads/main"):
            parts.append("from refs/heads/main^0\n")
        for path, content in files.items():
            parts.append(f"D {path}\n" if content is None else f"M 100644 inline {path}\n{counted(content)}")
        self.git("fast-import", "--quiet", text="".join(parts))
        return self.git("rev-parse", "refs/heads/main")

    def found(self, subscriptions: dict[str, str], more: dict[str, str] | None = None):
        """The first commit: the configuration, one unit, these subscriptions by name; and the baseline after it."""
        files = {"staffrepo.yaml": CONFIGURATION, "data/units/depot.yaml": DEPOT}
        files |= {f"data/webhooks/{name}.yaml": text for name, text in subscriptions.items()}
        self.commit("The beginning", files | (more or {}))
        self.publish()

    def run(self, *arguments: str, timeout: float = 120) -> Run:
        """Run staffrepo. The peak is read while it runs: what wait4 tells begins with the peak of Python itself."""
        started = time.monotonic()
        process = subprocess.Popen(
            [*self.wrapper, self.binary, *arguments], cwd=self.folder, env=self.environment, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        peak = 0
        try:
            while True:
                try:
                    output, messages = process.communicate(timeout=0.005)
                    break
                except subprocess.TimeoutExpired:
                    peak = max(peak, high_water(process.pid))
                    assert time.monotonic() - started < timeout, f"{arguments} still runs after {timeout} s"
        finally:
            process.kill()
        return Run(process.returncode, output, messages, time.monotonic() - started, peak)

    def publish(self, *arguments: str, timeout: float = 120) -> Run:
        done = self.run("publish", *arguments, timeout=timeout)
        assert done.status in (0, 1), f"publish ended with {done.status}\n{done.messages}"
        return done

    def deliveries(self, target: str | None = None) -> list[dict]:
        """What the product says of its deliveries, oldest first."""
        wanted = ["--to", f"webhook/{target}"] if target else []
        done = self.run("deliveries", "--format", "json", "--limit", "1000000", *wanted)
        assert done.status == 0, done.messages
        return sorted(json.loads(done.output), key=lambda delivery: delivery["sequence"])


def counted(text: str) -> str:
    """The `data` command of git fast-import."""
    return f"data {len(text.encode())}\n{text}\n"


def high_water(process: int) -> int:
    """The largest resident size of a running process so far, in bytes."""
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:")), 0)


def instant(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()
