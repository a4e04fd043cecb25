"""Where a subscription's URL may lead: every spelling of an inner address, and names that lead there later.

All connections are seen, whichever address was dialled (island.py); the product must not make one.
"""

import re
import ssl
from ipaddress import IPv4Address, ip_address

import pytest
import trustme

from island import Island
from outpost import Outpost, Run, person, person_path
from rogue import Connection, Rogue, answer, answering

PUBLIC, METADATA = "198.41.0.4", "169.254.169.254"
NO_CONTENT = answer("204 No Content")
# The whole time of a request in seconds, by the host's configuration.
LIMIT = 3

# One address of every network that is nobody's business, as IANA's registries have them, and the clouds' services.
INNER = """
127.0.0.1 127.0.0.2 127.1.2.3 127.255.255.254 0.0.0.0 0.0.0.1 0.255.255.255 10.0.0.1 10.255.255.255 100.64.0.1
100.100.100.200 100.127.255.254 169.254.0.1 169.254.169.254 169.254.170.2 172.16.0.1 172.31.255.255 192.0.0.1
192.0.0.192 192.0.2.1 192.88.99.1 192.168.0.1 192.168.255.255 198.18.0.1 198.19.255.255 198.51.100.1 203.0.113.1
224.0.0.1 239.255.255.250 240.0.0.1 255.255.255.254 255.255.255.255
""".split()
INNER_6 = """
:: ::1 ::ffff:127.0.0.1 ::ffff:7f00:1 ::ffff:a9fe:a9fe ::ffff:0.0.0.0 ::ffff:10.0.0.1 ::ffff:0:127.0.0.1
::127.0.0.1 ::7f00:1 ::169.254.169.254 0:0:0:0:0:0:0:1 0000:0000:0000:0000:0000:0000:0000:0001 0:0:0:0:0:ffff:127.0.0.1
::2 ::ffff:192.168.0.1 64:ff9b::127.0.0.1 64:ff9b::7f00:1 64:ff9b::a9fe:a9fe 64:ff9b::10.0.0.1 64:ff9b:1::1
64:ff9b:1::7f00:1 2002:7f00:1:: 2002:7f00:0001::1 2002:a9fe:a9fe:: 2002:c0a8:1::1 2001::1 2001:0:7f00:1::
2001:10::1 2001:20::1 2001:db8::1 3fff::1 5f00::1 100::1 fc00::1 fd00::1 fd00:ec2::254 FD00:EC2::254
fd00:ec2:0:0:0:0:0:254 fd20:ce::254 fe80::1 fe80::a9fe:a9fe fe80::5efe:7f00:1 fec0::1 febf::1 ff01::1 ff02::1 ff05::2
::ffff:0:0 1::1 0100::7f00:1
""".split()
ZONES = ["fe80::1%lo", "fe80::1%25lo", "fe80::1%251", "fe80::1%eth0", "::1%lo", "::1%25lo", "fd00:ec2::254%25lo"]


def spellings(address: str) -> list[str]:
    """How else an IPv4 address can be written so that some resolver or other takes it."""
    number = int(IPv4Address(address))
    one, two, three, four = IPv4Address(address).packed
    return [
        str(number), hex(number), f"0X{number:X}", f"0{number:o}", f"0x{number:016x}", str(number + (1 << 32)),
        f"{one}.{number & 0xFFFFFF}", f"{one}.{two}.{number & 0xFFFF}", f"0{one:o}.0{two:o}.0{three:o}.0{four:o}",
        f"000{one:o}.{two}.{three}.{four}", f"{one:#x}.{two:#x}.{three:#x}.{four:#x}", f"{one:#x}.{two}.0{three:o}.{four}",
        f"{address}.", f"{address}..", f"{one:03}.{two:03}.{three:03}.{four:03}", f"{address}.0", f"{address}%00",
        address.replace(".", "。"), address.replace(".", "．"), address.replace(".", "｡"),
        "".join(chr(0xFF10 + int(digit)) if digit.isdigit() else digit for digit in address),
        "".join(chr(0x245F + int(digit)) if digit in "123456789" else digit for digit in address),
        "".join(f"%{ord(digit):02x}" for digit in address),
    ]  # fmt: skip


