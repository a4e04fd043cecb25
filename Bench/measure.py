#!/usr/bin/env python3
"""Times staffrepo's commands, each in alternation with its rod, and prints a markdown table of the medians.

Called by script/bench, which makes the organisation and the two small C programs. docs/performance.md explains the
cases. Python's standard library is all that it needs.
"""
import argparse
import datetime
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from typing import Callable, List, Optional


class Failure(Exception):
    pass


@dataclass
class Sample:
    seconds: float
    peak: int  # bytes


@dataclass
class Side:
    """What is timed, and what must be done before each time, outside the timing."""
    title: str
    command: List[str]
    prepare: Optional[Callable[[], None]] = None
    check: Optional[Callable[[], None]] = None


@dataclass
class Case:
    name: str
    ours: Side
    rod: Side


class Stopwatch:
    def __init__(self, program, scratch, environment):
        self.program = program
        self.scratch = scratch
        self.environment = environment

    def time(self, side):
        if side.prepare:
            side.prepare()
        report = os.path.join(self.scratch, "report")
        errors = os.path.join(self.scratch, "errors")
        with open(errors, "w") as stderr:
            subprocess.run(
                [self.program, report] + side.command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                stderr=stderr, env=self.environment, check=True)
        with open(report) as file:
            seconds, kilobytes, status = file.read().split()
        if status != "0":
            with open(errors, errors="replace") as file:
                raise Failure(f"{' '.join(side.command)} ended with {status}: {file.read()[-2000:].strip()}")
        if side.check:
            side.check()
        return Sample(float(seconds), int(kilobytes) * 1024)


