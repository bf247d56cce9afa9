# SPDX-License-Identifier: Apache-2.0
"""What Plimsoll signs, read by the original tool, and the other way round: where cosign is in PATH."""
import json
import os
import pathlib
import shutil
import subprocess
import sys

import pytest

from signing_tools import PASSPHRASE, generate, layout_with_image, passphrase_file, run

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "net"))
from servers import Registry  # noqa: E402

pytestmark = [
    pytest.mark.skipif(not shutil.which("cosign"), reason="cosign is not installed"),
    pytest.mark.skipif(not shutil.which("docker-registry"),
                       reason="docker-registry is not installed"),
]
PREDICATE = {"buildDefinition": {"buildType": "https://example.com/build", "externalParameters": {}},
             "runDetails": {"builder": {"id": "https://builder.example.com"}}}
ASIDE = ("--insecure-ignore-tlog", "--allow-insecure-registry")


@pytest.fixture
def published(tmp_path):
    """A folder, and the name of an image in a registry."""
    layout_with_image(tmp_path)
    registry = Registry(str(tmp_path), tmp_path / "storage")
    name = f"{registry.host}/team/app:1"
    try:
        run(tmp_path, "copy", "--insecure-registry", "oci:layout:1", f"docker://{name}")
        yield tmp_path, name
    finally:
        registry.close()


def cosign(where, *words, status=0):
    done = subprocess.run(["cosign", *map(str, words)], cwd=where, text=True, capture_output=True,
                          stdin=subprocess.DEVNULL, timeout=120, check=False,
                          env={"PATH": os.environ["PATH"], "HOME": str(where),
                               "COSIGN_PASSWORD": PASSPHRASE})
    assert (done.returncode == 0) == (status == 0), done.stdout + done.stderr
    return done


def plimsoll(where, command, name, key, *words):
    return run(where, command, "--insecure-registry", "--key", key, "--passphrase-file",
               passphrase_file(where), name, *words)


@pytest.mark.parametrize("kind", ["ecdsa-p256", "ecdsa-p384", "ed25519", "rsa-3072"])
def test_cosign_verifies_what_plimsoll_signed(published, kind):
    where, name = published
    secret, public = generate(where, type=kind)
    # Up to version 2 it takes SHA-256 for every curve, unless it is told.
    aside = ASIDE + (("--signature-digest-algorithm", "sha384") if kind == "ecdsa-p384" else ())
    cosign(where, "verify", "--key", public, *aside, name, status=1)
    plimsoll(where, "sign", name, secret, "-a", "env=prod")
    done = cosign(where, "verify", "--key", public, *aside, "-a", "env=prod", name)
    assert json.loads(done.stdout)[0]["critical"]["type"] == "cosign container image signature"
    cosign(where, "verify", "--key", public, *aside, "-a", "env=test", name, status=1)


def test_cosign_verifies_what_plimsoll_attested(published):
    where, name = published
    secret, public = generate(where)
    (where / "predicate.json").write_text(json.dumps(PREDICATE))
    plimsoll(where, "attest", name, secret, "--type", "slsaprovenance1", "--predicate",
             "predicate.json")
    cosign(where, "verify-attestation", "--type", "slsaprovenance1", "--key", public, *ASIDE, name)
    cosign(where, "verify-attestation", "--type", "spdxjson", "--key", public, *ASIDE, name, status=1)


def test_plimsoll_verifies_what_cosign_signed_with_a_key_of_plimsoll(published):
    where, name = published
    secret, public = generate(where)
    cosign(where, "sign", "--key", secret, "--tlog-upload=false", "--allow-insecure-registry", "-y",
           "-a", "env=prod", name)
    run(where, "verify", "--insecure-registry", "--key", public, "-a", "env=prod", name)
    run(where, "verify", "--insecure-registry", "--key", public, "-a", "env=test", name, status=1)


def test_plimsoll_signs_with_a_key_of_cosign(published):
    where, name = published
    cosign(where, "generate-key-pair", "--output-key-prefix", "theirs")
    plimsoll(where, "sign", name, where / "theirs.key")
    cosign(where, "verify", "--key", "theirs.pub", *ASIDE, name)
    run(where, "verify", "--insecure-registry", "--key", "theirs.pub", name)


def test_plimsoll_verifies_what_cosign_attested(published):
    where, name = published
    secret, public = generate(where)
    (where / "predicate.json").write_text(json.dumps(PREDICATE))
    cosign(where, "attest", "--key", secret, "--tlog-upload=false", "--allow-insecure-registry", "-y",
           "--type", "slsaprovenance1", "--predicate", "predicate.json", name)
    run(where, "verify", "--insecure-registry", "--key", public, "--type", "slsaprovenance1", name)
    run(where, "verify", "--insecure-registry", "--key", public, name, status=1)
