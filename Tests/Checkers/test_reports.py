"""The report formats of `validate`, over a repository with planted faults and awkward names.

SARIF is judged by two packages that others wrote: sarif-om, which is generated from the published schema, so it knows
every property of every object and which ones must be there; and sarif-pydantic, which knows their types and words.
JUnit is read by an XML parser and by junitparser, and its elements are those of the strictest of the schemas in use,
that of Jenkins' xUnit plug-in.
"""

import json
import os
import re
import subprocess
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest
import sarif_om
from junitparser import JUnitXml
from sarif_pydantic import Sarif

from house import ADMINISTRATOR

PERSON = """\
id: {id}
employee_reference: {reference}
first_name: {first_name}
last_name: Hill
email: p{id}@example.org
job_title: Nurse
employment_start_date: 2020-01-01
organisational_units: [team-a]
"""
# A name with everything that one format or another has to escape.
AWKWARD = 'data/people/a b\'s "ü" 100%<&>\t\x1b]:#?.yaml'
FILES = {
    "staffrepo.yaml": "organisation:\n  id: 1\n  time_zone: Europe/London\n",
    "data/units/team-a.yaml": "id: 1\ncode: team-a\nname: Team A\n",
    "data/people/EMP001.yaml": PERSON.format(id=1, reference="EMP001", first_name="Zoë") + "is_active: yes\n",
    # The same fault twice in one file, at two places.
    "data/people/EMP002.yaml": PERSON.format(id=2, reference="EMP002", first_name="Grace")
    + "extra: 1\nextra: 2\nphoto_status: aproved\n",
    # A link, markup and a control character in a value that messages repeat.
    "data/people/EMP003.yaml": PERSON.format(id=3, reference="EMP003", first_name="Grace")
    + 'employment_end_date: "[x](https://evil.example) <b>&\\e\\uFFFE ]]>"\n',
    AWKWARD: PERSON.format(id=4, reference="EMP004", first_name="'\u202eGrace'") + "line_manager: EMP999\n",
    # No errors, a warning.
    "data/webhooks/desk.yaml": "url: https://desk.example/hook\n",
}


class Desk:
    """A small repository, and what `validate` says of it."""

    def __init__(self, folder: Path, files: dict[str, str]):
        self.folder, self.files = folder, files
        self.environment = os.environ | ADMINISTRATOR | {"GIT_CONFIG_GLOBAL": os.devnull}
        for path, text in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text, encoding="utf-8", newline="")
        for command in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-qm", "planted"]):
            subprocess.run(["git", *command], cwd=folder, env=self.environment, check=True)

    def validate(self, format: str, *arguments: str, status: int | None = None) -> str:
        done = subprocess.run(
            [os.path.abspath(os.environ["STAFFREPO"]), "validate", "--format", format, *arguments],
            cwd=self.folder, env=self.environment, capture_output=True, timeout=60,
        )
        assert done.stderr == b""
        assert done.returncode in ((0, 1) if status is None else (status,))
        return done.stdout.decode()


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    return Desk(tmp_path_factory.mktemp("desk"), FILES)


@pytest.fixture(scope="module")
def findings(desk):
    """The same findings as the JSON format tells them."""
    found = json.loads(desk.validate("json", status=1))["diagnostics"]
    assert {finding["file"] for finding in found} >= {path for path in FILES if "/people/" in path}
    assert {"error", "warning"} == {finding["severity"] for finding in found}
    return found


@pytest.fixture(scope="module")
def healthy(tmp_path_factory):
    good = {path: FILES[path] for path in ("staffrepo.yaml", "data/units/team-a.yaml")}
    return Desk(tmp_path_factory.mktemp("healthy"), good)


def text_of(finding: dict) -> str:
    return " ".join(filter(None, (finding["message"], finding.get("help"))))


# GitLab Code Quality: https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format


def test_gitlab(desk, findings):
    report = desk.validate("gitlab", status=1)
    assert not report.startswith("\ufeff"), "GitLab refuses a byte order mark"
    issues = json.loads(report)
    assert len(issues) == len(findings)
    for issue, finding in zip(issues, findings):
        assert set(issue) == {"description", "check_name", "fingerprint", "severity", "location"}
        assert issue["description"] == text_of(finding)
        assert issue["check_name"] == f"{finding['code']} {finding['rule']}"
        assert issue["severity"] == {"error": "major", "warning": "minor"}[finding["severity"]]
        lines = {"begin": finding["line"], "end": finding["end_line"]}
        assert issue["location"] == {"path": finding["file"], "lines": lines}
        assert not issue["location"]["path"].startswith(("/", "./"))
    fingerprints = [issue["fingerprint"] for issue in issues]
    assert len(set(fingerprints)) == len(fingerprints)
    assert all(re.fullmatch("[0-9a-f]{32}", fingerprint) for fingerprint in fingerprints)


