"""A publication that is killed, or whose disk is full or fails, loses nothing: the next one makes it whole.

Some of the points that script/torture tries all of; docs/durability.md says what is promised.
"""

import random
from collections.abc import Callable

import pytest

import crashes
from crashes import Scene, Trial, Unable, Untouched
from healing import CASES, Site

# Machines may be slow, and builds run beside; script/torture measures.
MOST_SECONDS = 30


@pytest.fixture(scope="module")
def scene(binary, tmp_path_factory):
    scene = Scene(binary, tmp_path_factory.mktemp("crashes"))
    yield scene
    scene.close()


@pytest.fixture(scope="module")
def strace():
    """System calls can be tampered with. Without the right to there is no such test; but strace must be there."""
    if reason := crashes.missing_strace():
        if "not permitted" in reason.lower():
            pytest.skip(reason)
        pytest.fail(reason)


def healed(trial: Trial, point: str):
    seconds, problems = trial.recover()
    assert not problems, f"{point}: {problems}"
    assert seconds < MOST_SECONDS, f"{point}: recovery took {seconds:.1f} s"


def spread(items: list, count: int) -> list:
    """So many of the items, evenly, the first and the last among them."""
    return [items[round(index * (len(items) - 1) / (count - 1))] for index in range(min(count, len(items)))]


def points(scene: Scene, calls: tuple[str, ...], is_wanted: Callable[[str], bool]) -> list[tuple[str, int]]:
    """Each of a run's system calls that is wanted, as its name and its number."""
    return [(call, number) for call in calls for number, made in enumerate(scene.calls(call), 1) if is_wanted(made)]


def test_killed_at_any_moment(scene):
    chance = random.Random(20261208)
    killed = 0
    for _ in range(16):
        with Trial(scene) as trial:
            moment = chance.uniform(0, scene.duration)
            run = trial.publish(kill_after=moment)
            killed += run.status != 0
            point = f"killed after {moment * 1000:.1f} of {scene.duration * 1000:.1f} ms"
            assert not trial.torn_exports(), point
            healed(trial, point)
    assert killed > 5, "hardly any run was killed: the moments are wrong"


@pytest.mark.parametrize(
    ("calls", "count"),
    [
        (("pwrite64",), 4),
        (("write",), 3),
        (crashes.SYNCS, 5),
        (("rename", "link", "symlink"), 5),
        (("unlink", "mkdir", "ftruncate"), 3),
        (crashes.TALK, 4),
    ],
    ids=["ledger", "write", "sync", "name", "folder", "network"],
)
def test_killed_before_a_system_call(scene, strace, calls, count):
    for call, number in spread(points(scene, calls, lambda _: True), count):
        with Trial(scene) as trial:
            try:
                made = trial.kill_before(call, number)
            except Untouched:  # the network decides how often some calls are made
                continue
            assert not trial.torn_exports(), made
            healed(trial, made)


@pytest.mark.parametrize(("disk_at", "count"), [("staffrepo", 6), (".", 4), ("objects", 3)])
def test_full_disk(scene, disk_at, count):
    """Nothing is said to be done that is not, and with space again everything is there."""
    try:
        most = crashes.space_needed(scene, disk_at)
    except Unable as reason:
        pytest.skip(f"{reason}; small disks take root")
    statuses = set()
    for step in range(count):
        free = most * step // (count - 1)
        with Trial(scene, disk_at=disk_at) as trial:
            trial.disk.leave_free(free)
            run = trial.publish()
            statuses.add(run.status)
            point = f"{free} bytes free at {disk_at}"
            assert run.status in (0, 1, 70), f"{point}: {run.status} {run.messages}"
            assert run.status != 0 or not trial.shortcomings(), point
            assert not trial.torn_exports() + trial.damage(), point
            trial.disk.leave_free(64 * 1024 * 1024)
            healed(trial, point)
    assert 0 in statuses and len(statuses) > 1, f"the sizes are wrong: every run ended with {statuses}"


@pytest.mark.parametrize(
    ("error", "calls"),
    [("EIO", crashes.SYNCS), ("EIO", crashes.WRITES), ("ENOSPC", crashes.WRITES)],
    ids=["sync", "write", "space"],
)
def test_failing_disk(scene, strace, error, calls):
    for call, number in spread(points(scene, calls, scene.is_about_repository), 5):
        with Trial(scene) as trial:
            try:
                run = trial.fail(call, number, error)
            except Untouched:
                continue
            point = f"{error} at {call} {number}"
            assert run.status in (0, 1, 70), f"{point}: {run.status} {run.messages}"
            assert run.status != 0 or not trial.shortcomings(), point
            assert not trial.torn_exports() + trial.damage(), point
            healed(trial, point)


@pytest.mark.parametrize("part", ["journal objects", "journal reference", "ledger", "export files"])
@pytest.mark.parametrize("error", ["EIO", "ENOSPC"])
def test_errors_are_told_in_words(scene, strace, error, part):
    """No system or SQLite error comes out bare, and it is called by its name."""
    calls = ("write", "pwrite64") if error == "ENOSPC" else crashes.SYNCS
    told = 0
    for call, number in spread(points(scene, calls, lambda made: scene.part_of(made) == part), 3):
        with Trial(scene) as trial:
            try:
                run = trial.fail(call, number, error)
            except Untouched:
                continue
            if run.status == 0:  # libgit2 writes most objects a second time
                continue
            complaint = run.complaint(error)
            assert complaint is None, f"{error} at {call} {number}: {complaint}"
            told += 1
    assert told


@pytest.mark.parametrize("name", CASES)
def test_heals(binary, tmp_path, name):
    with Site(binary, tmp_path / "site") as site:
        CASES[name](site)
        assert not site.shortcomings()
