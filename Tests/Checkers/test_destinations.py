"""Sets of files get where staffrepo.yaml says, whole or not at all, whatever happens to the sender on its way."""

import getpass
import hashlib
import json
import os
import random
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import threading
import time
from pathlib import Path

import pytest

from depots import BucketDepot, Depot, SFTPDepot, WebDepot
from outpost import CONFIGURATION, DEPOT, Outpost, person, person_path

KINDS = {
    "sftp": lambda folder: SFTPDepot(folder / "sftp"),
    "web": lambda folder: WebDepot(),
    "bucket": lambda folder: BucketDepot(),
}
KILLS = int(os.environ.get("STAFFREPO_KILLS", "15"))


@pytest.fixture(params=KINDS)
def depot(request, tmp_path):
    depot = KINDS[request.param](tmp_path)
    yield depot
    depot.close()


@pytest.fixture
def sftp(tmp_path):
    depot = SFTPDepot(tmp_path / "sftp")
    yield depot
    depot.close()


@pytest.fixture
def web():
    depot = WebDepot()
    yield depot
    depot.close()


def settings(destination: str, system: str = "hr", more: str = "") -> str:
    return f"{CONFIGURATION}systems:\n  {system}: {{schedule: every commit, destination: {destination}}}\n{more}"


def office(binary: str, folder: Path, depot: Depot | None, destination: str, people: int = 3, system="hr") -> Outpost:
    """A repository whose HR files go to a destination; nothing is published yet."""
    outpost = Outpost(binary, folder)
    outpost.git("config", "staffrepo.allowNetworks", "127.0.0.0/8")
    outpost.git("config", "staffrepo.requestTimeout", "3s")
    secrets = folder / "staffrepo/secrets" / system
    secrets.mkdir(parents=True)
    for name, value in (depot.secrets if depot else {}).items():
        (secrets / name).write_text(value)
        (secrets / name).chmod(0o600)
    files = {"staffrepo.yaml": settings(destination, system), "data/units/depot.yaml": DEPOT}
    files |= {person_path(number): person(number) for number in range(1, people + 1)}
    outpost.commit("The beginning", files)
    return outpost


def change(outpost: Outpost, number: int):
    outpost.commit(f"Change {number}", {person_path(1): person(1, job_title=f"Worker {number}")})


def exported(outpost: Outpost, system: str = "hr") -> dict[str, bytes]:
    """The newest set on the sender's side."""
    folder = (outpost.folder / "staffrepo/exports" / system / "current").resolve(strict=True)
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file() and ".given" not in path.parts}


def given(outpost: Outpost, system: str = "hr") -> str:
    return (outpost.folder / "staffrepo/exports" / system / ".given").read_text().strip()


def standing(outpost: Outpost, target: str = "export/hr") -> dict:
    told = json.loads(outpost.run("status", "--format", "json").output)
    return next(entry for entry in told["targets"] if entry["target"] == target)


# Whole sets.


def test_arrives_as_it_is(binary, tmp_path, depot):
    outpost = office(binary, tmp_path / "office", depot, depot.destination())
    done = outpost.publish()
    assert done.status == 0, done.messages + done.output
    assert depot.newest() == exported(outpost)
    assert given(outpost) == f"sent {next(iter(depot.sets()))}"
    change(outpost, 1)
    done = outpost.publish()
    assert done.status == 0, done.messages + done.output
    assert depot.newest() == exported(outpost) and len(depot.sets()) == 2
    assert not depot.torn()
    assert getattr(depot, "refused", []) == []


def test_pointer_names_the_newest(binary, tmp_path, depot):
    outpost = office(binary, tmp_path / "office", depot, depot.destination())
    outpost.publish()
    change(outpost, 1)
    outpost.publish()
    if isinstance(depot, SFTPDepot):
        assert "latest.json" not in depot.files()
        return
    pointer = json.loads(depot.files()["latest.json"])
    assert depot.files()[pointer["manifest"]] == exported(outpost)["manifest.json"]


