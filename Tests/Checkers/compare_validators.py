"""What other validators find and miss of the same hundred faults, as the table in docs/validators-compared.md.

    pip install -r Tests/Checkers/requirements.txt
    STAFFREPO=.build/debug/staffrepo python3 Tests/Checkers/compare_validators.py

Each fault is planted alone, in a copy of the sample organisation. test_compare.py holds the table to be current.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Callable

from house import ADMINISTRATOR, PROJECT, House

DOCUMENT = PROJECT / "docs/validators-compared.md"
DAY = "2026-11-21"
TOOLS = ["staffrepo", "yamllint", "yamllint, strict", "check-jsonschema"]
KINDS = {"people": "person", "units": "unit", "apikeys": "apikey", "webhooks": "webhook", "approvals": "approval"}
# All of yamllint's rules that could see a fault of these kinds and are content with the sample.
STRICT = r"""extends: default
rules:
  anchors: {forbid-undeclared-aliases: true, forbid-duplicated-anchors: true, forbid-unused-anchors: true}
  braces: {forbid: non-empty}
  brackets: {forbid: non-empty}
  document-end: {present: false}
  document-start: {present: false}
  empty-values: {forbid-in-block-mappings: true, forbid-in-flow-mappings: true, forbid-in-block-sequences: true}
  float-values:
    forbid-inf: true
    forbid-nan: true
    forbid-scientific-notation: true
    require-numeral-before-decimal: true
  key-duplicates: {forbid-duplicated-merge-keys: true}
  octal-values: {forbid-implicit-octal: true, forbid-explicit-octal: true}
  quoted-strings:
    required: false
    check-keys: true
    extra-required: ['^[=+@-]', '^\d[\d_:]*$', '^(?i:y|n|yes|no|on|off|true|false|null|~)$', '[\x00-\x1f]', '^\s|\s$']
  truthy: {allowed-values: ['true', 'false'], check-keys: true}
