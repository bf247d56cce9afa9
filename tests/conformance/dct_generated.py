#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Looks up tags in folders of metadata of Docker Content Trust, as notary did.

    dct_generated.py --plimsoll build/src/plimsoll --suite DIR

DIR/CASE/tuf holds the metadata of one collection, case.json says what notary answered for a tag
when it saw the collection for the first time: accept, with the digest, or reject. A refusal is exit
status 1: it must not be that something could not be told. Every miss is printed as "CASE: what is
wrong", the last line is "dct-generated: N of M".
"""
import json
import subprocess
import sys

from case_folders import run_cases


def what_is_wrong(plimsoll, folder):
    case = json.loads((folder / "case.json").read_text(encoding="utf-8"))
    done = subprocess.run(
        [plimsoll, "verify", "dct", str(folder / "tuf"), "--gun", case["gun"], "--tag", case["tag"],
         "--print-reference"], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    told = " ".join((done.stdout + done.stderr).split())[:300]
    if case["expect"] == "reject":
        return None if done.returncode == 1 and not done.stdout else f"not refused: {told}"
    wanted = f"{case['gun']}@{case['expect_digest'].split()[0]}"
    if done.returncode != 0 or done.stdout.strip() != wanted:
        return f"want {wanted}, got status {done.returncode}: {told}"
    return None


if __name__ == "__main__":
    sys.exit(run_cases("dct-generated", __doc__, what_is_wrong))