def test_manifest_comes_last(binary, tmp_path, web):
    outpost = office(binary, tmp_path / "office", web, web.destination())
    outpost.publish()
    names = [path.split("/")[-1] for method, path, _ in web.requests if method == "PUT"]
    assert names[-2:] == ["manifest.json", "latest.json"] and names.count("manifest.json") == 1


def test_manifest_appears_whole(binary, tmp_path, sftp):
    """A server shows a file while it is written: the manifest must not have its name before it has its bytes."""
    outpost = office(binary, tmp_path / "office", sftp, sftp.destination())
    assert outpost.publish().status == 0
    log = sftp.log()
    assert re.search(r'rename old "[^"]+/manifest\.json\.part" new "[^"]+/manifest\.json"', log), log
    assert not re.search(r'open "[^"]+/manifest\.json" flags WRITE', log)
    assert re.search(r'open "[^"]+/manifest\.json\.part" flags WRITE', log)
    assert not [path for path in sftp.files() if path.endswith(".part")]


def test_the_same_files_are_not_sent_again(binary, tmp_path, depot):
    outpost = office(binary, tmp_path / "office", depot, depot.destination())
    outpost.publish()
    before = set(depot.sets())
    outpost.commit("Nothing that HR sees", {"data/units/depot.yaml": DEPOT + "type: team\n"})
    done = outpost.publish()
    assert done.status == 0 and "already" in done.output, done.output + done.messages
    assert set(depot.sets()) == before
    newest = json.loads(exported(outpost)["manifest.json"])
    if not isinstance(depot, SFTPDepot):
        pointer = json.loads(depot.files()["latest.json"])
        assert pointer["commit"] == newest["commit"] and pointer["manifest"] in depot.files()
    change(outpost, 1)
    outpost.publish()
    assert depot.newest() == exported(outpost)


def test_a_lost_ledger_and_lost_memory_heal(binary, tmp_path, depot):
    outpost = office(binary, tmp_path / "office", depot, depot.destination())
    outpost.publish()
    for ledger in (outpost.folder / "staffrepo").glob("ledger.sqlite*"):
        ledger.unlink()
    done = outpost.publish()
    assert done.status == 0, done.messages
    assert len(depot.sets()) == 1 and not depot.torn()
    shutil.rmtree(outpost.folder / "staffrepo/exports")
    change(outpost, 1)
    outpost.publish()
    assert depot.newest() == exported(outpost) and not depot.torn()


def test_redelivered_on_request(binary, tmp_path, depot):
    outpost = office(binary, tmp_path / "office", depot, depot.destination())
    outpost.publish()
    lost = next(path for path in depot.files() if path.endswith("employees.csv"))
    if isinstance(depot, SFTPDepot):
        (depot.root / lost).unlink()
    elif isinstance(depot, WebDepot):
        del depot.stored[lost]
    else:
        depot.client.delete_object(Bucket=depot.bucket, Key=f"{depot.prefix}/{lost}")
    assert depot.torn()
    done = outpost.run("redeliver", "--to", "export/hr")
    assert done.status == 0, done.messages
    outpost.publish()
    assert not depot.torn() and depot.newest() == exported(outpost)


# Accidents.