"""

# How a fault is planted: each gives a function of the copy's folder and the fault's file.
Edit = Callable[[Path, str], None]
WHOLE = None  # the line of a fault that is the whole file's; staffrepo shows it at line 1


def swap(old: str, new: str) -> Edit:
    """Another text in the place of one that stands there once."""

    def edit(root: Path, file: str):
        text = (root / file).read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} occurs {text.count(old)} times in {file}"
        (root / file).write_text(text.replace(old, new), encoding="utf-8")

    return edit


def add(content: str | bytes) -> Edit:
    def edit(root: Path, file: str):
        with (root / file).open("ab") as open_file:
            open_file.write(content.encode() if isinstance(content, str) else content)

    return edit


def put(content: str | bytes) -> Edit:
    def edit(root: Path, file: str):
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).write_bytes(content.encode() if isinstance(content, str) else content)

    return edit


def copy(of: str, *changes: tuple[str, str]) -> Edit:
    """A further file like one that is there, but for some of its text."""

    def edit(root: Path, file: str):
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(root / of, root / file)
        for old, new in changes:
            swap(old, new)(root, file)

    return edit


def elsewhere(path: str, edit: Edit) -> Edit:
    """The edit is in one file, and shows in another."""
    return lambda root, _: edit(root, path)


def in_latin_1(root: Path, file: str):
    (root / file).write_bytes((root / file).read_text(encoding="utf-8").encode("latin-1"))


def link(to: str) -> Edit:
    def edit(root: Path, file: str):
        (root / file).unlink()
        (root / file).symlink_to(to)

    return edit


def submodule(root: Path, file: str):
    other = root.with_name(f"{root.name}-other")
    other.mkdir()
    git(other, "init", "--quiet")
    git(other, "commit", "--quiet", "--allow-empty", "--message", "Begin")
    git(root, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(other), file)


def delete(root: Path, file: str):
    (root / file).unlink()


def executable(root: Path, file: str):
    (root / file).chmod(0o755)


@dataclass(frozen=True)
class Fault:
    name: str
    code: str
    file: str
    line: int | None
    edit: Edit
    is_change: bool = False


def person(*arguments) -> Fault:
    name, code, reference, line, edit = arguments
    return Fault(name, code, f"data/people/{reference}.yaml", line, edit)


def unit(*arguments) -> Fault:
    name, code, unit, line, edit = arguments
    return Fault(name, code, f"data/units/{unit}.yaml", line, edit)


def key(*arguments) -> Fault:
    name, code, key, line, edit = arguments
    return Fault(name, code, f"data/apikeys/{key}.yaml", line, edit)


def webhook(*arguments) -> Fault:
    name, code, webhook, line, edit = arguments
    return Fault(name, code, f"data/webhooks/{webhook}.yaml", line, edit)


def file(*arguments) -> Fault:
    name, code, path, edit = arguments
    return Fault(name, code, f"data/{path}", WHOLE, edit)


def change(*arguments) -> Fault:
    return Fault(*arguments, is_change=True)


def settings(*arguments) -> Fault:
    name, code, line, edit = arguments
    return Fault(name, code, "staffrepo.yaml", line, edit)


SECRET = "whsec_C2FVsBQIhrscChlQIMV0hhQ3Kc9aXw81"
HASH_OF_PASSWORD = "5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8"
NEW_HASH = "d8c0e04c1a7bb06c3e1d94f2a5c86e7f90b34f8cc1d2a6e5f7180934bb2c6da1"
HASHES = {
    "entra": "2f75a63fec8d1e58f330df0f967811131a64b4f76c246e4bc32cd6fc7254b75e",
    "finance": "71acc6c4801ad1fb28f5cdf660fc16ef362c0b37cad978ffdd687352c9de168e",
    "hr": "02778948ce69f721c3bee690d8e902d92d14705d7025f3e535589558ee5ed918",
    "lms": "71c81828075c0d0c226fb0aca33affea857387a84de915573bda9764020e6edf",
}
LFS_POINTER = (
    "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daa"
    "a5e2ca24d17e2393\nsize 12345\n"
)
LARGER_RECORD = "# Called in sick.\n" * 4000
MERGED = """\
<<<<<<< HEAD
job_title: Learning and Development Adviser
=======
job_title: Learning Adviser
>>>>>>> titles
"""


def newcomer(id: int, reference: str) -> Edit:
    """A new record, like that of EMP043 but of somebody else."""
    return copy(
        "data/people/EMP043.yaml",
        ("id: 43\n", f"id: {id}\n"),
        ("EMP043", reference),
        ("desta.tesfaye@", "ruth.tesfaye@"),
        ("Desta", "Ruth"),
    )


FAULTS: dict[str, list[Fault]] = {
    "The text of a file (YAML)": [
        person(
            "a colon in a text without quotes", "Y001", "EMP017", 7, swap("Support Worker", "Support Worker: nights")
        ),
        person("a tab as indentation", "Y001", "EMP002", 12, swap("  - care-services", "\t- care-services")),
        person("a field twice", "Y002", "EMP005", 8, swap("job_title: ", "job_title: Director\njob_title: ")),
        person(
            "an anchor and its alias",
            "Y003",
            "EMP012",
            4,
            swap(
                "first_name: Patricia\nlast_name: Underwood\npreferred_name: Pat\n",
                "first_name: &given Patricia\nlast_name: Underwood\npreferred_name: *given\n",
            ),
        ),
        person("a tag", "Y004", "EMP018", 10, swap("salary_grade: C3", "salary_grade: !!str C3")),
        person("a second document in the file", "Y005", "EMP042", 15, add("---\nid: 45\nemployee_reference: EMP045\n")),
        person("Latin-1 instead of UTF-8", "Y006", "EMP040", 4, in_latin_1),
        person("a file of more than 64 KiB", "Y007", "EMP032", WHOLE, add(LARGER_RECORD)),
        person("a list nested 20 deep", "Y008", "EMP033", 15, add(f"custom: {{pin: {'[' * 20}x{']' * 20}}}\n")),
        person("an empty file", "Y009", "EMP031", WHOLE, put("")),
        person("a list as a field's name", "Y010", "EMP036", 7, swap("job_title: ", "? [job_title]\n: ")),
        Fault(
            "a directive",
            "Y011",
            "data/units/human-resources.yaml",
            1,
            swap("# yaml-language-server", "%YAML 1.1\n---\n# yaml-language-server"),
        ),
        person(
            "conflict markers of a merge",
            "Y012",
            "EMP044",
            8,
            swap("job_title: Learning and Development Adviser\n", MERGED),
        ),
        person(
            "a comment with a character that turns the writing direction",
            "Y013",
            "EMP030",
            7,
            swap("Night Support Worker", "Night Support Worker  # \u202eevael no"),
        ),
        person(
            "digits with leading zeros, without quotes",
            "Y014",
            "EMP034",
            10,
            swap("salary_grade: A4", "salary_grade: 007"),
        ),
        person(
            "a surname that YAML 1.1 reads as false",
            "Y014",
            "EMP018",
            5,
            swap("last_name: Wainwright-Cole", "last_name: No"),
        ),
    ],
    "Types and formats": [
        person(
            "a required field missing", "S001", "EMP020", WHOLE, swap("email: daniel.mensah@larkfield.example\n", "")
        ),
        person("a misspelt field", "S002", "EMP021", 6, swap("preferred_name", "prefered_name")),
        person("a list where a text must be", "S003", "EMP014", 5, swap("first_name: María", "first_name:\n  - María")),
        person("a text where a number must be", "S004", "EMP039", 2, swap("id: 39\n", "id: EMP039\n")),
        person("30 February", "S005", "EMP019", 8, swap("2022-10-03", "2022-02-30")),
        unit("yes for true", "S006", "nursing-team", 9, swap("is_active: true", "is_active: yes")),
        person("a status that does not exist", "S007", "EMP022", 9, swap("on_leave", "on leave")),
        person(
            "a text longer than the field holds",
            "S008",
            "EMP010",
            10,
            swap(": N7", ": N7 with the allowance for lead nurses"),
        ),
        person("a manager's name for the reference", "S009", "EMP013", 9, swap("EMP004", "Denise Fairbrother")),
        person(
            "a blank at the end of a name", "S010", "EMP020", 4, swap("first_name: Daniel", 'first_name: "Daniel "')
        ),
        person("a tab inside a text", "S011", "EMP029", 7, swap("Staff Nurse", '"Staff\\tNurse"')),
        person(
            "a path out of the data folder", "S012", "EMP001", 13, swap("photos/EMP001.jpg", "../photos/EMP001.jpg")
        ),
        person("an e-mail address without a top domain", "S013", "EMP043", 6, swap("@larkfield.example", "@larkfield")),
        unit(
            "a unit's name for its code",
            "S014",
            "care-team-nights",
            6,
            swap("parent: care-services", "parent: Care Services"),
        ),
        key("a hash with a digit too few", "S015", "lms", 4, swap(HASHES["lms"], HASHES["lms"][:-1])),
        person("an accent as a character of its own", "S016", "EMP010", 4, swap("Zoë", "Zoe\u0308")),
    ],
    "People": [
        person("a reference that is not the file's name", "P001", "EMP023", 3, swap("EMP023", "EMP203")),
        person("somebody else's id", "P002", "EMP035", 2, swap("id: 35\n", "id: 34\n")),
        person("somebody else's reference in small letters", "P003", "emp043", 3, newcomer(45, "emp043")),
        person(
            "somebody else's e-mail address", "P004", "EMP032", 6, swap("simon.prestwich@", "lauren.hughes-bennett@")
        ),
        person(
            "somebody else's e-mail address in capitals",
            "P004",
            "EMP038",
            6,
            swap("rebecca.stone@larkfield", "Freya.Lindstrom@LARKFIELD"),
        ),
        person("an end before the start", "P005", "EMP025", 9, swap("2025-12-31", "2019-12-31")),
        person("a unit twice", "P006", "EMP029", 13, swap("  - care-team-nights", "  - nursing-team")),
        person("a manager who is nobody", "P012", "EMP028", 9, swap("EMP015", "EMP051")),
        person(
            "somebody as the own manager", "P013", "EMP014", 9, swap("line_manager: EMP006", "line_manager: EMP014")
        ),
        person(
            "a circle of managers",
            "P014",
            "EMP001",
            10,
            swap("employment_start_date: 2014-04-01\n", "employment_start_date: 2014-04-01\nline_manager: EMP017\n"),
        ),
        person("a unit that does not exist", "P015", "EMP036", 12, swap("it-and-digital", "it-and-digtal")),
        person("a photo that is not there", "P016", "EMP038", 13, swap("EMP038.jpg", "EMP038.jpeg")),
        person("a signature that is not there", "P017", "EMP004", 15, swap("EMP004.png", "EMP004.jpg")),
        person("a formula for spreadsheets", "P018", "EMP033", 7, swap("Recruitment Coordinator", "=HYPERLINK(A1)")),
        person("an accent in a user name of Entra", "P020", "EMP040", 6, swap("sinead.", "sinéad.")),
        person("a manager who has left", "P008", "EMP035", 10, swap('"007"', "EMP025")),
        person(
            "a unit that is closed",
            "P009",
            "EMP011",
            12,
            elsewhere("data/units/medication-team.yaml", swap("is_active: true", "is_active: false")),
        ),
    ],
    "Units": [
        unit(
            "a code that is not the file's name",
            "U001",
            "care-team-b",
            3,
            swap("code: care-team-b", "code: care-team-c"),
        ),
        unit("another unit's id", "U002", "it-and-digital", 2, swap("id: 12\n", "id: 11\n")),
        unit(
            "another unit's code, in a folder of its own",
            "U003",
            "wards/nursing-team",
            3,
            copy("data/units/nursing-team.yaml", ("id: 7\n", "id: 13\n")),
        ),
        unit(
            "a unit above that does not exist",
            "U004",
            "medication-team",
            5,
            swap("nursing-and-medication", "nursing-and-medicine"),
        ),
        unit("a circle of units", "U005", "care-services", 5, swap("parent: larkfield", "parent: care-team-a")),
        unit("a manager who is nobody", "U006", "care-team-a", 8, swap("EMP004", "EMP099")),
        unit(
            "a unit above that is closed",
            "U008",
            "human-resources",
            5,
            elsewhere("data/units/corporate-services.yaml", swap("is_active: true", "is_active: false")),
        ),
        unit("a manager who has left", "U009", "finance-and-payroll", 8, swap('"007"', "EMP025")),
    ],
    "API keys": [
        key("another system's key", "K001", "finance", 4, swap(HASHES["finance"], HASHES["entra"])),
        key("a unit that does not exist", "K002", "medication", 11, swap("care-services", "care-sevices")),
        webhook(
            "a secret in a comment",
            "K003",
            "digital-id",
            6,
            swap(
                "The secret itself never stands here, only the name under which the server finds it.",
                f"It is {SECRET}.",
            ),
        ),
        key("the hash of 'password'", "K004", "lms", 4, swap(HASHES["lms"], HASH_OF_PASSWORD)),
        key("a scope that does not exist", "K008", "entra", 7, swap("staff:read", "staff:raed")),
        key("an expiry before the key was made", "K009", "recruitment", 10, swap("2027-04-13", "2025-04-13")),
        key("an expired key", "K005", "finance", 11, swap("2027-02-02", "2026-10-31")),
    ],
    "Webhook subscriptions": [
        webhook("the secret itself", "W001", "medication", 16, swap("env:STAFFREPO_SECRET_MEDICATION", SECRET)),
        webhook("a unit that does not exist", "W002", "medication", 32, swap("care-services", "care-sevices")),
        webhook("an event that does not exist", "W004", "medication", 7, swap("person.deactivated", "person.deleted")),
        webhook("a field that does not exist", "W005", "medication", 22, swap("last_name", "surname")),
        webhook("http to another organisation", "W006", "digital-id", 3, swap("127.0.0.1:8090", "cards.example.org")),
        webhook(
            "the metadata service of a cloud",
            "W007",
            "digital-id",
            3,
            swap("http://127.0.0.1:8090", "https://169.254.169.254"),
        ),
        webhook(
            "a password in the address",
            "W010",
            "digital-id",
            3,
            swap("http://127.0.0.1:8090", "https://staff:hunter2@cards.example.org"),
        ),
    ],
    "Files and their names": [
        file("a record in a misspelt folder", "T001", "peple/EMP045.yaml", newcomer(45, "EMP045")),
        file("a symbolic link", "T002", "photos/EMP001.jpg", link("EMP003.jpg")),
        file(
            "a second key of one name, in another folder",
            "T003",
            "apikeys/old/hr.yaml",
            copy("data/apikeys/hr.yaml", (HASHES["hr"], NEW_HASH)),
        ),
        file("a submodule", "T004", "people/north", submodule),
        file("a record that ends in .yml", "T005", "people/EMP045.yml", newcomer(45, "EMP045")),
        file("two names that differ in case only", "T006", "photos/emp001.jpg", copy("data/photos/EMP001.jpg")),
        file("a pointer of Git LFS for a photo", "T008", "photos/EMP001.jpg", put(LFS_POINTER)),
        file("a drawing with a script as a photo", "T010", "photos/EMP001.jpg", put("<svg onload='alert(1)'/>\n")),
        file("a photo of more than 5 MiB", "T011", "photos/EMP001.jpg", add(bytes(5 << 20))),
        file("a name that Windows cannot hold", "T012", "photos/EMP001: old.jpg", copy("data/photos/EMP001.jpg")),
        file("a record marked as a program", "T007", "people/EMP002.yaml", executable),
        file("a photo of nobody", "T009", "photos/EMP099.jpg", copy("data/photos/EMP001.jpg")),
        file("an editor's backup copy", "T013", "people/EMP017.yaml~", copy("data/people/EMP017.yaml")),
    ],
    "The change itself": [
        change("another id for the same person", "X001", "data/people/EMP042.yaml", 2, swap("id: 42\n", "id: 420\n")),
        change("the id of somebody who is gone", "X003", "data/people/EMP046.yaml", 2, newcomer(45, "EMP046")),
        change("the reference of somebody who is gone", "X004", "data/people/EMP045.yaml", 3, newcomer(46, "EMP045")),
        change("another key in the same file", "X005", "data/apikeys/hr.yaml", 5, swap(HASHES["hr"], NEW_HASH)),
        change("another id for the organisation", "X006", "staffrepo.yaml", 7, swap("  id: 1\n", "  id: 2\n")),
        change("a record deleted", "X002", "data/people/EMP043.yaml", WHOLE, delete),
    ],
    "Configuration": [
        settings("a misspelt setting", "C001", 15, swap("branch: main", "branches: main")),
        settings("a value that the setting cannot take", "C002", 51, swap("keep: 30", "keep: many")),
        settings("no organisation id", "C003", 7, swap("  id: 1\n", "")),
        settings("a time zone that does not exist", "C004", 11, swap("Europe/London", "Europe/Lundon")),
        settings("no configuration", "C005", WHOLE, delete),
        settings(
            "a policy without authors",
            "C006",
            32,
            swap(
                "    authors:\n"
                "      - lukasz.wisniewski@larkfield.example\n"
                "      - freya.lindstrom@larkfield.example\n",
                "",
            ),
        ),
        settings(
            "a policy about a field that no record has",
            "C007",
            34,
            swap("    paths:", "    fields:\n      - salary\n    paths:"),
        ),
        settings("an e-mail domain with an @", "C008", 10, swap("- larkfield.example", '- "@larkfield.example"')),
        settings("a custom field with a blank in its name", "C009", 23, swap("dbs_checked_on", "DBS checked on")),
        settings(
            "an approver's name for the address",
            "C010",
            46,
            swap("margaret.ashworth@larkfield.example", "Margaret Ashworth"),
        ),
    ],
}


def git(folder: Path, *arguments: str):
    done = subprocess.run(["git", *arguments], cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, f"git {arguments} ended with {done.returncode}\n{done.stderr}"


ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith(("STAFFREPO", "GIT_"))}
ENVIRONMENT |= ADMINISTRATOR | {"GIT_CONFIG_GLOBAL": os.devnull}
FOUND, NEARBY, MISSED = "✓", "(✓)", "–"


class Comparison:
    """Copies of the sample with a fault each, and what each tool says of them: sets of (file, line, message)."""

    def __init__(self, binary: str, folder: Path):
        self.binary, self.folder = binary, folder
        self.good = folder / "good"
        house = House(binary, self.good, {})
        # Somebody who is gone, so that git's history has an id and a reference that are used up.
        newcomer(45, "EMP045")(self.good, "data/people/EMP045.yaml")
        house.commit("Begin")
        delete(self.good, "data/people/EMP045.yaml")
        house.commit("Remove a record")
        house.git("gc", "--quiet")
        self.faults = [fault for group in FAULTS.values() for fault in group]
        self.trees = [folder / f"{place:03}" for place in range(len(self.faults))]
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(self.plant, self.faults, self.trees))
            # Those that judge files one by one say of the others what they say of the good ones.
            self.files = [tree / name for tree in [self.good, *self.trees] for name in self.changed_files(tree)]
            running = {
                "yamllint": pool.submit(self.yamllint, "extends: default"),
                "yamllint, strict": pool.submit(self.yamllint, STRICT),
                "check-jsonschema": pool.submit(self.check_jsonschema),
            }
            said = [self.staffrepo(self.good), *pool.map(self.staffrepo, self.trees, self.faults)]
            self.said = {"staffrepo": said} | {tool: said.result() for tool, said in running.items()}

    def plant(self, fault: Fault, tree: Path):
        shutil.copytree(self.good, tree)
        fault.edit(tree, fault.file)
        if fault.is_change:
            git(tree, "checkout", "--quiet", "-b", "change")
            git(tree, "add", "--all")
            git(tree, "commit", "--quiet", "--message", "Change")

    def changed_files(self, tree: Path) -> list[str]:
        """The YAML files that differ from the good tree's; of the good tree all."""
        paths = (path for path in tree.rglob("*") if path.suffix in (".yaml", ".yml") and ".git" not in path.parts)
        names = sorted(str(path.relative_to(tree)) for path in paths)
        return [name for name in names if tree == self.good or bytes_of(tree / name) != bytes_of(self.good / name)]

    def run(self, *command: str | Path) -> subprocess.CompletedProcess:
        return subprocess.run(command, cwd=self.folder, env=ENVIRONMENT, capture_output=True, text=True, timeout=120)

    def tool(self, name: str, *arguments: str | Path) -> subprocess.CompletedProcess:
        return self.run(Path(sys.executable).parent / name, *arguments)

    def staffrepo(self, tree: Path, fault: Fault | None = None) -> set[tuple]:
        """With the code for the message."""
        what = ["--base", "main"] if fault and fault.is_change else ["--worktree"]
        done = self.run(self.binary, "-C", tree, "validate", *what, "--format", "json", "--as-of", DAY)
        assert done.returncode in (0, 1), done.stderr
        return {(said["file"], said["line"], said["code"]) for said in json.loads(done.stdout)["diagnostics"]}

    def yamllint(self, configuration: str) -> list[set[tuple]]:
        said = []
        # A file that is not UTF-8 stops it with a stack trace, which names no file: that one by itself.
        alone = [file for file in self.files if not is_text(file)]
        for files in [[file for file in self.files if file not in alone], *([file] for file in alone)]:
            done = self.tool("yamllint", "-f", "parsable", "-d", configuration, *files)
            if done.returncode not in (0, 1) or "Traceback" in done.stderr:
                assert len(files) == 1, done.stderr
                said.append((str(files[0]), None, "stops"))
            for line in done.stdout.splitlines():
                path, number, _, message = line.split(":", 3)
                said.append((path, int(number), message.split("] ", 1)[1]))
        return self.by_tree(said)

    def check_jsonschema(self) -> list[set[tuple]]:
        """With the place in the data before the message; it names no lines."""
        sorted_out = defaultdict(list)
        for file in self.files:
            _, *folders, name = file.relative_to(self.folder).parts
            kind = KINDS.get(folders[1]) if folders[:1] == ["data"] else "config" if name == "staffrepo.yaml" else None
            if kind:
                # A line %YAML changes how it reads the files behind it in the same call: a call of its own.
                sorted_out[kind, bytes_of(file).startswith(b"%YAML")].append(file)
        said = []
        for (kind, _), files in sorted_out.items():
            schema = PROJECT / f"docs/schemas/{kind}.schema.json"
            report = json.loads(self.tool("check-jsonschema", "-o", "json", "--schemafile", schema, *files).stdout)
            faults = report.get("errors", []) + report.get("parse_errors", [])
            said += [(fault["filename"], None, f"{fault.get('path')} {fault['message']}") for fault in faults]
        return self.by_tree(said)

    def by_tree(self, said: list[tuple]) -> list[set[tuple]]:
        """The good tree first, then in the order of the faults."""
        sorted_out = defaultdict(set)
        for path, line, message in said:
            tree, name = str(Path(path).relative_to(self.folder)).split("/", 1)
            sorted_out[tree].add((name, line, message))
        return [sorted_out[tree.name] for tree in [self.good, *self.trees]]

    def news(self, tool: str, place: int) -> set[tuple]:
        """What it does not say of the good tree as well: there at the same line, or of a line of the same text."""
        good, tree = self.said[tool][0], self.trees[place]
        known = good | {(name, text_at(self.good / name, line), message) for name, line, message in good}
        usual = {message for _, _, message in good}

        def is_known(name, line, message):
            if not (self.good / name).exists():
                return message in usual
            return (name, line, message) in known or (name, text_at(tree / name, line), message) in known

        return {report for report in self.said[tool][place + 1] if not is_known(*report)}

    def mark(self, tool: str, place: int) -> str:
        fault = self.faults[place]
        if tool == "staffrepo":
            said = self.said[tool][place + 1] - self.said[tool][0]
            found = (fault.file, fault.line or 1, fault.code) in said
            return FOUND if found else MISSED
        news = self.news(tool, place)
        any_line = fault.line is WHOLE or tool == "check-jsonschema"
        if any(name == fault.file and (any_line or line == fault.line) for name, line, _ in news):
            return FOUND
        return NEARBY if news else MISSED

    def marks(self) -> list[list[str]]:
        """A row a fault, a column a tool."""
        return [[self.mark(tool, place) for tool in TOOLS] for place in range(len(self.faults))]

    def document(self) -> str:
        marks = iter(self.marks())
        summary, rows = [], []
        for group, faults in FAULTS.items():
            of_group = [next(marks) for _ in faults]
            summary.append([group, len(faults), *(sum(mark != MISSED for mark in column) for column in zip(*of_group))])
            rows.append(f"| **{group}** | | |" + " |" * len(TOOLS))
            for fault, row in zip(faults, of_group):
                place = fault.file if fault.line is WHOLE else f"{fault.file}:{fault.line}"
                rule = f"[{fault.code}](diagnostics/{fault.code}.md)"
                rows.append(f"| {fault.name} | `{place}` | {rule} | {' | '.join(row)} |")
        summary.append(["**All**", *(sum(column) for column in list(zip(*summary))[1:])])
        return DOCUMENT_TEXT.format(
            staffrepo=self.run(self.binary, "--version").stdout.strip(),
            yamllint=version("yamllint"),
            check_jsonschema=version("check-jsonschema"),
            day=DAY,
            tools=" | ".join(TOOLS),
            summary="\n".join(f"| {' | '.join(map(str, row))} |" for row in summary),
            rows="\n".join(rows),
            strict=STRICT,
        )


