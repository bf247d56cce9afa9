#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs Dockerfiles of Trivy's checks against our rules with the same code.

    trivy_dockerfile.py --plimsoll build/src/plimsoll --suite DIR

    DIR/DS-0004/hit/NAME.Dockerfile      a rule with the code DS-0004 must speak
    DIR/DS-0004/clean/NAME.Dockerfile    none may

All files go through one process, with every rule of these codes switched on. A code that no rule
has is told and not counted. Every miss is printed as one row, then the agreement for each code; the
last line is "trivy-dockerfile: N of M"; the exit status is 0 only when nothing was missed.
"""
import argparse
import collections
import json
import pathlib
import subprocess
import sys
import tempfile

SETTINGS = ".plimsoll.yaml"


def known(plimsoll, code):
    done = subprocess.run([plimsoll, "rules", "show", code], capture_output=True, check=False)
    return done.returncode == 0


def codes_of(plimsoll, cases, folder):
    """{path: the codes of its findings}"""
    done = subprocess.run([plimsoll, "lint", "--format", "json", *(str(path) for path in cases)],
                          cwd=folder, capture_output=True, check=False)
    report = json.loads(done.stdout)
    found = collections.defaultdict(set)
    for finding in report["findings"]:
        found[finding["subject"]["path"]].update(finding.get("codes", []))
    return found


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--plimsoll", required=True, help="the binary")
    arguments.add_argument("--suite", required=True, help="directory of cases")
    options = arguments.parse_args()

    suite = pathlib.Path(options.suite).resolve()
    plimsoll = str(pathlib.Path(options.plimsoll).resolve())
    cases = sorted(suite.glob("DS-*/*/*"))
    if not cases:
        sys.exit(f"{options.suite}: no cases")
    codes = sorted({path.parts[-3] for path in cases})
    ours = [code for code in codes if known(plimsoll, code)]
    with tempfile.TemporaryDirectory() as folder:
        lines = "".join(f"  {code}: on\n" for code in ours)
        pathlib.Path(folder, SETTINGS).write_text("rules:\n" + lines, encoding="utf-8")
        found = codes_of(plimsoll, cases, folder)
    agree, total = collections.Counter(), collections.Counter()
    for path in cases:
        code, kind = path.parts[-3], path.parts[-2]
        if code not in ours:
            continue
        speaks = code in found[str(path)]
        total[code] += 1
        agree[code] += speaks == (kind == "hit")
        if speaks != (kind == "hit"):
            print(f"{code}/{kind}/{path.stem}: {'speaks' if speaks else 'is silent'}")
    for code in codes:
        print(f"  {code} {agree[code]} of {total[code]}" if code in ours else f"  {code} no rule")
    print(f"trivy-dockerfile: {agree.total()} of {total.total()}")
    return 0 if agree == total else 1


if __name__ == "__main__":
    sys.exit(main())
