#!/usr/bin/env python3
"""Measures what the API serves from: time to the first roster, from a commit to the next one, and memory.

script/bench --roster runs it.
"""
import argparse
import pathlib
import re
import shutil
import statistics
import subprocess
import tempfile
import time


def memory(process):
    """Resident megabytes: all, and those that are the program's own and no file's."""
    status = pathlib.Path(f"/proc/{process}/status").read_text()
    return [int(re.search(rf"{name}:\s+(\d+)", status)[1]) / 1024 for name in ("VmRSS", "RssAnon", "VmHWM")]


class Program:
    def __init__(self, program, repository, cache):
        self.process = subprocess.Popen(
            [program, repository, cache], stdout=subprocess.PIPE, text=True)
        self.figures = {}

    def read_until(self, name):
        for line in self.process.stdout:
            word, _, value = line.strip().partition(" ")
            self.figures[word] = value
            if word == name:
                return value
        raise SystemExit("the program ended")

    def end(self):
        self.process.kill()
        self.process.wait()


def git(repository, *words, text=None):
    return subprocess.run(
        ["git", "-C", repository, *words], input=text, capture_output=True, check=True).stdout


def commit(repository, paths, number):
    """A commit that gives some people another job; the branch moves when it is there as a whole."""
    stream = [f"commit refs/heads/next\ncommitter HR <hr@example.org> {1_800_000_000 + number} +0000\ndata 4\nmove\n"
              "from refs/heads/main^0\n".encode()]
    for path in paths:
        record = git(repository, "cat-file", "blob", f"main:{path}")
        record = re.sub(rb"job_title: .*", b"job_title: Move %d" % number, record)
        stream.append(b"M 100644 inline %s\ndata %d\n%s\n" % (path.encode(), len(record), record))
    git(repository, "fast-import", "--quiet", "--force", text=b"".join(stream))
    tip = git(repository, "rev-parse", "refs/heads/next").decode().strip()
    began = time.monotonic()
    git(repository, "update-ref", "refs/heads/main", tip)
    return tip, began


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--organisation", required=True)
    parser.add_argument("--program", required=True)
    parser.add_argument("--commits", type=int, default=20)
    options = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        repository, cache = f"{folder}/org.git", f"{folder}/cache"
        shutil.copytree(options.organisation, repository)
        names = git(repository, "ls-tree", "-r", "--name-only", "main", "data/people").decode().split()

        program = Program(options.program, repository, cache)
        program.read_until("ready")
        rows.append(("people", program.figures["people"]))
        rows.append(("first roster, nothing kept", f"{float(program.figures['first']):.0f} ms"))
        program.end()

        program = Program(options.program, repository, cache)
        program.read_until("first")
        rows.append(("first roster, catalogue kept", f"{float(program.figures['first']):.0f} ms"))
        at_first = memory(program.process.pid)
        program.read_until("ready")
        for name in ("select", "digest", "digest-again", "page", "search", "reference", "ndjson", "csv"):
            rows.append((name, f"{float(program.figures[name]):.2f} ms"))
        times, changes = [], []
        for number in range(options.commits):
            paths = [names[(number * 7919 + step * 20011) % len(names)] for step in range(5)]
            tip, began = commit(repository, paths, number)
            if program.read_until("roster") != tip:
                raise SystemExit("another roster came than that of the commit")
            times.append((time.monotonic() - began) * 1000)
            changed = int(program.read_until("changed"))
            if changed != 5:
                raise SystemExit(f"{changed} people changed, not five")
            changes.append(float(program.figures["changes"]))
        at_last = memory(program.process.pid)
        program.end()
    rows.append(("from update-ref of five people to the roster, median", f"{statistics.median(times):.0f} ms"))
    rows.append(("the same, slowest", f"{max(times):.0f} ms"))
    rows.append(("what changed since the last, median", f"{statistics.median(changes):.2f} ms"))
    for when, (resident, own, peak) in (("after the first roster", at_first), ("after the commits", at_last)):
        rows.append((f"resident {when}", f"{resident:.0f} MB, {own:.0f} MB of it no file's, {peak:.0f} MB at most"))
    print("| what | |\n|---|---|")
    for name, value in rows:
        print(f"| {name} | {value} |")


main()
