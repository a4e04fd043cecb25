"""staffrepo finds each of a hundred planted faults at its line, and the page about it and others is current."""

import os

import pytest

from compare_validators import DOCUMENT, FAULTS, FOUND, compare


@pytest.fixture(scope="module")
def comparison(tmp_path_factory):
    return compare(os.environ["STAFFREPO"], tmp_path_factory.mktemp("compare"))


def test_hundred_faults():
    faults = [fault for group in FAULTS.values() for fault in group]
    assert len(faults) == 100
    assert len({(fault.file, fault.code, fault.name) for fault in faults}) == 100


def test_staffrepo_finds_all(comparison):
    missed = {
        f"{fault.code} {fault.file}:{fault.line} ({fault.name})": sorted(comparison.said["staffrepo"][place + 1])
        for place, fault in enumerate(comparison.faults)
        if comparison.mark("staffrepo", place) != FOUND
    }
    assert not missed


def test_page_is_current(comparison):
    """STAFFREPO=... python3 Tests/Checkers/compare_validators.py writes it."""
    assert DOCUMENT.read_text(encoding="utf-8") == comparison.document()
