"""What the guides say is run: their examples, HR's and operators' commands, settings for nginx, the problems they explain."""

import json
import os
import re
import shutil
import subprocess
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
import trustme
import yaml
from depots import free_port
from house import PROJECT, environment
from service_process import ServiceProcess, eventually, new_key
from test_consumer import signed
from ward import SECRET, Ward

DOCS = PROJECT / "docs"


def blocks(page: str, language: str) -> list[str]:
    """The examples of one language on a page, in their order."""
    text = (DOCS / page).read_text(encoding="utf-8")
    found = re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    assert found, f"{page} has no example in {language}"
    return found


@pytest.fixture(scope="module")
def ward(binary, tmp_path_factory):
    """With keys for all that the examples do."""
    ward = Ward(binary, tmp_path_factory.mktemp("documents"))
    ward.recruiter = new_key(8)
    ward.write_key("recruitment", ward.recruiter, "recruitment", ["recruitment:write", "webhooks:write", "staff:read"])
    ward.let_keys_subscribe()
    yield ward.open("--publish")
    ward.close()


def commands(page: str, heading: str) -> list[str]:
    """The blocks without a language below a heading."""
    section = (DOCS / page).read_text(encoding="utf-8").partition(f"# {heading}\n")[2]
    found = re.findall(r"^ *```\n(.*?)^ *```$", re.split(r"^#+ ", section, flags=re.MULTILINE)[0], re.MULTILINE | re.DOTALL)
    assert found, f"{page} has no commands below {heading}"
    return found


@pytest.fixture
def desk(binary, tmp_path):
    """A clone in which somebody works, of a server that nobody asks; `staffrepo` is the program's name there."""
    desk = Ward(binary, tmp_path)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/staffrepo").symlink_to(binary)
    desk.house.environment["PATH"] = f"{tmp_path}/bin:{os.environ['PATH']}"
    desk.push("The beginning")
    desk.house.git("branch", "--quiet", "--set-upstream-to", "origin/main")
    yield desk
    desk.close()


def settings(ward: Ward, key: str | None = None) -> dict[str, str]:
    return {"STAFF_SERVICE_URL": ward.service.url, "STAFF_SERVICE_API_KEY": key or ward.key, "PATH": os.environ["PATH"]}


