#!/usr/bin/env python3
"""Times `staffrepo validate --worktree` beside yamllint and check-jsonschema on the same people's files, and counts what
each finds of a few planted faults. Called by `script/bench --peers`.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import time

# What is wrong, in which of the first people's files, and how it gets there.
FAULTS = [
    ("a field twice", lambda text: text + "job_title: Twice\n"),
    ("an unknown field", lambda text: text + "jobtitle: Nurse\n"),
    ("a required field missing", lambda text: without(text, "email:")),
    ("a text where a number must be", lambda text: replaced(text, "id:", "id: seven")),
    ("a day that is not in the calendar", lambda text: replaced(text, "employment_start_date:", "employment_start_date: 2021-02-30")),
    ("an end before the start", lambda text: text + "employment_end_date: 1990-01-01\n"),
    ("an id that somebody else has", lambda text: replaced(text, "id:", "id: 9000")),
    ("an e-mail address that somebody else has", lambda text: replaced(text, "email:", "email: TAKEN")),
    ("a manager who is nobody", lambda text: replaced(text, "line_manager:", "line_manager: P999999")),
    ("a unit that is not there", lambda text: text.replace("  - ", "  - no-such-unit-", 1)),
    ("a photo that is not there", lambda text: text + "photo_path: photos/none.jpg\n"),
    ("a reference that is not the file's name", lambda text: replaced(text, "employee_reference:", "employee_reference: OTHER1")),
]


def without(text, start):
    return "".join(line for line in text.splitlines(True) if not line.startswith(start))


def replaced(text, start, line):
    return "".join(line + "\n" if old.startswith(start) else old for old in text.splitlines(True))


def files_below(folder):
    return sorted(os.path.join(path, name) for path, _, names in os.walk(folder) for name in names)


def timed(command, folder):
    start = time.monotonic()
    done = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return time.monotonic() - start, done.stdout


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--records", required=True, help="a checked-out organisation")
    parser.add_argument("--staffrepo", required=True)
    parser.add_argument("--tools", required=True, help="the folder with yamllint and check-jsonschema")
    parser.add_argument("--schema", required=True)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    people = files_below(os.path.join(options.records, "data", "people"))
    tools = {
        "`staffrepo validate --worktree`": [options.staffrepo, "validate", "--worktree", "--format", "json"],
        "`yamllint`": [os.path.join(options.tools, "yamllint"), "-f", "parsable", "-d", "relaxed", "data/people"],
        "`check-jsonschema`": [
            os.path.join(options.tools, "check-jsonschema"), "-o", "json", "--schemafile", options.schema, *people],
    }
    times = {name: [] for name in tools}
    for run in range(options.runs + 1):
        for name, command in tools.items():
            seconds, _ = timed(command, options.records)
            print(f"{name}: {seconds:.2f} s" + ("" if run else " (warming up)"), file=sys.stderr)
            if run:
                times[name].append(seconds)
    found = found_faults(options, people, tools)
    own = statistics.median(times["`staffrepo validate --worktree`"])
    print(f"{len(people):,} people's files; medians of {options.runs}; {len(FAULTS)} planted faults.\n")
    print("| tool | seconds | times as long | faults found |\n|---|---:|---:|---:|")
    for name in tools:
        median = statistics.median(times[name])
        print(f"| {name} | {median:.2f} | {median / own:,.0f} | {len(found[name])} of {len(FAULTS)} |")


def found_faults(options, people, tools):
    """Plants one fault a file, and sees which files each tool names."""
    def read(path):
        with open(path, encoding="utf-8") as file:
            return file.read()

    taken = next(line for line in read(people[-1]).splitlines() if line.startswith("email:"))[7:]
    # Those who have a manager and a unit, each somebody else.
    chosen = [path for path in people[2000:] if "line_manager:" in read(path)][: len(FAULTS)]
    originals = {path: read(path) for path in chosen}
    try:
        for path, (_, spoil) in zip(chosen, FAULTS):
            with open(path, "w", encoding="utf-8") as file:
                file.write(spoil(originals[path]).replace("TAKEN", taken))
        found = {}
        for name, command in tools.items():
            _, output = timed(command, options.records)
            found[name] = [path for path in chosen if os.path.basename(path) in named(output)]
        return found
    finally:
        for path, text in originals.items():
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)


def named(output):
    """The files that an output names as faulty, not those that it merely mentions."""
    try:
        document = json.loads(output)
    except ValueError:
        return {os.path.basename(line.split(":", 1)[0]) for line in output.splitlines() if ": [" in line or ":[" in line}
    if "diagnostics" in document:
        return {os.path.basename(item["file"]) for item in document["diagnostics"]}
    faults = document.get("errors", []) + document.get("parse_errors", [])
    return {os.path.basename(item["filename"]) for item in faults}


if __name__ == "__main__":
    sys.exit(main())