def test_fingerprints_outlive_moved_lines(tmp_path, desk):
    """Lines that are put above a finding do not make it another one."""
    moved = {path: f"# One line more.\n{text}" for path, text in FILES.items()}

    def fingerprints(of):
        return sorted(issue["fingerprint"] for issue in json.loads(of.validate("gitlab")))

    assert fingerprints(Desk(tmp_path, moved)) == fingerprints(desk)


def test_gitlab_of_good_records(healthy):
    assert json.loads(healthy.validate("gitlab", status=0)) == []


# SARIF 2.1.0

# Which class the value of each property has; those that are not named are plain values.
SHAPES = {
    "SarifLog": {"runs": "Run"},
    "Run": {"tool": "Tool", "results": "Result", "originalUriBaseIds": {"*": "ArtifactLocation"}},
    "Tool": {"driver": "ToolComponent"},
    "ToolComponent": {"rules": "ReportingDescriptor"},
    "ReportingDescriptor": {
        "shortDescription": "MultiformatMessageString",
        "fullDescription": "MultiformatMessageString",
        "help": "MultiformatMessageString",
        "defaultConfiguration": "ReportingConfiguration",
    },
    "Result": {"message": "Message", "locations": "Location", "fixes": "Fix", "partialFingerprints": {"*": str}},
    "Location": {"physicalLocation": "PhysicalLocation"},
    "PhysicalLocation": {"artifactLocation": "ArtifactLocation", "region": "Region"},
    "ArtifactLocation": {"description": "Message"},
    "Fix": {"description": "Message", "artifactChanges": "ArtifactChange"},
    "ArtifactChange": {"artifactLocation": "ArtifactLocation", "replacements": "Replacement"},
    "Replacement": {"deletedRegion": "Region", "insertedContent": "ArtifactContent"},
}


def assert_shape(value, name: str, way: str):
    """No property that the schema does not know, none missing that it demands, and so on all the way down."""
    known = {
        attribute.metadata["schema_property_name"]: attribute.default is sarif_om.SarifLog.__attrs_attrs__[0].default
        for attribute in getattr(sarif_om, name).__attrs_attrs__
    }
    assert set(value) <= set(known), way
    assert {name for name, required in known.items() if required} <= set(value), way
    shapes = SHAPES.get(name, {})
    for property, inner in value.items():
        shape = shapes.get(property)
        if isinstance(shape, dict):
            for key, item in inner.items():
                if shape["*"] is str:
                    assert isinstance(item, str)
                else:
                    assert_shape(item, shape["*"], f"{way}.{property}.{key}")
        elif shape:
            for place, item in enumerate(inner if isinstance(inner, list) else [inner]):
                assert_shape(item, shape, f"{way}.{property}[{place}]")
        else:
            plain = inner if isinstance(inner, list) else [inner]
            assert all(isinstance(item, (str, int)) for item in plain), f"{way}.{property}"


def assert_sarif(log: dict):
    assert_shape(log, "SarifLog", "log")
    Sarif.model_validate(log)
    (run,) = log["runs"]
    assert log["version"] == "2.1.0" and run["columnKind"] == "unicodeCodePoints"
    rules = run["tool"]["driver"]["rules"]
    assert len({rule["id"] for rule in rules}) == len(rules)
    for rule in rules:
        assert rule["defaultConfiguration"]["level"] in ("error", "warning", "note", "none")
        for text in ("shortDescription", "fullDescription", "help"):
            assert rule[text]["text"].strip() == rule[text]["text"] != ""


def test_sarif(desk, findings):
    log = json.loads(desk.validate("sarif", status=1))
    assert_sarif(log)
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert len(run["results"]) == len(findings)
    for result, finding in zip(run["results"], findings):
        assert (result["ruleId"], result["level"]) == (finding["code"], finding["severity"])
        rule = rules[result["ruleIndex"]]
        assert (rule["id"], rule["name"]) == (finding["code"], finding["rule"])
        assert result["message"]["text"].replace("\\](", "](") == text_of(finding)
        (location,) = result["locations"]
        place = location["physicalLocation"]
        assert_artifact(place["artifactLocation"], finding["file"], run)
        assert place["region"] == region(finding)
        assert re.fullmatch("[0-9a-f]{32}", result["partialFingerprints"]["staffrepo/v1"])
        assert ("fixes" in result) == ("fix" in finding)
        for fix in result.get("fixes", []):
            assert fix["description"]["text"] == finding["fix"]["title"]
            (change,) = fix["artifactChanges"]
            assert_artifact(change["artifactLocation"], finding["file"], run)
            edits = finding["fix"]["edits"]
            assert [
                (replacement["deletedRegion"], replacement["insertedContent"]["text"])
                for replacement in change["replacements"]
            ] == [(region(edit), edit["text"]) for edit in edits]