NAMES = """
localhost LOCALHOST LocalHost localhost. localhost.. .localhost a.localhost x.y.localhost localhost.localdomain
localhost6 ip6-localhost ip6-loopback localhost%00 ⓛocalhost ｌｏｃａｌｈｏｓｔ loc%61lhost
inner.test INNER.TEST inner.test. inner6.test mapped.test compatible.test nat64.test metadata.test alias.test
private.test everything.test unspecified.test 127.0.0.1.inner.test
""".split()
TRICKS = """
http://public.test@127.0.0.1:{port}/ http://public.test:80@127.0.0.1:{port}/ http://a:b@127.0.0.1:{port}/
http://public.test%40127.0.0.1:{port}/ http://public.test#@127.0.0.1:{port}/ http://127.0.0.1:{port}#@public.test/
http://public.test\\@127.0.0.1:{port}/ http://127.0.0.1:{port}\\@public.test/ http://@127.0.0.1:{port}/
http://public.test?@127.0.0.1:{port}/ http:///127.0.0.1:{port}/ http:/127.0.0.1:{port}/ http:127.0.0.1:{port}/
http:////127.0.0.1:{port}/ http:\\\\127.0.0.1:{port}/ //127.0.0.1:{port}/ 127.0.0.1:{port} localhost:{port}/hook
HTTP://127.0.0.1:{port}/ HtTpS://127.0.0.1:{port}/ http://127.0.0.1:0{port}/ http://127.0.0.1:{wide}/
http://[::1]:{port}@public.test/ http://[127.0.0.1]:{port}/ http://[::1/ http://::1:{port}/ http://127.0.0.1\t:{port}/
http://127.0.0.1%09:{port}/ http://127.0.0.1%20:{port}/ http://127.0.0.1%2f@public.test/
https://public.test:443@127.0.0.1:{port}/ ftp://127.0.0.1:{port}/ ftps://127.0.0.1:{port}/ sftp://127.0.0.1:{port}/
gopher://127.0.0.1:{port}/_x dict://127.0.0.1:{port}/x telnet://127.0.0.1:{port}/ smtp://127.0.0.1:{port}/
ldap://127.0.0.1:{port}/ tftp://127.0.0.1:{port}/x imap://127.0.0.1:{port}/ mqtt://127.0.0.1:{port}/
ws://127.0.0.1:{port}/ wss://127.0.0.1:{port}/ file:///etc/passwd file://127.0.0.1:{port}/x rtsp://127.0.0.1:{port}/
smb://127.0.0.1:{port}/ jar:http://127.0.0.1:{port}!/ http+unix://127.0.0.1:{port}/ http://127.0.0.1:{port},public.test/
http://public.test,127.0.0.1:{port}/ http://{{127.0.0.1,public.test}}:{port}/ http://127.0.0.[1-2]:{port}/
""".strip("\n").replace("\n", " ").split(" ")


def urls(port: int) -> list[str]:
    """Every address, spelling, name and trick, over http and https."""
    hosts = INNER + [f"[{address}]" for address in INNER_6 + ZONES] + NAMES
    for address in ("127.0.0.1", METADATA, "10.0.0.1", "0.0.0.0"):
        hosts += spellings(address)
    every = [f"{scheme}://{host}:{port}/hook" for host in hosts for scheme in ("http", "https")]
    every += [trick.format(port=port, wide=port + 65536) for trick in TRICKS]
    return list(dict.fromkeys(every))


@pytest.fixture(scope="session")
def island(tmp_path_factory):
    island = Island(tmp_path_factory.mktemp("island"))
    island.names |= {
        "public.test": [[PUBLIC]],
        "inner.test": [["127.0.0.1"]],
        "127.0.0.1.inner.test": [["127.0.0.1"]],
        "inner6.test": [["::1"]],
        "mapped.test": [["::ffff:127.0.0.1"]],
        "compatible.test": [["::127.0.0.1"]],
        "nat64.test": [["64:ff9b::7f00:1"]],
        "metadata.test": [[METADATA, "fd00:ec2::254"]],
        "private.test": [["10.0.0.1", "192.168.0.1", "fd00::1"]],
        "everything.test": [["127.0.0.1", METADATA, "10.0.0.1", "::1", "fe80::1", "fc00::1"]],
        "unspecified.test": [["0.0.0.0", "::"]],
        "alias.test": [["inner.test.", "127.0.0.1"]],
    }
    return island


