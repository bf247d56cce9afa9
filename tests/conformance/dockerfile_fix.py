#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Applies `lint --fix` to every Dockerfile of the suites and checks what becomes of them.

    dockerfile_fix.py --plimsoll build/src/plimsoll --suite DIR

DIR is a folder of suites. Taken are all files that are named Dockerfile or lie in a folder of that
name, and the parts of BuildKit's pages that are Dockerfiles. What is asked of a result stands in
tests/cli/fix_check.py. The last line is "dockerfile-fix: N of M".
"""
import argparse
import json
import pathlib
import re
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "cli"))
from fix_check import check_folder  # noqa: E402

BLOCK = re.compile(r"^```dockerfile\n(.*?)^```", re.M | re.S)


def dockerfiles(suites):
    """(name, bytes); the same bytes once."""
    seen = set()
    for path in sorted(suites.rglob("*")):
        where = path.relative_to(suites)
        if not path.is_file():
            continue
        if "dockerfile" in path.name.lower() and path.suffix not in (".md", ".json", ".jsonl"):
            found = [path.read_bytes()]
        elif "dockerfiles" in where.parts[:-1]:
            found = [path.read_bytes()]
        elif path.suffix == ".md" and "dockerfile" in str(where):
            found = [text.encode() for text in BLOCK.findall(path.read_text(encoding="utf-8"))]
        else:
            continue
        for i, data in enumerate(found):
            if data not in seen:
                seen.add(data)
                yield "-".join(where.parts) + (f"-{i}" if i else ""), data


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--plimsoll", required=True)
    parser.add_argument("--suite", type=pathlib.Path, required=True)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        for name, data in dockerfiles(options.suite):
            (folder / (re.sub(r"[^\w.-]", "_", name) + ".Dockerfile")).write_bytes(data)
        misses, n_fixed, n_files = check_folder(str(pathlib.Path(options.plimsoll).resolve()), folder)
    print(*misses, sep="\n", end="\n" if misses else "")
    print(f"rewritten {n_fixed}", file=sys.stderr)
    print(f"dockerfile-fix: {max(0, n_files - len(misses))} of {n_files}")
    return 1 if misses else 0


if __name__ == "__main__":
    sys.exit(main())
