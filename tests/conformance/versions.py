#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs tables of version order, ranges or validity against `plimsoll vers`.

    versions.py --plimsoll build/src/plimsoll --suite DIR/version-compare

The name of the folder says what its tables, one <scheme>.tsv a scheme, hold:
    version-compare   scheme, A, operator, B, source; the operator is < = > <= >= or !=
    version-match     scheme, version, range, true or false, source
    version-valid     scheme, version, valid or invalid, source
Lines that begin with # are headings. Prints each miss as "scheme question: want, got", a line for
each table, and at last "version-compare: N of M"; the exit status is 0 only when nothing was missed.
"""
import argparse
import pathlib
import subprocess
import sys

HOLDS = {"<": "<", "=": "=", ">": ">", "<=": "<=", ">=": ">=", "!=": "<>"}

# folder -> (verb, fields that are the question, field that is the answer)
TABLES = {
    "version-compare": ("compare", (0, 1, 3), 2),
    "version-match": ("match", (0, 1, 2), 3),
    "version-valid": ("check", (0, 1), 2),
}


def load(path, fields):
    """The fields of each row; versions may be empty or have white space around them."""
    rows = []
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
        row = line.split("\t")
        if line and not line.startswith("#"):
            if len(row) <= max(fields):
                sys.exit(f"{path}:{number}: too few fields")
            rows.append(row)
    return rows


def ask(plimsoll, verb, lines):
    """One answer a line; the whole batch goes through one process."""
    text = "".join(line + "\n" for line in lines)
    done = subprocess.run([plimsoll, "vers", verb], input=text.encode(), stdout=subprocess.PIPE,
                          check=False)
    answers = done.stdout.decode().splitlines()
    if done.returncode not in (0, 1) or len(answers) != len(lines):
        sys.exit(f"vers {verb}: status {done.returncode}, {len(answers)} answers "
                 f"to {len(lines)} lines")
    return answers


def holds(verb, want, answer):
    return answer in HOLDS[want] if verb == "compare" else answer == want


def name_of(verb, row):
    """What the miss is called: the question as one would say it."""
    scheme, first, second, third = (row + [""])[:4]
    if verb == "check":
        return f"{scheme} {first}"
    return f"{scheme} {first} {second}" + (f" {third}" if verb == "compare" else "")


def score(plimsoll, path, verb, question, expected):
    """(passed, all) of one table; prints its misses and a line."""
    rows = load(path, question + (expected,))
    answers = ask(plimsoll, verb, ["\t".join(row[i] for i in question) for row in rows])
    passed = 0
    for row, answer in zip(rows, answers):
        if holds(verb, row[expected], answer):
            passed += 1
        else:
            print(f"{name_of(verb, row)}: want {row[expected]}, got {answer} ({row[-1]})")
    print(f"  {path.name} {passed} of {len(rows)}")
    return passed, len(rows)


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--plimsoll", required=True, help="the binary")
    arguments.add_argument("--suite", required=True, type=pathlib.Path, help="a folder of tables")
    options = arguments.parse_args()

    name = options.suite.resolve().name
    if name not in TABLES:
        sys.exit(f"{name}: none of {', '.join(TABLES)}")
    passed = total = 0
    for path in sorted(options.suite.glob("*.tsv")):
        good, rows = score(options.plimsoll, path, *TABLES[name])
        passed, total = passed + good, total + rows
    if total == 0:
        sys.exit(f"{options.suite}: no tests")
    print(f"{name}: {passed} of {total}")
    return 0 if passed == total else 1


if __name__ == "__main__":
    sys.exit(main())
