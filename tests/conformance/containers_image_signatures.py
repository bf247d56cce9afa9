#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Verifies the signatures of containers/image's tests with `plimsoll verify --containers-policy`.

    containers_image_signatures.py --plimsoll build/src/plimsoll --suite DIR

DIR has a folder a case: an image of the dir: transport, or one signature, which gets the suite's
manifest beside it. What each case expects is in its case.json. A signature alone may be about an
image that is not there: then it is accepted if nothing but the digest is refused.
Prints "CASE: what is wrong" for each miss, then "containers-image-signatures: N of M".
"""
import argparse
import base64
import hashlib
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

STATUS = {"accept": 0, "reject": 1}


def requirement(case, common):
    identity = {"type": "matchRepository"}
    if case["keytype"] == "gpg":
        return {"type": "signedBy", "keyType": "GPGKeys", "keyPath": str(common / case["key"]),
                "signedIdentity": identity}
    out = {"type": "sigstoreSigned", "signedIdentity": identity}
    if case.get("key"):
        out["keyPath"] = str(common / case["key"])
    if case.get("rekor"):
        out["rekorPublicKeyPath"] = str(common / case["rekor"])
    if case.get("fulcio_ca"):
        out["fulcio"] = {"caPath": str(common / case["fulcio_ca"]),
                         "oidcIssuer": case["oidcIssuer"], "subjectEmail": case["subjectEmail"]}
    return out


def payload_of(blob):
    """What a signature says, whether or not it holds."""
    if blob.startswith(b"\0sigstore-json\n"):
        return base64.b64decode(json.loads(blob.split(b"\n", 1)[1])["payload"])
    return subprocess.run(["gpg", "--homedir", "/nonexistent", "--no-options", "--batch",
                           "--status-fd", "2", "--decrypt"], input=blob, capture_output=True,
                          check=False).stdout


def read_payload(blob):
    """(name, digest) that it says; None where it is no simple signing."""
    try:
        critical = json.loads(payload_of(blob))["critical"]
        return (critical["identity"]["docker-reference"],
                critical["image"]["docker-manifest-digest"])
    except (ValueError, KeyError, TypeError):
        return None


def make_image(folder, case, common, target):
    """A copy of the case as a dir: image; the name to judge it by, whether it is the image meant."""
    alone = (folder / "blob").exists()
    if alone:
        shutil.copy(folder / "blob", target / "signature-1")
        shutil.copy(common.parent / case.get("manifest", "common/image.manifest.json"),
                    target / "manifest.json")
    else:
        for path in folder.iterdir():
            if path.name != "case.json":
                shutil.copy(path, target / path.name)
    manifest = target / "manifest.json"
    if not manifest.exists():
        manifest.write_bytes(b"")
    says = read_payload((target / "signature-1").read_bytes()) if alone else None
    name = case.get("ref") or (says[0] if says else "testing/manifest:latest")
    digest = "sha256:" + hashlib.sha256(manifest.read_bytes()).hexdigest()
    return name, not says or says[1] == digest


def run(plimsoll, folder, suite):
    case = json.loads((folder / "case.json").read_text(encoding="utf-8"))
    common = suite.resolve() / "common"
    with tempfile.TemporaryDirectory() as work:
        work = pathlib.Path(work)
        image = work / "image"
        image.mkdir()
        name, is_meant = make_image(folder, case, common, image)
        policy = work / "policy.json"
        policy.write_text(json.dumps({"default": [requirement(case, common)]}))
        got = subprocess.run([plimsoll, "verify", f"dir:{image}", "--containers-policy", policy,
                              "--as", name, "--format", "json"], capture_output=True, text=True,
                             check=False)
    if case["expect"] == "accept" and not is_meant and got.returncode == 1:
        failed = json.loads(got.stdout)["failed"]["check"]
        return None if failed == "digest" else f"refused by the check {failed}"
    if got.returncode != STATUS[case["expect"]]:
        return " ".join(f"exit status {got.returncode}: {got.stdout}{got.stderr}".split())[:300]
    return None


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--plimsoll", required=True)
    options.add_argument("--suite", type=pathlib.Path, required=True)
    given = options.parse_args()
    cases = sorted(p.parent for p in given.suite.glob("*/case.json"))
    good = 0
    for folder in cases:
        wrong = run(given.plimsoll, folder, given.suite)
        good += wrong is None
        if wrong:
            print(f"{folder.name}: {wrong}")
    print(f"containers-image-signatures: {good} of {len(cases)}")
    return 0 if good == len(cases) and cases else 1


if __name__ == "__main__":
    sys.exit(main())
