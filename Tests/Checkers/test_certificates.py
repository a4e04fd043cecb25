"""`serve` with a certificate of its own: it is shown, and so is the one that comes after it, without a restart."""

import ssl
import subprocess
import time
from pathlib import Path

import pytest
import trustme
from house import House
from service_process import ServiceProcess, eventually, key_record, new_key

KEY = new_key(5)


class Door:
    """A service behind a certificate, and the files that it has it from."""

    def __init__(self, binary: str, folder: Path):
        self.chain, self.key = folder / "chain.pem", folder / "key.pem"
        self.options = ("--tls-certificate", str(self.chain), "--tls-key", str(self.key))
        self.authority = trustme.CA()
        house = House(binary, folder / "records")
        house.write("apikeys/app.yaml", key_record(KEY, "app", ["staff:read"]))
        house.commit("The beginning")
        self.service = ServiceProcess(binary, house.folder, house.environment, folder / "service.log")
        self.service.trust = ssl.create_default_context()
        self.authority.configure_trust(self.service.trust)

    def issue(self) -> trustme.LeafCert:
        return self.authority.issue_cert("127.0.0.1")

    def write_chain(self, certificate: trustme.LeafCert):
        self.chain.write_bytes(b"".join(part.bytes() for part in certificate.cert_chain_pems))

    def write_key(self, certificate: trustme.LeafCert):
        self.key.write_bytes(certificate.private_key_pem.bytes())

    def shown(self) -> str:
        """The certificate that a new connection sees."""
        connection = self.service.connection()
        connection.connect()
        try:
            return ssl.DER_cert_to_PEM_cert(connection.sock.getpeercert(binary_form=True)).strip()
        finally:
            connection.close()


def own(certificate: trustme.LeafCert) -> str:
    return certificate.cert_chain_pems[0].bytes().decode().strip()


@pytest.fixture
def door(binary, tmp_path):
    door = Door(binary, tmp_path)
    yield door
    door.service.kill()


def list_of(connection) -> tuple[int, str, bytes]:
    connection.request("GET", "/api/staff-data", headers={"Authorization": f"Bearer {KEY}"})
    answer = connection.getresponse()
    return answer.status, answer.headers["ETag"], answer.read()


def test_a_renewed_certificate_is_shown_without_a_restart(door):
    first, second = door.issue(), door.issue()
    door.write_chain(first)
    door.write_key(first)
    door.service.start(*door.options)
    assert door.shown() == own(first)
    before = door.service.connection()
    answered = list_of(before)
    assert answered[0] == 200
    assert list_of(before) == answered, "from memory"

    door.write_chain(second)
    assert eventually(lambda: door.shown() == own(first) and "cannot be used" in door.service.said())
    door.write_key(second)
    assert eventually(lambda: door.shown() == own(second))
    assert list_of(before) == answered, "a connection outlives the certificate that it began with"

    door.key.write_text("no key")
    assert eventually(lambda: door.shown() == own(second) and door.service.said().count("cannot be used") == 2)
    door.chain.unlink()
    assert eventually(lambda: door.shown() == own(second) and door.service.said().count("cannot be used") == 3)
    # Each is said once, however often it is looked at.
    until = time.monotonic() + 2.5
    while time.monotonic() < until:
        door.shown()
        time.sleep(0.2)
    assert door.service.said().count("cannot be used") == 3
    assert "PRIVATE" not in door.service.said()


def test_a_key_that_is_not_the_certificates_is_refused_at_once(door):
    door.write_chain(door.issue())
    door.write_key(door.issue())
    done = subprocess.run(
        [door.service.binary, "-C", str(door.service.repository), "serve", "--bind", "127.0.0.1:0", *door.options],
        env=door.service.environment, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 70 and str(door.chain) in done.stderr and "cannot be used" in done.stderr, done.stderr
    assert "PRIVATE" not in done.stderr