def kill_while_publishing(outpost: Outpost, moment: float) -> bool:
    """Whether the sender was killed, and had not ended by itself."""
    process = subprocess.Popen(
        [outpost.binary, "publish"], cwd=outpost.folder, env=outpost.environment,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        process.wait(moment)
        return False
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.wait()
        return True


def kill_at_request(outpost: Outpost, web: WebDepot, number: int) -> bool:
    """The same when the receiver has got so many requests: no clock hits the few milliseconds that they take."""
    seen, started, process = 0, threading.Event(), None

    def kill(method: str, path: str) -> str | None:
        nonlocal seen
        started.wait()
        seen += 1
        if seen < number:
            return None
        process.kill()
        return "hang up"

    web.fault = kill
    process = subprocess.Popen(
        [outpost.binary, "publish"], cwd=outpost.folder, env=outpost.environment,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    started.set()
    status = process.wait()
    web.fault = None
    return status == -signal.SIGKILL


def test_killed_at_any_moment(binary, tmp_path, depot):
    outpost = office(binary, tmp_path / "office", depot, depot.destination(), people=400, system="entra")
    outpost.publish()
    seconds = []
    for number in range(3):
        change(outpost, number)
        begun = time.monotonic()
        outpost.publish()
        seconds.append(time.monotonic() - begun)
    duration = sorted(seconds)[1]
    chance, killed, half, number = random.Random(20261209), 0, 0, 10
    while killed < KILLS:
        number += 1
        change(outpost, number)
        if isinstance(depot, WebDepot) and number % 2:
            is_killed = kill_at_request(outpost, depot, chance.randint(2, 9))
        else:
            is_killed = kill_while_publishing(outpost, duration * chance.uniform(0.2, 1.0))
        is_half = given(outpost, "entra").startswith("sending")
        assert not depot.torn(), f"after {killed} kills"
        killed, half = killed + is_killed, half + is_half
        # What else the machine does changes all the time: later when too early, earlier when it had ended.
        duration *= 1.0 if is_half else 1.1 if is_killed else 0.9
        if number % 5 == 0:
            outpost.publish()
            assert depot.newest() == exported(outpost, "entra")
        assert number < 10 * KILLS
    assert half > KILLS / 20, "hardly any set was half sent: the moments are wrong"
    done = outpost.publish()
    assert done.status == 0, done.messages + done.output
    assert depot.newest() == exported(outpost, "entra") and not depot.torn()
    assert given(outpost, "entra").startswith("sent ")


def test_network_cut(binary, tmp_path, web):
    outpost = office(binary, tmp_path / "office", web, web.destination(), people=120, system="entra")
    outpost.publish()
    number = 0
    for cut in range(1, 9):
        number += 1
        change(outpost, number)
        seen = len(web.requests)
        web.fault = lambda method, path: "hang up" if len(web.requests) - seen >= cut else None
        done = outpost.publish()
        assert not web.torn()
        web.fault = None
        if done.status == 1:
            assert given(outpost, "entra").startswith("sending"), cut
            done = outpost.publish()
        assert done.status == 0, done.messages
        assert web.newest() == exported(outpost, "entra")


def test_another_place_is_given_everything(binary, tmp_path, web):
    """A file of differences is about what the place has; a new one has nothing."""
    outpost = office(binary, tmp_path / "office", web, web.destination())
    text = settings(web.destination()).replace("{schedule", "{profiles: [changes], schedule")
    outpost.commit("Differences", {"staffrepo.yaml": text})
    outpost.publish()
    change(outpost, 1)
    outpost.publish()
    rows = web.newest()["employees-changes.csv"].splitlines()
    assert len(rows) == 2
    outpost.commit("Elsewhere", {"staffrepo.yaml": text.replace("/in'", "/in/two'")})
    done = outpost.publish()
    assert done.status == 0, done.output
    there = {path.removeprefix("two/"): file for path, file in web.stored.items() if path.startswith("two/")}
    table = next(file for path, file in there.items() if path.endswith("employees-changes.csv"))
    assert len(table.splitlines()) == 4


def test_images_go_once_beside_the_sets(binary, tmp_path, depot):
    image = b"\xff\xd8\xff" + bytes(range(256)) * 20
    name = f"images/{hashlib.sha256(image).hexdigest()}.jpg"
    outpost = office(binary, tmp_path / "office", depot, depot.destination())
    outpost.publish()
    change(outpost, 1)
    # What a profile with images leaves in a set.
    outpost.environment["STAFFREPO_NOW"] = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 60))
    saved, fault = depot.secrets, outpost.folder / "staffrepo/secrets/hr"
    for secret in saved:
        (fault / secret).rename(fault / f"{secret}.away")
    assert outpost.publish().status == 1
    for secret in saved:
        (fault / f"{secret}.away").rename(fault / secret)
    folder = (outpost.folder / "staffrepo/exports/hr/current").resolve()
    (folder / "images").mkdir()
    (folder / name).write_bytes(image)
    assert outpost.publish().status == 0
    assert depot.files()[name] == image and not any("/images/" in path for path in depot.files())
    assert (outpost.folder / "staffrepo/exports/hr/.images").read_text().splitlines()[1:] == [name]


