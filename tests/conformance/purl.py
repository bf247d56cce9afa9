#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs Package-URL test files (purl-test.schema-0.1 and 0.2) against `plimsoll purl`.

    purl.py --plimsoll build/src/plimsoll --suite DIR

DIR is searched for *.json; files without a list "tests" are passed over. Every miss is printed as
one row, the last line is "purl: N of M"; the exit status is 0 only when nothing was missed.

A test of type
  parse      gives the URL to `purl parse` and compares the components,
  build      gives the components to `purl build` and compares the URL,
  validate   (and roundtrip, its older name) gives the URL to `purl parse`, the answer to
             `purl build`, and compares the URLs.
An expected failure is met by an {"error": ...} of any of its steps.
"""
import argparse
import json
import pathlib
import subprocess
import sys

COMPONENTS = ("type", "namespace", "name", "version", "qualifiers", "subpath")


def load(suite):
    """All (file, number, test) below the directory, in a stable order."""
    rows = []
    for path in sorted(pathlib.Path(suite).rglob("*.json")):
        document = json.loads(path.read_text(encoding="utf-8"))
        tests = document.get("tests") if isinstance(document, dict) else None
        if not isinstance(tests, list):
            continue
        for number, test in enumerate(tests, 1):
            if isinstance(test, dict) and "test_type" in test:
                rows.append((path.relative_to(suite), number, test))
    return rows


def ask(plimsoll, verb, lines):
    """One answer a line; the whole batch goes through one process."""
    if not lines:
        return []
    text = "".join(line + "\n" for line in lines)
    done = subprocess.run([plimsoll, "purl", verb], input=text.encode(), stdout=subprocess.PIPE,
                          check=False)
    answers = done.stdout.decode().splitlines()
    if done.returncode not in (0, 1) or len(answers) != len(lines):
        sys.exit(f"purl {verb}: status {done.returncode}, {len(answers)} answers "
                 f"to {len(lines)} lines")
    return answers


def is_error(answer):
    return answer.startswith('{"error":')


def as_line(value):
    """What a test gives as input: a URL, or an object of components."""
    return value if isinstance(value, str) else json.dumps(value)


def filled(components):
    """The same object with every component present, so that absent and null are equal."""
    return {key: components.get(key) or None for key in COMPONENTS}


def answer_all(plimsoll, rows):
    """The final answer to each row."""
    inputs = [as_line(test["input"]) for _, _, test in rows]
    kinds = [test["test_type"] for _, _, test in rows]
    answers = [None] * len(rows)
    builds = [i for i, kind in enumerate(kinds) if kind == "build"]
    parses = [i for i, kind in enumerate(kinds) if kind != "build"]
    for verb, which in (("parse", parses), ("build", builds)):
        for i, answer in zip(which, ask(plimsoll, verb, [inputs[i] for i in which])):
            answers[i] = answer
    again = [i for i in parses if kinds[i] in ("validate", "roundtrip") and
             not is_error(answers[i])]
    for i, answer in zip(again, ask(plimsoll, "build", [answers[i] for i in again])):
        answers[i] = answer
    return answers


def holds(test, answer):
    if test.get("expected_failure"):
        return is_error(answer)
    if is_error(answer):
        return False
    want = test["expected_output"]
    if isinstance(want, str):
        return answer == want
    return filled(json.loads(answer)) == filled(want)


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--plimsoll", required=True, help="the binary")
    arguments.add_argument("--suite", required=True, help="directory of test files")
    options = arguments.parse_args()

    rows = load(options.suite)
    if not rows:
        sys.exit(f"{options.suite}: no tests")
    passed = 0
    for (path, number, test), answer in zip(rows, answer_all(options.plimsoll, rows)):
        if holds(test, answer):
            passed += 1
            continue
        want = "an error" if test.get("expected_failure") else as_line(test["expected_output"])
        print(f"{path}:{number}: [{test.get('test_group', '-')} {test['test_type']}] "
              f"{as_line(test['input'])}: want {want}, got {answer}")
    print(f"purl: {passed} of {len(rows)}")
    return 0 if passed == len(rows) else 1


if __name__ == "__main__":
    sys.exit(main())
