#!/usr/bin/env python3
"""Kills, fills and fails a publication at every point, and prints a markdown table of what the next run made of it.

Called by script/torture, which installs what is missing. docs/durability.md explains the parts.
"""

import argparse
import os
import random
import re
import signal
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "Tests/Checkers"))

import crashes
import healing
from crashes import Scene, Trial, Unable, Untouched

PARTS = ("kill", "calls", "disk", "errors", "hooks", "healing")
# A first publication writes much of the same: so many of each system call are tried, evenly.
MOST_OF_FIRST = 60
SLOWEST_RECOVERY = 2.0
SLOWEST_CATCHING_UP = 10.0


@dataclass
class Line:
    """One line of the table."""

    title: str
    trials: int = 0
    recoveries: list[float] = field(default_factory=list)
    # What is not as it should be after recovery or was told wrongly: the point, and the words.
    broken: list[tuple[str, str]] = field(default_factory=list)
    unclear: list[tuple[str, str]] = field(default_factory=list)
    notes: Counter = field(default_factory=Counter)

    def healed(self, point: str, trial: Trial, most_seconds: float = SLOWEST_RECOVERY):
        """Publish again, and look at everything."""
        seconds, problems = trial.recover()
        self.recoveries.append(seconds)
        if seconds > most_seconds:
            problems = [f"recovery took {seconds:.1f} s", *problems]
        self.broken += [(point, problem) for problem in problems]
        for kind in {re.sub("[0-9a-f]{4,}", "*", Path(file).name) for file in trial.litter()}:
            self.notes[f"left {kind}"] += 1

    def failed_honestly(self, point: str, trial: Trial, run: crashes.Run, error: str):
        """A run that met an error must not say that it is done, unless it is; and say in words what was wrong."""
        self.notes[f"ended with {run.status}"] += 1
        if run.status == 0:
            self.broken += [(point, f"reported as done, but: {problem}") for problem in trial.shortcomings()]
        elif complaint := run.complaint(error):
            self.unclear.append((point, complaint))
        self.broken += [(point, f"before recovery: {problem}") for problem in trial.torn_exports() + trial.damage()]

    @property
    def row(self) -> str:
        slowest = f"{max(self.recoveries):.2f} s" if self.recoveries else ""
        notes = ", ".join(f"{count} {note}" for note, count in self.notes.most_common())
        return (
            f"| {self.title} | {self.trials} | {len({point for point, _ in self.broken})} "
            f"| {len({point for point, _ in self.unclear})} | {slowest} | {notes} |"
        )