def bytes_of(file: Path) -> bytes | None:
    return file.read_bytes() if file.exists() else None


def is_text(file: Path) -> bool:
    try:
        file.read_bytes().decode("utf-8")
        return True
    except UnicodeDecodeError:
        return False


def text_at(file: Path, line: int | None) -> bytes | None:
    """A line's text, if the report is of a line."""
    lines = (bytes_of(file) or b"").splitlines()
    return lines[line - 1] if line and line <= len(lines) else None


DOCUMENT_TEXT = """\
# What other validators find

One hundred faults, each planted alone in a copy of the sample organisation, and who reports it.

| | faults | {tools} |
|---|---:|---:|---:|---:|---:|
{summary}

The list follows staffrepo's rules, so its own column is a test of it and no measure. The others' columns say what would
land without it.

## What the others are for

**[yamllint](https://yamllint.readthedocs.io)** judges any YAML, mostly how it is written: indentation, blanks, long
lines, comments, line ends. staffrepo says nothing about style. Where a file is no YAML at all, both say so, mostly at
the same line. It judges each file by itself and does not know what a field means.

**[check-jsonschema](https://check-jsonschema.readthedocs.io)** judges each file by a JSON Schema: here staffrepo's own
([docs/schemas](schemas)), without which it would find little but broken YAML. Editors with the same schemas underline
such faults while somebody types, earlier than any command. It names the field, not the line. What one file cannot show
by itself it cannot find: who else has this id, whether the manager, the unit or the photo is there, what the record
said before.

Neither looks at images, file names, links or git, nor claims to.

## How it was made

```
STAFFREPO=.build/debug/staffrepo .build/checkers/bin/python Tests/Checkers/compare_validators.py
```

with staffrepo {staffrepo}, yamllint {yamllint} and check-jsonschema {check_jsonschema}. The faults are in that script,
each as the edit that plants it. `script/check` runs it, and fails when staffrepo misses one or this page is not what it
writes.

**The faults** were chosen by rule, not by who finds them. One for each of the 85 rules of severity error that a file or
a change can break by itself. Twelve for warnings: Y013, Y014, S016, P008, P009, U008, U009, K005, T007, T009, T013,
X002. Three more of rules that are often broken in a second way: a tab as indentation, a surname that YAML reads as
another word, an e-mail address in capitals. Left out are guards and policies, which weigh a whole change against a
limit or its author, and what is wrong with a clone rather than with its files. After a first run three edits were made
cleaner, because yamllint or check-jsonschema had seen something else in them: a long line, one blank before a comment,
a field that does not exist.

**staffrepo** must report the fault with this rule's code, in this file and at exactly this line; a fault of a whole
file at its first line. It runs `validate --worktree --as-of {day}`, and for a change `validate --base main`.

**The others** get the benefit of the doubt. ✓ is any report at that line, whatever it says, that they do not make of
the good files; of a whole file, any report of it; and of check-jsonschema, which names no lines, any report of the
file. (✓) is a report at another place, or a stop with a stack trace; above it counts as found. yamllint runs twice,
with its default configuration and with a strict one, which has all its rules that could see such a fault and are
content with the sample:

```yaml
{strict}```

check-jsonschema gets the schema of the folder's kind, or that of staffrepo.yaml. (In one call, a file that begins with
`%YAML 1.1` changes how it reads the files behind it: `is_active: yes` then passes. Here such a file has a call of its
own.)

## All hundred

| fault | place | rule | {tools} |
|---|---|---|:---:|:---:|:---:|:---:|
{rows}
"""


def compare(binary: str, folder: Path) -> Comparison:
    comparison = Comparison(os.path.abspath(binary), folder)
    # Nothing is to be said of the sample itself.
    assert not comparison.said["staffrepo"][0], comparison.said["staffrepo"][0]
    return comparison


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        DOCUMENT.write_text(compare(os.environ["STAFFREPO"], Path(folder)).document(), encoding="utf-8")
