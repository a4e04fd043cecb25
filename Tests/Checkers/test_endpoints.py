"""Endpoints that are slow, broken, greedy or false: what they can cost, and what the product makes of their answers.

All of them wait at the same time, in one publication, so the whole takes no longer than the slowest.
"""

import ssl
import subprocess
import time
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
import trustme

from outpost import Outpost, instant, person, person_path
from rogue import Rogue, answer, answering, deaf, dripping, flooding, resetting, silent, stopping

# The whole time of a request in seconds, by the host's configuration.
LIMIT = 3
MEGABYTE = 1 << 20
BUFFERS = MEGABYTE // 2
NO_CONTENT = answer("204 No Content")
TOMORROW = datetime.now(timezone.utc) + timedelta(hours=20)

ENDLESS = {
    "slow-head": dripping(b"HTTP/1.1 200 OK\r\nX-Drop: ", b"drip"),
    "slow-body": dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n", b"drip"),
    "slow-chunks": dripping(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
    "slow-provisional": dripping(b"", b"HTTP/1.1 102 Processing\r\n\r\n", pause=0.05),
    "silent": silent,
}
FLOODS = {
    "body": flooding(b"HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n", b"x"),
    "until-closed": flooding(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", b"x"),
    "chunks": flooding(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
    "one-chunk": flooding(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n40000000\r\n", b"x"),
    "chunk-extension": flooding(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;", b"x"),
    "trailers": flooding(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", b"X-Wave: x\r\n"),
    "headers": flooding(b"HTTP/1.1 200 OK\r\n", b"X-Wave: x\r\n"),
    "header-line": flooding(b"HTTP/1.1 200 OK\r\nX-Wave: ", b"x"),
    "status-line": flooding(b"HTTP/1.1 200 ", b"x"),
    "provisional": flooding(b"", b"HTTP/1.1 102 Processing\r\n\r\n"),
    "retry-after": flooding(b"HTTP/1.1 503 No\r\n", b"Retry-After: 5\r\n"),
}
BROKEN = {
    "closes-at-once": deaf,
    "resets": resetting,
    "garbage": answering(b"\x00\xff\x1b[31m\r\n\r\nnonsense"),
    "old-http": answering(b"OK\r\n"),
    "no-number": answering(b"HTTP/1.1 OK 200\r\n\r\n"),
    "large-number": answering(b"HTTP/1.1 2000 OK\r\n\r\n"),
    "other-protocol": answering(b"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u2\r\n"),
    "negative-length": answering(b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n"),
    "huge-length": answering(b"HTTP/1.1 500 No\r\nContent-Length: 99999999999999999999999\r\n\r\n"),
    "half-status": stopping(b"HTTP/1.1 20"),
    "half-head": stopping(b"HTTP/1.1 200 OK\r\nContent-Le"),
}
STATUSES = [100, 300, 301, 302, 303, 304, 307, 308, 400, 401, 404, 418, 429, 500, 502, 503, 504, 599]
# What Retry-After says, and how many seconds, or until when, an endpoint is left alone at least.
WAITS = {
    "seconds": ("429 Too Many Requests", "7200", 7200),
    "unavailable": ("503 Service Unavailable", "7200", 7200),
    "date": ("429 Too Many Requests", format_datetime(TOMORROW, usegmt=True), TOMORROW),
    "past": ("429 Too Many Requests", "Sun, 06 Nov 1994 08:49:37 GMT", 0),
    "age": ("429 Too Many Requests", "99999999999999999999999", 0),
    "week": ("429 Too Many Requests", "604800", 86_400),
    "negative": ("429 Too Many Requests", "-5", 0),
    "words": ("429 Too Many Requests", "after lunch", 0),
    "two": ("429 Too Many Requests", "5\r\nRetry-After: 7200", 0),
}
# The seconds after the first attempts, each up to a tenth longer.
SCHEDULE = [5, 300, 1800]
# These hear of the person's unit too, after the person.
TWO_EVENTS = {"twice", "hangs-up"}
SUBSCRIPTION = "url: {url}\nevents: [{events}]\n"


@pytest.fixture(scope="session")
def listener():
    """Where redirects lead: nobody may ever come."""
    return Rogue(answering(NO_CONTENT))


@pytest.fixture(scope="session")
def rogues(listener):
    away = f"Location: {listener.url}/secret"
    behaviours = ENDLESS | BROKEN
    behaviours |= {f"flood-{name}": flood for name, flood in FLOODS.items()}
    behaviours |= {f"status-{status}": answering(answer(f"{status} So", away)) for status in STATUSES}
    behaviours |= {
        f"retry-{name}": answering(answer(status, f"Retry-After: {wait}")) for name, (status, wait, _) in WAITS.items()
    }
    behaviours["refresh"] = answering(answer("200 OK", f"Refresh: 0; url={listener.url}/secret", away))
    behaviours["gone"] = answering(answer("410 Gone"))
    behaviours["twice"] = answering(NO_CONTENT + NO_CONTENT, answer("503 Not Now"))
    behaviours["hangs-up"] = stopping(NO_CONTENT)
    behaviours["good"] = answering(NO_CONTENT)
    rogues = {name: Rogue(behave) for name, behave in behaviours.items()}
    yield rogues
    for rogue in [*rogues.values(), listener]:
        rogue.close()


@pytest.fixture(scope="session")
def outpost(binary, rogues, tmp_path_factory):
    """One person created, told to all of them; `outpost.published` is that run, `outpost.at` when it ended."""
    outpost = Outpost(binary, tmp_path_factory.mktemp("endpoints") / "outpost.git")
    outpost.git("config", "staffrepo.allowNetworks", "127.0.0.0/8")
    outpost.git("config", "staffrepo.requestTimeout", str(LIMIT))
    outpost.found(
        {
            name: SUBSCRIPTION.format(url=rogue.url, events='"*"' if name in TWO_EVENTS else "person.created")
            for name, rogue in rogues.items()
        }
    )
    outpost.commit("Somebody", {person_path(1): person(1)})
    outpost.began = time.time()
    outpost.published = outpost.publish()
    outpost.told = {name: [] for name in rogues}
    for delivery in outpost.deliveries():
        outpost.told[delivery["target"].removeprefix("webhook/")].append(delivery)
    yield outpost


def only(outpost, name: str) -> dict:
    [delivery] = outpost.told[name]
    return delivery


def test_everybody_was_asked_once(outpost, rogues):
    """Nobody suffered from the others: each endpoint was tried, the good one at once and with success."""
    assert [name for name, rogue in rogues.items() if not rogue.connections] == []
    assert [name for name in rogues if len(outpost.told[name]) != (2 if name in TWO_EVENTS else 1)] == []
    assert only(outpost, "good")["state"] == "delivered"
    assert rogues["good"].connections[0].opened - rogues["silent"].connections[0].opened < 2
    assert outpost.published.status == 1


def test_one_run_tries_once(outpost):
    """Without --deadline what failed waits for the next run, however long this one takes."""
    often = [name for name, [delivery, *_] in outpost.told.items() if len(delivery["attempts"]) != 1]
    assert often == []


@pytest.mark.parametrize("name", ENDLESS)
def test_an_attempt_ends(outpost, rogues, name):
    """However an endpoint stretches its answer, the attempt ends with the request's time, and is a failure."""
    [connection] = rogues[name].connections
    assert connection.seconds < LIMIT + 1
    delivery = only(outpost, name)
    assert delivery["state"] == "pending"
    assert delivery["error"]


def test_the_run_ends(outpost):
    """A publication waits for its slowest attempt and no longer: look-ups, reports and goodbyes included."""
    assert outpost.published.seconds < LIMIT + 2


@pytest.mark.parametrize("name", FLOODS)
def test_a_flood_is_not_drunk(outpost, rogues, name):
    """Of an answer without end at most a megabyte is taken, besides what lies in sockets' buffers; and not for long."""
    connections = rogues[f"flood-{name}"].connections
    assert max(connection.sent for connection in connections) <= MEGABYTE + BUFFERS
    assert max(connection.seconds for connection in connections) < 3


@pytest.mark.parametrize("name", ["body", "until-closed", "chunks", "one-chunk"])
def test_a_long_answer_is_an_answer(outpost, name):
    """2xx means taken: an endpoint that prints a page as well does not get the event again."""
    delivery = only(outpost, f"flood-{name}")
    assert (delivery["state"], delivery["last_status"]) == ("delivered", 200)


@pytest.mark.parametrize("name", ["headers", "header-line", "status-line", "provisional", "retry-after"])
def test_a_head_without_end_is_none(outpost, name):
    assert only(outpost, f"flood-{name}")["state"] == "pending"


@pytest.mark.parametrize("name", BROKEN)
def test_no_answer_is_a_failure(outpost, name):
    """Only a whole head that says 2xx is an acknowledgement; what went wrong is said in words, and on one line."""
    delivery = only(outpost, name)
    assert delivery["state"] == "pending"
    assert delivery["error"] and delivery["error"].isprintable()


@pytest.mark.parametrize("status", STATUSES)
def test_other_answers_are_failures(outpost, status):
    """Also those that no standard knows. 100 alone announces an answer that never comes."""
    delivery = only(outpost, f"status-{status}")
    assert delivery["state"] == "pending"
    assert delivery["last_status"] == (None if status == 100 else status)


def test_nobody_is_followed(outpost, listener, rogues):
    """Standard Webhooks: a redirect is a failure. Nor does any other header lead anywhere."""
    assert listener.connections == []
    assert only(outpost, "refresh")["state"] == "delivered"


def test_an_answer_answers_one_request(outpost, rogues):
    """What is sent ahead of a request does not acknowledge it."""
    created, assigned = outpost.told["twice"]
    assert len(rogues["twice"].requests) >= 2
    assert (created["state"], assigned["state"], assigned["last_status"]) == ("delivered", "pending", 503)


def test_hanging_up_afterwards_is_no_failure(outpost, rogues):
    """An endpoint that closes without a word is connected to anew; nobody sees a failed attempt."""
    assert [delivery["state"] for delivery in outpost.told["hangs-up"]] == ["delivered", "delivered"]
    assert [len(delivery["attempts"]) for delivery in outpost.told["hangs-up"]] == [1, 1]
    assert len(rogues["hangs-up"].requests) == 2


def test_terminal_is_not_written_to_by_endpoints(outpost):
    """No control characters of theirs reach the operator's screen or journal."""
    text = outpost.published.messages + outpost.published.output
    assert [character for character in text if not character.isprintable() and character != "\n"] == []


def wait_and_schedule(outpost, name: str) -> tuple[float, float, float]:
    """How long a delivery is put off, how long the retry schedule by itself says, and when it was last tried."""
    delivery = only(outpost, name)
    assert delivery["state"] == "pending"
    tried = instant(delivery["attempts"][-1]["at"])
    return instant(delivery["next_attempt"]) - tried, SCHEDULE[len(delivery["attempts"]) - 1], tried


@pytest.mark.parametrize("name", WAITS)
def test_retry_after(outpost, name):
    """Seconds or an HTTP date lengthen the wait, up to a day, and shorten nothing."""
    _, _, least = WAITS[name]
    wait, schedule, tried = wait_and_schedule(outpost, f"retry-{name}")
    if isinstance(least, datetime):
        least = int(least.timestamp()) - tried  # HTTP dates have whole seconds
    assert max(least, schedule) - 1 <= wait <= 86_400 + 1


@pytest.mark.parametrize("name", ["negative", "words", "past"])
def test_nonsense_does_not_lengthen_the_wait(outpost, name):
    wait, schedule, _ = wait_and_schedule(outpost, f"retry-{name}")
    assert wait <= schedule * 1.1 + 1


def test_gone_disables(outpost, rogues):
    """410: nothing is sent any more, not even what comes later; another endpoint hears of it."""
    assert only(outpost, "gone")["state"] == "pending"
    outpost.commit("Somebody else", {person_path(2): person(2)})
    outpost.run("publish", "--to", "webhook/good")
    outpost.run("publish", "--to", "webhook/gone")
    assert len(rogues["gone"].connections) == 1
    assert len(rogues["good"].requests) == 2
    status = outpost.run("status")
    [line] = [line for line in status.output.splitlines() if line.startswith("webhook/gone ")]
    assert "disabled" in line and "410" in line


def test_a_flood_costs_no_memory(binary, tmp_path):
    """The peak of a run that is sent a gigabyte is that of one that is answered properly, but for a megabyte."""
    peaks = {"calm": [], "flood": []}
    for run in range(3):
        for name, behave in (("calm", answering(NO_CONTENT)), ("flood", FLOODS["body"])):
            rogue = Rogue(behave)
            outpost = Outpost(binary, tmp_path / f"{name}-{run}.git")
            outpost.git("config", "staffrepo.allowNetworks", "127.0.0.0/8")
            outpost.found({"only": SUBSCRIPTION.format(url=rogue.url, events="person.created")})
            outpost.commit("Somebody", {person_path(1): person(1)})
            published = outpost.publish()
            assert published.status == 0, published.messages
            assert len(rogue.requests) == 1
            peaks[name].append(published.peak)
            rogue.close()
    noise = max(peaks["calm"]) - min(peaks["calm"])
    assert min(peaks["flood"]) - min(peaks["calm"]) <= MEGABYTE + noise, peaks


# ---- TLS ----

REFUSED = ["stranger", "self-signed", "wrong-name", "expired", "not-yet", "plain-text", "other-authority", "neighbour"]


@pytest.fixture(scope="session")
def hall(binary, tmp_path_factory):
    """Endpoints that speak TLS; `hall.doors` are the listeners by the subscription's name."""
    folder = tmp_path_factory.mktemp("tls")
    ours, other = trustme.CA(), trustme.CA()
    ours.cert_pem.write_to_path(folder / "ours.pem")
    other.cert_pem.write_to_path(folder / "other.pem")
    now = datetime.now(timezone.utc)
    day = timedelta(days=1)
    certificates = {
        "stranger": ours.issue_cert("localhost"),
        "desk": ours.issue_cert("localhost"),
        "wrong-name": ours.issue_cert("desk.outpost.example"),
        "expired": ours.issue_cert("localhost", not_before=now - 9 * day, not_after=now - day),
        "not-yet": ours.issue_cert("localhost", not_before=now + day, not_after=now + 9 * day),
        "other-authority": ours.issue_cert("localhost"),
    }
    doors = {}
    for name, certificate in certificates.items():
        context = server_context()
        certificate.configure_cert(context)
        doors[name] = Rogue(answering(NO_CONTENT), context)
    doors["self-signed"] = Rogue(answering(NO_CONTENT), self_signed(folder))
    doors["plain-text"] = Rogue(answering(NO_CONTENT))
    doors["plain-text"].url = doors["plain-text"].url.replace("http://127.0.0.1", "https://localhost")
    hall = Outpost(binary, folder / "hall.git")
    hall.git("config", "staffrepo.allowNetworks", "127.0.0.0/8, ::1/128")
    hall.git("config", "staffrepo.requestTimeout", str(LIMIT))
    for name in ("desk", "wrong-name", "expired", "not-yet"):
        hall.git("config", f"staffrepo.{name}.caFile", str(folder / "ours.pem"))
    hall.git("config", "staffrepo.other-authority.caFile", str(folder / "other.pem"))
    # The same server as the desk's, whose authority was not named for this subscription.
    urls = {name: door.url for name, door in doors.items()} | {"neighbour": f"{doors['desk'].url}/neighbour"}
    hall.found({name: SUBSCRIPTION.format(url=url, events='"*"') for name, url in urls.items()})
    hall.commit("Somebody", {person_path(1): person(1)})
    hall.publish()
    hall.told = {name: hall.deliveries(name) for name in urls}
    hall.doors = doors
    yield hall
    for door in doors.values():
        door.close()


def server_context() -> ssl.SSLContext:
    return ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)


def self_signed(folder) -> ssl.SSLContext:
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-days", "9",
         "-keyout", str(folder / "key.pem"), "-out", str(folder / "self.pem")],
        check=True, capture_output=True,
    )  # fmt: skip
    context = server_context()
    context.load_cert_chain(folder / "self.pem", folder / "key.pem")
    return context


@pytest.mark.parametrize("name", REFUSED)
def test_false_certificates_are_refused(hall, name):
    """Nothing of an event reaches a server that cannot prove who it is; why is said in words."""
    door = hall.doors["desk" if name == "neighbour" else name]
    assert door.connections, "nobody came"
    assert [request for request in door.requests if name != "neighbour" or b"/neighbour" in request] == []
    first, *later = hall.told[name]
    assert first["state"] == "pending"
    assert first["error"].isprintable() and len(first["error"].split()) > 2
    assert [delivery["state"] for delivery in later] == ["pending"] * len(later)


def test_an_authority_of_the_house_is_trusted(hall):
    """The host names it for one subscription: git config staffrepo.desk.caFile."""
    assert [delivery["state"] for delivery in hall.told["desk"]] == ["delivered", "delivered"]
    assert len(hall.doors["desk"].requests) == 2
