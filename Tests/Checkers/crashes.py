"""What a kill, a full disk or a failing disk leaves behind, and whether the next run makes it whole.

A scene is a small repository with commits that wait to be published, and what publishing them brings when nothing goes
wrong. A trial is a copy of it that meets one accident. test_crashes.py tries some, Bench/torture.py many more.
"""

import ctypes
import functools
import hashlib
import json
import os
import re
import shutil
import sqlite3
import subprocess
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from house import House
from receiver import Receiver

SYSTEMS = ("entra", "hr", "finance", "lms", "digital-id")
SECRETS = {
    "STAFFREPO_SECRET_DIGITAL_ID": "one secret of no importance",
    "STAFFREPO_SECRET_MEDICATION": "another secret of no importance",
}
# The clock stands still, so that every trial publishes the same days.
BEFORE, NOW = "2026-11-30T12:00:00Z", "2026-12-08T12:00:00Z"

WRITES = ("write", "pwrite64", "writev")
SYNCS = ("fsync", "fdatasync")
NAMES = ("rename", "renameat", "renameat2", "link", "linkat", "symlink", "symlinkat", "unlink", "unlinkat")
FOLDERS = ("mkdir", "mkdirat", "rmdir", "ftruncate")
CREATIONS = ("openat",)
TALK = ("sendto", "recvfrom")

# A message for an operator says what is wrong as the system or SQLite calls it, and shows none of the program's types.
REASONS = {
    "ENOSPC": r"no space left on device|disk is full|full,? or failing",
    "EIO": r"input/output error|disk i/o error|full, or failing",
}
INNARDS = r"while executing|SQLite error \d|[A-Z][a-z]+Error\b|Fatal error|\.swift\b|Optional\(|^Error: "


class Unable(Exception):
    """The environment does not allow this kind of accident, such as a mount without the right to mount."""


class Untouched(Exception):
    """The run ended before the accident could happen."""


@dataclass(frozen=True)
class Run:
    """How one run of the product ended."""

    status: int
    messages: str
    seconds: float
    calls: list[str] = field(default_factory=list)

    def complaint(self, error: str) -> str | None:
        """What is wrong with how the run reported that error; `None` when it did well."""
        # 1 is for a target that failed: then the last error is about one.
        errors = re.findall("^error: .*", self.messages, re.MULTILINE)
        if self.status != (1 if errors and re.match("error: (export|webhook)/", errors[-1]) else 70):
            return f"ended with {self.status}: {self.messages.strip()[-300:]!r}"
        if not re.search(REASONS[error], self.messages, re.IGNORECASE):
            return f"does not say {error} in words: {self.messages.strip()!r}"
        if re.search(INNARDS, self.messages, re.MULTILINE):
            return f"shows its innards: {self.messages.strip()!r}"
        return None