def test_server_errors_are_told_and_tried_again(binary, tmp_path, web):
    outpost = office(binary, tmp_path / "office", web, web.destination())
    outpost.publish()
    change(outpost, 1)
    web.fault = lambda method, path: 507 if path.endswith("manifest.json") else None
    done = outpost.publish()
    assert done.status == 1 and "answered 507" in done.output
    target = standing(outpost)
    assert target["status"] == "failed" and "507" in target["error"] and target["behind"] == 1
    change(outpost, 2)
    outpost.publish()
    web.fault = None
    done = outpost.publish()
    assert done.status == 0, done.output
    assert web.newest() == exported(outpost)
    told = json.loads(outpost.run("deliveries", "--to", "export/hr", "--format", "json").output)
    assert [send["state"] for send in told] == ["sent", "superseded", "sent"]
    assert standing(outpost)["status"] == "active" and standing(outpost)["behind"] == 0


def test_another_host_key(binary, tmp_path, sftp):
    outpost = office(binary, tmp_path / "office", sftp, sftp.destination(sftp.fingerprint_of("other")))
    done = outpost.publish()
    assert done.status == 1 and sftp.fingerprint in done.output and "another server" in done.output, done.output
    assert not sftp.files()
    sftp.stop()
    sftp.start("other")
    assert outpost.publish().status == 0
    assert sftp.newest() == exported(outpost)


