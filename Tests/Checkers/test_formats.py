"""Every profile's files, judged by what the systems' own documentation says their imports take.

For the sample organisation, and for 2,500 made-up people among whom are all that an import might trip over. Each judge
is then shown files with one fault, of which it must refuse every one: a judge that cannot fail is none.
"""

import csv
import io
import json
import re
import shutil
import subprocess
import zipfile

import pytest

from conftest import ORGANISATIONS
from formats import JUDGES, entra
from organisations import UNFIT_FOR_STAFFOLOGY


@pytest.mark.parametrize("organisation", ORGANISATIONS)
@pytest.mark.parametrize(("system", "profile"), JUDGES)
def test_files_are_taken(exported, organisation, system, profile):
    JUDGES[system, profile](exported(organisation, system, profile))


def test_who_does_not_fit_is_named(large, tmp_path):
    """Nobody drops out in silence: the file is refused, and the message names each of those people's files."""
    command = [
        large.binary,
        "export",
        "hr",
        "--profile",
        "staffology",
        "--as-of",
        str(large.day),
        "--out",
        tmp_path / "set",
    ]
    done = subprocess.run(command, cwd=large.folder, env=large.environment, capture_output=True, text=True)
    assert done.returncode == 1
    assert set(re.findall(r"data/people/\S+/(\w+)\.yaml", done.stderr)) == UNFIT_FOR_STAFFOLOGY
    assert list(tmp_path.rglob("*.csv")) == []


# Faults, of which a judge must refuse every one


def edit(file, change):
    """Rewrite a CSV file, its lines as lists of fields."""
    lines = list(csv.reader(io.StringIO(file.read_bytes().decode("utf-8"), newline="")))
    change(lines)
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(lines)
    file.write_bytes(text.getvalue().encode("utf-8"))


def swap_columns(lines):
    """Headings in another order, each still above its own values."""
    for line in lines:
        line[0], line[1] = line[1], line[0]


def swap_headings(lines):
    lines[0][1], lines[0][2] = lines[0][2], lines[0][1]


def drop_column(lines):
    for line in lines:
        del line[0]


def drop_headings(lines):
    del lines[0]


def repeat_row(lines):
    lines.append(lines[-1])


def shorten_row(lines):
    lines[-1].pop()


def put(column: str, value: str, row: int = -1):
    """Another value in one column of one row."""

    def change(lines):
        lines[row][lines[0].index(column)] = value

    return change


def add_column(name: str):
    def change(lines):
        for number, line in enumerate(lines):
            line.append("x" if number else name)

    return change


def rename(old: str, new: str):
    def change(lines):
        lines[0][lines[0].index(old)] = new

    return change


def table_faults(name: str, *faults):
    general = [swap_columns, drop_column, drop_headings, repeat_row, shorten_row, add_column("surprise"), *faults]
    return [lambda folder, fault=fault: edit(folder / name, fault) for fault in general]


def byte_faults(name: str):
    """Line ends, a byte order mark, and another encoding."""

    def rewritten(change):
        return lambda folder: (folder / name).write_bytes(change((folder / name).read_bytes()))

    return [
        rewritten(lambda content: content.replace(b"\r\n", b"\n")),
        rewritten(lambda content: b"\xef\xbb\xbf" + content),
        rewritten(lambda content: content.decode("utf-8").encode("utf-16")),
        rewritten(lambda content: content.rstrip()),
        rewritten(lambda content: b""),
    ]


def zip_faults(archive: str, member: str, *faults):
    """A fault in one member of a zip."""

    def within(fault):
        def change(folder):
            with zipfile.ZipFile(folder / archive) as zipped:
                contents = {name: zipped.read(name) for name in zipped.namelist()}
            inside = folder / member
            inside.write_bytes(contents[member])
            fault(folder)
            contents[member] = inside.read_bytes()
            inside.unlink()
            write_zip(folder / archive, contents)

        return change

    return [within(fault) for fault in faults]


def write_zip(file, contents: dict[str, bytes]):
    with zipfile.ZipFile(file, "w") as zipped:
        for name, content in contents.items():
            zipped.writestr(name, content)


