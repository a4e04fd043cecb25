"""Accidents of a life with git, and what a consumer's copy holds once the next publication is through.

Each case works on a site of its own: a desk where records are changed, a bare repository that publishes, and one
consumer that keeps a replica exactly as docs/integrator.md tells it to.
"""

import json
import re
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from crashes import BEFORE, NOW, commit_at, furnished_desk, work_of_a_week
from receiver import Receiver

# In what a person's event and a line of the digital-id export both say, under the names that they have there.
SHARED = {
    "id": "staff_service_person_id",
    "first_name": "first_name",
    "last_name": "last_name",
    "employee_reference": "employee_reference",
    "photo_path": "photo_path",
    "signature_path": "signature_url",
    "is_active": "is_active",
}


class Site:
    """Desk, server and consumer, after a baseline that told the consumer everybody."""

    def __init__(self, binary: str, folder: Path):
        self.binary, self.folder = binary, folder
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        self.receiver = Receiver()
        self.desk = furnished_desk(binary, folder / "desk", self.receiver)
        self.work = work_of_a_week(self.desk)
        self.server = self.folder / "server.git"
        self.git("clone", "--quiet", "--bare", str(self.desk.folder), str(self.server))
        self.git("config", "staffrepo.allowNetworks", "127.0.0.0/8", at=self.server)
        self.publish(now=BEFORE)
        # Events that the ledger need not know any more, because it was begun anew after them.
        self.forgotten: set[str] = set()
        self.replica_begins = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.receiver.close()
        shutil.rmtree(self.folder)

    def git(self, *arguments: str, at: Path | None = None) -> str:
        done = subprocess.run(
            ["git", *arguments], cwd=at or self.folder, env=self.desk.environment, capture_output=True, text=True
        )
        assert done.returncode == 0, f"git {arguments}: {done.stderr}"
        return done.stdout.strip()

    def change(self, at: str = "2026-12-08T11:00:00Z"):
        """The next piece of work, committed but not pushed."""
        commit_at(self.desk, at, next(self.work))

    def push(self, *arguments: str):
        self.git("push", "--quiet", *arguments, str(self.server), "HEAD:main", at=self.desk.folder)

    def publish(self, *arguments: str, status: int = 0, now: str = NOW) -> str:
        """Publish, and insist on the exit status; the messages."""
        done = subprocess.run(
            [self.binary, "publish", *arguments],
            cwd=self.server,
            env=self.desk.environment | {"STAFFREPO_NOW": now},
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == status, f"publish {arguments} ended with {done.returncode}: {done.stderr.strip()}"
        return done.stderr

    def events(self) -> list[dict]:
        """What the consumer was told, in the order of arrival."""
        requests = list(self.receiver.requests)
        return [json.loads(request.body) for request in requests if request.endpoint == "digital-id"]

    def replica(self) -> dict[tuple[str, int], dict]:
        """The consumer's copy: docs/integrator.md, "A correct replica"."""
        held: dict[tuple[str, int], tuple[list[int], dict]] = {}
        for event in self.events()[self.replica_begins :]:
            key = ("unit" if event["event"].startswith("unit.") else "person", event["data"]["id"])
            if key not in held or event["sequence"] > held[key][0]:
                held[key] = (event["sequence"], event)
        return {key: event["data"] for key, (_, event) in held.items() if not event.get("removed")}

    def start_replica_afresh(self):
        """What the operator tells a consumer when sequences have gone back: forget everything, and take a backfill."""
        self.replica_begins = len(self.events())
        for pattern, replacement in (("^backfill: true\n", ""), (r"\Z", "backfill: true\n")):
            self.desk.edit("webhooks/digital-id.yaml", pattern, replacement)
            commit_at(self.desk, "2026-12-08T11:30:00Z", "backfill")
            self.push()
        self.publish()

    def forget_what_was_sent(self):
        self.forgotten |= {event["id"] for event in self.events()}

    def shortcomings(self) -> list[str]:
        """How the consumer's copy differs from the truth, and what became of the ids of what was sent before."""
        problems = []
        export = self.server / "staffrepo/exports/digital-id/current/employees.json"
        truth = {("person", line["staff_service_person_id"]): line for line in json.loads(export.read_text())}
        copy = {key: data for key, data in self.replica().items() if key[0] == "person"}
        for key in sorted(truth.keys() | copy.keys()):
            seen = {there: copy[key][here] for here, there in SHARED.items()} if key in copy else None
            if seen != truth.get(key):
                problems.append(f"the copy of {key} is {seen}, and should be {truth.get(key)}")
        tree = self.git("ls-tree", "-r", "--name-only", "main", "data/units/", at=self.server).split()
        codes = {Path(path).stem for path in tree}
        if codes != {data["code"] for key, data in self.replica().items() if key[0] == "unit"}:
            problems.append("the copy has other units than the records")

        told: dict[str, dict] = {}
        for event in self.events():
            content = {name: value for name, value in event.items() if name != "sequence"}
            if told.setdefault(event["id"], content) != content:
                problems.append(f"{event['id']} came twice, with another content")
        listed = subprocess.run(
            [self.binary, "deliveries", "--format", "json", "--limit", "100000", "--to", "webhook/digital-id"],
            cwd=self.server,
            env=self.desk.environment,
            capture_output=True,
            text=True,
        ).stdout
        rows = [row["id"] for row in json.loads(listed)]
        if len(rows) != len(set(rows)):
            problems.append("the ledger has a delivery twice")
        if lost := told.keys() - self.forgotten - set(rows):
            problems.append(f"the ledger does not know {len(lost)} ids that were sent")
        if unsent := set(rows) - told.keys():
            problems.append(f"{len(unsent)} events of the ledger were never sent")
        return problems

    # What the accidents are made of.

    def backup(self, name: str) -> Path:
        """A mirror, as docs/operator.md recommends: it takes refs/staffrepo along."""
        self.git("clone", "--quiet", "--mirror", str(self.server), name)
        return self.folder / name

    def restore(self, backup: Path):
        """Put a backup in the server's place; ledger and exports survived on their own disk."""
        state = self.folder / "state"
        shutil.move(self.server / "staffrepo", state)
        shutil.rmtree(self.server)
        self.git("clone", "--quiet", "--mirror", str(backup), str(self.server))
        self.git("config", "staffrepo.allowNetworks", "127.0.0.0/8", at=self.server)
        shutil.rmtree(self.server / "staffrepo", ignore_errors=True)
        shutil.move(state, self.server / "staffrepo")

    def ledger_files(self) -> list[Path]:
        return list((self.server / "staffrepo").glob("ledger.sqlite*"))

    def move_ledger_away(self):
        for file in self.ledger_files():
            file.rename(self.folder / file.name)


def missed_hook(site: Site):
    for _ in range(8):
        site.change()
        site.push()
    site.publish()


def merged_on_server(site: Site):
    site.git("checkout", "--quiet", "-b", "review", at=site.desk.folder)
    site.change()
    site.change()
    site.git("push", "--quiet", str(site.server), "review", at=site.desk.folder)
    site.git("checkout", "--quiet", "main", at=site.desk.folder)
    site.desk.edit("people/EMP005.yaml", "^job_title: .*", "job_title: Something Else")
    commit_at(site.desk, "2026-12-08T11:05:00Z", "meanwhile")
    site.push()
    tree = site.git("merge-tree", "--write-tree", "main", "review", at=site.server)
    merge = site.git("commit-tree", "-p", "main", "-p", "review", "-m", "Merge review", tree, at=site.server)
    site.git("update-ref", "refs/heads/main", merge, at=site.server)
    site.publish()


def fetched_mirror(site: Site):
    forge = site.backup("forge.git")
    for _ in range(3):
        site.change()
        site.git("push", "--quiet", str(forge), "main", at=site.desk.folder)
        site.git("fetch", "--quiet", "--prune", str(forge), "+refs/heads/*:refs/heads/*", at=site.server)
    site.publish()


def older_ledger(site: Site):
    site.change()
    site.push()
    site.publish()
    saved = site.folder / "saved"
    saved.mkdir()
    for file in site.ledger_files():
        shutil.copy(file, saved)
    for _ in range(3):
        site.change()
        site.push()
        site.publish()
    site.change()
    site.push()
    for file in site.ledger_files():
        file.unlink()
    for file in saved.iterdir():
        shutil.copy(file, site.server / "staffrepo")
    site.publish()


def deleted_ledger(site: Site):
    for _ in range(3):
        site.change()
        site.push()
        site.publish()
    site.change()
    site.push()
    for file in site.ledger_files():
        file.unlink()
    site.publish()


def restore_what_is_older(site: Site) -> Path:
    """A backup from before two publications is restored, and people push again; a later backup."""
    site.change()
    site.push()
    site.publish()
    older = site.backup("older.git")
    for _ in range(2):
        site.change()
        site.push()
        site.publish()
    newer = site.backup("newer.git")
    site.restore(older)
    site.change()
    site.push()
    said = site.publish(status=70)
    assert re.search("knows more publications than the journal.*(fetch|restore).*backup", said, re.DOTALL), said
    return newer


def older_repository_with_journal(site: Site):
    newer = restore_what_is_older(site)
    site.git("fetch", "--quiet", str(newer), "+refs/staffrepo/journal:refs/staffrepo/journal", at=site.server)
    site.publish()


def older_repository_without_journal(site: Site):
    restore_what_is_older(site)
    go_on_without_journal(site)


def older_everything(site: Site):
    """Ledger and journal agree, so nothing is refused; but the consumer has heard more than they know of."""
    site.change()
    site.push()
    site.publish()
    saved = site.folder / "saved.git"
    shutil.copytree(site.server, saved, symlinks=True)
    for _ in range(3):
        site.change()
        site.push()
        site.publish()
    shutil.rmtree(site.server)
    saved.rename(site.server)
    site.change()
    site.push()
    site.publish()
    site.start_replica_afresh()


def lost_journal(site: Site):
    for _ in range(2):
        site.change()
        site.push()
        site.publish()
    site.git("update-ref", "-d", "refs/staffrepo/journal", at=site.server)
    site.change()
    site.push()
    site.publish(status=70)
    go_on_without_journal(site)


def go_on_without_journal(site: Site):
    """docs/operator.md, "Lost or older journal", when there is no newer copy of it."""
    site.move_ledger_away()
    site.git("update-ref", "-d", "refs/staffrepo/journal", at=site.server)
    site.forget_what_was_sent()
    manifest = site.server / "staffrepo/exports/digital-id/current/manifest.json"
    site.publish("--from", json.loads(manifest.read_text())["commit"])
    site.start_replica_afresh()


def skewed_times(site: Site):
    for index, at in enumerate(
        (
            "2026-12-07T10:00:00Z",
            "2019-01-01T00:00:00Z",
            "2037-06-01T12:00:00Z",
            "2026-12-01T10:00:00Z",
            "2099-12-31T23:59:59Z",
            "1971-01-01T00:00:00Z",
            "2026-12-08T11:59:00Z",
            "2026-12-02T10:00:00Z",
        )
    ):
        site.change(at)
        site.push()
        if index % 3 == 2:
            site.publish()
    site.publish()


def rewritten_branch(site: Site):
    for _ in range(4):
        site.change()
    site.push()
    site.publish()
    site.git("reset", "--quiet", "--hard", "HEAD~2", at=site.desk.folder)
    site.change()
    site.push("--force")
    site.publish()
    site.change()
    site.push()
    site.publish()


def rewritten_branch_and_deleted_ledger(site: Site):
    rewritten_branch(site)
    for file in site.ledger_files():
        file.unlink()
    site.publish()


def two_at_once(site: Site):
    for _ in range(3):
        site.change()
        site.push()
        started = [
            subprocess.Popen(
                [site.binary, "publish"],
                cwd=site.server,
                env=site.desk.environment | {"STAFFREPO_NOW": NOW},
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            for _ in range(4)
        ]
        ends = [process.wait(timeout=60) for process in started]
        assert ends == [0, 0, 0, 0], f"four at once ended with {ends}"
    assert len(site.events()) == len({event["id"] for event in site.events()}), "something was sent twice"


CASES: dict[str, Callable[[Site], None]] = {
    "eight pushes whose hook was missed": missed_hook,
    "a merge made on the server": merged_on_server,
    "a mirror that is fetched": fetched_mirror,
    "an older copy of the ledger restored": older_ledger,
    "the ledger deleted": deleted_ledger,
    "an older backup of the repository restored, the journal fetched from a newer one": older_repository_with_journal,
    "an older backup of the repository restored, and no newer journal": older_repository_without_journal,
    "an older copy of everything restored, ledger and all": older_everything,
    "the journal lost": lost_journal,
    "commit times that go back, and far ahead": skewed_times,
    "the branch rewritten": rewritten_branch,
    "the branch rewritten, then the ledger deleted": rewritten_branch_and_deleted_ledger,
    "four publications at once": two_at_once,
}


def hundred_missed_hooks(binary: str, folder: Path, say: Callable[[str], None]) -> tuple[float, list[str]]:
    """A hundred commits that no hook told of: how long one publication takes, and what is wrong after it."""
    with Site(binary, folder) as site:
        people = sorted((site.desk.folder / "data/people").glob("*.yaml"))
        baseline = site.git("rev-parse", "main", at=site.server)
        before = len(site.events())
        for number in range(100):
            person = people[number % 40].name
            site.desk.edit(f"people/{person}", "^job_title: .*", f"job_title: Worker {number}")
            commit_at(site.desk, f"2026-12-08T09:{number // 60:02}:{number % 60:02}Z", f"change {number}")
        say("a hundred commits are pushed")
        site.push()
        started = time.monotonic()
        site.publish()
        seconds = time.monotonic() - started
        problems = site.shortcomings()
        ids = [event["id"] for event in site.events()[before:]]
        listed = subprocess.run(
            [binary, "events", f"{baseline}..main"],
            cwd=site.server,
            env=site.desk.environment | {"STAFFREPO_NOW": NOW},
            capture_output=True,
            text=True,
        ).stdout.splitlines()
        if sorted(ids) != sorted(json.loads(line)["id"] for line in listed):
            problems.append(f"{len(ids)} events came, and the range has {len(listed)}")
        return seconds, problems