class Scene:
    """A repository with a baseline (or none, for a first publication), eight commits after it, and what they bring."""

    def __init__(self, binary: str, folder: Path, first: bool = False):
        self.binary, self.folder, self.is_first = binary, folder, first
        self.receiver = Receiver()
        self.threads = threading.active_count()
        folder.mkdir(parents=True, exist_ok=True)
        self.template, self.place = folder / "template", folder / "trial"
        desk = furnished_desk(binary, folder / "desk", self.receiver)
        self.environment = desk.environment | {"STAFFREPO_NOW": NOW}
        self.git(folder, "clone", "--quiet", "--bare", str(desk.folder), str(self.template))
        self.git(self.template, "config", "staffrepo.allowNetworks", "127.0.0.0/8")
        (self.template / "staffrepo").mkdir()
        if not first:
            trial = Trial(self, self.template)
            run = trial.publish(environment={"STAFFREPO_NOW": BEFORE})
            assert run.status == 0, run.messages
        self.begun_with = self.git(self.template, "rev-parse", "main")
        for day, name in enumerate(work_of_a_week(desk), 1):
            commit_at(desk, f"2026-12-{day:02}T10:00:00Z", name)
        self.git(self.template, "fetch", "--quiet", str(desk.folder), "main:main")
        self.git(self.template, "gc", "--quiet", "--prune=now")
        self.tip = self.git(self.template, "rev-parse", "main")
        self.learn()

    def learn(self):
        """What an untouched run sends and writes, and how long it takes."""
        times = []
        for _ in range(5):
            with Trial(self) as trial:
                run = trial.publish()
                assert run.status == 0, run.messages
                times.append(run.seconds)
                self.expected = trial.received()
                self.rows = trial.rows()
                self.manifests = trial.manifests()
        self.duration = sorted(times)[2]
        assert len(self.manifests) == len(SYSTEMS) and all(self.expected.values())
        if self.is_first:
            return
        # The same by another way: the ids that the range has, worked out without a ledger.
        with Trial(self) as trial:
            listed = trial.staffrepo("events", f"{self.begun_with}..main").splitlines()
        ids = {json.loads(line)["id"] for line in listed}
        assert ids == set(self.expected["digital-id"]), "what was sent is not what the range has"

    def git(self, folder: Path, *arguments: str) -> str:
        done = subprocess.run(
            ["git", *arguments], cwd=folder, env=self.environment, capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0, f"git {arguments}: {done.stderr}"
        return done.stdout.strip()

    def part_of(self, call: str) -> str:
        """Which part of the product's state a system call is about."""
        for pattern, part in (
            (r"objects/", "journal objects"),
            (r"refs/", "journal reference"),
            (r"ledger\.sqlite", "ledger"),
            (r"staffrepo/exports", "export files"),
            (r"staffrepo/cache", "cache"),
            (rf"{re.escape(str(self.place))}/config", "settings"),
            (rf"{re.escape(str(self.place))}/staffrepo>", "ledger"),
        ):
            if re.search(pattern, call):
                return part
        return "other"

    def is_about_repository(self, call: str) -> bool:
        return str(self.place) in call

    @functools.cache
    def calls(self, call: str) -> list[str]:
        """Each time that an untouched run makes a system call, in order, with the file that it is about."""
        by_thread = defaultdict(list)
        with Trial(self) as trial:
            lines = trial.publish_under_strace(call).calls
        for line in lines:
            thread, _, what = line.partition(" ")
            if what.strip().startswith(f"{call}("):
                by_thread[thread].append(what.strip())
        return max(by_thread.values(), key=len, default=[])

    def close(self):
        self.receiver.close()


def furnished_desk(binary: str, folder: Path, receiver: Receiver) -> House:
    """A work tree of the sample organisation; its two subscriptions lead to the receiver, one tells everything."""
    desk = House(binary, folder, SECRETS)
    for file in (desk.folder / "data/webhooks").glob("*.yaml"):
        desk.edit(f"webhooks/{file.name}", "^url: .*", f"url: {receiver.url}/{file.stem}")
    desk.edit("webhooks/digital-id.yaml", r"\Z", "backfill: true\n")
    commit_at(desk, BEFORE, "baseline")
    return desk


def commit_at(desk: House, instant: str, name: str):
    desk.environment |= {"GIT_AUTHOR_DATE": instant, "GIT_COMMITTER_DATE": instant}
    desk.commit(name)


def work_of_a_week(desk: House) -> Iterator[str]:
    """Edits that together bring every kind of event, and an end of employment that comes by date.

    After each of the eight its name is told, and whoever asks for the next one has committed it.
    """
    data = desk.folder / "data"

    hire = (data / "people/EMP017.yaml").read_text(encoding="utf-8").replace("EMP017", "EMP045")
    hire = re.sub("^id: .*", "id: 45", hire, flags=re.MULTILINE)
    hire = re.sub("^email: .*", "email: somebody.new@larkfield.example", hire, flags=re.MULTILINE)
    desk.write("people/EMP045.yaml", hire)
    shutil.copy(data / "photos/EMP013.jpg", data / "photos/EMP045.jpg")
    shutil.copy(data / "signatures/EMP017.png", data / "signatures/EMP045.png")
    yield "hire"

    desk.edit("people/EMP017.yaml", "^job_title: .*", "job_title: Senior Support Worker")
    yield "promotion"

    desk.edit("people/EMP016.yaml", "^  - care-team-b$", "  - care-team-a")
    desk.edit("people/EMP018.yaml", "^  - care-team-a$", "  - medication-team")
    desk.edit("people/EMP036.yaml", "^  - it-and-digital$", "  - care-team-b")
    yield "moves"

    desk.edit("people/EMP020.yaml", "^(employment_start_date: .*)", r"\1\nemployment_end_date: 2026-03-31")
    desk.edit("people/EMP021.yaml", "^(employment_start_date: .*)", r"\1\nemployment_end_date: 2026-12-05")
    yield "leavers"

    desk.edit("people/EMP024.yaml", "^employment_end_date: .*\n", "")
    yield "return"

    shutil.copy(data / "photos/EMP013.jpg", data / "photos/EMP017.jpg")
    desk.edit("people/EMP038.yaml", "^photo_status: pending", "photo_status: approved")
    yield "photos"

    (data / "people/EMP043.yaml").unlink()
    yield "removal"

    desk.edit("units/care-team-b.yaml", "^name: .*", "name: Care Team Beech")
    yield "unit renamed"


class Trial:
    """One copy of a scene. Used with `with`, the copy is gone afterwards."""

    def __init__(self, scene: Scene, folder: Path | None = None, disk_at: str | None = None):
        """`disk_at`: this folder of the repository gets a small disk of its own (`.` is the whole repository)."""
        self.scene, self.folder = scene, folder or scene.place
        self.disk: Disk | None = None
        scene.receiver.requests.clear()
        if folder:
            return
        shutil.rmtree(self.folder, ignore_errors=True)
        if disk_at is None:
            subprocess.run(["cp", "-a", scene.template, self.folder], check=True)
            return
        outside = self.folder / disk_at
        if disk_at != ".":
            subprocess.run(["cp", "-a", scene.template, self.folder], check=True)
            shutil.rmtree(outside)
        self.disk = Disk(outside)
        subprocess.run(["cp", "-a", f"{scene.template / disk_at}/.", outside], check=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.disk:
            self.disk.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def publish(
        self, tool: tuple[str, ...] = (), kill_after: float | None = None, environment: dict[str, str] | None = None
    ) -> Run:
        """Run `publish`, below a tool such as strace, or killed after so many seconds."""
        started = time.monotonic()
        process = subprocess.Popen(
            [*tool, self.scene.binary, "publish"],
            cwd=self.folder,
            env=self.scene.environment | (environment or {}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        if kill_after is not None:
            time.sleep(kill_after)
            process.kill()
        try:
            _, messages = process.communicate(timeout=120)
        except subprocess.TimeoutExpired:
            process.kill()
            _, messages = process.communicate()
            messages += "\n(it hung for two minutes)"
        return Run(process.returncode, messages, time.monotonic() - started)

    def publish_under_strace(self, call: str, *what: str) -> Run:
        """Run `publish` with one system call traced, and with what strace is told to do to it.

        strace counts calls for each thread, so the run has one processor: then it writes its export files one after
        another from its first thread, and the same call has the same number every time.
        """
        log = self.scene.folder / "strace.log"
        strace = ("taskset", "-c", "0", "strace", "-f", "-qq", "-y", "-s", "0", "-o", str(log))
        run = self.publish((*strace, "-e", f"trace={call}", *what))
        return Run(run.status, run.messages, run.seconds, log.read_text(errors="replace").splitlines())

    def kill_before(self, call: str, number: int) -> str:
        """Kill the run when it is about to make a system call for the n-th time; the call with its file."""
        run = self.publish_under_strace(call, "-e", f"inject={call}:signal=KILL:when={number}")
        if run.status == 0:
            raise Untouched
        assert run.status == -9, f"{run.status}: {run.messages}"
        return next((line for line in reversed(run.calls) if line.endswith("= ?")), run.calls[-1])

    def fail(self, call: str, number: int, error: str, for_ever: bool = False) -> Run:
        """Let a system call fail when the run makes it for the n-th time, or from then on."""
        when = f"{number}+" if for_ever else str(number)
        run = self.publish_under_strace(call, "-e", f"inject={call}:error={error}:when={when}")
        if not any("(INJECTED)" in line for line in run.calls):
            raise Untouched
        return run

    def staffrepo(self, *arguments: str, check: bool = True) -> str:
        done = subprocess.run(
            [self.scene.binary, *arguments],
            cwd=self.folder,
            env=self.scene.environment,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert not check or done.returncode == 0, f"{arguments}: {done.stdout}\n{done.stderr}"
        return done.stdout

    def received(self) -> dict[str, dict[str, bytes]]:
        """The bodies that each endpoint got, by id."""
        bodies = defaultdict(dict)
        for request in self.requests():
            bodies[request.endpoint].setdefault(request.headers["webhook-id"], request.body)
        return dict(bodies)

    def requests(self) -> list:
        """All that came, once the receiver has nothing more to do."""
        deadline = time.monotonic() + 10
        while threading.active_count() > self.scene.threads and time.monotonic() < deadline:
            time.sleep(0.001)
        return list(self.scene.receiver.requests)

    def rows(self) -> list[tuple[str, str, str]]:
        """The deliveries in the ledger: endpoint, id, state."""
        listed = json.loads(self.staffrepo("deliveries", "--format", "json", "--limit", "100000"))
        return sorted((row["target"], row["id"], row["state"]) for row in listed)

    def manifests(self) -> dict[str, bytes]:
        found = (self.folder / "staffrepo/exports").glob("*/current/manifest.json")
        return {manifest.parts[-3]: manifest.read_bytes() for manifest in found}

    def torn_exports(self) -> list[str]:
        """What a reader who follows `current` finds wrong at this moment."""
        problems = []
        for folder in (self.folder / "staffrepo/exports").glob("*"):
            if not (folder / "current").is_symlink():
                continue
            try:
                for file in json.loads((folder / "current/manifest.json").read_bytes())["files"]:
                    content = (folder / "current" / file["name"]).read_bytes()
                    if hashlib.sha256(content).hexdigest() != file["sha256"]:
                        problems.append(f"export {folder.name}: {file['name']} is not what its manifest says")
            except (OSError, ValueError) as error:
                problems.append(f"export {folder.name}: current is broken: {error}")
        return problems

    def damage(self) -> list[str]:
        """What is wrong with a copy of the ledger at this moment: SQLite's own judgement."""
        state = self.folder / "staffrepo"
        copies = self.scene.folder / "copies"
        shutil.rmtree(copies, ignore_errors=True)
        copies.mkdir()
        for file in state.glob("ledger.sqlite*"):
            if not file.name.endswith("-shm"):
                shutil.copy(file, copies)
        if not (copies / "ledger.sqlite").exists():
            return []
        connection = sqlite3.connect(copies / "ledger.sqlite")
        try:
            found = [row[0] for row in connection.execute("PRAGMA integrity_check")]
        except sqlite3.DatabaseError as error:
            found = [str(error)]
        finally:
            connection.close()
        return [] if found == ["ok"] else [f"ledger: {line}" for line in found]

    def recover(self, most_runs: int = 3) -> tuple[float, list[str]]:
        """Publish again until it succeeds; how long that took, and what is wrong afterwards."""
        seconds = 0.0
        for number in range(1, most_runs + 1):
            run = self.publish()
            seconds += run.seconds
            if run.status == 0:
                return seconds, self.shortcomings()
            if number == 1:
                first = run.messages.strip()
        return seconds, [f"not healed after {most_runs} runs: {first!r}"]

    def shortcomings(self) -> list[str]:
        """What is not as it would be had nothing gone wrong; empty when all is well."""
        scene, problems = self.scene, []
        received = self.received()
        for endpoint, expected in scene.expected.items():
            ids = set(received.get(endpoint, {}))
            problems += [f"{endpoint}: {len(lost)} events lost"] if (lost := set(expected) - ids) else []
            problems += [f"{endpoint}: {len(new)} events with other ids"] if (new := ids - set(expected)) else []
            changed = [id for id in ids & set(expected) if received[endpoint][id] != expected[id]]
            problems += [f"{endpoint}: {len(changed)} events with another body"] if changed else []
            problems += self.disorder(endpoint, received.get(endpoint, {}))
        try:
            if (rows := self.rows()) != scene.rows:
                keys = [row[:2] for row in rows]
                problems.append(
                    f"deliveries: {len(rows)} rows instead of {len(scene.rows)}, {len(keys) - len(set(keys))} of them "
                    f"twice, {sum(row[2] != 'delivered' for row in rows)} not delivered"
                )
        except AssertionError as error:
            problems.append(f"deliveries cannot be listed: {error}")
        if (done := self.doctor()).returncode != 0 or not re.search("^ok +ledger: .* sound", done.stdout, re.MULTILINE):
            problems.append(f"doctor: {done.stdout.strip()}")
        checked = subprocess.run(
            ["git", "fsck", "--strict", "--no-dangling"], cwd=self.folder, capture_output=True, text=True
        )
        if checked.returncode != 0 or checked.stdout.strip():
            problems.append(f"git fsck: {checked.stdout.strip()} {checked.stderr.strip()}")
        problems += self.torn_exports() + self.damage()
        manifests = self.manifests()
        for system, manifest in scene.manifests.items():
            if manifests.get(system) != manifest:
                problems.append(f"export {system}: current is not the set of the last commit")
        return problems

    def litter(self) -> list[str]:
        """Files that an accident left, and that nobody needs."""
        exports = self.folder / "staffrepo/exports"
        return [
            *(str(path) for path in (self.folder / "objects").glob("tmp_*")),
            *(str(path) for path in exports.glob("*/.*")),
            *(str(path) for path in exports.glob("*/*.tmp")),
            *(str(path) for path in (self.folder / "refs").rglob("*.lock")),
        ]

    def doctor(self) -> subprocess.CompletedProcess:
        return subprocess.run(
            [self.scene.binary, "doctor"],
            cwd=self.folder,
            env=self.scene.environment,
            capture_output=True,
            text=True,
            timeout=60,
        )

    def disorder(self, endpoint: str, bodies: dict[str, bytes]) -> list[str]:
        """One record's events must come in order; what comes again does not count."""
        last: dict[tuple[str, int], list[int]] = {}
        for body in bodies.values():
            event = json.loads(body)
            record = (event["event"].partition(".")[0], event["data"]["id"])
            if event["sequence"] < last.get(record, [0, 0]):
                return [f"{endpoint}: events of {record} out of order"]
            last[record] = event["sequence"]
        return []


class Disk:
    """A disk of its own at a folder: a tmpfs, seen by this process and its children only."""

    _own_namespace = False

    def __init__(self, folder: Path):
        Disk.isolate()
        self.folder = folder
        folder.mkdir(parents=True)
        self._mount("-t", "tmpfs", "-o", "size=256m,mode=755", "tmpfs", str(folder))

    @classmethod
    def isolate(cls):
        """Mounts of this thread and of what it starts are nobody else's, and are gone with the process."""
        if cls._own_namespace:
            return
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.unshare(0x00020000) != 0:  # CLONE_NEWNS
            raise Unable(f"no mount namespace of its own: {os.strerror(ctypes.get_errno())}")
        cls._mount("--make-rprivate", "/")
        cls._own_namespace = True

    @staticmethod
    def _mount(*arguments: str):
        done = subprocess.run(["mount", *arguments], capture_output=True, text=True)
        if done.returncode != 0:
            raise Unable(f"mount {' '.join(arguments)}: {done.stderr.strip()}")

    def used(self) -> int:
        facts = os.statvfs(self.folder)
        return (facts.f_blocks - facts.f_bfree) * facts.f_frsize

    def leave_free(self, size: int):
        # A size of nought would mean no limit at all.
        self._mount("-o", f"remount,size={max(4096, self.used() + size)}", str(self.folder))

    def close(self):
        subprocess.run(["umount", "--lazy", str(self.folder)], check=True)


def space_needed(scene: Scene, disk_at: str) -> int:
    """How much free space on a disk at that folder is enough for a run; half of it is not."""
    size = 16 * 1024
    while True:
        with Trial(scene, disk_at=disk_at) as trial:
            trial.disk.leave_free(size)
            if trial.publish().status == 0:
                return size
        size *= 2


def missing_strace() -> str | None:
    """Why no system call can be tampered with here, if so."""
    if not shutil.which("strace"):
        return "strace is missing: script/bootstrap installs it"
    done = subprocess.run(["strace", "-qq", "-o", os.devnull, "true"], capture_output=True, text=True)
    return done.stderr.strip() or f"strace ended with {done.returncode}" if done.returncode != 0 else None
