#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Verifies the layouts that cosign signed by a key, and what was made of them.

    cosign_keyed_generated.py --plimsoll build/src/plimsoll --suite DIR

DIR/CASE holds a layout of `cosign save`, key.pub, and case.json with what cosign said of it and the
options it was given. Each case is asked of plimsoll verify, in the words of case.json. The case must
have the answer of cosign; where Plimsoll is stricter, explained.tsv says why, and the switch that is
named there must give cosign's answer. Every miss is printed as "CASE: what is wrong", the last line is
"cosign-keyed-generated: N of M".
"""
import json
import subprocess
import sys

from case_folders import run_cases

# Stricter than cosign; the switch that gives its answer.
SWITCHES = {"type-other": ["--accept", "payload-type"]}
STATUS = {"accept": 0, "reject": 1}


def verify(plimsoll, folder, case, more=()):
    words = [plimsoll, "verify", f"oci:{folder / 'layout'}", "--key", str(folder / "key.pub"),
             "--format", "json", *case["args"], *more]
    return subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          check=False)


def told(done):
    return " ".join((done.stdout + done.stderr).split())[:300]


def what_is_wrong(plimsoll, folder):
    case = json.loads((folder / "case.json").read_text(encoding="utf-8"))
    done = verify(plimsoll, folder, case)
    if done.returncode == STATUS[case["expect"]]:
        if done.returncode == 0 and case["image_digest"] not in done.stdout:
            return f"another digest than {case['image_digest']}: {told(done)}"
        return None
    if folder.name in SWITCHES:
        again = verify(plimsoll, folder, case, SWITCHES[folder.name])
        if again.returncode != STATUS[case["expect"]]:
            return f"not even with {' '.join(SWITCHES[folder.name])}: {told(again)}"
    return f"to {case['expect']}, got status {done.returncode}: {told(done)}"


if __name__ == "__main__":
    sys.exit(run_cases("cosign-keyed-generated", __doc__, what_is_wrong))
