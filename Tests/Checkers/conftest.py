"""One house for the whole suite: a baseline, a morning's worth of commits, and a second publication.

    pip install -r Tests/Checkers/requirements.txt
    STAFFREPO=.build/debug/staffrepo pytest -q Tests/Checkers
"""

import base64
import os
import shutil

import pytest

# What is asserted there is told with its values, too.
pytest.register_assert_rewrite("formats")

from house import House, today  # noqa: E402
from organisations import AS_OF, UNFIT_FOR_STAFFOLOGY, generate  # noqa: E402
from receiver import Receiver  # noqa: E402

# The value behind a `whsec_` secret is base64 of the key; any other text is itself the key, as UTF-8.
KEYS = {
    "STAFFREPO_SECRET_DIGITAL_ID": bytes(range(32)),
    "STAFFREPO_SECRET_MEDICATION": "a plain text secret, with a £ sign".encode(),
    "STAFFREPO_SECRET_NEXT": bytes(range(100, 148)),
}
SECRETS = {
    name: key.decode() if name.endswith("MEDICATION") else "whsec_" + base64.b64encode(key).decode()
    for name, key in KEYS.items()
}
SUBSCRIPTION = """\
url: {url}/{format}
events: ["*"]
format: cloudevents-{format}
secrets:
  - env:STAFFREPO_SECRET_NEXT
  - env:STAFFREPO_SECRET_DIGITAL_ID
"""
# Distinctive, so that they can be searched for in everything that leaves the house.
GRADE, PIN = "GRADE-XQ7", "77Z7777Q"
HIRE = f"""\
id: 45
employee_reference: EMP045
first_name: Zoë
last_name: "O'Brien, Jr"
email: zoe.obrien@larkfield.example
job_title: Support Worker
employment_start_date: 2026-01-05
line_manager: EMP013
salary_grade: {GRADE}
organisational_units:
  - care-team-a
photo_path: photos/EMP045.jpg
signature_path: signatures/EMP045.png
custom:
  pin: {PIN}
"""

# Legal records that are awkward for one consumer or another.
RELIEF_UNIT = """\
id: 13
code: "410"
name: 'Bank, "flexible" and relief staff of the northern, southern and eastern houses'
parent: corporate-services
cost_centre: CC-4100
"""
# Two codes that differ only after their sixty-fourth character.
LONG_CODE = "relief-staff-of-the-northern-southern-and-eastern-houses-at-nights"
RELIEF_WORKER = """\
id: {id}
employee_reference: EMP{id:03}
first_name: '{first_name}'
last_name: '{last_name}'
email: "{email}@larkfield.example"
job_title: Relief Worker
employment_start_date: 2026-01-05
line_manager: EMP{manager:03}
organisational_units: {units}
"""


def add_relief_staff(house: House):
    """Ten more people, so that a file of fifty is not enough, in a unit whose code is a number, and two long codes."""
    house.write("units/410.yaml", RELIEF_UNIT)
    for id, shift in ((14, "early"), (15, "late")):
        code = f"{LONG_CODE}-{shift}"
        house.write(f"units/{code}.yaml", f"id: {id}\ncode: {code}\nname: Relief {shift}\nparent: '410'\n")
    for id in range(46, 56):
        worker = {"first_name": "Relief", "last_name": f"Worker {id}", "email": f"relief.{id}", "units": "['410']"}
        worker |= {
            46: {"first_name": 'Seán "Shay"', "last_name": "O''Hara; \\\\ Sons", "email": "Agency.O'Hara"},
            # A plus sign is good in an e-mail address, but not in a Microsoft user principal name.
            47: {"email": "anna+relief"},
            49: {"units": "[]"},
        }.get(id, {})
        house.write(f"people/EMP{id:03}.yaml", RELIEF_WORKER.format(id=id, manager=47 if id == 48 else 8, **worker))


