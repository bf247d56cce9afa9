#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Reads the documents of CycloneDX's own test suite.

    cyclonedx_corpus.py --plimsoll BIN --suite DIR

DIR holds <version>/{valid,invalid}/*.json. A valid document is one that `scan sbom:` reads to a
report; an invalid one is refused with exit status 2 and a message that names the file and says
where in it what is wrong. Any other answer is a miss.

Prints each miss with what was said, then `cyclonedx-corpus: N of M`; exit status 1 unless N is M.
"""

import argparse
import pathlib
import subprocess
import sys


def verdict(plimsoll, path):
    """("valid" or "invalid" or "unclear", what was said)"""
    done = subprocess.run([plimsoll, "scan", f"sbom:{path}", "--format", "json", "--no-cache"],
                          capture_output=True, check=False)
    said = done.stderr.decode(errors="replace").strip()
    if done.returncode == 0:
        return "valid", "read"
    start = f"plimsoll: {path}: "
    refused = done.returncode == 2 and said.startswith(start) and len(said) > len(start)
    return "invalid" if refused else "unclear", said.removeprefix(start)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--plimsoll", required=True)
    parser.add_argument("--suite", required=True, type=pathlib.Path)
    options = parser.parse_args()
    right = total = 0
    for path in sorted(options.suite.glob("*/*/*.json")):
        want = path.parent.name
        got, said = verdict(options.plimsoll, path)
        total += 1
        right += got == want
        if got != want:
            print(f"{path.relative_to(options.suite)}: {got}: {said}")
    print(f"cyclonedx-corpus: {right} of {total}")
    return 0 if right == total > 0 else 1


if __name__ == "__main__":
    sys.exit(main())
