#!/usr/bin/env python3
"""Writes an organisation with a history, as a stream for `git fast-import`.

    git init --bare -b main ORG
    python3 generate_organisation.py 2500 1000 | git -C ORG fast-import --quiet

The first commit brings PEOPLE people, a unit for every fifty of them, and the configuration; COMMITS further commits
change a few records each, ten minutes apart. The same arguments give the same commit ids, on any machine.

A record is worked out from the seed and its number, never kept: what stays in memory is what the history changed.
"""
import argparse
import datetime
import random
import sys
import unicodedata
import zlib
from hashlib import blake2b

DOMAIN = "northmoor.example"
ROOT_TIME = 1767600000  # Monday 2026-01-05 08:00 UTC
COMMIT_INTERVAL = 600
ROOT_DAY = datetime.date(2026, 1, 5).toordinal()
# Above this number, files of one kind are spread over folders of a thousand.
LARGEST_FOLDER = 2000

FIRST_NAMES = """
Aaliyah Abdul Agnieszka Ahmed Aisha Ana Angharad Anaïs Aoife Beatriz Björn Bronwen Catherine Chidi Chloë Ciarán Daniel
Dávid Deepa Éabha Elif Emily Fatima Femi Françoise Gareth George Grace Halima Hana Harriet Ian Ibrahim Isla Jack
Jean-Luc Jürgen Kateřina Kwame Leila Łukasz Małgorzata Marie-Claire Mei Mohammed Mònica Nguyệt Niamh Noor Oğuz Olivia
Oluwaseun Ørjan Pádraig Priya Rhys Rosa Sán Seán Siân Siobhán Sofía Søren Tamás Thandiwe Tomáš Violet Wen Yusuf Zoë
""".split()

SURNAMES = """
Adeyemi Ahmed Andersson Ashworth Bailey Begum Björk Brown Campbell Chen Clarke Coleman D'Angelo D'Souza Davies Dvořák
Edwards Evans Fernández Fitzgerald García Gonçalves Green Hall Hughes Hussain Ibáñez Jones Kaur Khan Kovács Kowalska
Lewis MacDonald Mbeki Mitchell Müller Murphy N'Diaye Nguyễn Null O'Brien O'Connor O'Neill Ó'Súilleabháin Okafor Østergaard
Patel Pérez Popescu Quinn Roberts Şahin Sánchez Schröder Shah Singh Smith Świątek Taylor Thomas Tran Walker Williams Wright
""".split() + ["Al Farsi", "de la Cruz", "Mac Giolla Bháin", "van den Berg"]

JOBS = [
    ("Support Worker", 2), ("Senior Support Worker", 4), ("Night Support Worker", 3), ("Care Coordinator", 5),
    ("Team Leader", 6), ("Deputy Manager", 7), ("Staff Nurse", 6), ("Charge Nurse", 7), ("Occupational Therapist", 7),
    ("Physiotherapist", 7), ("Cook", 2), ("Housekeeper", 1), ("Driver", 2), ("Payroll Officer", 4),
    ("Finance Analyst", 6), ("IT Support Engineer", 5), ("Trainer", 5), ("Recruitment Adviser", 5),
]
SERVICES = [
    ("home-care", "Home Care"), ("supported-living", "Supported Living"), ("day-centre", "Day Centre"),
    ("nursing", "Nursing"), ("respite", "Respite"), ("kitchens", "Kitchens"), ("transport", "Transport"),
    ("learning", "Learning and Development"), ("finance", "Finance"),
]
PLACES = [
    "Alnwick", "Berwick", "Corbridge", "Durham", "Easington", "Felling", "Gateshead", "Hexham", "Jarrow", "Kielder",
    "Longbenton", "Morpeth", "Newbiggin", "Otterburn", "Ponteland", "Rothbury", "Seahouses", "Tynemouth", "Whitley",
]
OFFICERS = [
    ("Deepa Raghunathan", "deepa.raghunathan"), ("Marie-Claire Dubois", "marie-claire.dubois"),
    ("Siobhán O'Hara", "siobhan.ohara"), ("Tomáš Horák", "tomas.horak"), ("Grace Oyelaran", "grace.oyelaran"),
]
CONFIGURATION = f"""# An organisation made up for measuring.
organisation:
  id: 1
  name: Northmoor Health and Care
  email_domains:
    - {DOMAIN}
  time_zone: Europe/London
branch: main
data: data
custom_fields:
  dbs_checked_on: date
systems:
  entra:
    enabled: true
  hr:
    enabled: true
  finance:
    enabled: true
  lms:
    enabled: true
  digital-id:
    enabled: true
"""


