"""What must not leave the house: sensitive fields in any file that is not documented to hold them, and anything at all
of a system that is switched off.
"""

import re
import shutil
import subprocess
import zipfile

import pytest

from house import House
from organisations import PIN, SENSITIVE

SYSTEMS = ["entra", "hr", "finance", "lms", "digital-id", "medication"]
# The files that say they hold the salary grade; docs/integrator.md names them, too.
HOLD_GRADES = {("hr", "generic"), ("hr", "changes"), ("hr", "leavers")}
DISABLED = """\
organisation: {id: 1, name: Quiet, email_domains: [larkfield.example], time_zone: Europe/London}
custom_fields: {dbs_checked_on: date, pin: {type: string, sensitive: true}}
systems:
"""


def contents(file) -> bytes:
    if file.suffix != ".zip":
        return file.read_bytes()
    with zipfile.ZipFile(file) as archive:
        return b"\n".join(archive.read(name) for name in archive.namelist())


@pytest.mark.parametrize("system", SYSTEMS)
def test_sensitive_fields_stay(large, exported, system):
    """No profile but those that say so holds a salary grade; none holds a sensitive field of the organisation's own."""
    offered = large.profiles(system)
    if not offered:
        pytest.skip(f"{system} has no profile yet")
    grades = {grade for person in large.people.values() if (grade := person.get("salary_grade", "G")) != "G"}
    assert SENSITIVE in grades
    for profile in offered:
        for file in (path for path in exported("large", system, profile).rglob("*") if path.is_file()):
            text = contents(file)
            assert PIN.encode() not in text, f"{system} {profile}: {file.name}"
            if (system, profile) not in HOLD_GRADES:
                assert SENSITIVE.encode() not in text, f"{system} {profile}: {file.name}"
                assert not re.search(rb"salary", text, re.IGNORECASE), f"{system} {profile}: {file.name}"
    if system == "hr":
        assert SENSITIVE.encode() in contents(exported("large", "hr", "generic") / "employees.csv")


def quiet_house(binary, folder) -> House:
    """Every system is configured, with all that it can have, and off."""
    house = House(binary, folder)
    shutil.rmtree(folder / "data/webhooks")
    house.commit("sample")
    systems = "".join(
        f"  {system}: {{enabled: false{', type: app' if system == 'medication' else ''}{chosen(house, system)}}}\n"
        for system in SYSTEMS
    )
    (folder / "staffrepo.yaml").write_text(DISABLED + systems, encoding="utf-8")
    house.commit("baseline")
    return house


def chosen(house, system: str) -> str:
    """The profiles, one that writes each file, as far as the program has any to choose from."""
    offered = house.profiles(system) - {"bulk-create"}
    assert offered
    return f", profiles: [{', '.join(sorted(offered))}]"


def test_a_disabled_system_gets_nothing(binary, tmp_path):
    """No folder is made, and no file of such a system is so much as looked for."""
    house = quiet_house(binary, tmp_path / "house")
    trace = tmp_path / "trace"
    subprocess.run(
        ["strace", "-f", "-qq", "-e", "trace=%file,connect", "-o", trace, binary, "publish"],
        cwd=house.folder,
        env=house.environment,
        check=True,
        capture_output=True,
        timeout=60,
    )
    calls = trace.read_text(errors="replace")
    assert "publish.lock" in calls, "the trace shows what files are opened"
    for system in SYSTEMS:
        assert f"exports/{system}" not in calls
    assert [line for line in calls.splitlines() if "connect(" in line and "AF_INET" in line] == []
    assert not (house.folder / ".git/staffrepo/exports").exists()


def test_a_system_that_is_switched_off_keeps_what_it_has(binary, tmp_path):
    """Its last set stays, and no other one comes."""
    house = House(binary, tmp_path / "house")
    shutil.rmtree(house.folder / "data/webhooks")
    house.commit("baseline")
    house.staffrepo("publish")
    folder = house.folder / ".git/staffrepo/exports/hr"
    before = sorted(folder.rglob("*"))
    settings = house.folder / "staffrepo.yaml"
    text, count = re.subn(r"(\n  hr:\n    enabled: )true", r"\1false", settings.read_text(encoding="utf-8"))
    assert count == 1
    settings.write_text(text, encoding="utf-8")
    house.edit("people/EMP017.yaml", "^job_title: .*", "job_title: Team Leader")
    house.commit("off")
    house.staffrepo("publish")
    assert sorted(folder.rglob("*")) == before
    assert len(list((folder.parent / "finance").glob("[0-9]*"))) == 2