def curt(connection: Connection):
    """Answers whatever comes first, be it the beginning of TLS, and closes."""
    connection.receive()
    connection.send(NO_CONTENT)


class Harbour:
    """Listeners on all addresses of the island, IPv4 and IPv6, at one port."""

    def __init__(self, island: Island, behave=None, tls=None):
        behave = behave or curt
        four = island.do(Rogue, behave, tls, "0.0.0.0")
        self.port = four.port
        self.listeners = [four, island.do(Rogue, behave, tls, "::", self.port)]

    @property
    def connections(self) -> list[Connection]:
        return [connection for listener in self.listeners for connection in listener.connections]

    @property
    def dialled(self) -> list[str]:
        return [connection.asked_for for connection in self.connections]

    @property
    def inside(self) -> list[str]:
        """Those that are nobody's business. 010.0.0.1 is none of them to whom it is octal."""
        return [address for address in self.dialled if not ip_address(address).is_global]


def subscription(url: str, events: str = "person.created") -> str:
    characters = {"\\": r"\\", '"': r"\"", "\t": r"\t", "\n": r"\n"}
    return f'url: "{"".join(characters.get(character, character) for character in url)}"\nevents: [{events}]\n'


def published(
    island: Island, binary: str, folder, subscriptions: dict[str, str], networks: str = "", **environment: str
) -> tuple[Outpost, Run]:
    """One person created, told to all of them by a program on the island."""
    outpost = Outpost(binary, folder)
    outpost.environment |= environment
    if networks:
        outpost.git("config", "staffrepo.allowNetworks", networks)
    outpost.git("config", "staffrepo.requestTimeout", str(LIMIT))
    outpost.found(subscriptions)
    outpost.commit("Somebody", {person_path(1): person(1)})
    return outpost, island.do(outpost.publish)


@pytest.fixture(scope="session")
def refused(island, binary, tmp_path_factory):
    """All spellings in one publication: the listeners, the URL of each subscription, and what came of it."""
    harbour = Harbour(island)
    addresses = {f"s{number:04}": url for number, url in enumerate(urls(harbour.port))}
    folder = tmp_path_factory.mktemp("spellings") / "outpost.git"
    outpost, run = published(island, binary, folder, {name: subscription(url) for name, url in addresses.items()})
    return harbour, addresses, outpost, run


def test_listeners_see_a_connection(island, binary, tmp_path):
    """The proof of the harness: allowed on purpose, the same address is connected to, once."""
    harbour = Harbour(island)
    for number, (host, network) in enumerate([("127.0.0.1", "127.0.0.0/8"), ("[::1]", "::1/128")]):
        there = {"only": subscription(f"http://{host}:{harbour.port}/")}
        _, run = published(island, binary, tmp_path / str(number), there, network)
        assert run.status == 0, run.messages
    assert harbour.dialled == ["127.0.0.1", "::1"]


def test_listeners_see_the_whole_world(island, binary, tmp_path):
    """And so is a public one, although it is far away."""
    if island.reason:
        pytest.skip(island.reason)
    harbour = Harbour(island)
    published(island, binary, tmp_path / "one", {"only": subscription(f"https://public.test:{harbour.port}/")})
    assert harbour.dialled == [PUBLIC]


def test_no_spelling_leads_inside(refused):
    """Several hundred URLs, and not one connection."""
    harbour, addresses, _, _ = refused
    assert len(addresses) > 400
    assert harbour.inside == []


def test_each_refusal_has_a_reason(refused):
    """A subscription that was published fails with words; any other is held, and `status` and `validate` name it."""
    _, addresses, outpost, run = refused
    told = {delivery["target"].removeprefix("webhook/"): delivery for delivery in outpost.deliveries()}
    assert {delivery["state"] for delivery in told.values()} == {"pending"}
    assert [addresses[name] for name, delivery in told.items() if len((delivery["error"] or "").split()) < 3] == []
    named = outpost.run("status").output
    found = outpost.run("validate").output
    held = [name for name in addresses if name not in told]
    assert [addresses[name] for name in held if not re.search(rf"\b{name}\b", named)] == []
    assert [addresses[name] for name in held if f"{name}.yaml" not in found] == []
    assert run.status == 1