def run(script: str, environment: dict[str, str], folder: Path, shell=("bash", "-euo", "pipefail", "-c")) -> str:
    done = subprocess.run([*shell, script], env=environment, cwd=folder, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, f"{script}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.mark.parametrize("number", range(len(re.findall(r"^```sh\n", (DOCS / "api.md").read_text(), re.MULTILINE)) - 1))
def test_examples_for_the_shell(ward, tmp_path, number):
    """Each works as it stands, but for the address and the key, which the first one sets."""
    script = blocks("api.md", "sh")[number + 1]
    key = ward.recruiter if "/api/recruitment" in script or "/api/webhooks" in script else None
    (tmp_path / "hires.csv").write_text(
        "source_reference,first_name,last_name,job_title,employment_start_date,organisational_unit\n"
        "A-9001,Noor,Haddad,Nurse,2026-09-01,Care Team A\n"
    )
    said = run(script, settings(ward, key), tmp_path)
    assert said or list(tmp_path.iterdir())
    # Subscriptions are commits, on which the next push is made.
    ward.house.git("pull", "--quiet", "--ff-only", "origin", "main")


def test_the_digest_in_python_and_php(ward, tmp_path):
    """Both come to what the service says, for names and texts of all kinds."""
    ward.house.edit("people/EMP016.yaml", "^job_title: .*", r'job_title: "Näch\\u0074 / <b>\\\\ \\"é\\" 龘 👩‍⚕️"')
    ward.is_at(ward.push("An odd title"))
    people, meta = ward.app.service.everybody()
    assert any("👩" in person["job_title"] for person in people)
    names: dict = {}
    exec(blocks("api.md", "python")[0], names)
    assert names["digest"](people) == meta["digest"]
    assert names["digest"](people[1:]) != meta["digest"]

    (tmp_path / "people.json").write_text(json.dumps(people), encoding="utf-8")
    script = blocks("api.md", "php")[0] + "echo digest(json_decode(file_get_contents('people.json')));"
    if not shutil.which("php"):
        pytest.skip("php is not installed")
    assert run(script, settings(ward), tmp_path, shell=("php", "-r")) == meta["digest"]


def test_the_columns_of_csv_are_those_that_are_printed(ward):
    printed = blocks("api.md", "csv")[0].replace("\n", "")
    header = ward.service.get("/api/staff-data?format=csv&per_page=1", ward.key)[2].decode().partition("\r\n")[0]
    assert header == printed


def test_the_pattern_for_working_alone(ward, monkeypatch):
    """Followed as it is printed, through a change, a leaver, an absence and a lost cursor."""
    for name, value in settings(ward).items():
        monkeypatch.setenv(name, value)
    names: dict = {}
    pattern = next(block for block in blocks("integrator.md", "python") if "def synchronised" in block)
    exec(blocks("api.md", "python")[0] + "\n" + pattern, names)
    synchronised = names["synchronised"]
    people, cursor = synchronised({}, None)
    assert len(people) == ward.service.meta(ward.key)["total"]
    again = synchronised(people, cursor)
    assert again == (people, cursor)

    ward.house.edit("people/EMP020.yaml", "^job_title: .*", "job_title: Cook")
    (ward.house.folder / "data/people/EMP043.yaml").unlink()
    ward.is_at(ward.push("One changes, one goes"))
    ward.service.stop()
    with pytest.raises(OSError):
        synchronised(people, cursor)
    ward.service.start("--publish", now=ward.moment())
    later, newer = synchronised(people, cursor)
    assert (later[20]["job_title"], 43 in people, 43 in later) == ("Cook", True, False)
    assert names["digest"](later.values()) == ward.service.meta(ward.key)["digest"]
    assert synchronised(people | {99999: people[20] | {"id": 99999}}, cursor) == (later, newer), "a damaged copy heals"
    assert synchronised(people, "f" * 40 + "@2026-01-01") == (later, newer), "410"


def test_verifying_as_printed(ward):
    """The example of integrator.md takes what the service sends, and nothing else."""
    code = blocks("integrator.md", "python")[0].partition("\n\n")[2]
    names: dict = {}
    exec(code, names)
    headers, body = signed({"id": "x"}, datetime.now(timezone.utc))
    assert names["is_ours"](SECRET, headers, body)
    assert not names["is_ours"](SECRET, headers, body + b" ")
    headers, body = signed({"id": "x"}, datetime.now(timezone.utc) - timedelta(seconds=400))
    assert not names["is_ours"](SECRET, headers, body)


def test_nginx_as_printed(ward, tmp_path):
    """Debian's nginx takes the settings, forwards what it should and nothing else, and says who asks."""
    nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if not nginx:
        pytest.skip("nginx is not installed")
    ward.service.stop()
    ward.service.start("--behind-proxy", now=ward.moment())
    port = free_port()
    authority = trustme.CA()
    certificate = authority.issue_cert("staff.example.org", "localhost")
    certificate.private_key_and_cert_chain_pem.write_to_path(tmp_path / "both.pem")
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    server, metrics = blocks("operator.md", "nginx")
    text = server.replace("    location / {", metrics + "    location / {").replace("10.20.0.9", "127.0.0.1")
    for pattern, replacement in (
        (r"127\.0\.0\.1:8080", f"127.0.0.1:{ward.service.port}"),
        (r"listen 443 ", f"listen 127.0.0.1:{port} "),
        (r"^.*listen \[::\].*\n", ""),
        (r"/etc/letsencrypt\S*\.pem", f"{tmp_path}/both.pem"),
    ):
        text, count = re.subn(pattern, replacement, text, flags=re.MULTILINE)
        assert count, pattern
    (tmp_path / "nginx.conf").write_text(
        f"pid {tmp_path}/pid;\nerror_log {tmp_path}/error.log;\nevents {{}}\nhttp {{\naccess_log {tmp_path}/access.log;\n"
        f"client_body_temp_path {tmp_path}/body;\nproxy_temp_path {tmp_path}/proxy;\n"
        f"fastcgi_temp_path {tmp_path}/fcgi;\nuwsgi_temp_path {tmp_path}/uwsgi;\nscgi_temp_path {tmp_path}/scgi;\n{text}}}\n"
    )
    command = [nginx, "-c", str(tmp_path / "nginx.conf"), "-p", str(tmp_path), "-e", str(tmp_path / "error.log")]
    judged = subprocess.run([*command, "-t"], capture_output=True, text=True)
    assert judged.returncode == 0 and "[warn]" not in judged.stderr, judged.stderr
    process = subprocess.Popen([*command, "-g", "daemon off;"])
    try:

        def ask(path: str, *more: str) -> str:
            return subprocess.run(
                ["curl", "-sS", "--cacert", tmp_path / "authority.pem", "-o", tmp_path / "answer", "-w", "%{http_code}",
                 *more, f"https://localhost:{port}{path}"],
                capture_output=True, text=True, timeout=60,
            ).stdout  # fmt: skip

        key = ["-H", f"Authorization: Bearer {ward.key}"]
        assert eventually(lambda: ask("/healthz") == "200")
        assert ask("/api/key", *key) == "200"
        assert ask("/api/staff-data", "--compressed", *key) == "200"
        assert json.loads((tmp_path / "answer").read_text())["meta"]["total"] > 0
        assert (ask("/metrics"), ask("/readyz"), ask("/")) == ("200", "404", "404")
        assert ask("/openapi.json") == "200"
        # Failures count for who really asks: what the client claims stands before it, and helps nobody.
        for number in range(25):
            refused = ask("/api/key", "-H", f"X-Forwarded-For: 192.0.2.{number}", "-H", "X-API-Key: nonsense")
        assert refused == "429"
        assert ask("/api/key", *key) == "200", "a good key is answered all the same"
    finally:
        process.terminate()
        process.wait(30)
    assert ward.key not in (tmp_path / "access.log").read_text()


def test_what_a_newcomer_types(binary, tmp_path):
    """The README's first steps, on a repository of their own; then the API's examples that need no picture."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/staffrepo").symlink_to(binary)
    surroundings = environment({"PATH": f"{tmp_path}/bin:{os.environ['PATH']}"})
    first, second = commands("../README.md", "Use it")
    run("".join(line for line in first.splitlines(keepends=True) if "script/install" not in line), surroundings, tmp_path)
    records = tmp_path / "records"
    service = ServiceProcess(binary, records, surroundings, tmp_path / "service.log").start()
    try:
        until = f'until curl -fs -H "Authorization: Bearer $KEY" {service.url}/api/key; do sleep 0.1; done\n'
        script, count = re.subn(r"^staffrepo serve &.*\n", until, second, flags=re.MULTILINE)
        assert count == 1
        said = run(script.replace("http://127.0.0.1:8080", service.url) + "\necho; echo $KEY", surroundings, records)
        assert '"employee_reference":"EMP002"' in said
        asking = said.split()[-1]
        hiring = run(
            "staffrepo apikey create hiring --system recruitment --scope recruitment:write --scope webhooks:write "
            "--scope staff:read && git add -A && git commit -qm 'A key for recruitment'",
            surroundings,
            records,
        ).strip()
        assert eventually(lambda: service.get("/api/key", hiring)[0] == 200)
        (tmp_path / "hires.csv").write_text("first_name,last_name,job_title,employment_start_date\nNoor,Haddad,Nurse,2026-09-01\n")
        tried = 0
        for example in blocks("api.md", "sh")[1:]:
            if "/photo" in example or "/exports/" in example:
                continue
            key = hiring if "/api/recruitment" in example or "/api/webhooks" in example else asking
            run(example, surroundings | {"STAFF_SERVICE_URL": service.url, "STAFF_SERVICE_API_KEY": key}, tmp_path)
            tried += 1
        assert tried > 5
    finally:
        service.stop()


def test_hires_are_accepted_as_printed(desk, tmp_path):
    """HR's correction stays, and is one change with the hire, although a colleague is faster."""
    accept, correct = commands("hr-officer.md", "Hires from a recruitment system")
    house, records = desk.house, str(desk.records)
    for number in (1001, 1002):
        hire = {"first_name": "Noor", "last_name": f"Nr {number}", "job_title": "Nurse"}
        hire |= {"employment_start_date": "2026-09-01", "organisational_unit": "Care Team A"}
        whole = {"source_system": "greenhouse", "source_reference": f"A-{number}", "new_hire": hire}
        (tmp_path / "hire.json").write_text(json.dumps(whole))
        house.staffrepo("-C", records, "import", "recruitment", str(tmp_path / "hire.json"))
    record = house.folder / "data/people/EMP045.yaml"

    merge = next(line for line in accept.splitlines(keepends=True) if line.startswith("git merge"))
    before, after = accept.split(merge)
    switch, rest = correct.split("\n", 1)
    run(before + switch, house.environment, house.folder)
    assert "Nr 1001" in record.read_text()
    house.edit("people/EMP045.yaml", "^job_title: .*", "job_title: Staff Nurse")
    run(rest, house.environment, house.folder)

    house.git("clone", "--quiet", records, str(tmp_path / "colleague"))
    colleague = tmp_path / "colleague"
    (colleague / "data/people/EMP020.yaml").write_text((colleague / "data/people/EMP020.yaml").read_text() + "# seen\n")
    run("git commit -qam 'A colleague is faster' && git push -q", house.environment, colleague)

    with pytest.raises(AssertionError, match="fetch first"):
        run(after, house.environment, house.folder)
    remedy = re.search(r"fetch first\)`\): `([^`]+)`, look at `([^`]+)`, then `([^`]+)`", (DOCS / "hr-officer.md").read_text())
    run("\n".join(remedy.groups()) + after.partition("git push\n")[2].join("\n\n"), house.environment, house.folder)
    served = house.git("-C", records, "show", "main:data/people/EMP045.yaml")
    assert "job_title: Staff Nurse" in served and "reference: A-1001" in served
    subjects = house.git("-C", records, "log", "--first-parent", "--format=%s", "-2", "main").splitlines()
    assert subjects == ["Merge branch 'recruitment/greenhouse/A-1001'", "A colleague is faster"]

    run(accept.replace("A-1001", "A-1002"), house.environment, house.folder)
    assert "Nr 1002" in house.git("-C", records, "show", "main:data/people/EMP046.yaml")
    assert house.git("-C", records, "for-each-ref", "refs/heads/recruitment") == ""


def test_a_table_is_taken_in_as_printed(desk):
    """New people come in; those who are there get the other system's number, and keep everything else."""
    house = desk.house
    (house.folder / "staffrepo.yaml").write_text(
        (house.folder / "staffrepo.yaml").read_text() + "required_fields: [first_name, last_name]\n"
    )
    desk.push("What is missing in Digital ID is not required for a while")
    _, look, take, numbers = commands("migration.md", "1. People into the records")
    rows = ["id,employee_reference,first_name,last_name,is_active", "501,EMP020,Another,Name,1", "502,V-1,Vera,Visser,1"]
    (house.folder / "employees.csv").write_text("\n".join(rows) + "\n")
    (house.folder / "numbers.csv").write_text("id,employee_reference\n501,emp020\n502,V-1\n")
    before = (house.folder / "data/people/EMP020.yaml").read_text()
    run(look, house.environment, house.folder)
    assert house.git("status", "--porcelain", "--untracked-files=no") == ""
    run(take, house.environment, house.folder)
    assert (house.folder / "data/people/EMP020.yaml").read_text() == before
    assert 'digital-id: "502"' in (house.folder / "data/people/V-1.yaml").read_text()
    run(next(line for line in numbers.splitlines() if "import people" in line), house.environment, house.folder)
    changed = [line for line in house.git("diff", "main", "numbers").splitlines() if re.match(r"[+-](?![+-])", line)]
    assert changed == ['+  digital-id: "501"'] or changed == ["+external_ids:", '+  digital-id: "501"']


def test_the_log_answers_what_operators_look_up(ward):
    """By the name of a key and by a request's id, as the guides say; the key itself is never there."""
    unit = next(block for block in blocks("operator.md", "ini") if " serve " in block)
    options = re.search(r"serve (.*)", unit)[1].split()
    ward.service.stop()
    ward.service.start(*[option for option in options if option in ("--access-log", "--publish")], now=ward.moment())
    _, headers, _ = ward.service.get("/api/units", ward.key)
    line = next(line for line in ward.service.said().splitlines() if headers["x-request-id"] in line)
    assert line.startswith("GET /api/units: 200 in ") and "key digital-id," in line
    assert ward.key not in ward.service.said()


def test_alert_rules_ask_for_what_is_measured(ward):
    """Every number that they name is there, and none rings for what is switched off on purpose."""
    _, _, body = ward.service.get("/metrics")
    measured = dict(re.findall(r"^(staffrepo_\S+) (\S+)$", body.decode(), re.MULTILINE))
    rules = yaml.safe_load(next(block for block in blocks("operator.md", "yaml") if block.startswith("groups:")))
    names = {name for rule in rules["groups"][0]["rules"] for name in re.findall(r"staffrepo_\w+", rule["expr"])}
    assert len(names) > 5 and names <= {name.partition("{")[0] for name in measured}
    enabled = {name.partition("{")[2]: value for name, value in measured.items() if name.startswith("staffrepo_target_enabled")}
    assert set(enabled.values()) == {"1"}
    house = ward.house
    settings = (house.folder / "staffrepo.yaml").read_text()
    (house.folder / "staffrepo.yaml").write_text(settings.replace("  lms:\n    enabled: true", "  lms:\n    enabled: false"))
    ward.push("No learning platform")
    numbers = house.staffrepo("-C", str(ward.records), "status", "--format", "prometheus")
    assert 'staffrepo_target_enabled{target="export/lms"} 0' in numbers
    assert 'staffrepo_target_up{target="export/lms"} 0' in numbers


def test_every_problem_has_its_section():
    """A kind that a program meets is looked up by its name."""
    kinds = set()
    for file in (PROJECT / "Sources").rglob("*.swift"):
        text = file.read_text(encoding="utf-8")
        kinds |= set(re.findall(r'\b[Pp]roblem\(\s*\d{3},\s*"([a-z-]+)"', text))
    # What imports say of a missing scope or a signature, the server has said before, or says in its own words.
    kinds -= {"unauthorized", "scope-missing", "signature-invalid"}
    explained = set(re.findall(r"^### `([a-z-]+)`", (DOCS / "troubleshooting.md").read_text(), re.MULTILINE))
    listed = set(re.findall(r"^\| \d{3} \| `([a-z-]+)`", (DOCS / "api.md").read_text(), re.MULTILINE))
    assert len(kinds) > 10
    assert (kinds - explained, explained - kinds) == (set(), set())
    assert listed == kinds


def test_links_lead_somewhere():
    """Pages, and headings in them, as GitHub names these."""
    missing = []
    for page in ("api.md", "migration.md", "troubleshooting.md", "integrator.md", "operator.md", "hr-officer.md", "auditor.md"):
        for target in re.findall(r"\]\(([^)]+)\)", (DOCS / page).read_text(encoding="utf-8")):
            name, _, heading = target.partition("#")
            if name.startswith("http"):
                continue
            file = (DOCS / name) if name else DOCS / page
            if not file.exists() or heading and heading not in anchors(file):
                missing.append(f"{page}: {target}")
    assert missing == []


def anchors(file: Path) -> set[str]:
    headings = re.findall(r"^#+ (.*)", file.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
