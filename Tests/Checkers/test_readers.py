"""Ten thousand reads of `current` while sets are replaced without a pause: none is torn.

A reader resolves the link once and reads that folder. One who goes through the link for every file may get two sets;
then a file's sha256 is not the one in the manifest, which is what docs/integrator.md tells readers to look at.
"""

import hashlib
import json
import multiprocessing
import os
import time
from datetime import timedelta
from pathlib import Path

import pytest

from house import House
from organisations import AS_OF, DOMAIN, rendered

READS = int(os.environ.get("STAFFREPO_READS", 10_000))
REPLACEMENTS = 60
READERS = 3
SYSTEMS = ["hr", "lms", "digital-id", "entra"]
SETTINGS = f"""\
organisation: {{id: 1, name: Readers, email_domains: [{DOMAIN}], time_zone: Europe/London}}
guards: {{deactivations: {{count: 100000, percent: 100}}}}
exports: {{keep: 4}}
systems:
""" + "".join(f"  {name}: {{enabled: true, schedule: every commit}}\n" for name in SYSTEMS)


def mismatches(manifest: bytes, folder: Path) -> list[str]:
    """The files that are not what the manifest says."""
    return [
        entry["name"]
        for entry in json.loads(manifest)["files"]
        if hashlib.sha256((folder / entry["name"]).read_bytes()).hexdigest() != entry["sha256"]
    ]


def read_once(current: Path) -> list[str]:
    """The link is resolved once."""
    folder = Path(os.path.realpath(current, strict=True))
    manifest = (folder / "manifest.json").read_bytes()
    listed = {entry["name"] for entry in json.loads(manifest)["files"]}
    # What the next run compares with stands there as well.
    strangers = {file.name for file in folder.iterdir() if file.name != ".given"} - listed
    return mismatches(manifest, folder) + sorted(strangers - {"manifest.json", "images"})


def read_naively(current: Path) -> list[str]:
    """The link is followed for each file."""
    return mismatches((current / "manifest.json").read_bytes(), current)


def read_until(done, exports: str, read, results):
    """Read the systems' sets in turn; tell how many reads were whole and torn, how many sets were seen and vanished."""
    counts = {"whole": 0, "torn": [], "vanished": 0}
    seen = set()
    while not done.is_set():
        for system in SYSTEMS:
            current = Path(exports) / system / "current"
            try:
                torn = read(current)
                seen.add((system, os.readlink(current)))
            except FileNotFoundError:
                # Older than `keep` allows before this reader was through: nothing was read that is wrong.
                counts["vanished"] += 1
                continue
            if torn:
                counts["torn"].append((system, torn))
            else:
                counts["whole"] += 1
    results.put(counts | {"seen": seen})


@pytest.fixture(scope="module")
def readings(binary, tmp_path_factory):
    """What both kinds of reader met while somebody left on every day, and a set was written for each."""
    house = House(binary, tmp_path_factory.mktemp("readers") / "house", is_empty=True)
    (house.folder / "staffrepo.yaml").write_text(SETTINGS, encoding="utf-8")
    for number in range(1, 301):
        person = {
            "id": number,
            "employee_reference": f"E{number:04}",
            "first_name": "Ann",
            "last_name": f"Reader {number}",
            "email": f"e{number}@{DOMAIN}",
            "job_title": "Nurse",
            "employment_start_date": "2020-01-06",
            "employment_end_date": str(AS_OF + timedelta(days=number % 250)),
        }
        house.write(f"people/E{number:04}.yaml", rendered(person))
    house.commit("baseline")
    exports = house.folder / ".git/staffrepo/exports"

    def publish(day: int):
        house.environment["STAFFREPO_NOW"] = f"{AS_OF + timedelta(days=day)}T12:00:00Z"
        house.staffrepo("publish")

    publish(0)
    context = multiprocessing.get_context("fork")
    done, results = context.Event(), {"once": context.Queue(), "naively": context.Queue()}
    kinds = [("once", read_once)] * READERS + [("naively", read_naively)]
    readers = [
        context.Process(target=read_until, args=(done, str(exports), read, results[kind]), daemon=True)
        for kind, read in kinds
    ]
    for reader in readers:
        reader.start()
    began, day = time.monotonic(), 0
    # About a millisecond a read; more sets than asked for when the machine is slow at reading.
    while day < REPLACEMENTS or time.monotonic() - began < READS / 500 / READERS:
        day += 1
        publish(day)
    done.set()
    answers = {kind: [results[kind].get(timeout=60) for name, _ in kinds if name == kind] for kind in results}
    for reader in readers:
        reader.join(60)
    return answers | {"sets": day, "exports": exports}


def test_no_read_is_torn(readings):
    """Every file of a set that was opened by its own name is the one that its manifest tells of."""
    answers = readings["once"]
    assert [torn for answer in answers for torn in answer["torn"]] == []
    assert sum(answer["whole"] for answer in answers) >= READS
    # They did read during the replacements, not between them.
    assert len(set().union(*(answer["seen"] for answer in answers))) > readings["sets"] * len(SYSTEMS) / 2
    assert sum(answer["vanished"] for answer in answers) <= sum(answer["whole"] for answer in answers) / 1000


def test_a_naive_reader_can_tell(readings):
    """Through the link for each file, two sets may come together; each file is whole, and the sha256 tells."""
    (answer,) = readings["naively"]
    assert answer["whole"] > 100
    assert answer["vanished"] == 0, "`current` itself is never missing"
    sets = sorted((readings["exports"] / "hr").glob("[0-9]*"))
    one, other = sets[-2:]
    assert mismatches((one / "manifest.json").read_bytes(), one) == []
    assert mismatches((one / "manifest.json").read_bytes(), other) == ["employees.csv"]
