#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs gitleaks' own examples: is a secret told where there is one, and nothing where there is none?

    gitleaks.py --plimsoll build/src/plimsoll --suite DIR [--rules FILE ...]

    DIR/cases.jsonl   {"rule", "expect", "text"} a line

A text counts as told when any rule of ours is at least SURE about a place in it. True and false
cases have a score each, since there are twenty times as many of the one. The file's name, which
some of gitleaks' rules go by, is not in the cases.

Misses are listed as "  RULE, line N, ...", then a score for each kind; a kind below BAR percent is
a fault, "KIND: ...". Some misses are right: gitleaks wants 12345678-ABCD-... told, and the same
text told of one rule's example and not of another's. The last line is "gitleaks: N of M agree";
exit status 0 when both kinds reach BAR.
"""
import argparse
import json
import pathlib
import subprocess
import sys

SURE = 50  # percent
BAR = 99


def ask(plimsoll, rules, texts):
    """For each text what was found: [{"rule", "percent", ...}]"""
    options = [word for path in rules for word in ("--rules", path)]
    done = subprocess.run([plimsoll, "syntax", "secrets", *options], text=True, check=False,
                          input="".join(json.dumps(text) + "\n" for text in texts),
                          capture_output=True)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    if len(answers) != len(texts):
        sys.exit(f"{len(answers)} answers to {len(texts)} texts: {done.stderr.strip()}")
    return answers


def is_told(answer):
    return isinstance(answer, list) and any(hit["percent"] >= SURE for hit in answer)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--plimsoll", required=True)
    parser.add_argument("--suite", required=True)
    parser.add_argument("--rules", action="append", default=[])
    options = parser.parse_args()
    lines = pathlib.Path(options.suite, "cases.jsonl").read_text(encoding="utf-8").splitlines()
    cases = [json.loads(line) for line in lines]
    scores = {True: [0, 0], False: [0, 0]}
    for number, (case, answer) in enumerate(
            zip(cases, ask(options.plimsoll, options.rules, [case["text"] for case in cases])), 1):
        right = is_told(answer) == case["expect"]
        scores[case["expect"]][0] += right
        scores[case["expect"]][1] += 1
        if not right:
            told = ", ".join(sorted({hit["rule"] for hit in answer if hit["percent"] >= SURE}))
            print(f"  {case['rule']}, line {number},",
                  "is not told" if case["expect"] else f"is told by {told}")
    for kind, (right, total) in scores.items():
        print(f"  {str(kind).lower()} {right} of {total}, {100 * right / max(total, 1):.2f} %")
        if 100 * right < BAR * total:
            print(f"{str(kind).lower()}: below {BAR} %")
    agree, total = (sum(score[i] for score in scores.values()) for i in (0, 1))
    print(f"gitleaks: {agree} of {total} agree")
    return 0 if all(100 * right >= BAR * total for right, total in scores.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