def with_member(archive: str, name: str, content: bytes | None):
    """A zip with one member more, or less, or another one."""

    def change(folder):
        with zipfile.ZipFile(folder / archive) as zipped:
            contents = {member: zipped.read(member) for member in zipped.namelist()}
        contents.pop(name, None)
        if content is not None:
            contents[name] = content
        write_zip(folder / archive, contents)

    return change


def json_faults(name: str, *faults):
    def within(fault):
        def change(folder):
            document = json.loads((folder / name).read_bytes())
            fault(document)
            (folder / name).write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")

        return change

    return [within(fault) for fault in faults]


def text_faults(name: str, *replacements: tuple[str, str]):
    """The first occurrence of a pattern as something else."""

    def within(old, new):
        def change(folder):
            text, count = re.subn(old, new, (folder / name).read_bytes().decode("utf-8"), count=1)
            assert count, f"{old} is not in {name}"
            (folder / name).write_bytes(text.encode("utf-8"))

        return change

    return [within(old, new) for old, new in replacements]


def first_user(change):
    return lambda batch: change(batch["Operations"][0]["data"])


def last_group(change):
    return lambda document: change(document["groups"][-1])


STRANGER = {"employeeId": "NOBODY", "userPrincipalName": "nobody@northmoor.example"}

SUCCESS_FACTORS = [
    *table_faults(
        "successfactors-users.csv",
        put("STATUS", "current"),
        put("MANAGER", "NOBODY"),
        put("MANAGER", ""),
        put("HR", "NOBODY"),
        put("HR", ""),
        put("EMAIL", ""),
        lambda lines: lines.pop(1),
        swap_headings,
        lambda lines: lines.__setitem__(slice(2, None), lines[:1:-1]),
        rename("USERNAME", "Username"),
    ),
    *byte_faults("successfactors-users.csv"),
]
STAFFOLOGY = [
    *table_faults(
        "staffology-employees.csv",
        put("Status", "active"),
        put("Join Date", "2026-01-05"),
        put("Join Date", "5/1/2026"),
        put("Join Date", "31/02/2026"),
        put("First Name", "N" * 35),
        put("Surname", "One, Two"),
        put("Surname", ""),
        rename("Surname", "Last Name"),
    ),
    *byte_faults("staffology-employees.csv"),
]
SAGE = [
    *table_faults(
        "sage-employees.csv",
        put("Work Start Date", "2026-01-05"),
        put("Surname", ""),
        rename("Forename", "First Name"),
    ),
    *byte_faults("sage-employees.csv"),
]
MOODLE = [
    *table_faults(
        "moodle-users.csv",
        put("username", "Capital"),
        put("username", "a b"),
        put("email", ""),
        put("auth", ""),
        put("suspended", "yes"),
        put("suspended", ""),
        put("cohort1", "410"),
        put("lastname", " Blank"),
        put("cohort1", "c" * 101),
        add_column("deleted"),
        rename("cohort2", "cohort1"),
        rename("idnumber", "idnr"),
        lambda lines: lines[-1].__setitem__(slice(-2, None), ["same", "same"]),
    )[1:],  # Its columns may be in any order.
    *byte_faults("moodle-users.csv"),
]