def work_through_the_morning(house: House, receiver: Receiver):
    """The commits between the two publications, each of one kind."""
    data = house.folder / "data"

    for format in ("structured", "binary"):
        house.write(f"webhooks/{format}.yaml", SUBSCRIPTION.format(url=receiver.url, format=format))
    house.write("people/EMP045.yaml", HIRE)
    shutil.copy(data / "photos/EMP013.jpg", data / "photos/EMP045.jpg")
    shutil.copy(data / "signatures/EMP017.png", data / "signatures/EMP045.png")
    house.commit("hire")

    house.edit("people/EMP017.yaml", "^job_title: .*", "job_title: Senior Support Worker")
    house.edit("people/EMP017.yaml", "^salary_grade: .*", f"salary_grade: {GRADE}")
    house.commit("promotion")

    house.edit("people/EMP016.yaml", "^  - care-team-b$", "  - care-team-a")
    house.edit("people/EMP018.yaml", "^  - care-team-a$", "  - medication-team")
    house.edit("people/EMP036.yaml", "^  - it-and-digital$", "  - care-team-b")
    house.commit("moves")

    house.edit("people/EMP020.yaml", "^(employment_start_date: .*)", r"\1\nemployment_end_date: 2026-03-31")
    house.commit("leaver")

    house.edit("people/EMP024.yaml", "^employment_end_date: .*\n", "")
    house.commit("return")

    shutil.copy(data / "photos/EMP013.jpg", data / "photos/EMP017.jpg")
    house.edit("people/EMP038.yaml", "^photo_status: pending", "photo_status: approved")
    house.commit("photos")

    house.edit("people/EMP021.yaml", "^salary_grade: .*", f"salary_grade: {GRADE}")
    house.commit("pay rise")

    (data / "people/EMP043.yaml").unlink()
    house.commit("removal")

    house.edit("units/care-team-b.yaml", "^name: .*", "name: Care Team Beech")
    house.commit("unit renamed")


@pytest.fixture(scope="session")
def binary() -> str:
    """The program that is judged."""
    binary = os.environ.get("STAFFREPO")
    if not binary or not os.access(binary, os.X_OK):
        pytest.exit("STAFFREPO must name the staffrepo binary: STAFFREPO=.build/debug/staffrepo pytest ...", 64)
    return os.path.abspath(binary)


@pytest.fixture(scope="session")
def house(binary, tmp_path_factory):
    """The repository after both publications; `house.received` is all that came, `house.day` the day that was."""
    receiver = Receiver()
    house = House(binary, tmp_path_factory.mktemp("checkers") / "house", SECRETS)
    for file in (house.folder / "data/webhooks").glob("*.yaml"):
        house.edit(f"webhooks/{file.name}", "^url: .*", f"url: {receiver.url}/{file.stem}")
    add_relief_staff(house)
    first_day = today()
    house.commit("baseline")
    house.staffrepo("validate")
    house.staffrepo("publish")
    house.received_by_baseline = list(receiver.requests)
    work_through_the_morning(house, receiver)
    house.staffrepo("publish")
    house.received = list(receiver.requests)
    house.day = today()
    house.days = {first_day, house.day}
    yield house
    receiver.close()


@pytest.fixture(scope="session")
def large(binary, tmp_path_factory) -> House:
    """2,500 people and the awkward ones, committed and valid; nothing is published."""
    house = generate(binary, tmp_path_factory.mktemp("large") / "house")
    house.day = AS_OF
    return house


@pytest.fixture(scope="session")
def fitting(binary, tmp_path_factory) -> House:
    """The large one without those for whom Staffology's file has no cell."""
    house = generate(binary, tmp_path_factory.mktemp("fitting") / "house", without=UNFIT_FOR_STAFFOLOGY)
    house.day = AS_OF
    return house


# The sample, and the large one.
ORGANISATIONS = ["house", "large"]


@pytest.fixture
def staff(request, organisation: str) -> House:
    """The organisation that a test is about, by its parameter."""
    return request.getfixturevalue(organisation)


@pytest.fixture(scope="session")
def exported(request, tmp_path_factory):
    """The folder of a system's profile, or its first one, as the command writes it, once for the whole session."""
    done, offered = {}, {}

    def export(organisation: str, system: str, profile: str | None = None):
        if (organisation, profile) == ("large", "staffology"):
            organisation = "fitting"
        house = request.getfixturevalue(organisation)
        offered[system] = offered.get(system) or house.profiles(system)
        if profile and profile not in offered[system]:
            pytest.skip(f"{system} has no profile {profile} yet")
        if (organisation, system, profile) not in done:
            folder = tmp_path_factory.mktemp("files") / "set"
            chosen = ["--profile", profile] if profile else []
            house.staffrepo("export", system, *chosen, "--as-of", str(house.day), "--out", str(folder))
            done[organisation, system, profile] = folder
        return done[organisation, system, profile]

    return export