def region(place: dict) -> dict:
    numbers = {
        "startLine": place["line"],
        "startColumn": place["column"],
        "endLine": place["end_line"],
        "endColumn": place["end_column"],
    }
    assert all(number >= 1 for number in numbers.values())
    assert (place["line"], place["column"]) <= (place["end_line"], place["end_column"])
    return numbers


def assert_artifact(location: dict, file: str, run: dict):
    """A relative URI reference of RFC 3986, below a base that the run tells of."""
    assert location["uriBaseId"] in run["originalUriBaseIds"]
    assert re.fullmatch(r"(?:[A-Za-z0-9._~/-]|%[0-9A-F]{2})+", location["uri"])
    assert unquote(location["uri"]) == file


def test_sarif_links_are_ours(desk):
    """What stands in a record does not become a link in somebody's code scanning page."""
    messages = [result["message"]["text"] for result in json.loads(desk.validate("sarif"))["runs"][0]["results"]]
    assert any("evil.example" in message for message in messages)
    assert not any(re.search(r"(?<!\\)\]\(", message) for message in messages)


def test_sarif_fixes_mend(tmp_path, desk):
    """Made as SARIF describes them, the fixes leave nothing that has one."""
    texts = dict(FILES)
    (run,) = json.loads(desk.validate("sarif"))["runs"]
    changes = [
        (unquote(change["artifactLocation"]["uri"]), replacement)
        for result in run["results"]
        for fix in result.get("fixes", [])
        for change in fix["artifactChanges"]
        for replacement in change["replacements"]
    ]
    assert len(changes) >= 2
    for path, replacement in sorted(changes, key=lambda change: -change[1]["deletedRegion"]["startLine"]):
        place = replacement["deletedRegion"]
        assert place["startLine"] == place["endLine"]
        lines = texts[path].split("\n")
        line = lines[place["startLine"] - 1]
        lines[place["startLine"] - 1] = (
            line[: place["startColumn"] - 1] + replacement["insertedContent"]["text"] + line[place["endColumn"] - 1 :]
        )
        texts[path] = "\n".join(lines)
    (mended,) = json.loads(Desk(tmp_path, texts).validate("sarif"))["runs"]
    assert [result for result in mended["results"] if "fixes" in result] == []


def test_sarif_of_good_records(healthy):
    log = json.loads(healthy.validate("sarif", status=0))
    assert_sarif(log)
    assert log["runs"][0]["results"] == []


# JUnit

ATTRIBUTES = {
    "testsuites": {"name", "time", "tests", "failures", "errors"},
    "testsuite": {"name", "tests", "failures", "errors", "skipped", "time", "timestamp", "hostname", "id"},
    "testcase": {"name", "classname", "time"},
    "failure": {"message", "type"},
    "system-out": set(),
}
CHILDREN = {
    "testsuites": {"testsuite"},
    "testsuite": {"testcase"},
    "testcase": {"failure", "system-out"},
    "failure": set(),
    "system-out": set(),
}


def junit(report: str) -> ElementTree.Element:
    root = ElementTree.fromstring(report.encode())
    assert root.tag == "testsuites"
    for element in root.iter():
        assert set(element.attrib) <= ATTRIBUTES[element.tag]
        tags = [child.tag for child in element]
        assert set(tags) <= CHILDREN[element.tag]
        if element.tag == "testcase":
            assert len(tags) == len(set(tags))
    return root


def legal(text: str) -> str:
    return re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", "\ufffd", text)


def test_junit(desk, findings):
    report = desk.validate("junit", status=1)
    cases = {case.get("name"): case for case in junit(report).iter("testcase")}
    by_file = {}
    for finding in findings:
        by_file.setdefault(legal(finding["file"]), []).append(finding)
    assert set(cases) == set(by_file)
    for file, found in by_file.items():
        for tag, severity in (("failure", "error"), ("system-out", "warning")):
            expected = [finding for finding in found if finding["severity"] == severity]
            element = cases[file].find(tag)
            assert (element is not None) == bool(expected)
            for finding in expected:
                place = f"{file}:{finding['line']}:{finding['column']}: {severity}[{finding['code']}]: "
                assert place + legal(finding["message"]) in element.text
                assert finding.get("help", "") in element.text
    failed = sum(any(finding["severity"] == "error" for finding in found) for found in by_file.values())
    suites = JUnitXml.fromstring(report.encode())
    (suite,) = suites
    assert (suites.tests, suites.failures) == (suite.tests, suite.failures) == (len(by_file), failed)
    assert sum(bool(case.is_failure) for case in suite) == failed


def test_junit_of_good_records(healthy):
    report = healthy.validate("junit", status=0)
    (case,) = junit(report).iter("testcase")
    assert len(case) == 0 and case.get("name")
    (suite,) = JUnitXml.fromstring(report.encode())
    assert [case.is_passed for case in suite] == [True]