def test_far_disk_full(binary, tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16k", "none", str(disk)], capture_output=True).returncode:
        pytest.skip("small disks take the right to mount")
    depot = SFTPDepot(tmp_path / "sftp", disk)
    try:
        outpost = office(binary, tmp_path / "office", depot, depot.destination(), people=600)
        done = outpost.publish()
        assert done.status == 1, done.output
        assert not depot.sets()
        subprocess.run(["mount", "-o", "remount,size=8m", str(disk)], check=True)
        assert outpost.publish().status == 0
        assert depot.newest() == exported(outpost)
    finally:
        depot.close()
        subprocess.run(["umount", "-l", str(disk)], check=False)


def test_what_is_not_there_is_told_without_secrets(binary, tmp_path, web):
    outpost = office(binary, tmp_path / "office", web, web.destination())
    secret = outpost.folder / "staffrepo/secrets/hr/web-token"
    secret.write_text("another token that is wrong")
    done = outpost.publish()
    assert done.status == 1 and "answered 401" in done.output
    assert "another token" not in done.output + done.messages
    secret.unlink()
    change(outpost, 1)
    done = outpost.publish()
    assert done.status == 1 and "file:web-token is not there" in done.output


def test_inside_addresses_are_refused(binary, tmp_path, depot):
    outpost = office(binary, tmp_path / "office", depot, depot.destination())
    outpost.git("config", "--unset", "staffrepo.allowNetworks")
    done = outpost.publish()
    assert done.status == 1 and "refused" in done.output, done.output
    assert not depot.files()


def test_disabled_system_does_nothing(binary, tmp_path, depot):
    outpost = office(binary, tmp_path / "office", depot, depot.destination())
    text = settings(depot.destination()).replace("{schedule", "{enabled: false, schedule")
    outpost.commit("Off", {"staffrepo.yaml": text})
    outpost.wrapper = ["strace", "-f", "-qq", "-e", "trace=connect,openat,mkdir", "-o", str(tmp_path / "calls")]
    if not shutil.which("strace"):
        pytest.fail("strace is missing")
    assert outpost.publish().status == 0
    calls = (tmp_path / "calls").read_text()
    assert "sin_port" not in calls and "exports" not in calls and "secrets" not in calls
    assert not depot.files()


# On this machine.


def test_branch(binary, tmp_path):
    outpost = office(binary, tmp_path / "office", None, "{branch: exports/hr}")
    assert outpost.publish().status == 0
    source = outpost.git("rev-parse", "main")
    table = exported(outpost)["employees.csv"]
    shown = subprocess.run(
        ["git", "show", "exports/hr:employees.csv"], cwd=outpost.folder, capture_output=True, check=True
    )
    assert shown.stdout == table
    assert outpost.git("ls-tree", "--name-only", "exports/hr") == "employees.csv"
    message = outpost.git("log", "-1", "--format=%B", "exports/hr")
    for expected in ("System: hr", f"Commit: {source}", f"sha256:{hashlib.sha256(table).hexdigest()}  employees.csv"):
        assert expected in message
    outpost.commit("Nothing that HR sees", {"data/units/depot.yaml": DEPOT + "type: team\n"})
    outpost.publish()
    assert outpost.git("rev-list", "--count", "exports/hr") == "1"
    change(outpost, 1)
    outpost.publish()
    assert outpost.git("rev-list", "--count", "exports/hr") == "2"
    outpost.git("fsck", "--strict")


def test_the_published_branch_is_not_written(binary, tmp_path):
    outpost = office(binary, tmp_path / "office", None, "{branch: exports/hr}")
    outpost.git("config", "staffrepo.branch", "exports/hr")
    outpost.git("update-ref", "refs/heads/exports/hr", "main")
    before = outpost.git("rev-parse", "exports/hr")
    done = outpost.publish()
    assert done.status == 1 and "is published" in done.output
    assert outpost.git("rev-parse", "exports/hr") == before


def test_folder(binary, tmp_path):
    outpost = office(binary, tmp_path / "office", None, "{directory: payroll/in}")
    assert outpost.publish().status == 0
    folder = outpost.folder / "staffrepo/exports/payroll/in"
    assert {path.name: path.read_bytes() for path in (folder / "current").iterdir()} == exported(outpost)
    outpost.git("config", "staffrepo.hr.directory", str(tmp_path / "elsewhere"))
    change(outpost, 1)
    assert outpost.publish().status == 0
    elsewhere = tmp_path / "elsewhere/current"
    assert {path.name: path.read_bytes() for path in elsewhere.iterdir()} == exported(outpost)


# The daemon.


def test_daemon_sends_beside_its_deliveries(binary, tmp_path, web):
    outpost = office(binary, tmp_path / "office", web, web.destination())
    web.fault = lambda method, path: 503
    daemon = subprocess.Popen(
        [binary, "publish", "--watch"], cwd=outpost.folder, env=outpost.environment, stderr=subprocess.DEVNULL
    )
    try:
        assert eventually(lambda: any(status == 503 for _, _, status in web.requests))
        assert eventually(lambda: standing(outpost)["status"] == "failed")
        web.fault = None
        told = outpost.run("redeliver", "--to", "export/hr")
        assert told.status == 0, told.messages
        assert eventually(lambda: web.newest() == exported(outpost))
        change(outpost, 1)
        assert eventually(lambda: len(web.sets()) == 2), "a commit is sent without being called"
        # A server that takes its time holds up nothing, and does not keep the daemon from ending.
        web.fault = lambda method, path: time.sleep(20)
        change(outpost, 2)
        assert eventually(lambda: given(outpost).startswith("sending"))
        change(outpost, 3)
        assert eventually(lambda: json.loads(outpost.run("status", "--format", "json").output)["behind"] == 0)
        begun = time.monotonic()
        daemon.terminate()
        assert daemon.wait(20) == 0 and time.monotonic() - begun < 8
    finally:
        daemon.kill()
        daemon.wait()
    web.fault = None
    assert outpost.publish().status == 0
    assert web.newest() == exported(outpost) and not web.torn()


def eventually(condition, seconds: float = 30) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.1)
    return False


