# SPDX-License-Identifier: Apache-2.0
"""plimsoll verify bundle: what it answers, and with which status, on bundles of a small Sigstore whose
time is January 2027 (tests/unit/test_sigstore.h makes them; see tests/fixtures/fuzz/bundle)."""
import hashlib
import json
import os
import pathlib
import subprocess

import pytest

FIXTURES = pathlib.Path(__file__).resolve().parent.parent / "fixtures" / "fuzz" / "bundle"
ARTIFACT = b"the file\n"
IDENTITY = "https://forge.example.com/acme/app/.ci/release.yml@refs/tags/v1"
ISSUER = "https://token.example.com"
WHO = ["--identity", IDENTITY, "--issuer", ISSUER]


@pytest.fixture(name="folder")
def fixture_folder(tmp_path):
    for name in ("rekor1", "rekor2", "attestation", "attestation2", "intoto"):
        root, bundle = (FIXTURES / name).read_bytes().split(b"\0")
        (tmp_path / f"{name}.root").write_bytes(root)
        (tmp_path / f"{name}.json").write_bytes(bundle)
    (tmp_path / "file").write_bytes(ARTIFACT)
    (tmp_path / "other").write_bytes(b"something else\n")
    return tmp_path


def run(folder, *words, now="2027-02-01T00:00:00Z"):
    return subprocess.run([os.environ["PLIMSOLL"], "verify", "bundle", *words, "--now", now],
                          cwd=folder, capture_output=True, text=True, timeout=60, check=False)


def verify(folder, name, *words, artifact="file", root=None, who=None, **more):
    return run(folder, f"{name}.json", "--artifact", artifact, "--trusted-root",
               root or f"{name}.root", *(WHO if who is None else who), *words, **more)


@pytest.mark.parametrize("name", ["rekor1", "rekor2", "attestation", "attestation2", "intoto"])
@pytest.mark.parametrize("by_digest", [False, True])
def test_a_sound_bundle_is_verified(folder, name, by_digest):
    digest = "sha256:" + hashlib.sha256(ARTIFACT).hexdigest()
    done = verify(folder, name, "--format", "json", artifact=digest if by_digest else "file")
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(done.stdout)
    assert told["digest"] == digest
    assert IDENTITY in done.stdout and ISSUER in done.stdout


def test_a_refusal_says_why_and_what_to_do(folder):
    done = verify(folder, "rekor1", artifact="other")
    assert done.returncode == 1
    assert "not verified" in done.stdout
    assert "about another file" in " ".join(done.stdout.split())
    assert done.stderr == ""


@pytest.mark.parametrize("who, reason", [
    (["--identity", IDENTITY + "2", "--issuer", ISSUER], "who is not wanted"),
    (["--identity", IDENTITY, "--issuer", ISSUER + ".evil"], "not the wanted issuer"),
    (["--identity-regexp", "forge.example.com", "--issuer", ISSUER], "who is not wanted"),
    (["--identity", IDENTITY, "--issuer-regexp", "token"], "not the wanted issuer"),
])
def test_another_signer_is_refused(folder, who, reason):
    done = verify(folder, "rekor1", "--format", "json", who=who)
    assert done.returncode == 1
    assert reason in done.stdout


def test_one_of_several_identities_is_enough(folder):
    who = ["--identity", "bob@example.com", "--identity-regexp", "https://forge.example.com/acme/.*",
           "--issuer", ISSUER]
    assert verify(folder, "rekor1", who=who).returncode == 0


@pytest.mark.parametrize("name", ["rekor1", "rekor2"])
@pytest.mark.parametrize("field", ["kind", "version"])
def test_an_entry_has_a_kind_and_a_version(folder, name, field):
    doc = json.loads((folder / f"{name}.json").read_text())
    for entry in doc["verificationMaterial"]["tlogEntries"]:
        entry["kindVersion"][field] = ""
    if field == "kind":
        entry["kindVersion"]["version"] = ""
    (folder / "bare.json").write_text(json.dumps(doc))
    done = verify(folder, "bare", root=f"{name}.root")
    assert done.returncode == 1 and '"kindVersion" is empty' in done.stdout


def test_another_root_of_trust_is_not_enough(folder):
    root = json.loads((folder / "rekor1.root").read_text())
    root["tlogs"] = root["tlogs"][1:]
    (folder / "less.root").write_text(json.dumps(root))
    done = verify(folder, "rekor1", root="less.root")
    assert done.returncode == 1
    assert "no log entry is of a log of the trusted root" in " ".join(done.stdout.split())


def test_a_clock_before_the_signature_refuses(folder):
    done = verify(folder, "rekor1", now="2026-01-01T00:00:00Z")
    assert done.returncode == 1
    assert "which is in the future" in " ".join(done.stdout.split())


@pytest.mark.parametrize("words, reason", [
    (["rekor1.json", "--trusted-root", "rekor1.root", *WHO], "needs --artifact"),
    (["rekor1.json", "--artifact", "file", *WHO], "whom to believe"),
    (["rekor1.json", "--artifact", "file", "--trusted-root", "rekor1.root"], "whom to believe"),
    (["rekor1.json", "--artifact", "file", "--trusted-root", "rekor1.root", "--identity", IDENTITY],
     "say --issuer URL once"),
    (["rekor1.json", "--artifact", "file", "--trusted-root", "rekor1.root", *WHO, "--key", "x"],
     "two ways"),
    (["rekor1.json", "--artifact", "file", "--trusted-root", "rekor1.root", "--identity-regexp", "(",
      "--issuer", ISSUER], "--identity-regexp ("),
    (["rekor1.json", "--artifact", "file", "--trusted-root", "rekor1.json", *WHO], "trusted root"),
    (["rekor1.json", "--artifact", "file", "--key", "file"], "not a public key"),
    (["attestation.json", "--artifact", "file", "--trusted-root", "attestation.root", *WHO, "--type", "vuln"],
     "--type is not looked at here"),
])
def test_what_cannot_be_judged_is_no_verdict(folder, words, reason):
    done = run(folder, *words)
    assert done.returncode == 2
    assert reason in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize("missing", ["bundle", "artifact", "root"])
def test_what_is_not_there_cannot_be_told(folder, missing):
    words = {"bundle": "rekor1.json", "artifact": "file", "root": "rekor1.root"} | {missing: "none"}
    done = run(folder, words["bundle"], "--artifact", words["artifact"], "--trusted-root",
               words["root"], *WHO)
    assert done.returncode == 2
    assert "none" in done.stdout + done.stderr


@pytest.mark.parametrize("bytes_", [b"", b"{", b"[]", b"{}", b"\0", b'{"mediaType":"x"}'])
def test_what_is_no_bundle_is_refused(folder, bytes_):
    (folder / "rekor1.json").write_bytes(bytes_)
    done = verify(folder, "rekor1")
    assert done.returncode == 1
    assert "bundle" in done.stdout