def one_roster(name: str, version: str):
    orgs, users = [
        [lambda folder, fault=fault, member=member: edit(folder / member, fault) for fault in faults]
        for member, faults in {
            "orgs.csv": [
                swap_columns,
                swap_headings,
                drop_column,
                add_column("surprise"),
                repeat_row,
                put("type", "ward"),
                put("sourcedId", "ünit"),
                put("sourcedId", ""),
                put("parentSourcedId", "nowhere"),
                put("name", ""),
                put("status", "active"),
                put("dateLastModified", "2026-01-05T09:00:00.000Z"),
                rename("name", "Name"),
                lambda lines: lines.__delitem__(slice(1, None)),
                lambda lines: put("parentSourcedId", lines[-1][0])(lines),
            ],
            "users.csv": [
                swap_columns,
                swap_headings,
                repeat_row,
                put("enabledUser", "1"),
                put("enabledUser", ""),
                put("username", ""),
                put("userIds", "EMP1"),
                put("givenName", ""),
                add_column("jobTitle"),
                put("primaryOrgSourcedId" if version == "1.2" else "orgSourcedIds", "nowhere"),
                put("role", "employee") if version == "1.1" else rename("pronouns", "pronoun"),
            ],
        }.items()
    ]
    roles = [
        lambda folder, fault=fault: edit(folder / "roles.csv", fault)
        for fault in [
            put("roleType", "main"),
            put("role", "employee"),
            put("beginDate", "05/01/2026"),
            put("userSourcedId", "nobody"),
            put("orgSourcedId", "nowhere"),
            put("orgSourcedId", ""),
            repeat_row,
            put("roleType", "secondary", row=1),
        ]
    ]
    return [
        *zip_faults(name, "orgs.csv", *orgs, *byte_faults("orgs.csv")),
        *zip_faults(name, "users.csv", *users),
        *(zip_faults(name, "roles.csv", *roles) if version == "1.2" else []),
        *zip_faults(
            name,
            "manifest.csv",
            *text_faults(
                "manifest.csv",
                ("manifest.version,1.0", "manifest.version,1"),
                ("file.orgs,bulk", "file.orgs,absent"),
                ("file.orgs,bulk", "file.orgs,delta"),
                ("file.courses,absent", "file.courses,bulk"),
                ("file.courses,absent\r\n", ""),
                ("propertyName", "name"),
                (rf"version,{version}", "version,2.0"),
            ),
        ),
        with_member(name, "courses.csv", b"sourcedId\r\n"),
        with_member(name, "users.csv", None),
        with_member(name, "manifest.csv", None),
        with_member(name, "folder/orgs.csv", b"sourcedId\r\n"),
    ]


USER_FAULTS = [
    first_user(lambda user: user.pop("active")),
    first_user(lambda user: user.update(active="True")),
    first_user(lambda user: user["schemas"].pop()),
    first_user(lambda user: user.pop("userName")),
    first_user(lambda user: user.update(userName="zoë@northmoor.example")),
    first_user(lambda user: user.update(title="")),
    first_user(lambda user: user.update(jobTitle="Nurse")),
    first_user(lambda user: user.update(externalId="E" * 17)),
    first_user(lambda user: user["emails"].append(user["emails"][0])),
    first_user(lambda user: user[entra.ENTERPRISE].update(department="D" * 65)),
    first_user(lambda user: user[entra.ENTERPRISE].update(salaryGrade="G7")),
    first_user(lambda user: user.pop(entra.ENTERPRISE)),
    lambda batch: batch["Operations"][0].update(method="PATCH"),
    lambda batch: batch["Operations"][0].pop("bulkId"),
    lambda batch: batch["Operations"][0].update(path="/Groups"),
    lambda batch: batch.pop("schemas"),
    lambda batch: batch["Operations"].append(batch["Operations"][0]),
    lambda batch: batch.update(operations=batch.pop("Operations")),
]


def roster_delta(name: str, version: str):
    within = {
        "users.csv": [
            swap_columns,
            swap_headings,
            repeat_row,
            put("status", ""),
            put("status", "deleted"),
            put("enabledUser", "1"),
            put("dateLastModified", ""),
            put("dateLastModified", "2026-01-05"),
            put("username", ""),
            put("dateLastModified", "2026-01-05T09:00:00Z"),
            put("dateLastModified", "2026-13-05T09:00:00.000Z"),
            lambda lines: lines.__delitem__(slice(1, None)),
            add_column("jobTitle"),
        ],
        "orgs.csv": [
            put("type", "ward"),
            put("status", "inactive"),
            put("name", ""),
            rename("identifier", "Identifier"),
        ],
    }
    return [
        *(
            fault
            for member, faults in within.items()
            for fault in zip_faults(
                name,
                member,
                *(lambda folder, fault=fault, member=member: edit(folder / member, fault) for fault in faults),
            )
        ),
        *zip_faults(
            name,
            "manifest.csv",
            *text_faults(
                "manifest.csv",
                ("file.users,delta", "file.users,bulk"),
                ("file.users,delta", "file.users,absent"),
                (rf"version,{version}", "version,2.0"),
                ("manifest.version,1.0", "manifest.version,1"),
            ),
        ),
        with_member(name, "manifest.csv", None),
        with_member(name, "courses.csv", b"sourcedId\r\n"),
    ]


