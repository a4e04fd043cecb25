"""A recruitment system hands over its hires, HR merges them by git, and everybody hears of it."""

import csv
import json
import threading

import pytest

from digital_id_app import DigitalID, listener
from recruitment_app import Recruitment
from service_process import Wire, eventually, new_key
from staff_service import Refused, Settings
from ward import SECRET, SUBSCRIPTION, Ward

NOOR = {
    "first_name": "Noor",
    "last_name": "Haddad-Świątek",
    "email": "noor.haddad@larkfield.example",
    "job_title": "Nurse",
    "employment_start_date": "2026-06-01",
    "organisational_unit": "Care Team A",
    "department": "Care Services",
}


class Hiring:
    """A ward with a recruitment system, which hears of new people."""

    def __init__(self, ward: Ward, settings: str = ""):
        self.ward, self.key = ward, new_key(7)
        ward.write_key("recruitment", self.key, "recruitment", ["recruitment:write"])
        self.app = Recruitment("recruitment", self.settings(ward.service.url), lambda: ward.now.timestamp())
        self.ears = listener(self.app)
        threading.Thread(target=self.ears.serve_forever, args=(0.01,), daemon=True).start()
        url = f"http://127.0.0.1:{self.ears.server_port}/hires"
        ward.house.write("webhooks/recruitment.yaml", SUBSCRIPTION.format(url=url) + "events: [person.created]\n")
        if settings:
            file = ward.house.folder / "staffrepo.yaml"
            file.write_text(file.read_text(encoding="utf-8") + settings, encoding="utf-8")
        ward.open("--publish")
        ward.app.sync()

    def settings(self, url: str) -> Settings:
        return Settings(True, url, self.key, (SECRET,))

    def configure(self, url: str):
        self.app.settings = self.settings(url)
        self.app.service.settings = self.app.settings

    def branches(self) -> list[str]:
        refs = self.ward.house.git("ls-remote", "--heads", "origin", "recruitment/*")
        return [line.partition("refs/heads/")[2] for line in refs.splitlines()]

    def accept(self, branch: str):
        """As HR does: fetch, look, merge, push."""
        house = self.ward.house
        self.ward.tell_time()
        house.git("fetch", "--quiet", "origin")
        house.git("merge", "--quiet", "--no-ff", "--message", "A new nurse", f"origin/{branch}")
        house.git("push", "--quiet", "origin", "main")
        house.git("push", "--quiet", "origin", "--delete", branch)

    def close(self):
        self.ears.shutdown()
        self.ears.server_close()


@pytest.fixture
def begin(binary, tmp_path):
    begun = []

    def begin(settings: str = "") -> Hiring:
        begun.append(Hiring(Ward(binary, tmp_path), settings))
        return begun[-1]

    yield begin
    for hiring in begun:
        hiring.close()
        hiring.ward.close()


def people_with_source(hiring: Hiring) -> list[str]:
    """The files of the published branch that came from the hire A-1001."""
    house = hiring.ward.house
    house.git("fetch", "--quiet", "origin")
    return house.git("grep", "-l", "reference: .*A-1001", "origin/main", "--", "data/people").split()


def test_a_hire_from_the_first_word_to_the_card(begin):
    hiring = begin()
    hire = hiring.app.add("A-1001", **NOOR)
    assert hiring.app.hand_over() == ["pending_review"]
    assert hire.person > max(int(person["id"]) for person in hiring.ward.house.people.values())
    assert hiring.branches() == ["recruitment/recruitment/A-1001"]
    assert hire.person not in hiring.ward.actives(), "nobody is employed before somebody said so"
    first = (hire.person, hire.employee_reference)
    branch = hiring.branches()[0]
    tip = hiring.ward.house.git("ls-remote", "origin", f"refs/heads/{branch}")

    assert hiring.app.hand_over() == ["pending_review"]
    assert (hire.person, hire.employee_reference) == first
    assert hiring.ward.house.git("ls-remote", "origin", f"refs/heads/{branch}") == tip, "a repeat changes nothing"

    hiring.accept(branch)
    assert eventually(lambda: hire.state == "employed")
    assert (hire.person, hire.employee_reference) == first
    assert eventually(lambda: hire.person in hiring.ward.actives()), "Digital ID heard of it as well"
    ward = hiring.ward
    assert ward.app.verify(ward.app.issue_card(ward.employee(hire.employee_reference))) == (True, "valid")
    assert ward.agrees()

    hire.state = "open"
    assert hiring.app.hand_over() == ["accepted"], "handed over once more, long after"
    assert (hire.person, hire.employee_reference) == first
    assert len(people_with_source(hiring)) == 1
    assert hiring.branches() == []


