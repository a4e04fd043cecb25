#!/usr/bin/env python3
"""Times the delivery of webhooks that are already in the ledger, beside libcurl by itself, and what a dead endpoint costs.

Called by script/bench --delivery. docs/performance.md explains the cases. Python's standard library is all that it needs.
"""
import argparse
import contextlib
import os
import shutil
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict

from measure import Failure, machine

SECRET = {"STAFFREPO_SECRET_BENCH": "whsec_" + "QUFB" * 11}
CONFIGURATION = """organisation:
  id: 1
  name: Northmoor Health and Care
  email_domains:
    - northmoor.example
  time_zone: Europe/London
custom_fields:
  dbs_checked_on: date
"""
SUBSCRIPTION = """url: http://127.0.0.1:{port}/hook
events: [person.created]
secrets: [env:STAFFREPO_SECRET_BENCH]
backfill: true
"""
# The ledger is filled by a publication that may send to this one only, and it hears of nothing.
NOBODY = "url: http://127.0.0.1:9/hook\nevents: [unit.removed]\nsecrets: [env:STAFFREPO_SECRET_BENCH]\n"
DEAD_MODES = {"silent": "never answers", "refusing": "refuses connections", "failing": "answers 503"}


class Sink:
    """The receiver while it runs; afterwards `arrivals` has the seconds of each request by the endpoint's number."""

    def __init__(self, program, scratch, endpoints, *mode):
        self.times = os.path.join(scratch, "times")
        self.process = subprocess.Popen(
            [program, self.times, str(endpoints), *mode], stdout=subprocess.PIPE, text=True)
        self.ports = self.process.stdout.readline().split()

    def close(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()
        self.arrivals = defaultdict(list)
        with open(self.times) as file:
            for line in file:
                index, at = line.split()
                self.arrivals[int(index)].append(float(at))


class House:
    """A repository whose ledger knows of deliveries that nobody has tried yet, to as many endpoints as wanted."""

    def __init__(self, options, scratch):
        self.options = options
        self.path = os.path.join(scratch, "house.git")
        self.ledger = os.path.join(self.path, "staffrepo", "ledger.sqlite")
        self.filled = os.path.join(scratch, "filled.sqlite")
        self.sizes = os.path.join(scratch, "sizes")
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "STAFFREPO"))}
        self.environment = inherited | SECRET

    def git(self, *arguments, text=None):
        return subprocess.run(
            ["git", "-C", self.path, *arguments], input=text, capture_output=True, text=True, check=True).stdout.strip()

    def staffrepo(self, *arguments, allowed=(0,)):
        done = subprocess.run(
            [self.options.staffrepo, "-C", self.path, *arguments], env=self.environment, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE, text=True, errors="replace")
        if done.returncode not in allowed:
            raise Failure(f"{' '.join(arguments)} ended with {done.returncode}: {done.stderr[-2000:].strip()}")

    def fill(self, ports):
        """Record a person.created of everybody for every port, and send none."""
        shutil.rmtree(self.path, ignore_errors=True)
        subprocess.run(["git", "clone", "--quiet", "--bare", self.options.organisation, self.path], check=True)
        self.git("config", "staffrepo.allowNetworks", "127.0.0.0/8")
        moment = int(self.git("log", "-1", "--format=%ct")) + 1
        files = {"staffrepo.yaml": CONFIGURATION, "data/webhooks/nobody.yaml": NOBODY}
        files |= {f"data/webhooks/e{index:04}.yaml": SUBSCRIPTION.format(port=port) for index, port in enumerate(ports)}
        stream = [f"commit refs/heads/main\ncommitter Bench <bench@northmoor.example> {moment} +0000\ndata 4\nFill\n"]
        stream.append("from refs/heads/main^0\n")
        for path, content in files.items():
            stream.append(f"M 100644 inline {path}\ndata {len(content.encode())}\n{content}\n")
        self.git("fast-import", "--quiet", text="".join(stream))
        # The clock stands there, so that no day passes between the publication and the deliveries.
        self.environment["STAFFREPO_NOW"] = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(moment + 60))
        self.staffrepo("publish", "--from", "HEAD^", "--to", "webhook/nobody")
        with contextlib.closing(sqlite3.connect(self.ledger)) as ledger:
            ledger.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            rows = ledger.execute(
                "SELECT target, length(body) FROM delivery WHERE state = 'pending' ORDER BY position, number").fetchall()
        shutil.copy(self.ledger, self.filled)
        with open(self.sizes, "w") as file:
            file.writelines(f"{int(target.removeprefix('webhook/e'))} {size}\n" for target, size in rows)
        return len(rows), sum(size for _, size in rows)

    def restore(self, without=None):
        """As it was before anything was sent, or as if there were one endpoint less."""
        for end in ("-wal", "-shm"):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(self.ledger + end)
        shutil.copy(self.filled, self.ledger)
        if without is not None:
            with contextlib.closing(sqlite3.connect(self.ledger)) as ledger:
                ledger.execute("DELETE FROM delivery WHERE target = ?", [f"webhook/e{without:04}"])
                ledger.commit()
                ledger.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        # What was copied is on the disk before the time begins to run.
        os.sync()

    def publish(self, expected):
        began = time.monotonic()
        self.staffrepo("publish", allowed=(expected,))
        return began, time.monotonic() - began


