#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Verifies bundles of the Sigstore project's conformance suite, each with the file and with its digest.

    sigstore_conformance.py --plimsoll build/src/plimsoll --suite DIR

DIR/CASE/case.json names what is verified (artifact, trusted_root, key, or identity and issuer, all
relative to the case) and whether it is to be accepted. A rejection may be "not verified" or, when the
trusted root or the key itself is malformed, "could not be told": never success. Every miss is printed
as "CASE: what is wrong", the last line is "sigstore-conformance: N of M".
"""
import hashlib
import json
import subprocess
import sys

from case_folders import run_cases


def whom(case, folder):
    """The words that say whom to believe."""
    if case["key"]:
        return ["--key", str(folder / case["key"])]
    return ["--identity", case["identity"], "--issuer", case["issuer"]]


def verify(plimsoll, folder, case, artifact):
    words = [plimsoll, "verify", "bundle", str(folder / "bundle.sigstore.json"), "--artifact",
             artifact, "--trusted-root", str(folder / case["trusted_root"])]
    return subprocess.run(words + whom(case, folder), stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, check=False)


def what_is_wrong(plimsoll, folder):
    case = json.loads((folder / "case.json").read_text(encoding="utf-8"))
    path = folder / case["artifact"]
    digest = "sha256:" + hashlib.sha256(path.read_bytes()).hexdigest()
    for artifact in (str(path), digest):
        done = verify(plimsoll, folder, case, artifact)
        wanted = (0,) if case["expect"] == "accept" else (1, 2)
        if done.returncode not in wanted:
            told = " ".join((done.stdout + done.stderr).split())[:300]
            return f"to {case['expect']}, got status {done.returncode} for {artifact}: {told}"
    return None


if __name__ == "__main__":
    sys.exit(run_cases("sigstore-conformance", __doc__, what_is_wrong))
