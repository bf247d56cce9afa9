#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Verifies the signatures of containers/image's tests with `plimsoll verify --containers-policy`.

    tests/conformance/containers_image_signatures.py SUITE

SUITE has a folder a case: an image of the dir: transport, or one signature, which gets the suite's
manifest beside it. What each case expects is in its case.json. "OpenPGP alone" cases are about the
signature and not about what it says: there the reason of a refusal is looked at too.
Prints "CASE: what is wrong" for each miss, then "containers-image-signatures: N of M".
"""
import base64
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

PLIMSOLL = os.environ.get("PLIMSOLL", "build/src/plimsoll")
STATUS = {"accept": 0, "reject": 1}


def is_about_openpgp_alone(case):
    """These name no image that is here: a signature by a subkey over a payload of its own."""
    return case["case"].startswith("subkey")


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


def make_image(folder, case, common, target):
    """A copy of the case as a dir: image; the name by which it is judged."""
    if (folder / "blob").exists():
        shutil.copy(folder / "blob", target / "signature-1")
        if case.get("manifest"):
            shutil.copy(common.parent / case["manifest"], target / "manifest.json")
        else:
            shutil.copy(common / "image.manifest.json", target / "manifest.json")
    else:
        for path in folder.iterdir():
            if path.name != "case.json":
                shutil.copy(path, target / path.name)
    if not (target / "manifest.json").exists():
        (target / "manifest.json").write_bytes(b"")
    if case.get("ref"):
        return case["ref"]
    try:
        payload = json.loads(payload_of((target / "signature-1").read_bytes()))
        return payload["critical"]["identity"]["docker-reference"]
    except (ValueError, KeyError):
        return "testing/manifest:latest"


def run(folder, suite):
    case = json.loads((folder / "case.json").read_text())
    common = suite / "common"
    with tempfile.TemporaryDirectory() as work:
        work = pathlib.Path(work)
        image = work / "image"
        image.mkdir()
        name = make_image(folder, case, common, image)
        policy = work / "policy.json"
        policy.write_text(json.dumps({"default": [requirement(case, common.resolve())]}))
        got = subprocess.run([PLIMSOLL, "verify", f"dir:{image}", "--containers-policy", policy,
                              "--as", name, "--format", "json"], capture_output=True, text=True,
                             check=False)
    want = STATUS[case["expect"]]
    if case["expect"] == "accept" and is_about_openpgp_alone(case) and got.returncode == 1:
        failed = json.loads(got.stdout)["failed"]["check"]
        return None if failed == "digest" else f"refused by the check {failed}"
    if got.returncode != want:
        return f"exit status {got.returncode}, not {want}: {got.stdout[-400:]}{got.stderr[-300:]}"
    return None


def main():
    suite = pathlib.Path(sys.argv[1])
    cases = sorted(p.parent for p in suite.glob("*/case.json"))
    good = 0
    for folder in cases:
        wrong = run(folder, suite)
        good += wrong is None
        if wrong:
            print(f"{folder.name}: {wrong}")
    print(f"containers-image-signatures: {good} of {len(cases)}")
    return 0 if good == len(cases) and cases else 1


if __name__ == "__main__":
    sys.exit(main())