def test_validation_refuses_what_is_never_allowed(refused):
    """The pull request hears of it already: these addresses, plainly written, do not pass."""
    _, addresses, outpost, _ = refused
    found = outpost.run("validate").output
    hosts = ["0.0.0.0", METADATA, "169.254.170.2", "224.0.0.1", "255.255.255.255", "[::]", "[fe80::1]"]
    hosts += ["[fd00:ec2::254]", "[ff02::1]", "[::ffff:a9fe:a9fe]", *spellings(METADATA)[:4]]
    names = [name for name, url in addresses.items() if any(url.startswith(f"https://{host}:") for host in hosts)]
    assert len(names) == len(hosts)
    assert [addresses[name] for name in names if f"{name}.yaml" not in found] == []


NEVER = [
    METADATA, "169.254.170.2", "[fe80::1%25lo]", "[fd00:ec2::254]", "[::ffff:169.254.169.254]", "0.0.0.0", "[::]",
    "224.0.0.1", "[ff02::1]", "metadata.test", "unspecified.test", "2852039166", "[64:ff9b::a9fe:a9fe]",
    "[2002:a9fe:a9fe::]", "[::a9fe:a9fe]",
]  # fmt: skip


def test_some_addresses_cannot_be_allowed(island, binary, tmp_path):
    """Whatever the host allows, the clouds' metadata services and this machine's nameless address stay closed."""
    harbour = Harbour(island)
    there = {
        f"s{number}-{scheme}": subscription(f"{scheme}://{host}:{harbour.port}/")
        for number, host in enumerate(NEVER)
        for scheme in ("http", "https")
    }
    outpost, run = published(island, binary, tmp_path / "one", there, "0.0.0.0/0, ::/0")
    assert harbour.dialled == []
    assert {delivery["state"] for delivery in outpost.deliveries()} <= {"pending"}


def test_one_network_opens_no_other(island, binary, tmp_path):
    """Allowing one address is not allowing its neighbours, nor its embeddings in IPv6."""
    if island.reason:
        pytest.skip(island.reason)
    harbour = Harbour(island)
    hosts = ["10.0.0.1", "10.0.0.2", "10.1.0.1", "127.0.0.1", "[::1]", "192.168.0.1", "[64:ff9b::10.0.0.1]"]
    hosts += ["private.test"]
    there = {
        f"s{number}-{scheme}": subscription(f"{scheme}://{host}:{harbour.port}/")
        for number, host in enumerate(hosts)
        for scheme in ("http", "https")
    }
    published(island, binary, tmp_path / "one", there, "10.0.0.1/32")
    assert set(harbour.dialled) == {"10.0.0.1"}


def test_plain_http_stays_inside(island, binary, tmp_path):
    """A public address is never spoken to without encryption."""
    if island.reason:
        pytest.skip(island.reason)
    harbour = Harbour(island)
    there = {
        f"s{number}": subscription(f"{scheme}://{host}:{harbour.port}/")
        for number, (scheme, host) in enumerate([("http", "public.test"), ("http", PUBLIC), ("HTTP", "public.test")])
    }
    published(island, binary, tmp_path / "one", there, "10.0.0.0/8")
    assert harbour.dialled == []


def test_no_proxy_is_used(island, binary, tmp_path):
    """A proxy out of somebody's environment would be connected to in the endpoint's place."""
    proxy = Harbour(island)
    names = ["http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"]
    there = {"one": subscription("https://public.test/"), "two": subscription("http://127.0.0.1:9/")}
    settings = {name: f"http://127.0.0.1:{proxy.port}" for name in names}
    published(island, binary, tmp_path / "one", there, "127.0.0.0/8", **settings)
    assert proxy.dialled == []


# ---- Names that lead elsewhere later ----

REBOUND = {
    "rebind.test": [[PUBLIC], ["127.0.0.1"]],
    "rebind6.test": [[PUBLIC], ["::1"]],
    "cloud.test": [[PUBLIC], [METADATA]],
    "late.test": [[PUBLIC], [PUBLIC], ["127.0.0.1"]],
    "flip.test": [[PUBLIC], ["127.0.0.1"], [PUBLIC], ["127.0.0.1"], [PUBLIC], ["127.0.0.1"]],
    "after-failure.test": [[], ["127.0.0.1"]],
    "mixed.test": [[PUBLIC, "127.0.0.1", METADATA]],
    "mixed6.test": [[PUBLIC, "::1", "fd00:ec2::254"]],
    "inner-first.test": [["127.0.0.1", PUBLIC]],
}


