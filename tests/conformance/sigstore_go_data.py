#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Verifies the example bundles of sigstore-go.

    sigstore_go_data.py --plimsoll build/src/plimsoll --suite DIR

DIR/CASE holds a bundle without what it is about: a message is taken by the digest in the bundle, a
statement by the digest of its first subject. Any identity will do, except where case.json names one
("SAN PATTERN issuer URL"). "accept with npm registry key": by the key that the log entry has. "parse":
the certificate must be read. That one's chain has a root, for which the specification has the whole
refused (sigstore-conformance, bundle-with-root-cert): so it must be refused for that, and verify, with
its certificate's facts told, when the leaf alone is left. Every miss is printed as "CASE: what is
wrong", the last line is "sigstore-go-data: N of M".
"""
import base64
import json
import pathlib
import re
import subprocess
import sys
import tempfile

from case_folders import run_cases


def artifact_of(bundle):
    if "messageSignature" in bundle:
        digest = base64.b64decode(bundle["messageSignature"]["messageDigest"]["digest"])
        return f"sha{len(digest) * 8}:{digest.hex()}"
    statement = json.loads(base64.b64decode(bundle["dsseEnvelope"]["payload"]))
    name, value = next(iter(statement["subject"][0]["digest"].items()))
    return f"{name}:{value}"


def key_of(bundle, folder):
    entry = bundle["verificationMaterial"]["tlogEntries"][0]
    body = json.loads(base64.b64decode(entry["canonicalizedBody"]))
    signature = body["spec"]["content"]["envelope"]["signatures"][0]
    path = pathlib.Path(folder) / "key.pub"
    path.write_bytes(base64.b64decode(signature["publicKey"]))
    return str(path)


def whom(case, bundle, folder):
    if "key" in case["expect"]:
        return ["--key", key_of(bundle, folder)]
    named = re.search(r"SAN \^(\S+) issuer (\S+)", case.get("why", ""))
    if named:
        return ["--identity-regexp", named[1] + ".*", "--issuer", named[2]]
    return ["--identity-regexp", ".*", "--issuer-regexp", ".*"]


def another(artifact):
    """A digest that nobody signed."""
    return artifact[:-1] + ("0" if artifact[-1] != "0" else "1")


def verify(plimsoll, folder, case, bundle, artifact):
    with tempfile.TemporaryDirectory() as scratch:
        path = pathlib.Path(scratch) / "bundle.sigstore.json"
        path.write_text(json.dumps(bundle), encoding="utf-8")
        words = [plimsoll, "verify", "bundle", str(path), "--artifact", artifact,
                 "--trusted-root", str(folder / case["trusted_root"])]
        return subprocess.run(words + whom(case, bundle, scratch), stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, check=False)


def what_is_wrong(plimsoll, folder):
    case = json.loads((folder / "case.json").read_text(encoding="utf-8"))
    bundle = json.loads((folder / "bundle.sigstore.json").read_text(encoding="utf-8"))
    artifact = artifact_of(bundle)
    done = verify(plimsoll, folder, case, bundle, artifact)
    if case["expect"].startswith("parse") and "is a root" in done.stdout:
        del bundle["verificationMaterial"]["x509CertificateChain"]["certificates"][1:]
        done = verify(plimsoll, folder, case, bundle, artifact)
    if done.returncode == (1 if case["expect"] == "reject" else 0):
        status = verify(plimsoll, folder, case, bundle, another(artifact)).returncode
        return None if status == 1 else f"another file: got status {status}"
    told = " ".join((done.stdout + done.stderr).split())[:300]
    return f"to {case['expect']}, got status {done.returncode}: {told}"


if __name__ == "__main__":
    sys.exit(run_cases("sigstore-go-data", __doc__, what_is_wrong))