def test_alarm_for_a_destination_that_fails(binary, tmp_path, web):
    outpost = office(binary, tmp_path / "office", web, web.destination())
    outpost.git("config", "staffrepo.freshness", "1s")
    web.fault = lambda method, path: 503
    outpost.publish()
    time.sleep(2.5)
    outpost.publish()
    told = json.loads(outpost.run("status", "--format", "json").output)
    assert "undelivered/export/hr" in [alarm["alarm"] for alarm in told["alarms"]]
    numbers = outpost.run("status", "--format", "prometheus").output
    assert 'staffrepo_target_up{target="export/hr"} 0' in numbers
    web.fault = None
    outpost.publish()
    told = json.loads(outpost.run("status", "--format", "json").output)
    assert "undelivered/export/hr" not in [alarm["alarm"] for alarm in told["alarms"]]


# For whom alone.


@pytest.fixture
def age(tmp_path):
    told = subprocess.run(["age-keygen", "-o", str(tmp_path / "age.key")], capture_output=True, text=True, check=True)
    return told.stderr.split()[-1], ["age", "--decrypt", "--identity", str(tmp_path / "age.key")]


@pytest.fixture
def openpgp(tmp_path):
    # Sockets of its agent need a short path.
    home = Path("/tmp") / f"gpg-{os.getpid()}-{random.randrange(10**6)}"
    home.mkdir(mode=0o700)
    gpg = ["gpg", "--homedir", str(home), "--batch", "--quiet", "--pinentry-mode", "loopback", "--passphrase", ""]
    subprocess.run([*gpg, "--quick-generate-key", "payroll@example.org", "rsa2048", "encrypt", "never"], check=True)
    told = subprocess.run([*gpg, "--list-keys", "--with-colons"], capture_output=True, text=True, check=True).stdout
    fingerprint = next(line.split(":")[9] for line in told.splitlines() if line.startswith("fpr"))
    public = subprocess.run([*gpg, "--armor", "--export"], capture_output=True, text=True, check=True).stdout
    yield fingerprint, public, [*gpg, "--decrypt"]
    subprocess.run(["gpgconf", "--homedir", str(home), "--kill", "all"], check=False)
    shutil.rmtree(home, ignore_errors=True)


def check_sealed(outpost: Outpost, web: WebDepot, ending: str, decrypt: list[str]):
    clear, sealed = exported(outpost), web.newest()
    assert set(sealed) == {f"employees.csv.{ending}", "manifest.json"}
    opened = subprocess.run(decrypt, input=sealed[f"employees.csv.{ending}"], capture_output=True, check=True).stdout
    assert opened == clear["employees.csv"]
    assert not any(clear["employees.csv"].splitlines()[1] in content for content in web.stored.values())
    assert not web.torn()


def test_age(binary, tmp_path, web, age):
    recipient, decrypt = age
    outpost = office(binary, tmp_path / "office", web, web.destination(f", encrypt_to: {recipient}"))
    web.fault = lambda method, path: 503 if path.endswith("manifest.json") else None
    assert outpost.publish().status == 1
    first = dict(web.stored)
    web.fault = None
    done = outpost.publish()
    assert done.status == 0, done.output
    assert first and all(web.stored[name] == content for name, content in first.items()), "sent again, other bytes"
    check_sealed(outpost, web, "age", decrypt)


def test_openpgp(binary, tmp_path, web, openpgp):
    fingerprint, public, decrypt = openpgp
    more = f", encrypt_to: '{fingerprint}', encrypt_key: data/keys/payroll.asc"
    outpost = office(binary, tmp_path / "office", web, web.destination(more))
    done = outpost.publish()
    assert done.status == 1 and "data/keys/payroll.asc" in done.output and not web.stored
    outpost.commit("The key", {"data/keys/payroll.asc": public})
    done = outpost.publish()
    assert done.status == 0, done.output
    check_sealed(outpost, web, "gpg", decrypt)


def test_a_missing_tool_sends_nothing(binary, tmp_path, web, age):
    outpost = office(binary, tmp_path / "office", web, web.destination(f", encrypt_to: {age[0]}"))
    tools = tmp_path / "tools"
    tools.mkdir()
    for tool in ("git", "sh"):
        (tools / tool).symlink_to(shutil.which(tool))
    outpost.environment["PATH"] = str(tools)
    done = outpost.publish()
    assert done.status == 1 and "age is not installed" in done.output, done.output
    assert not web.requests