class Torture:
    def __init__(self, staffrepo: str, folder: Path, options: argparse.Namespace):
        self.staffrepo, self.folder, self.options = staffrepo, folder, options
        self.lines: list[Line] = []
        self.build = self.stamp()

    def stamp(self) -> tuple[int, int]:
        facts = os.stat(self.staffrepo)
        return facts.st_ino, facts.st_mtime_ns

    def say(self, text: str):
        print(f"torture: {text}", file=sys.stderr, flush=True)

    def line(self, title: str) -> Line:
        self.say(title)
        self.lines.append(Line(title))
        return self.lines[-1]

    def run(self):
        parts = self.options.only or PARTS
        if {"kill", "calls", "disk", "errors"} & set(parts):
            self.say("making a repository with eight commits to publish")
            for first in (False, True):
                scene = Scene(self.staffrepo, self.folder / ("first" if first else "later"), first)
                suffix = ", first publication" if first else ""
                for part in ("kill", "calls", "disk", "errors"):
                    if part in parts:
                        getattr(self, part)(scene, suffix)
                scene.close()
        if "hooks" in parts:
            self.hooks()
        if "healing" in parts:
            self.healing()

    def kill(self, scene: Scene, suffix: str):
        if suffix:
            return
        line = self.line(f"kill -9 at a random moment of {scene.duration * 1000:.0f} ms")
        chance = random.Random(self.options.seed)
        for number in range(self.options.kills):
            with Trial(scene) as trial:
                moment = chance.uniform(0, scene.duration)
                run = trial.publish(kill_after=moment)
                line.trials += 1
                line.notes["ended before" if run.status == 0 else "killed"] += 1
                point = f"kill {number + 1} after {moment * 1000:.1f} ms"
                line.broken += [(point, f"before recovery: {problem}") for problem in trial.torn_exports()]
                line.healed(point, trial)

    def calls(self, scene: Scene, suffix: str):
        for title, calls in (
            ("writing", crashes.WRITES),
            ("syncing", crashes.SYNCS),
            ("renaming, linking, removing", crashes.NAMES),
            ("making folders, truncating", crashes.FOLDERS),
            ("creating files", crashes.CREATIONS),
            ("sending and hearing answers", crashes.TALK),
        ):
            line = self.line(f"kill -9 before every system call: {title}{suffix}")
            for call in calls:
                for number in self.numbers(scene, call):
                    with Trial(scene) as trial:
                        try:
                            trial.kill_before(call, number)
                        except Untouched:
                            line.notes["not reached"] += 1
                            continue
                        line.trials += 1
                        point = f"kill before {call} {number}"
                        line.broken += [(point, f"before recovery: {problem}") for problem in trial.torn_exports()]
                        line.healed(point, trial)

    def numbers(self, scene: Scene, call: str, files_only: bool = False) -> list[int]:
        """Which of a run's calls are worth an accident; of `openat` those that may make a file.

        How many answers are written to the ledger together depends on the network, so now and then a run makes fewer.
        """
        numbers = [
            number
            for number, made in enumerate(scene.calls(call), 1)
            if (call != "openat" or "O_CREAT" in made) and (not files_only or scene.is_about_repository(made))
        ]
        return numbers[:: len(numbers) // MOST_OF_FIRST + 1] if scene.is_first else numbers

    def disk(self, scene: Scene, suffix: str):
        steps = self.options.disks
        for title, disk_at, count in (
            ("the folder staffrepo (ledger, exports, cache)", "staffrepo", steps),
            ("the whole repository", ".", steps // 2),
            ("objects (the journal cannot be written)", "objects", steps // 5),
        ):
            line = self.line(f"disk full: {title}{suffix}")
            most = crashes.space_needed(scene, disk_at)
            for step in range(count):
                free = most * step // max(count - 1, 1)
                with Trial(scene, disk_at=disk_at) as trial:
                    trial.disk.leave_free(free)
                    run = trial.publish()
                    line.trials += 1
                    point = f"{free // 1024} KiB free at {disk_at}"
                    line.failed_honestly(point, trial, run, "ENOSPC")
                    trial.disk.leave_free(64 * 1024 * 1024)
                    line.healed(point, trial)

    def errors(self, scene: Scene, suffix: str):
        for error, title, calls, for_ever in (
            ("EIO", "fsync and fdatasync fail", crashes.SYNCS, False),
            ("EIO", "fsync and fdatasync fail", crashes.SYNCS, True),
            ("EIO", "writes fail", crashes.WRITES, False),
            ("ENOSPC", "writes find no space", crashes.WRITES, False),
            ("ENOSPC", "names, folders, files", crashes.NAMES + crashes.FOLDERS + crashes.CREATIONS, False),
        ):
            line = self.line(f"{error}, {'from then on' if for_ever else 'once'}: {title}{suffix}")
            for call in calls:
                if call in ("unlink", "unlinkat", "rmdir") and error == "ENOSPC":
                    continue  # these never need space
                for number in self.numbers(scene, call, files_only=True):
                    with Trial(scene) as trial:
                        try:
                            run = trial.fail(call, number, error, for_ever)
                        except Untouched:
                            line.notes["not reached"] += 1
                            continue
                        line.trials += 1
                        made = next(made for made in run.calls if "(INJECTED)" in made)
                        point = f"{error} at {call} {number} ({scene.part_of(made)})"
                        line.failed_honestly(point, trial, run, error)
                        line.healed(point, trial)

    def hooks(self):
        line = self.line("a hundred commits without a hook, then one publish")
        seconds, problems = healing.hundred_missed_hooks(self.staffrepo, self.folder / "hundred", self.say)
        line.trials = 100
        line.recoveries.append(seconds)
        if seconds > SLOWEST_CATCHING_UP:
            problems.append(f"took {seconds:.1f} s")
        line.broken += [("a hundred commits", problem) for problem in problems]

    def healing(self):
        for name, case in healing.CASES.items():
            line = self.line(name)
            line.trials = 1
            with healing.Site(self.staffrepo, self.folder / "site") as site:
                try:
                    case(site)
                    line.broken += [(name, problem) for problem in site.shortcomings()]
                except AssertionError as error:
                    line.broken.append((name, str(error)))

    def print(self):
        print("| what happens | trials | not healed | told badly | slowest recovery | |")
        print("|---|---:|---:|---:|---:|---|")
        for line in self.lines:
            print(line.row)
        for title, kind in (("Not healed", "broken"), ("Told badly", "unclear")):
            found = Counter()
            example = {}
            for line in self.lines:
                for point, problem in getattr(line, kind):
                    found[problem] += 1
                    example.setdefault(problem, f"{line.title}: {point}")
            if found:
                print(f"\n{title}:\n")
                for problem, count in found.most_common(self.options.shown):
                    print(f"- {count} times, first at {example[problem]}: {problem}")

    @property
    def has_failed(self) -> bool:
        return any(line.broken or line.unclear for line in self.lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--staffrepo", required=True)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--disks", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--shown", type=int, default=30)
    parser.add_argument("--only", action="append", choices=PARTS)
    options = parser.parse_args()
    # Ended from outside, it clears up as well.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="staffrepo-torture-") as folder:
        torture = Torture(options.staffrepo, Path(folder), options)
        try:
            torture.run()
        except Unable as error:
            torture.say(f"{error}. Run it as root.")
            sys.exit(70)
    torture.print()
    load = " ".join(f"{value:.1f}" for value in os.getloadavg())
    torture.say(f"{time.monotonic() - started:.0f} s, load averages at the end {load}")
    if torture.stamp() != torture.build:
        torture.say("The program was replaced meanwhile: the table is about two.")
        sys.exit(70)
    sys.exit(1 if torture.has_failed else 0)


if __name__ == "__main__":
    main()