@pytest.fixture(scope="session")
def trusted(island):
    """A certificate for the names that the island's programs believe."""
    if island.reason:
        pytest.skip(island.reason)
    authority = trustme.CA()
    island.trust(authority.cert_pem.bytes())
    island.names |= REBOUND | {"slow.test": [None], "slower.test": [None], "steady.test": [[PUBLIC]]}

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*REBOUND, "public.test", "steady.test").configure_cert(context)
    return context


def one_at_a_time(connection: Connection):
    """Answers and closes, so that each request needs a connection, and a look-up if nobody remembers."""
    connection.read_request()
    connection.send(answer("204 No Content", "Connection: close"))


@pytest.mark.parametrize("name", ["rebind.test", "rebind6.test", "cloud.test", "late.test", "flip.test"])
def test_rebinding(island, trusted, binary, tmp_path, name):
    """First a public address, then one of ours: the first is delivered to, the second never connected to."""
    harbour = Harbour(island, one_at_a_time, trusted)
    there = {"only": subscription(f"https://{name}:{harbour.port}/", '"*"')}
    outpost, first = published(island, binary, tmp_path / "one", there)
    assert first.status == 0, first.messages
    for number in range(2, 6):
        outpost.commit("Somebody", {person_path(number): person(number)})
        island.do(outpost.publish)
    assert set(harbour.dialled) == {PUBLIC}
    assert len([question for question in island.questions if question == f"{name} A"]) > 1
    if name != "flip.test":
        last = [delivery for delivery in outpost.deliveries() if delivery["event"] == "person.created"][-1]
        assert last["state"] == "pending"
        assert "address" in last["error"]


@pytest.mark.parametrize("name", ["mixed.test", "mixed6.test", "inner-first.test", "after-failure.test"])
def test_mixed_answers(island, trusted, binary, tmp_path, name):
    """The public address does not answer: the next one of the list is no way out."""
    inner = island.do(Rogue, one_at_a_time, trusted, "127.0.0.1")
    others = [island.do(Rogue, one_at_a_time, trusted, host, inner.port) for host in (METADATA, "::1", "fd00:ec2::254")]
    there = {"only": subscription(f"https://{name}:{inner.port}/")}
    outpost, run = published(island, binary, tmp_path / "one", there)
    again = island.do(outpost.publish)
    assert [connection.asked_for for listener in [inner, *others] for connection in listener.connections] == []
    assert (run.status, again.status) == (1, 1)


def test_a_name_that_is_not_answered_delays_nobody(island, trusted, binary, tmp_path):
    """A name server that is silent for half a minute costs its own endpoint an attempt, and the others nothing."""

    def steady(connection: Connection):
        while True:
            connection.read_request()
            connection.wait(0.25)
            connection.send(NO_CONTENT)

    harbour = Harbour(island, steady, trusted)
    outpost = Outpost(binary, tmp_path / "one")
    outpost.git("config", "staffrepo.requestTimeout", str(LIMIT))
    outpost.found(
        {
            "slow": subscription(f"https://slow.test:{harbour.port}/"),
            "slower": subscription(f"https://slower.test:{harbour.port}/"),
            "steady": subscription(f"https://steady.test:{harbour.port}/", "person.created, person.updated"),
        }
    )
    for number in range(30):
        outpost.commit("The same person", {person_path(1): person(1, job_title=f"Keeper {number}")})
    run = island.do(outpost.publish)
    told = outpost.deliveries()
    steady_ones = [delivery for delivery in told if delivery["target"] == "webhook/steady"]
    assert [delivery["state"] for delivery in steady_ones] == ["delivered"] * 30
    assert max(delivery["attempts"][0]["duration_ms"] for delivery in steady_ones) < 1500
    assert run.seconds < 30 * 0.25 + LIMIT
    slow = [delivery for delivery in told if delivery["target"] != "webhook/steady"]
    assert all(delivery["state"] == "pending" and delivery["error"] for delivery in slow)
    assert max(delivery["attempts"][0]["duration_ms"] for delivery in slow) < (LIMIT + 1) * 1000
