# SPDX-License-Identifier: Apache-2.0
"""Bundles that the Sigstore project's own library makes, in its CA's and logs' miniature, are verified;
and those in which one thing is not as it should be are refused, for that thing. What plimsoll signs is
verified by that library."""
import hashlib
import json
import os
import pathlib
import shutil
import subprocess

import pytest

PEER = pathlib.Path(os.environ.get("SIGSTORE_PEER", "/nonexistent"))

pytestmark = pytest.mark.skipif(
    not shutil.which("node") or not (PEER / "node_modules/@sigstore/mock").is_dir(),
    reason="node with @sigstore/sign is not there (tools/sigstore-peer.sh BUILD installs it)")

REASONS = {
    "other-ca": "unable to get local issuer",
    "other-log": "no log entry is of a log of the trusted root",
    "not-logged": "there is no log entry",
    "certificate-of-the-past": "certificate has expired",
    "other-subject": "the statement is about other files",
    "other-type": "no in-toto statement",
    "signature-changed": "about another signature",
    "digest-changed": "the bundle is about sha256:",
    "promise-changed": "the log's promise",
    "time-changed": "the log's promise",
    "root-changed": "of another tree",
    "entry-of-another": "about another signature",
    "certificate-of-another": "about another certificate",
    "stamp-of-another": "it is of other bytes",
    "payload-changed": "about another payload",
    "payload-type-changed": "about another type of payload",
    "no-proof": "an inclusion proof is missing",
}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sigstore")
    subprocess.run(["node", PEER / "peer.mjs", folder], check=True, timeout=120, cwd=PEER)
    return folder, json.loads((folder / "cases.json").read_text(encoding="utf-8"))


def verify(made, name, artifact="artifact", **other):
    folder, cases = made
    words = {"identity": cases["identity"], "issuer": cases["issuer"]} | other
    return subprocess.run(
        [os.environ["PLIMSOLL"], "verify", "bundle", f"{name}.json", "--artifact", artifact,
         "--trusted-root", "trusted_root.json", "--format", "json",
         *(word for option, value in words.items() for word in (f"--{option}", value))],
        cwd=folder, capture_output=True, text=True, timeout=60, check=False)


def test_sound_bundles_hold(made):
    _, cases = made
    assert len(cases["good"]) > 5
    for name in cases["good"]:
        done = verify(made, name)
        assert done.returncode == 0, f"{name}: {done.stdout}{done.stderr}"
        assert cases["identity"] in done.stdout
        assert done.stderr == ""


def test_one_fault_is_enough(made):
    _, cases = made
    assert sorted(cases["bad"]) == sorted(REASONS)
    for name, reason in REASONS.items():
        done = verify(made, name)
        assert done.returncode == 1, f"{name}: {done.stdout}{done.stderr}"
        assert reason in done.stdout, f"{name}: {done.stdout}"


def test_another_file_signer_or_issuer_is_refused(made):
    folder, _ = made
    (folder / "other").write_text("something else\n", encoding="utf-8")
    for change, reason in (({"artifact": "other"}, "about another file"),
                           ({"identity": "https://forge.example.com/evil"}, "who is not wanted"),
                           ({"issuer": "https://evil.example.com"}, "not the wanted issuer")):
        done = verify(made, "message", **change)
        assert done.returncode == 1
        assert reason in done.stdout


def test_a_clock_that_is_behind_says_so(made):
    done = verify(made, "message", now="2020-01-01T00:00:00Z")
    assert done.returncode == 1
    assert "which is in the future" in done.stdout


def make_layout(folder):
    """An OCI layout with one image of no layers, and the image's digest."""
    blobs = folder / "layout" / "blobs" / "sha256"
    blobs.mkdir(parents=True)

    def put(value):
        data = json.dumps(value).encode()
        digest = hashlib.sha256(data).hexdigest()
        (blobs / digest).write_bytes(data)
        return {"digest": f"sha256:{digest}", "size": len(data)}

    kind = "application/vnd.oci.image"
    config = put({"architecture": "amd64", "os": "linux",
                  "rootfs": {"type": "layers", "diff_ids": []}})
    manifest = put({"schemaVersion": 2, "mediaType": f"{kind}.manifest.v1+json",
                    "config": {"mediaType": f"{kind}.config.v1+json"} | config, "layers": []})
    (folder / "layout" / "oci-layout").write_text('{"imageLayoutVersion":"1.0.0"}')
    (folder / "layout" / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [
        {"mediaType": f"{kind}.manifest.v1+json",
         "annotations": {"org.opencontainers.image.ref.name": "1"}} | manifest]}))
    return blobs


# Not P-384: the library verifies every ECDSA key by SHA-256, whatever its curve.
@pytest.mark.parametrize("kind", ["ecdsa-p256", "ed25519", "rsa-3072"])
def test_what_plimsoll_signs_is_verified_by_the_library(tmp_path, kind):
    def run(*words):
        return subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, timeout=120,
                              check=False)

    plimsoll = os.environ["PLIMSOLL"]
    blobs = make_layout(tmp_path)
    (tmp_path / "word").write_text("a long passphrase\n")
    (tmp_path / "word").chmod(0o600)
    for words in (["key", "generate", "-t", kind, "-o", "own"],
                  ["key", "generate", "-t", kind, "-o", "other"],
                  ["sign", "--format", "bundle", "--key", "own.key", "oci:layout:1"]):
        done = run(plimsoll, *words, "--passphrase-file", "word")
        assert done.returncode == 0, done.stderr
    bundle, = [path for path in blobs.iterdir() if b'"dsseEnvelope"' in path.read_bytes()]
    verify_mjs = PEER / "verify.mjs"
    good, bad = (run("node", verify_mjs, bundle, f"{name}.pub") for name in ("own", "other"))
    assert good.returncode == 0, good.stderr
    assert bad.returncode != 0 and "signature verification failed" in bad.stderr