def stopwatch(options, scratch, command, environment=None):
    """Seconds and peak bytes of a command, by the small C program: a child of Python begins with Python's peak."""
    report = os.path.join(scratch, "report")
    subprocess.run(
        [options.stopwatch, report, *command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment,
        check=True)
    with open(report) as file:
        seconds, kilobytes, status = file.read().split()
    if status != "0":
        raise Failure(f"{' '.join(command)} ended with {status}")
    return float(seconds), int(kilobytes) * 1024


def throughput(options, scratch):
    """Ours, rod, ours, rod; the first pair warms up and is not counted."""
    sink = Sink(options.sink, scratch, options.endpoints)
    house = House(options, scratch)
    count, size = house.fill(sink.ports)
    ours, rod = [], []
    for run in range(options.runs + 1):
        house.restore()
        pair = (
            stopwatch(options, scratch, [options.staffrepo, "-C", house.path, "publish"], house.environment),
            stopwatch(options, scratch, [options.rod, house.sizes, *sink.ports]),
        )
        label = f"run {run} of {options.runs}" if run else "warming up"
        print(f"delivery: {label}: {pair[0][0]:.3f} s, rod {pair[1][0]:.3f} s", file=sys.stderr)
        if run:
            ours.append(pair[0])
            rod.append(pair[1])
    sink.close()
    arrived = sum(map(len, sink.arrivals.values()))
    if arrived != count * 2 * (options.runs + 1):
        raise Failure(f"{arrived} requests arrived instead of {count * 2 * (options.runs + 1)}")

    def cells(samples):
        seconds = statistics.median(seconds for seconds, _ in samples)
        return seconds, f"{seconds:.3f} | {count / seconds:,.0f} | {max(peak for _, peak in samples) / 1e6:.0f}"

    (our_seconds, our_cells), (rod_seconds, rod_cells) = cells(ours), cells(rod)
    print(
        f"{count:,} deliveries of {size / count:,.0f} bytes to {options.endpoints} endpoints; medians of {options.runs}.\n"
        f"{machine()}.\n\n"
        "| case | seconds | deliveries/s | peak MB | rod | rod's seconds | rod's deliveries/s | rod's peak MB | ratio |\n"
        "|---|---:|---:|---:|---|---:|---:|---:|---:|\n"
        f"| `publish`, {count:,} deliveries wait | {our_cells} | libcurl's multi interface | {rod_cells} | "
        f"{our_seconds / rod_seconds:.2f} |")


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def dead(options, scratch):
    """The other endpoints' deliveries with a dead endpoint among them, and with none there at all."""
    others = options.endpoints - 1
    print(
        f"{options.deliveries:,} deliveries to {options.endpoints} endpoints, the last of them dead; medians of "
        f"{options.runs}.\n{machine()}.\n\n"
        "| the dead one | the others' p99 without it, s | with it, s | rises by | longest pause without, s | with, s |\n"
        "|---|---:|---:|---:|---:|---:|")
    for mode in options.modes:
        sink = Sink(options.sink, scratch, options.endpoints, mode)
        house = House(options, scratch)
        house.fill(sink.ports)
        spans = []
        for run in range(options.runs + 1):
            for without in (others, None) if run % 2 else (None, others):
                house.restore(without)
                began, seconds = house.publish(0 if without is not None else 1)
                spans.append((began, began + seconds, without is None, run))
                print(f"{mode}: run {run}, {'with' if without is None else 'without'}: {seconds:.1f} s", file=sys.stderr)
        sink.close()
        samples = {True: [], False: []}
        for began, ended, with_dead, run in spans:
            here = [[at for at in sink.arrivals[index] if began <= at <= ended] for index in range(others)]
            if any(len(arrivals) != len(here[0]) or not arrivals for arrivals in here):
                raise Failure(f"not everything arrived: {sorted({len(arrivals) for arrivals in here})}")
            latency = percentile([at - began for arrivals in here for at in arrivals], 0.99)
            pause = max(later - at for arrivals in here for at, later in zip(arrivals, arrivals[1:]))
            if run:
                samples[with_dead].append((latency, pause))
        medians = {
            kind: [statistics.median(values) for values in zip(*samples[kind])] for kind in (False, True)
        }
        (latency, pause), (dead_latency, dead_pause) = medians[False], medians[True]
        print(
            f"| {DEAD_MODES[mode]} | {latency:.3f} | {dead_latency:.3f} | {(dead_latency / latency - 1) * 100:+.0f} % | "
            f"{pause:.3f} | {dead_pause:.3f} |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--organisation", required=True, help="a person for each delivery to one endpoint, bare")
    parser.add_argument("--staffrepo", required=True)
    parser.add_argument("--sink", required=True)
    parser.add_argument("--rod", required=True)
    parser.add_argument("--stopwatch", required=True)
    parser.add_argument("--endpoints", type=int, default=20)
    parser.add_argument("--deliveries", type=int, required=True)
    parser.add_argument("--runs", type=int, required=True)
    parser.add_argument("--dead", action="store_true", help="measure what a dead endpoint costs the others")
    parser.add_argument("--modes", nargs="+", choices=DEAD_MODES, default=list(DEAD_MODES))
    options = parser.parse_args()
    # Beside the organisation, so that the ledger is on the same disk.
    scratch = tempfile.mkdtemp(prefix="scratch-", dir=os.path.dirname(options.organisation))
    try:
        (dead if options.dead else throughput)(options, scratch)
    except Failure as failure:
        print(f"delivery: {failure}", file=sys.stderr)
        return 1
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
