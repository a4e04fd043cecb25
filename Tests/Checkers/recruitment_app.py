"""A recruitment system that hands its hires over to the staff service, and hears what became of them.

A pattern for integrators, like `digital_id_app.py`. Four rules:

1. A hire is handed over under the system's own number, and may be so again at any time: the answer is the same.
2. What is not accepted yet is not known to be accepted: `pending_review` waits for a person, and the message tells.
3. An answer that never came is no answer. The same hire is handed over once more.
4. What became of a hire is asked, not found out by handing it over again: nobody sends a message of a rejection.
"""

import hashlib
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from staff_service import Away, Refused, Settings, StaffService, is_genuine


@dataclass
class Hire:
    """One of ours: `state` is open, pending_review, accepted, rejected, refused, or employed once the staff service said so."""

    reference: str
    details: dict[str, str]
    state: str = "open"
    person: int | None = None
    employee_reference: str | None = None
    findings: list[dict] | None = None


class Recruitment:
    def __init__(self, name: str, settings: Settings, clock: Callable[[], float] = time.time):
        self.name, self.settings, self.service = name, settings, StaffService(settings)
        self.clock = clock
        self.hires: dict[str, Hire] = {}

    def add(self, reference: str, **details: str) -> Hire:
        self.hires[reference] = Hire(reference, details)
        return self.hires[reference]

    def hand_over(self) -> list[str]:
        """Every hire that is open, and those of whom we never heard; their states afterwards."""
        for hire in self.hires.values():
            if hire.state in ("open", "pending_review"):
                self.hand_over_one(hire)
        return [hire.state for hire in self.hires.values()]

    def ask_after(self):
        """Those who wait: whether somebody decided."""
        for hire in self.hires.values():
            if hire.state == "pending_review":
                try:
                    answer = self.service.ask(f"/api/recruitment/hires/{quote(hire.reference, safe='')}").json
                except Away:
                    return
                # The message may have come meanwhile, and says more.
                if hire.state == "pending_review":
                    hire.state = answer["state"]

    def hand_over_one(self, hire: Hire):
        request = {"source_system": self.name, "source_reference": hire.reference, "new_hire": hire.details}
        body = json.dumps(request, sort_keys=True).encode()
        try:
            answer = self.service.ask(
                "/api/recruitment/import",
                body=body,
                Content_Type="application/json",
                # The same for the same content only: a corrected hire is another request.
                Idempotency_Key=f'"{hashlib.sha256(body).hexdigest()}"',
            ).json
        except Away:
            return  # later, once more
        except Refused as refused:
            hire.state, hire.findings = "refused", refused.problem.get("errors", [])
            return
        hire.state = answer["state"]
        # Of a hire that was turned down there is no record any more.
        hire.person, hire.employee_reference = answer["person_id"], answer.get("employee_reference")

    def receive(self, headers: Mapping[str, str], body: bytes) -> int:
        """The staff service's message. A hire of ours is one whose `source` names us and our number."""
        if not is_genuine(self.settings.webhook_secrets, headers, body, self.clock()):
            return 401
        event = json.loads(body)
        source = event["data"].get("source") or {}
        hire = self.hires.get(source.get("reference", ""))
        if event["event"] == "person.created" and source.get("system") == self.name and hire:
            hire.state, hire.person = "employed", event["data"]["id"]
            hire.employee_reference = event["data"]["employee_reference"]
        return 204
