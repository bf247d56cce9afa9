# SPDX-License-Identifier: Apache-2.0
"""verify: the answer, the reason, and an exit status that is 0 for nothing but a signature that holds."""
import base64
import json
import os
import subprocess

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

PLIMSOLL = os.environ["PLIMSOLL"]
BYTES = b"what was released\n"


def plimsoll(where, *words, stdin=b""):
    done = subprocess.run([PLIMSOLL, "verify", *map(str, words)], cwd=where, input=stdin,
                          capture_output=True, check=False, timeout=60,
                          env={"PATH": os.environ["PATH"], "HOME": str(where)})
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def public_pem(key):
    return key.public_key().public_bytes(serialization.Encoding.PEM,
                                         serialization.PublicFormat.SubjectPublicKeyInfo)


def sign(key, message):
    if isinstance(key, ec.EllipticCurvePrivateKey):
        digest = {256: hashes.SHA256, 384: hashes.SHA384, 521: hashes.SHA512}[key.curve.key_size]
        return key.sign(message, ec.ECDSA(digest()))
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(message, padding.PKCS1v15(), hashes.SHA256())
    return key.sign(message)


KEYS = {
    "p256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "p384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "p521": lambda: ec.generate_private_key(ec.SECP521R1()),
    "ed25519": ed25519.Ed25519PrivateKey.generate,
    "rsa2048": lambda: rsa.generate_private_key(65537, 2048),
}


@pytest.fixture
def blob(tmp_path):
    key, other = KEYS["p256"](), KEYS["p256"]()
    (tmp_path / "file").write_bytes(BYTES)
    (tmp_path / "sig").write_bytes(sign(key, BYTES))
    (tmp_path / "key.pub").write_bytes(public_pem(key))
    (tmp_path / "other.pub").write_bytes(public_pem(other))
    return tmp_path


@pytest.mark.parametrize("kind", KEYS)
def test_a_blob_is_verified_by_every_kind_of_key(tmp_path, kind):
    key = KEYS[kind]()
    (tmp_path / "file").write_bytes(BYTES)
    (tmp_path / "sig").write_text(base64.encodebytes(sign(key, BYTES)).decode())
    (tmp_path / "key.pub").write_bytes(public_pem(key))
    words = ("blob", "file", "--signature", "sig", "--key", "key.pub")
    code, out, err = plimsoll(tmp_path, *words)
    assert code == 0 and out.startswith("verified  file\n") and err == ""
    (tmp_path / "file").write_bytes(BYTES + b"!")
    code, out, err = plimsoll(tmp_path, *words)
    assert code == 1 and out.startswith("not verified  file\n") and "does not hold" in out


@pytest.mark.parametrize("why,key", [
    ("1024 bits", lambda: rsa.generate_private_key(65537, 1024)),
    ("secp256k1", lambda: ec.generate_private_key(ec.SECP256K1())),
])
def test_a_weak_or_odd_key_is_no_key(blob, why, key):
    (blob / "key.pub").write_bytes(public_pem(key()))
    code, out, err = plimsoll(blob, "blob", "file", "--signature", "sig", "--key", "key.pub")
    assert code == 2 and why in err and "key.pub" in err and out == ""


def test_one_good_key_of_several_is_enough_and_the_order_does_not_matter(blob):
    for keys in (["other.pub", "key.pub"], ["key.pub", "other.pub"]):
        words = [w for key in keys for w in ("--key", key)]
        code, out, _ = plimsoll(blob, "blob", "file", "--signature", "sig", *words, "-f", "json")
        answer = json.loads(out)
        assert code == 0 and answer["verdict"] == "verified"
        assert sorted(s["holds"] for s in answer["signatures"]) == [False, True]


def test_json_names_the_check_that_failed_and_the_remedy(blob):
    code, out, _ = plimsoll(blob, "blob", "file", "--signature", "sig", "--key", "other.pub",
                            "-f", "json")
    answer = json.loads(out)
    assert code == 1 and answer["schema"] == "plimsoll.verification/1"
    assert answer["verdict"] == "not_verified" and answer["failed"]["check"] == "signature"
    assert answer["failed"]["remedy"] and not answer["failed"]["unsure"]


@pytest.mark.parametrize("signature", [b"", b"=", b"\x30\x00", b"A" * 8193, bytes(range(256))])
def test_a_signature_that_is_none_never_holds(blob, signature):
    (blob / "sig").write_bytes(signature)
    code, out, err = plimsoll(blob, "blob", "file", "--signature", "sig", "--key", "key.pub")
    assert code in (1, 2) and not out.startswith("verified") and (out or err)


def test_what_cannot_be_told_is_2_and_says_why(blob):
    for words, why in [
            (("blob", "gone", "--signature", "sig", "--key", "key.pub"), "gone: No such file"),
            (("blob", "file", "--signature", "gone", "--key", "key.pub"), "gone: No such file"),
            (("blob", "file", "--signature", "sig", "--key", "gone"), "gone: No such file"),
            (("blob", "file", "--signature", "sig"), "--key"),
            (("blob", "file", "--key", "key.pub"), "--signature"),
            (("blob", "file", "--signature", "sig", "--key", "file"), "not a public key"),
            (("blob", "file", "--signature", "sig", "--key", "key.pub", "--now", "soon"), "--now"),
            (("blob", "file", "--signature", "sig", "--key", "key.pub", "-f", "xml"), "xml"),
            ((), "what shall be verified"),
    ]:
        code, out, err = plimsoll(blob, *words)
        assert code == 2 and why in out + err and not out.startswith("verified")


def test_a_private_key_is_refused_by_name_and_not_shown(blob):
    key = KEYS["p256"]()
    (blob / "secret").write_bytes(key.private_bytes(serialization.Encoding.PEM,
                                                    serialization.PrivateFormat.PKCS8,
                                                    serialization.NoEncryption()))
    code, out, err = plimsoll(blob, "blob", "file", "--signature", "sig", "--key", "secret")
    assert code == 2 and "private key" in err and "BEGIN" not in out + err


def test_the_reference_alone_is_printed_only_when_verified(blob):
    words = ("blob", "file", "--signature", "sig", "--print-reference", "--key")
    code, out, err = plimsoll(blob, *words, "key.pub")
    assert code == 0 and out.startswith("sha256:") and len(out) == 72 and err == ""
    code, out, err = plimsoll(blob, *words, "other.pub")
    assert code == 1 and out == "" and "does not hold" in err


def test_a_present_that_was_given_is_said(blob):
    code, out, _ = plimsoll(blob, "blob", "file", "--signature", "sig", "--key", "key.pub",
                            "--now", "2031-02-03T04:05:06Z")
    assert code == 0 and "2031-02-03T04:05:06Z, by --now" in out


def test_quiet_prints_nothing_and_the_status_tells(blob):
    words = ("blob", "file", "--signature", "sig", "--quiet", "--key")
    assert plimsoll(blob, *words, "key.pub") == (0, "", "")
    assert plimsoll(blob, *words, "other.pub") == (1, "", "")