FAULTS = {
    ("lms", "oneroster-delta"): roster_delta("oneroster-delta.zip", "1.2"),
    ("lms", "oneroster-1.1-delta"): roster_delta("oneroster-1.1-delta.zip", "1.1"),
    ("entra", "bulk-upload-delta"): [
        *json_faults("bulk-upload-delta-0001.json", *USER_FAULTS),
        lambda folder: (folder / "bulk-upload-delta-0001.json").rename(folder / "bulk-upload-delta-0009.json"),
    ],
    ("entra", "group-members"): [
        *(
            lambda folder, fault=fault: edit(folder / "members-care-team-a.csv", fault)
            for fault in [
                repeat_row,
                drop_headings,
                put(entra.MEMBER, "nobody"),
                put(entra.MEMBER, ""),
                rename(entra.MEMBER, "Member"),
                add_column("Name"),
                put(entra.MEMBER, "zoë@larkfield.example"),
                lambda lines: lines.insert(0, ["version:v1.0"]),
            ]
        ),
        *byte_faults("members-care-team-a.csv"),
        lambda folder: (folder / "members-care-team-a.csv").rename(folder / "members-Care Team A.csv"),
    ],
    ("hr", "generic"): [
        *table_faults(
            "employees.csv",
            swap_headings,
            put("Manager", "NOBODY"),
            put("Start Date", "05/01/2026"),
            put("End Date", "2026-02-30"),
            put("Status", "gone"),
            put("Email", ""),
            put("Employee Number", "-1"),
            put("First Name", "N" * 65),
            rename("Status", "status"),
        ),
        *byte_faults("employees.csv"),
    ],
    ("hr", "successfactors"): SUCCESS_FACTORS,
    ("hr", "staffology"): STAFFOLOGY,
    ("finance", "staffology"): STAFFOLOGY,
    ("hr", "sage"): SAGE,
    ("finance", "sage"): SAGE,
    ("hr", "oracle-hdl"): [
        *zip_faults(
            "oracle-hdl.zip",
            "Worker.dat",
            *text_faults(
                "Worker.dat",
                (r"(\nMERGE\|Worker\|[^\n]*)\d{4}/\d\d/\d\d", r"\g<1>2026-01-05"),
                ("MERGE", "INSERT"),
                (r"METADATA\|PersonName", "METADATA|PersonNames"),
                (r"(\nMERGE\|PersonName\|[^\n]*)\|", r"\1"),
                (r"(?s)\A.*", "\ufeff\\g<0>"),
                (r"(?s)\n[^\n]*\Z", ""),
                (r"\AMETADATA[^\n]*\n", ""),
                (r"(\nMERGE\|Worker\|[^\n]*)", r"\1\1"),
                (r"MERGE\|Worker\|[^\n]*\n", ""),
            ),
        ),
        with_member("oracle-hdl.zip", "worker.dat", b""),
        with_member("oracle-hdl.zip", "Worker.dat", None),
    ],
    ("finance", "generic"): [
        *table_faults("payroll.csv", swap_headings, put("Payroll Status", "paid"), put("Start Date", "soon")),
        *byte_faults("payroll.csv"),
    ],
    
    ("lms", "oneroster"): one_roster("oneroster.zip", "1.2"),
    ("lms", "oneroster-1.1"): one_roster("oneroster-1.1.zip", "1.1"),
    ("entra", "bulk-upload"): [
        *json_faults(
            "bulk-upload-0001.json",
            *USER_FAULTS,
            first_user(lambda user: user[entra.ENTERPRISE].update(manager={"value": "NOBODY"})),
            lambda batch: batch["Operations"].pop(),
        ),
        *json_faults(
            "groups.json",
            last_group(lambda group: group["members"].append(STRANGER)),
            last_group(lambda group: group.update(parent="unit-x")),
            last_group(lambda group: group.update(mailNickname="a b")),
            last_group(lambda group: group.update(id="unit-1")),
            last_group(lambda group: group.update(mailNickname="é")),
            last_group(lambda group: group.update(groupTypes=["Unified"])),
            last_group(lambda group: group.pop("displayName")),
            lambda document: document["groups"].append(document["groups"][0]),
        ),
        lambda folder: (folder / "bulk-upload-0001.json").unlink(),
    ],
    ("entra", "bulk-create"): [
        *table_faults("bulk-create.csv", swap_headings, lambda lines: lines.insert(0, ["version:v1.0"])),
        *byte_faults("bulk-create.csv"),
    ],
    ("digital-id", "employees"): json_faults(
        "employees.json",
        lambda employees: employees[0].pop("is_active"),
        lambda employees: employees[0].update(is_active="true"),
        lambda employees: employees[0].update(salary_grade="G7"),
        lambda employees: employees.append(employees[0]),
        lambda employees: employees[0].update(photo_path="../secret.jpg"),
        lambda employees: employees[0].update(first_name=""),
        lambda employees: employees[0].update(staff_service_person_id="17"),
    ),
}
FAULTS[("hr", "changes")] = [
    *table_faults(
        "employees-changes.csv",
        swap_headings,
        put("Change", "deleted"),
        put("Change", ""),
        put("Change", "removed"),
        put("Start Date", "05/01/2026"),
        put("Status", "gone"),
    ),
    *byte_faults("employees-changes.csv"),
]
FAULTS[("hr", "leavers")] = [
    *table_faults(
        "leavers.csv", swap_headings, put("Status", "active"), put("Status", "pending"), put("End Date", "soon")
    ),
    *byte_faults("leavers.csv"),
]
FAULTS[("finance", "split")] = [
    *table_faults(
        "payroll-split.csv",
        swap_headings,
        put("Share", "99.99"),
        put("Share", "100"),
        put("Share", "50,00"),
        put("Share", ""),
        put("Payroll Status", "paid"),
    ),
    *byte_faults("payroll-split.csv"),
]
FAULTS[("finance", "journal")] = [
    *table_faults(
        "journal.csv",
        swap_headings,
        put("Change", "deleted"),
        put("Field", "Salary"),
        put("Field", ""),
        put("Old Value", "x"),
        put("As Of", "16/03/2026"),
        put("New Value", ""),
        lambda lines: lines.append([*lines[-1][:-1], "other"]),
    ),
    *byte_faults("journal.csv"),
]
FIRST_PERSON = [
    lambda person: person.update(salary_grade="G7"),
    lambda person: person.update(is_active=not person["is_active"]),
    lambda person: person.pop("status"),
    lambda person: person.update(id="1"),
    lambda person: person.update(first_name=""),
    lambda person: person.update(employment_start_date="2026-02-30"),
    lambda person: person.update(removed=True),
    lambda person: person.update(organisational_units=["care-team-a"]),
    lambda person: person.update(email="nobody"),
]


