"""JSON documents, by JSON Schema with its formats."""

import json
from pathlib import Path

from jsonschema import Draft202012Validator


def assert_document(document, schema: dict):
    Draft202012Validator.check_schema(schema)
    faults = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER).iter_errors(document)
    found = [f"{fault.json_path}: {fault.message[:200]}" for _, fault in zip(range(20), faults)]
    assert found == []


def read(file: Path):
    """A document in which no object names a member twice."""

    def once(members):
        names = [name for name, _ in members]
        assert len(set(names)) == len(names), f"{file.name} names a member twice"
        return dict(members)

    content = file.read_bytes()
    assert not content.startswith(b"\xef\xbb\xbf")
    return json.loads(content.decode("utf-8"), object_pairs_hook=once)
