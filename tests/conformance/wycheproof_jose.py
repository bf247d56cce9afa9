#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs Wycheproof's tests of JSON Web Signatures, Encryption and Keys.

    wycheproof_jose.py --plimsoll build/src/plimsoll --suite DIR

DIR is searched for json_web_*_test.json. Signatures are checked with the public key where a group
has one, by tests/jose_check of the same build. Every miss is printed as "FILE TEST: what is wrong",
the last line is "wycheproof-jose: N of M"; the exit status is 0 only when nothing was missed.
"""
import argparse
import json
import pathlib
import sys

import jose_check


def rows_of(suite):
    for path in sorted(pathlib.Path(suite).rglob("json_web_*_test.json")):
        for group in json.loads(path.read_text(encoding="utf-8"))["testGroups"]:
            for test in group["tests"]:
                yield path.name.removesuffix("_test.json"), group, test


def question(group, test):
    kind = "jws" if "jws" in test else "jwe"
    text = test[kind]
    key = group["private"] if kind == "jwe" else group.get("public") or group["private"]
    return {"kind": kind, "key": json.dumps(key),
            "text": text if isinstance(text, str) else json.dumps(text)}


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--plimsoll", required=True)
    parser.add_argument("--suite", required=True)
    arguments = parser.parse_args()
    rows = list(rows_of(arguments.suite))
    answers = jose_check.ask(arguments.plimsoll, [question(group, test) for _, group, test in rows])
    missed = 0
    for (name, _, test), answer in zip(rows, answers):
        if (answer == "holds") != (test["result"] == "valid"):
            missed += 1
            print(f"{name} {test['tcId']} {test['comment']}: {test['result']}, but {answer}")
    print(f"wycheproof-jose: {len(rows) - missed} of {len(rows)}")
    return 1 if missed or not rows else 0


if __name__ == "__main__":
    sys.exit(main())
