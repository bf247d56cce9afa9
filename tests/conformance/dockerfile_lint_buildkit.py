#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the examples in the documents of BuildKit's checks against our rules with their names.

    dockerfile_lint_buildkit.py --plimsoll build/src/plimsoll --suite DIR

    DIR/NAME.md     a Dockerfile behind a line with "Bad" must make a rule with the code NAME speak,
                    one behind "Good" must not; a text behind ".dockerignore" is that file

All examples go through one process, with every rule of these codes switched on. Every check of the
documents must be there as a rule. Every miss is printed as one row, then the agreement for each
check; the last line is "dockerfile-lint-buildkit: N of M"; the exit status is 0 only when nothing was missed.
"""
import argparse
import collections
import json
import pathlib
import re
import subprocess
import sys
import tempfile

BLOCK = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
MARK = re.compile(r"^[❌✅]\s*(Bad|Good)\b", re.MULTILINE)
IGNORE_FILE = re.compile(r"`\.dockerignore` file:\s*$")


def examples(text):
    """[(bad or good, Dockerfile)], and the .dockerignore or None."""
    found, ignore, behind = [], None, 0
    for block in BLOCK.finditer(text):
        before, behind = text[behind:block.start()], block.end()
        mark = MARK.findall(before)
        if IGNORE_FILE.search(before.rstrip()):
            ignore = block.group(2)
        elif mark and block.group(1) == "dockerfile":
            found.append((mark[-1].lower(), block.group(2)))
    return found, ignore


def known(plimsoll, code):
    done = subprocess.run([plimsoll, "rules", "show", code], capture_output=True, check=False)
    return done.returncode == 0


def write_examples(suite, folder):
    """[(check, bad or good, number, path)]"""
    cases = []
    for document in sorted(suite.glob("[A-Z]*.md")):
        found, ignore = examples(document.read_text(encoding="utf-8"))
        for number, (kind, dockerfile) in enumerate(found, 1):
            path = folder / document.stem / str(number) / "Dockerfile"
            path.parent.mkdir(parents=True)
            path.write_text(dockerfile, encoding="utf-8")
            if ignore:
                (path.parent / ".dockerignore").write_text(ignore, encoding="utf-8")
            cases.append((document.stem, kind, number, path))
    return cases


def codes_of(plimsoll, cases, folder):
    """{path: the codes of its findings}"""
    done = subprocess.run([plimsoll, "lint", "--format", "json", *(str(case[3]) for case in cases)],
                          cwd=folder, capture_output=True, check=False)
    found = collections.defaultdict(set)
    for finding in json.loads(done.stdout)["findings"]:
        found[finding["subject"]["path"]].update(finding.get("codes", []))
    return found


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--plimsoll", required=True, help="the binary")
    arguments.add_argument("--suite", required=True, help="directory of documents")
    options = arguments.parse_args()

    suite = pathlib.Path(options.suite)
    plimsoll = str(pathlib.Path(options.plimsoll).resolve())
    checks = sorted(path.stem for path in suite.glob("[A-Z]*.md"))
    if not checks:
        sys.exit(f"{options.suite}: no documents")
    ours = [check for check in checks if known(plimsoll, check)]
    agree, total = collections.Counter(), collections.Counter()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        cases = write_examples(suite, folder)
        lines = "".join(f"  {check}: on\n" for check in ours)
        (folder / ".plimsoll.yaml").write_text("rules:\n" + lines, encoding="utf-8")
        found = codes_of(plimsoll, cases, folder)
    for check, kind, number, path in cases:
        speaks = check in found[str(path)]
        total[check] += 1
        agree[check] += speaks == (kind == "bad")
        if speaks != (kind == "bad"):
            print(f"{check}/{kind}/{number}: {'speaks' if speaks else 'is silent'}")
    for check in checks:
        print(f"  {check} {agree[check]} of {total[check]}")
        if not total[check]:
            print(f"{check}: no example was found")
    print(f"dockerfile-lint-buildkit: {agree.total()} of {total.total()}")
    return 0 if agree == total and all(total[check] for check in checks) else 1


if __name__ == "__main__":
    sys.exit(main())