class Organisation:
    """The repository that is measured, and what staffrepo keeps in it."""

    def __init__(self, path, commits, staffrepo, environment):
        self.path = path
        self.commits = commits
        self.staffrepo = staffrepo
        self.environment = environment
        self.root = f"HEAD~{commits}"
        self.state = os.path.join(path, "staffrepo")
        self.exports = os.path.join(self.state, "exports")

    def git(self, *arguments):
        command = ["git", "-C", self.path, *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

    def forget(self):
        """As a fresh clone: no ledger, no cache, no export, no journal."""
        shutil.rmtree(self.state, ignore_errors=True)
        for reference in self.git("for-each-ref", "--format=%(refname)", "refs/staffrepo").split():
            self.git("update-ref", "-d", reference)

    def forget_publications(self):
        """As a server that has judged pushes, and published none yet."""
        self.warm()
        cache = os.path.join(self.state, "cache")
        for name in os.listdir(self.state):
            path = os.path.join(self.state, name)
            if path != cache:
                shutil.rmtree(path) if os.path.isdir(path) and not os.path.islink(path) else os.unlink(path)
        for reference in self.git("for-each-ref", "--format=%(refname)", "refs/staffrepo").split():
            self.git("update-ref", "-d", reference)

    def warm(self):
        """As a server that has judged the last commit: what it found is kept."""
        if os.path.exists(os.path.join(self.state, "cache", "judgement")):
            return
        self.run("validate", "HEAD")

    def range_of_files(self, count):
        """The last commits that together change about so many files: how many commits, how many files."""
        for commits in range(1, self.commits + 1):
            files = len(self.git("diff", "--raw", f"HEAD~{commits}", "HEAD").splitlines())
            if files >= count:
                return commits, files
        return self.commits, files

    def run(self, *arguments):
        done = subprocess.run(
            [self.staffrepo, "-C", self.path, *arguments], capture_output=True, text=True, env=self.environment)
        if done.returncode:
            raise Failure(f"{' '.join(arguments)} ended with {done.returncode}: {done.stderr[-2000:].strip()}")

    def publish(self):
        """As a server that has published everything, unless it is one already."""
        if os.path.isdir(self.exports) and self.git("for-each-ref", "refs/staffrepo/journal"):
            return
        self.forget()
        self.run("publish", "--from", self.root)

    def drop_exports(self):
        self.publish()
        shutil.rmtree(self.exports, ignore_errors=True)

    def has_all_exports(self):
        for system in ["entra", "hr", "finance", "lms", "digital-id"]:
            if not os.path.exists(os.path.join(self.exports, system, "current", "manifest.json")):
                raise Failure(f"publish wrote no export for {system}")


def cases(organisation, rod, scratch):
    path, staffrepo = organisation.path, organisation.staffrepo
    everything = f"{organisation.root}..HEAD"
    number = f"{organisation.commits:,} commit" + ("" if organisation.commits == 1 else "s")

    def ours(title, *arguments, **more):
        return Side(title, [staffrepo, "-C", path, *arguments], **more)

    def git(title, *arguments):
        return Side(title, ["git", "-C", path, *arguments])

    copy = os.path.join(scratch, "copy")
    few, files = organisation.range_of_files(5)
    log = git("`git log --raw --first-parent`", "log", "--raw", "--first-parent", everything)
    one_commit = git("`git diff --raw`", "diff", "--raw", "HEAD~1", "HEAD")
    start = Side("`git --version`", ["git", "--version"])
    written = Side(
        "the same bytes written, fsync", [rod, "write", organisation.exports, copy],
        prepare=lambda: (organisation.publish(), shutil.rmtree(copy, ignore_errors=True)))
    return [
        Case(
            "validate", ours("`validate`, no cache", "validate", prepare=organisation.forget),
            Side("libgit2 + libyaml", [rod, "parse", path])),
        Case(
            "change",
            ours(
                f"`validate --base`, {files} files changed", "validate", "--base", f"HEAD~{few}",
                prepare=organisation.warm),
            git("`git diff --raw`", "diff", "--raw", f"HEAD~{few}", "HEAD")),
        Case("events", ours(f"`events`, {number}", "events", everything, prepare=organisation.warm), log),
        Case(
            "publish",
            ours(
                f"first `publish`, {number}, all exports", "publish", "--from", organisation.root,
                prepare=organisation.forget, check=organisation.has_all_exports),
            log),
        Case(
            "ledger",
            ours(
                f"first `publish`, {number}, no export", "publish", "--from", organisation.root, "--to",
                "webhook/nobody", prepare=organisation.forget_publications),
            ours(f"`events`, {number}", "events", everything, prepare=organisation.warm)),
        Case(
            "exports",
            ours(
                "`publish`, all exports only", "publish", prepare=organisation.drop_exports,
                check=organisation.has_all_exports),
            written),
        Case("diff", ours("`diff`, one commit", "diff", "HEAD~1", prepare=organisation.warm), one_commit),
        Case(
            "event", ours("`events`, one commit", "events", "HEAD~1..HEAD", prepare=organisation.warm), one_commit),
        Case("help", ours("`--help`", "--help"), start),
        Case("status", ours("`status`", "status", prepare=organisation.publish), start),
    ]


def measure(case, runs, stopwatch):
    """Ours, rod, ours, rod: what else the machine does meets both alike. The first pair warms up and is not counted."""
    ours, rod = [], []
    for run in range(runs + 1):
        pair = stopwatch.time(case.ours), stopwatch.time(case.rod)
        count = f"run {run} of {runs}" if run else "warming up"
        print(f"{case.name}: {count}: {pair[0].seconds:.3f} s, rod {pair[1].seconds:.3f} s", file=sys.stderr)
        if run:
            ours.append(pair[0])
            rod.append(pair[1])
    return ours, rod


def row(case, ours, rod):
    def median(samples):
        return statistics.median(sample.seconds for sample in samples)

    def peak(samples):
        megabytes = max(sample.peak for sample in samples) / 1e6
        return f"{megabytes:.1f}" if megabytes < 10 else f"{megabytes:,.0f}"

    ratio = median(ours) / median(rod)
    cells = [
        case.ours.title, f"{median(ours):.3f}", peak(ours), case.rod.title, f"{median(rod):.3f}", peak(rod),
        f"{ratio:.2f}" if ratio < 10 else f"{ratio:,.0f}",
    ]
    return "| " + " | ".join(cells) + " |"


def machine():
    model = platform.processor() or platform.machine()
    try:
        with open("/proc/cpuinfo") as file:
            model = next(line.split(":", 1)[1].strip() for line in file if line.startswith("model name"))
    except (OSError, StopIteration):
        pass
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    git = subprocess.run(["git", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    today = datetime.date.today().isoformat()
    return f"{model}, {cores} cores, {memory:.0f} GB, {platform.system()} {platform.release()}, {git}, {today}"


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--organisation", required=True, help="the repository to measure, bare")
    parser.add_argument("--people", type=int, required=True)
    parser.add_argument("--commits", type=int, required=True)
    parser.add_argument("--staffrepo", required=True)
    parser.add_argument("--rod", required=True)
    parser.add_argument("--stopwatch", required=True)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--only", action="append", metavar="CASE")
    return parser.parse_args()


def main():
    options = parse_arguments()
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "STAFFREPO"))}
    organisation = Organisation(options.organisation, options.commits, options.staffrepo, environment)
    # The last commit's own moment: otherwise every passing day would add its events, and no two runs be alike.
    moment = datetime.datetime.fromtimestamp(int(organisation.git("log", "-1", "--format=%ct")), datetime.timezone.utc)
    environment["STAFFREPO_NOW"] = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
    # Beside the organisation, so that the rod writes to the same disk.
    scratch = tempfile.mkdtemp(prefix="scratch-", dir=os.path.dirname(options.organisation))
    try:
        everything = cases(organisation, options.rod, scratch)
        names = [case.name for case in everything]
        unknown = sorted(set(options.only or []) - set(names))
        if unknown:
            print(f"There is no case {', '.join(unknown)}. There are: {', '.join(names)}.", file=sys.stderr)
            return 64
        wanted = [case for case in everything if not options.only or case.name in options.only]
        return table(wanted, options, Stopwatch(options.stopwatch, scratch, environment))
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def table(wanted, options, stopwatch):
    size = subprocess.run(
        [options.rod, "read", options.organisation], capture_output=True, text=True, check=True).stdout
    _, files, _, size_in_bytes, *_ = size.split()
    print(
        f"{options.people:,} people, {options.commits:,} further commits: {int(files):,} files, "
        f"{int(size_in_bytes) / 1e6:.1f} MB; medians of {options.runs}.\n{machine()}.\n")
    print("| case | seconds | peak MB | rod | rod's seconds | rod's peak MB | ratio |")
    print("|---|---:|---:|---|---:|---:|---:|", flush=True)
    failed = 0
    for case in wanted:
        try:
            print(row(case, *measure(case, options.runs, stopwatch)), flush=True)
        except Failure as failure:
            failed += 1
            print(f"{case.name}: {failure}", file=sys.stderr)
            print(f"| {case.ours.title} | failed | | {case.rod.title} | | | |", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