def ascii_letters(name):
    """The name as it stands in an e-mail address."""
    plain = name.translate(str.maketrans({"ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "ı": "i"}))
    plain = unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode()
    return "".join(letter for letter in plain.lower() if letter.isalnum() or letter == "-")


ASCII = {name: ascii_letters(name) for name in FIRST_NAMES + SURNAMES}


def traits(seed, kind, number):
    """Twenty bytes of chance that belong to one record."""
    return blake2b(b"%d/%s/%d" % (seed, kind, number), digest_size=20).digest()


def day(ordinal):
    return datetime.date.fromordinal(ordinal).isoformat()


def quoted(name):
    """As a careful officer writes it: a surname that other programs would read as nothing stands in quotes."""
    return f'"{name}"' if name == "Null" else name


def folder(number, total):
    return f"{number // 1000:04d}/" if total > LARGEST_FOLDER else ""


class Person:
    __slots__ = (
        "number", "first", "last", "preferred", "email", "job", "grade", "start", "end", "status", "active", "manager",
        "units", "photo", "pending", "checked", "entra")

    def is_here(self, today):
        return self.active and self.end is None and self.start <= today


class Organisation:
    """Who there is: people and units by number, worked out on demand unless the history changed them."""

    def __init__(self, people, seed):
        self.seed = seed
        self.people = people
        self.last_person = people
        self.units = max(1, people // 50)
        # Managers are the lowest numbers and everybody's manager has a lower one, so no line of managers is a circle.
        # They stay: nobody's manager ever leaves.
        self.managers = max(1, people // 9)
        self.changed_people = {}
        self.unit_versions = {}

    def person(self, number):
        return self.changed_people.get(number) or self.person_at_first(number)

    def person_at_first(self, number):
        chance = traits(self.seed, b"person", number)
        person = Person()
        person.number = number
        person.first = FIRST_NAMES[chance[0] % len(FIRST_NAMES)]
        person.last = surname(chance[1], chance[2], chance[3])
        person.preferred = person.first[:3] if chance[4] < 20 else None
        person.email = email(person)
        person.job, person.grade = JOBS[chance[5] % len(JOBS)]
        service = 1 + int.from_bytes(chance[6:8], "big") % 7000
        person.start = ROOT_DAY - service
        leaves = chance[8] < 16 and number > self.managers
        person.end = ROOT_DAY - 1 - int.from_bytes(chance[9:11], "big") % service if leaves else None
        person.status = "on_leave" if chance[8] > 250 else "active"
        person.active = True
        person.manager = max(1, number // 9) if number > 1 else None
        unit = int.from_bytes(chance[11:15], "big")
        person.units = [(1 + unit % self.units, None, None)]
        second = 1 + (unit // 7) % self.units
        if chance[15] < 40 and second != person.units[0][0]:
            person.units.append((second, None, None))
        person.photo = 1 if chance[16] < 6 else 0
        person.pending = False
        person.checked = ROOT_DAY - 1 - chance[17] * 4 if chance[17] > 60 else None
        person.entra = chance[18] > 50
        return person

    def person_path(self, person):
        return f"data/people/{folder(person.number, self.people)}{reference(person.number)}.yaml"

    def photo_path(self, person):
        return f"photos/{folder(person.number, self.people)}{reference(person.number)}.png"

    def person_text(self, person):
        lines = [
            f"id: {person.number}",
            f"employee_reference: {reference(person.number)}",
            f"first_name: {person.first}",
            f"last_name: {quoted(person.last)}",
        ]
        if person.preferred:
            lines.append(f"preferred_name: {person.preferred}")
        lines += [f"email: {person.email}", f"job_title: {person.job}", f"employment_start_date: {day(person.start)}"]
        if person.end is not None:
            lines.append(f"employment_end_date: {day(person.end)}")
        if person.status != "active":
            lines.append(f"employment_status: {person.status}")
        if not person.active:
            lines.append("is_active: false")
        if person.manager:
            lines.append(f"line_manager: {reference(person.manager)}")
        lines += [f"salary_grade: G{person.grade}", "organisational_units:"]
        for unit, since, until in person.units:
            if since is None and until is None:
                lines.append(f"  - {self.unit_code(unit)}")
                continue
            lines.append(f"  - unit: {self.unit_code(unit)}")
            if since is not None:
                lines.append(f"    from: {day(since)}")
            if until is not None:
                lines.append(f"    until: {day(until)}")
        if person.photo:
            lines.append(f"photo_path: {self.photo_path(person)}")
            if person.pending:
                lines.append("photo_status: pending")
        lines.append("external_ids:")
        if person.entra:
            mark = traits(self.seed, b"entra", person.number).hex()
            lines.append(f"  entra: {mark[:8]}-{mark[8:12]}-4{mark[13:16]}-a{mark[17:20]}-{mark[20:32]}")
        lines.append(f'  finance: "{person.number:07d}"')
        if person.checked is not None:
            lines += ["custom:", f"  dbs_checked_on: {day(person.checked)}"]
        lines.append("")
        return "\n".join(lines)

    def unit_code(self, number):
        if number == 1:
            return "northmoor"
        return f"{SERVICES[number % len(SERVICES)][0]}-{PLACES[number % len(PLACES)].lower()}-{number}"

    def unit_name(self, number):
        if number == 1:
            return "Northmoor Health and Care"
        name = f"{SERVICES[number % len(SERVICES)][1]} {PLACES[number % len(PLACES)]} {number}"
        version = self.unit_versions.get(number, 0)
        return f"{name} ({version + 1})" if version else name

    def unit_path(self, number):
        return f"data/units/{folder(number, self.units)}{self.unit_code(number)}.yaml"

    def unit_text(self, number):
        above = (number - 2) // 6 + 1
        lines = [f"id: {number}", f"code: {self.unit_code(number)}", f"name: {self.unit_name(number)}"]
        if number > 1:
            lines.append(f"parent: {self.unit_code(above)}")
        kind = "organisation" if number == 1 else "division" if number <= 7 else "team"
        lines += [f"type: {kind}", f"cost_centre: CC-{1000 + number}"]
        lines += [f"manager: {reference(1 + (number - 1) % self.managers)}", ""]
        return "\n".join(lines)


def reference(number):
    return f"EMP{number:07d}"


def surname(first, second, shape):
    one, other = SURNAMES[first % len(SURNAMES)], SURNAMES[second % len(SURNAMES)]
    if shape < 14 and one != other:
        return f"{one}-{other}"
    if shape < 22 and one != other:
        return f"{one} {other}"
    return one


def email(person):
    last = ascii_letters(person.last) if person.last not in ASCII else ASCII[person.last]
    return f"{ASCII[person.first]}.{last}.{person.number}@{DOMAIN}"


def portrait(person):
    """A small PNG, another one for each version. Stored, not compressed: compressors differ between machines."""
    chance = blake2b(b"%d/%d" % (person.number, person.photo), digest_size=48).digest()
    row = b"\0" + chance
    pixels = row * 16

    def chunk(kind, content):
        return len(content).to_bytes(4, "big") + kind + content + zlib.crc32(kind + content).to_bytes(4, "big")

    size = len(pixels)
    stored = b"\1" + size.to_bytes(2, "little") + (size ^ 0xFFFF).to_bytes(2, "little") + pixels
    header = (16).to_bytes(4, "big") + (16).to_bytes(4, "big") + b"\x08\x02\0\0\0"
    image = b"\x78\x01" + stored + zlib.adler32(pixels).to_bytes(4, "big")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", image) + chunk(b"IEND", b"")


class Stream:
    """Commits in the format of `git fast-import`."""

    def __init__(self, out):
        self.out = out
        self.commits = 0
        self.write("feature done\n")

    def write(self, text):
        self.out.write(text.encode())

    def commit(self, message):
        name, mailbox = OFFICERS[self.commits % len(OFFICERS)]
        body = message.encode()
        self.write(
            f"commit refs/heads/main\ncommitter {name} <{mailbox}@{DOMAIN}> {commit_time(self.commits)} +0000\n"
            f"data {len(body)}\n{message}\n")
        self.commits += 1

    def file(self, path, content):
        body = content if isinstance(content, bytes) else content.encode()
        self.out.write(b"M 100644 inline %s\ndata %d\n%s\n" % (path.encode(), len(body), body))

    def end(self):
        self.write("done\n")
        self.out.flush()


def commit_time(number):
    return ROOT_TIME + number * COMMIT_INTERVAL


class History:
    """Draws changes as they come up in a working week. Only random() is used: its numbers never change with Python."""

    def __init__(self, organisation, stream, seed):
        self.organisation = organisation
        self.stream = stream
        self.random = random.Random(seed).random
        kinds = [
            (self.hire, 15), (self.promote, 18), (self.regrade, 14), (self.move, 14), (self.schedule_move, 8),
            (self.leave, 10), (self.rename, 7), (self.go_on_leave, 5), (self.take_photo, 5), (self.rename_unit, 2),
            (self.deactivate, 2),
        ]
        self.kinds = [kind for kind, weight in kinds for _ in range(weight)]

    def below(self, limit):
        return int(self.random() * limit)

    def pick(self, items):
        return items[self.below(len(items))]

    def commit(self):
        """One commit: usually one change, now and then a handful."""
        self.today = ROOT_DAY + (commit_time(self.stream.commits) - ROOT_TIME + 8 * 3600) // 86400
        self.files = {}
        lines = [self.pick(self.kinds)() for _ in range(self.pick([1, 1, 1, 1, 2, 2, 3, 5]))]
        message = lines[0] if len(lines) == 1 else f"{lines[0]}, and {len(lines) - 1} more\n\n" + "\n".join(lines[1:])
        self.stream.commit(message)
        for path, content in self.files.items():
            self.stream.file(path, content)

    def keep(self, person):
        self.organisation.changed_people[person.number] = person
        self.files[self.organisation.person_path(person)] = self.organisation.person_text(person)

    def somebody(self, no_manager=False):
        """Somebody who works here today; a new hire when nobody is found."""
        first = self.organisation.managers + 1 if no_manager else 1
        for _ in range(50):
            number = first + self.below(self.organisation.last_person - first + 1)
            if number > self.organisation.last_person:
                break
            person = self.organisation.person(number)
            if person.is_here(self.today):
                return person
        return None

    def another_unit(self, person):
        unit = 1 + self.below(self.organisation.units)
        return 1 + unit % self.organisation.units if unit == person.units[0][0] else unit

    def hire(self):
        organisation = self.organisation
        organisation.last_person += 1
        person = organisation.person_at_first(organisation.last_person)
        person.start = self.today - 3 + self.below(24)
        person.end = None
        person.status = "active"
        person.manager = 1 + self.below(organisation.managers)
        person.photo, person.checked, person.entra = 0, None, False
        self.keep(person)
        return f"Hire {person.first} {person.last} as {person.job}"

    def promote(self):
        person = self.somebody()
        if person is None:
            return self.hire()
        person.job, grade = self.pick(JOBS)
        person.grade = max(person.grade + 1, grade)
        self.keep(person)
        return f"Promote {person.first} {person.last} to {person.job}"

    def regrade(self):
        person = self.somebody()
        if person is None:
            return self.hire()
        person.grade += 1
        self.keep(person)
        return f"Grade G{person.grade} for {person.first} {person.last}"

    def move(self):
        person = self.somebody(no_manager=True)
        if person is None:
            return self.hire()
        unit = self.another_unit(person)
        person.units = [(unit, None, None)]
        person.manager = 1 + self.below(self.organisation.managers)
        self.keep(person)
        return f"Move {person.first} {person.last} to {self.organisation.unit_name(unit)}"

    def schedule_move(self):
        person = self.somebody()
        if person is None:
            return self.hire()
        last_day = self.today + 1 + self.below(14)
        unit = self.another_unit(person)
        person.units = [(person.units[0][0], None, last_day), (unit, last_day + 1, None)]
        self.keep(person)
        return f"{person.first} {person.last} moves to {self.organisation.unit_name(unit)} on {day(last_day + 1)}"

    def leave(self):
        person = self.somebody(no_manager=True)
        if person is None:
            return self.hire()
        person.end = max(person.start, self.today - 2 + self.below(30))
        self.keep(person)
        return f"{person.first} {person.last} leaves on {day(person.end)}"

    def rename(self):
        person = self.somebody()
        if person is None:
            return self.hire()
        old = person.last
        person.last = surname(self.below(256), self.below(256), self.below(256))
        if self.below(2):
            person.email = email(person)
        self.keep(person)
        return f"{person.first} {old} is now {person.first} {person.last}"

    def go_on_leave(self):
        person = self.somebody()
        if person is None:
            return self.hire()
        person.status = "active" if person.status == "on_leave" else "on_leave"
        self.keep(person)
        verb = "goes on" if person.status == "on_leave" else "is back from"
        return f"{person.first} {person.last} {verb} leave"

    def take_photo(self):
        person = self.somebody()
        if person is None:
            return self.hire()
        if person.pending:
            person.pending = False
            self.keep(person)
            return f"Approve the photo of {person.first} {person.last}"
        person.photo += 1
        person.pending = self.below(4) == 0
        self.files[f"data/{self.organisation.photo_path(person)}"] = portrait(person)
        self.keep(person)
        return f"New photo of {person.first} {person.last}"

    def rename_unit(self):
        number = 1 + self.below(self.organisation.units)
        old = self.organisation.unit_name(number)
        self.organisation.unit_versions[number] = self.organisation.unit_versions.get(number, 0) + 1
        self.files[self.organisation.unit_path(number)] = self.organisation.unit_text(number)
        return f"Rename {old}"

    def deactivate(self):
        person = self.somebody(no_manager=True)
        if person is None:
            return self.hire()
        person.active = False
        self.keep(person)
        return f"Deactivate {person.first} {person.last} at once"


def first_commit(organisation, stream, webhooks):
    stream.commit("Bring in the staff records")
    stream.file("staffrepo.yaml", CONFIGURATION)
    if webhooks:
        stream.file(
            "data/webhooks/bench.yaml", f'url: {webhooks}\nevents:\n  - "*"\nsecrets:\n  - env:STAFFREPO_SECRET_BENCH\n')
    # A target that is sent nothing: publishing to it alone is the journal and the ledger alone.
    stream.file(
        "data/webhooks/nobody.yaml",
        f"url: https://nobody.{DOMAIN}/events\nis_active: false\nsecrets: env:STAFFREPO_SECRET_NOBODY\n")
    for number in range(1, organisation.units + 1):
        stream.file(organisation.unit_path(number), organisation.unit_text(number))
    for number in range(1, organisation.people + 1):
        person = organisation.person_at_first(number)
        stream.file(organisation.person_path(person), organisation.person_text(person))
        if person.photo:
            stream.file(f"data/{organisation.photo_path(person)}", portrait(person))
        if number % 100_000 == 0:
            print(f"{number} of {organisation.people} people", file=sys.stderr)


def main():
    parser = argparse.ArgumentParser(description="Write an organisation with a history for git fast-import.")
    parser.add_argument("people", type=int, help="people in the first commit")
    parser.add_argument("commits", type=int, help="further commits")
    parser.add_argument("--seed", type=int, default=7, help="another seed gives another organisation (default: 7)")
    parser.add_argument(
        "--webhooks", metavar="URL",
        help="add a subscription to all events, signed with the secret in STAFFREPO_SECRET_BENCH")
    options = parser.parse_args()
    if options.people < 1 or options.commits < 0:
        parser.error("PEOPLE is 1 or more, COMMITS 0 or more.")
    organisation = Organisation(options.people, options.seed)
    stream = Stream(sys.stdout.buffer)
    first_commit(organisation, stream, options.webhooks)
    history = History(organisation, stream, options.seed)
    for _ in range(options.commits):
        history.commit()
    stream.end()


if __name__ == "__main__":
    main()