def test_a_hire_that_nobody_wants(begin):
    """Its branch is deleted; the system asks, and says the same again: the hire stays rejected until it is corrected."""
    hiring = begin()
    hire = hiring.app.add("A/1001 é", **NOOR)
    assert hiring.app.hand_over() == ["pending_review"]
    hiring.app.ask_after()
    assert hire.state == "pending_review"
    (branch,) = hiring.branches()
    hiring.ward.house.git("push", "--quiet", "origin", "--delete", branch)
    hiring.app.ask_after()
    assert hire.state == "rejected"
    person, hire.state = hire.person, "open"
    assert hiring.app.hand_over() == ["rejected"]
    assert hiring.branches() == []
    hire.details, hire.state = NOOR | {"job_title": "Cook"}, "open"
    assert hiring.app.hand_over() == ["pending_review"]
    assert hire.person == person
    hiring.accept(hiring.branches()[0])
    hiring.app.ask_after()
    assert hire.state in ("accepted", "employed")
    assert eventually(lambda: hire.state == "employed")


def test_a_hire_without_review(begin):
    """Where the settings say so, the answer is the acceptance, and the message comes by itself."""
    hiring = begin("recruitment: {landing: direct}\n")
    hire = hiring.app.add("A-1001", **NOOR)
    hiring.app.hand_over()
    assert hire.state in ("accepted", "employed")
    assert eventually(lambda: hire.state == "employed")
    assert eventually(lambda: hire.person in hiring.ward.actives())
    assert hiring.branches() == []
    assert len(people_with_source(hiring)) == 1


def test_a_refusal_says_where(begin):
    """Each finding names its field, nothing is written, and the corrected hire is taken."""
    hiring = begin()
    hire = hiring.app.add("A-1001", **NOOR | {"employment_start_date": "soon", "organisational_unit": "Care Team Z"})
    assert hiring.app.hand_over() == ["refused"]
    pointers = {finding["pointer"] for finding in hire.findings}
    assert pointers == {"/new_hire/employment_start_date", "/new_hire/organisational_unit"}
    assert all(finding["message"] and finding["code"] for finding in hire.findings)
    assert hiring.branches() == []
    hire.details, hire.state = NOOR, "open"
    assert hiring.app.hand_over() == ["pending_review"]


def test_an_answer_that_was_lost(begin):
    """The wire breaks after the hire was handed over: once more, and there is one person."""
    hiring = begin()
    wire = Wire(hiring.ward.service.url)
    hiring.configure(wire.url)
    hire = hiring.app.add("A-1001", **NOOR)
    wire.cut_after = 0
    assert hiring.app.hand_over() == ["open"]
    assert wire.cut_after is None
    assert hiring.branches() == ["recruitment/recruitment/A-1001"]
    assert hiring.app.hand_over() == ["pending_review"]
    assert hiring.branches() == ["recruitment/recruitment/A-1001"]
    hiring.ward.service.kill()
    other = hiring.app.add("A-1002", **NOOR | {"first_name": "Nora", "email": "nora.haddad@larkfield.example"})
    hiring.app.hand_over()
    assert other.state == "open"
    hiring.ward.service.start("--publish", now=hiring.ward.moment())
    assert hiring.app.hand_over() == ["pending_review"] * 2
    assert other.person != hire.person
    wire.close()


def test_only_a_recruitment_key(begin):
    hiring = begin()
    hiring.key = hiring.ward.key
    hiring.configure(hiring.ward.service.url)
    with pytest.raises(Refused) as refused:
        body = json.dumps({"new_hire": NOOR}).encode()
        hiring.app.service.ask("/api/recruitment/import", body=body, Content_Type="application/json")
    assert refused.value.status == 403
    assert hiring.branches() == []


def test_an_old_table_becomes_records(begin, tmp_path):
    """docs/migration.md, step 1 to 4: Digital ID's own employees come into the records, are merged, and get linked."""
    hiring = begin("required_fields: [first_name, last_name]\n")
    ward = hiring.ward
    old = DigitalID(tmp_path / "old.sqlite", ward.settings(use=False), lambda: ward.now)
    employees = [old.add_employee(f"OLD{number}", "Olga", f"Old{number}") for number in range(3)]
    grace = old.add_employee("emp017", "Grace", "Hill")
    card = old.issue_card(employees[0])
    with (tmp_path / "employees.csv").open("w", newline="") as file:
        rows = old.db.execute("SELECT employee_reference, first_name, last_name, is_active FROM employees").fetchall()
        csv.writer(file).writerows([rows[0].keys(), *rows])

    command = ["import", "people", str(tmp_path / "employees.csv"), "--source", "digital-id"]
    before = ward.house.git("for-each-ref")
    ward.house.staffrepo(*command, "--dry-run")
    assert ward.house.git("for-each-ref") == before
    ward.house.staffrepo(*command, "--branch", "migration")
    ward.tell_time()
    ward.house.git("merge", "--quiet", "migration")
    ward.house.git("push", "--quiet", "origin", "main")
    assert ward.is_at(ward.house.git("rev-parse", "main"))

    old.configure(ward.settings())
    report = old.migrate()
    assert sorted(report["linked"]) == ["EMP017", "OLD0", "OLD1", "OLD2"]
    assert (report["renamed"], report["unmatched"]) == ([], [])
    assert old.employee(grace)["staff_service_person_id"] == 17
    assert old.verify(card) == (True, "valid")
    assert old.digest() == ward.service.meta(ward.key)["digest"]
