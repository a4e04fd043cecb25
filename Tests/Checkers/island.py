"""A network of its own, in which every address of the world is this machine's, and every name is what a test says.

Whoever connects to any address there, public or not, is seen, and it is seen which address was dialled. The rest of the
process stays in its own network: on Linux a network belongs to a thread, and to the processes that it starts.
"""

import ctypes
import os
import socket
import subprocess
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from ipaddress import IPv6Address
from pathlib import Path

from dnslib import AAAA, CNAME, QTYPE, RCODE, RR, A, DNSRecord

NEW_MOUNTS, NEW_NETWORK = 0x00020000, 0x40000000
NAME_SERVER = "127.0.0.53"
# The answers to the first, second ... question for an address of that kind; the last one for ever. `None` is silence.
Answers = list[list[str] | None]


class Island:
    """`do` runs something there. Where the system does not permit it, `reason` says so, and `do` runs it here."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.names: dict[str, Answers] = {}
        self.questions: list[str] = []
        self.reason: str | None = None
        self.thread = ThreadPoolExecutor(max_workers=1)
        self.thread.submit(self.settle).result()

    def do(self, work: Callable, *arguments, **more):
        return self.thread.submit(work, *arguments, **more).result()

    def settle(self):
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.unshare(NEW_NETWORK | NEW_MOUNTS) != 0:
            self.reason = f"a network of its own: {os.strerror(ctypes.get_errno())}"
            return
        (self.folder / "resolv.conf").write_text(f"nameserver {NAME_SERVER}\noptions timeout:30 attempts:1\n")
        (self.folder / "nsswitch.conf").write_text("hosts: files dns\n")
        for command in (
            "mount --make-rprivate /",
            f"mount --bind {self.folder}/resolv.conf /etc/resolv.conf",
            f"mount --bind {self.folder}/nsswitch.conf /etc/nsswitch.conf",
            "ip link set lo up",
            "ip route add local 0.0.0.0/0 dev lo",
            "ip -6 route add local ::/0 dev lo",
        ):
            done = subprocess.run(command.split(), capture_output=True, text=True)
            if done.returncode != 0:
                self.reason = f"{command}: {done.stderr.strip()}"
                return
        server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        server.bind((NAME_SERVER, 53))
        threading.Thread(target=self.answer, args=[server], daemon=True).start()

    def trust(self, authority: bytes):
        """Make this the only certificate authority of the machine."""
        (self.folder / "authorities.pem").write_bytes(authority)
        bundle = "/etc/ssl/certs/ca-certificates.crt"
        self.do(subprocess.run, ["mount", "--bind", f"{self.folder}/authorities.pem", bundle], check=True)

    def answer(self, server: socket.socket):
        asked: dict[tuple[str, str], int] = {}
        while True:
            packet, client = server.recvfrom(4096)
            question = DNSRecord.parse(packet)
            name, kind = str(question.q.qname).rstrip(".").lower(), QTYPE[question.q.qtype]
            self.questions.append(f"{name} {kind}")
            reply = question.reply()
            if name not in self.names:
                reply.header.rcode = RCODE.NXDOMAIN
            else:
                answers = [turn and of_kind(turn, kind) for turn in self.names[name]]
                turn = asked.get((name, kind), 0)
                asked[name, kind] = turn + 1
                found = answers[min(turn, len(answers) - 1)]
                if found is None:
                    continue
                for record in found:
                    kind_of_record = getattr(QTYPE, type(record).__name__)
                    reply.add_answer(RR(question.q.qname, kind_of_record, ttl=0, rdata=record))
            server.sendto(reply.pack(), client)


def of_kind(answer: list[str], kind: str) -> list:
    """The records of an answer that one question gets: `alias.` is a canonical name, the rest are addresses."""
    records: list = [CNAME(text) for text in answer if text.endswith(".")]
    addresses = [text for text in answer if not text.endswith(".")]
    if kind == "A":
        records += [A(text) for text in addresses if ":" not in text]
    if kind == "AAAA":
        records += [AAAA(IPv6Address(text).exploded) for text in addresses if ":" in text]
    return records

