#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs test files of the Common Expression Language against `plimsoll eval --jsonl`.

    cel.py --plimsoll build/src/plimsoll --suite DIR

DIR holds *.jsonl as its README describes them: the upstream suite of cel-spec as JSON lines. Each
line is given to the program without its "expect". Every miss is printed as one row, the last line
is "cel: N of M"; the exit status is 0 only when nothing was missed.

Kind and content of a value must both match; entries of a map have no order; a NaN matches a NaN.
Where an error is expected any error will do: upstream's wording is not uniform.
"""
import argparse
import json
import math
import pathlib
import subprocess
import sys


def load(suite):
    """All (name, test) of the suite, in a stable order."""
    rows = []
    for path in sorted(pathlib.Path(suite).glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").split("\n"):
            if line:
                test = json.loads(line)
                name = "/".join((test["file"], test["section"], test["name"]))
                rows.append((name + (f"#{test['dup']}" if "dup" in test else ""), test))
    return rows


def ask(plimsoll, tests):
    """One answer a test; the whole batch goes through one process."""
    questions = [{key: value for key, value in test.items() if key != "expect"} for test in tests]
    text = "".join(json.dumps(question) + "\n" for question in questions)
    done = subprocess.run([plimsoll, "eval", "--jsonl"], input=text.encode(),
                          stdout=subprocess.PIPE, check=False)
    answers = done.stdout.decode().splitlines()
    if done.returncode not in (0, 1) or len(answers) != len(tests):
        sys.exit(f"cel: status {done.returncode}, {len(answers)} answers to {len(tests)} tests")
    return [json.loads(answer) for answer in answers]


def canonical(value):
    """A value in a form where equal means equal."""
    if not isinstance(value, dict) or len(value) != 1:
        return ("odd", json.dumps(value, sort_keys=True))
    (kind, content), = value.items()
    if kind == "double":
        number = float(content)
        return (kind, "NaN" if math.isnan(number) else (number, math.copysign(1, number)))
    if kind == "list":
        return (kind, tuple(canonical(item) for item in content))
    if kind == "map":
        return (kind, frozenset((canonical(k), canonical(v)) for k, v in content))
    return (kind, json.dumps(content, sort_keys=True))


def matches(expect, answer):
    """Whether the answer is what the test expects."""
    if "error" in expect or "any_errors" in expect:
        return "error" in answer
    if "typed_result" in expect:
        want, got = expect["typed_result"], answer.get("typed_result", {})
        return (want["type"] == got.get("type") and ("value" in want) == ("value" in got)
                and ("value" not in want or canonical(want["value"]) == canonical(got["value"])))
    return "value" in answer and canonical(expect["value"]) == canonical(answer["value"])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--plimsoll", required=True)
    parser.add_argument("--suite", required=True)
    args = parser.parse_args()
    rows = load(args.suite)
    answers = ask(args.plimsoll, [test for _, test in rows])
    missed = 0
    for (name, test), answer in zip(rows, answers):
        if not matches(test["expect"], answer):
            missed += 1
            print(f"{name}: {test['expr']!r}: want {json.dumps(test['expect'])}, "
                  f"got {json.dumps(answer)}")
    print(f"cel: {len(rows) - missed} of {len(rows)}")
    return 1 if missed or not rows else 0


if __name__ == "__main__":
    sys.exit(main())