def line_faults(name: str, *changes):
    """A change of the first line's document, and what breaks the lines themselves."""

    def within(change):
        def fault(folder):
            first, *others = (folder / name).read_text(encoding="utf-8").splitlines(keepends=True)
            person = json.loads(first)
            change(person)
            (folder / name).write_text(json.dumps(person) + "\n" + "".join(others), encoding="utf-8")

        return fault

    breaks = text_faults(
        name, (r"\n", "\n\n"), (r"\A", "\ufeff"), (r"\n", "\r\n"), (r"\n\Z", ""), (r"\A[^\n]*\n", r"\g<0>\g<0>")
    )
    return [*map(within, changes), *breaks]


for kind, name in (("", "staff"), ("-delta", "staff-delta")):
    FAULTS[("medication", f"feed-json{kind}")] = [
        *json_faults(
            f"{name}.json",
            *(lambda document, change=change: change(document["people"][0]) for change in FIRST_PERSON),
            lambda document: document["people"].append(document["people"][0]),
            lambda document: document.pop("commit"),
            lambda document: document.update(as_of="today"),
        ),
        *text_faults(f"{name}.json", (r'"as_of"', '"as_of":"2026-01-05","as_of"'), (r"\A", "\ufeff")),
    ]
    FAULTS[("medication", f"feed-ndjson{kind}")] = line_faults(f"{name}.ndjson", *FIRST_PERSON)
    FAULTS[("medication", f"feed-csv{kind}")] = [
        *table_faults(
            f"{name}.csv",
            swap_headings,
            put("status", "gone"),
            put("is_active", "yes"),
            put("id", "x"),
            put("email", ""),
            put("employment_start_date", "soon"),
            rename("unit_codes", "units"),
            *([put("change", "gone")] if kind else [put("line_manager", "NOBODY")]),
        ),
        *byte_faults(f"{name}.csv"),
    ]
