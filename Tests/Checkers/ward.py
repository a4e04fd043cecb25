"""A ward with doors: the sample's records, pushed by git to a bare repository that `serve` serves, and Digital ID.

Time is a value. It is the service's, the application's and the commits', and it passes when a test says so.
"""

import shutil
import threading
from datetime import datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

from digital_id_app import DigitalID, listener
from house import House, is_active
from service_process import ServiceProcess, eventually, key_record, new_key
from staff_service import Settings

# A Monday in summer: the organisation's clocks are an hour ahead of UTC.
MORNING = datetime(2026, 6, 15, 9, tzinfo=timezone.utc)
SECRET = "whsec_" + "MDEy" * 12
SUBSCRIPTION = "url: {url}\nsecrets:\n  - env:STAFFREPO_SECRET_CARDS\n"
SCOPES = ["staff:read", "units:read", "photos:read", "exports:read"]


class Ward:
    def __init__(self, binary: str, folder: Path, units: list[str] | None = None):
        self.binary, self.now, self.folder = binary, MORNING, folder
        self.house = House(binary, folder / "clone", {"STAFFREPO_SECRET_CARDS": SECRET})
        self.records = folder / "records.git"
        self.house.git("init", "--quiet", "--bare", "--initial-branch=main", str(self.records))
        self.house.git("remote", "add", "origin", str(self.records))
        self.house.git("-C", str(self.records), "config", "staffrepo.allowNetworks", "127.0.0.0/8")
        self.house.staffrepo("-C", str(self.records), "hook", "install", "--timer", "none")
        self.service = ServiceProcess(binary, self.records, self.house.environment, folder / "service.log")
        self.key = new_key(1)
        self.scope = {"units": units} if units else {}
        self.write_key("digital-id", self.key)
        shutil.rmtree(self.house.folder / "data/webhooks")
        self.app = DigitalID(folder / "cards.sqlite", self.settings(), lambda: self.now)
        self.doors = listener(self.app)
        threading.Thread(target=self.doors.serve_forever, args=(0.01,), daemon=True).start()
        url = f"http://127.0.0.1:{self.doors.server_port}/staff"
        subscription = SUBSCRIPTION.format(url=url) + (f"units: [{', '.join(units)}]\n" if units else "")
        self.house.write("webhooks/cards.yaml", subscription)

    def settings(self, **more) -> Settings:
        return Settings(**{"use": True, "url": self.service.url, "key": self.key, "webhook_secrets": (SECRET,)} | more)

    def write_key(self, name: str, key: str, system: str = "digital-id", scopes: list[str] = SCOPES, **more):
        self.house.write(f"apikeys/{name}.yaml", key_record(key, system, scopes, **self.scope, **more))

    def let_keys_subscribe(self):
        """In the sample only administrators may."""
        file = self.house.folder / "staffrepo.yaml"
        text, line = file.read_text(encoding="utf-8"), "      - data/webhooks/**\n"
        assert line in text
        file.write_text(text.replace(line, ""), encoding="utf-8")

    def open(self, *options: str) -> "Ward":
        """The records as they begin, and the service."""
        self.push("The beginning")
        self.service.start(*options, now=self.moment())
        return self

    def moment(self) -> str:
        return self.now.strftime("%Y-%m-%dT%H:%M:%SZ")

    def push(self, name: str) -> str:
        """Commit and push, through the hooks; the commit."""
        self.tell_time()
        self.house.commit(name)
        self.house.git("push", "--quiet", "origin", "main")
        return self.house.commits[name]

    def tell_time(self):
        for role in ("AUTHOR", "COMMITTER"):
            self.house.environment[f"GIT_{role}_DATE"] = self.moment()
        self.house.environment["STAFFREPO_NOW"] = self.moment()

    def wait(self, *options: str, **time: int):
        """So much time passes, and the service is started anew with its clock there."""
        self.now += timedelta(**time)
        self.service.stop()
        self.service.start(*options, now=self.moment())

    def let_pass(self, **time: int):
        """So much time passes for the application alone."""
        self.now += timedelta(**time)

    def is_at(self, commit: str) -> bool:
        """The service speaks of this commit within its second."""
        return eventually(lambda: self.service.meta(self.key)["commit"] == commit)

    def agrees(self) -> bool:
        return self.app.digest() == self.service.meta(self.key)["digest"]

    def employee(self, reference: str) -> int:
        row = self.app.db.execute("SELECT id FROM employees WHERE employee_reference = ?", [reference]).fetchone()
        return row["id"]

    def expected_actives(self) -> set[int]:
        """The ids of all who are active by the files themselves, which are read here by PyYAML."""
        day = self.now.astimezone(ZoneInfo("Europe/London")).date()
        people = self.house.records("people").values()
        return {int(person["id"]) for person in people if is_active(person, day)}

    def actives(self) -> set[int]:
        rows = self.app.db.execute("SELECT staff_service_person_id FROM employees WHERE is_active")
        return {row["staff_service_person_id"] for row in rows}

    def close(self):
        self.service.kill()
        self.doors.shutdown()
        self.doors.server_close()
        self.app.db.close()