FAULTS[("digital-id", "employees")] += [
    *json_faults(
        "revocations.json",
        lambda entries: entries.pop(),
        lambda entries: entries.append(entries[0]),
        lambda entries: entries[0].update(status="gone"),
        lambda entries: entries[0].update(since="yesterday"),
        lambda entries: entries.append({**entries[0], "staff_service_person_id": 1}),
        lambda entries: entries.append({**entries[0], "staff_service_person_id": 99_999}),
    ),
    *json_faults(
        "images.json",
        lambda images: images.remove(next(image for image in images if image["kind"] == "photo")),
        lambda images: images[0].update(sha256="0" * 64),
        lambda images: images[0].update(bytes=1),
        lambda images: images[0].update(media_type="image/webp"),
        lambda images: images[0].update(staff_service_person_id=99_999),
        lambda images: images[0].update(path="../secret.jpg"),
        lambda images: images.append(images[0]),
    ),
    lambda folder: next((folder / "images").iterdir()).unlink(),
    lambda folder: (folder / "images/stranger.jpg").write_bytes(b""),
]
FAULTS[("digital-id", "employees-delta")] = json_faults(
    "employees-delta.json",
    lambda document: document["employees"].append(document["employees"][0]),
    lambda document: document["employees"][0].update(email="a@b"),
    lambda document: document["removed"].append({"staff_service_person_id": 1}),
    lambda document: document["removed"].append(
        {"staff_service_person_id": 1, "employee_reference": "EMP001", "is_active": False}
    ),
    lambda document: document.pop("previous"),
    lambda document: document.update(as_of="today"),
)
FAULTS[("lms", "moodle")] = MOODLE + [
    *(
        lambda folder, fault=fault: edit(folder / "moodle-removals.csv", fault)
        for fault in [
            lambda lines: lines.append(["Capital", "EMP001", "care-team-a"]),
            lambda lines: lines.append(["nobody@larkfield.example", "EMP001", "410"]),
            lambda lines: lines.append(["nobody@larkfield.example", "", "care-team-a"]),
            lambda lines: lines.append(["margaret.ashworth@larkfield.example", "EMP001", "larkfield"]),
            swap_columns,
            drop_headings,
            add_column("deleted"),
        ]
    ),
    *byte_faults("moodle-removals.csv"),
]
FAULTS[("lms", "standard")] = FAULTS[("lms", "moodle")] + FAULTS[("lms", "oneroster")]


@pytest.mark.parametrize(("system", "profile"), JUDGES)
def test_faults_are_refused(exported, tmp_path, system, profile):
    """Of every fault, the judge says that the system would not take the files."""
    files = exported("house", system, profile)
    JUDGES[system, profile](files)
    taken = []
    for number, fault in enumerate(FAULTS[system, profile]):
        spoilt = tmp_path / str(number)
        shutil.copytree(files, spoilt)
        fault(spoilt)
        try:
            JUDGES[system, profile](spoilt)
        except (AssertionError, KeyError, ValueError, IndexError, OSError):
            continue
        taken.append(number)
    assert taken == [], "the judge let these faults through, by their number in the list"
