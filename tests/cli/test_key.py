# SPDX-License-Identifier: Apache-2.0
"""plimsoll key: making and keeping the keys that sign images."""
import base64
import json
import os
import stat
import subprocess

import pexpect
import pytest

from signing_tools import PASSPHRASE, PLIMSOLL, Token, generate, passphrase_file, run, software_tpm

TYPES = {"ecdsa-p256": "ECDSA P-256", "ecdsa-p384": "ECDSA P-384", "ecdsa-p521": "ECDSA P-521",
         "ed25519": "Ed25519", "rsa-3072": "RSA 3072"}


@pytest.mark.parametrize("kind", TYPES)
def test_a_key_of_each_type_is_made_and_opened_again(tmp_path, kind):
    secret, public = generate(tmp_path, type=kind)
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert secret.read_text().startswith("-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\n")
    shown = run(tmp_path, "key", "show", public).stdout
    assert TYPES[kind] in shown and "kept in" not in shown
    words = ("--passphrase-file", passphrase_file(tmp_path))
    told = json.loads(run(tmp_path, "key", "show", secret, "-f", "json", *words).stdout)
    assert told["type"] == TYPES[kind] and told["signs"] and told["keeper"] == "file"
    assert told["fingerprint"] in shown
    assert run(tmp_path, "key", "public", secret, *words).stdout == public.read_text()


def test_the_file_is_a_box_that_cosign_opens(tmp_path):
    """As go-securesystemslib reads it: scrypt and NaCl's secretbox, here by another library."""
    hazmat = pytest.importorskip("cryptography.hazmat.primitives.kdf.scrypt")
    secret, _ = generate(tmp_path)
    lines = secret.read_text().splitlines()
    assert lines[-1] == "-----END ENCRYPTED SIGSTORE PRIVATE KEY-----"
    box = json.loads(base64.b64decode("".join(lines[1:-1])))
    assert box["kdf"]["name"] == "scrypt" and box["cipher"]["name"] == "nacl/secretbox"
    assert box["kdf"]["params"] == {"N": 65536, "r": 8, "p": 1}
    assert len(base64.b64decode(box["cipher"]["nonce"])) == 24
    salt = base64.b64decode(box["kdf"]["salt"])
    assert len(salt) == 32
    key = hazmat.Scrypt(salt=salt, length=32, n=65536, r=8, p=1).derive(PASSPHRASE.encode())
    assert len(key) == 32  # the box itself needs NaCl; test-cosign_key.c opens it


def test_a_key_that_is_there_is_not_replaced_unless_forced(tmp_path):
    secret, public = generate(tmp_path)
    before = secret.read_bytes(), public.read_bytes()
    words = ("key", "generate", "-o", "k", "--passphrase-file", passphrase_file(tmp_path))
    done = run(tmp_path, *words, status=2)
    assert "k.key is there already; --force replaces it" in done.stderr
    assert (secret.read_bytes(), public.read_bytes()) == before
    run(tmp_path, *words, "--force")
    assert secret.read_bytes() != before[0]
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600


def test_keys_of_openssl_are_imported(tmp_path):
    for name, words in {"ec": ["ecparam", "-name", "prime256v1", "-genkey"],
                        "rsa": ["genrsa", "2048"],
                        "ed": ["genpkey", "-algorithm", "ed25519"]}.items():
        subprocess.run(["openssl", words[0], "-out", f"{name}.pem", *words[1:]], cwd=tmp_path, check=True,
                       capture_output=True, timeout=60)
        public = subprocess.run(["openssl", "pkey", "-in", f"{name}.pem", "-pubout"], check=True,
                                cwd=tmp_path, capture_output=True, text=True).stdout
        run(tmp_path, "key", "import", f"{name}.pem", "-o", name, "--passphrase-file",
            passphrase_file(tmp_path))
        assert (tmp_path / f"{name}.pub").read_text() == public


def test_openssl_reads_what_is_written_as_pkcs8(tmp_path):
    secret, public = generate(tmp_path, format="pkcs8")
    done = subprocess.run(["openssl", "pkey", "-in", secret, "-pubout", "-passin",
                           f"pass:{PASSPHRASE}"], check=True, capture_output=True, text=True)
    assert done.stdout == public.read_text()


def test_a_wrong_or_missing_passphrase_is_said(tmp_path):
    secret, _ = generate(tmp_path)
    wrong = passphrase_file(tmp_path, "wrong", "wrong")
    done = run(tmp_path, "key", "public", secret, "--passphrase-file", wrong, status=2)
    assert done.stderr == f"plimsoll: {secret}: the passphrase does not open the key\n"
    assert done.stdout == ""
    done = run(tmp_path, "key", "public", secret, status=2)
    assert "there is no terminal to ask; give --passphrase-file" in done.stderr


def test_a_passphrase_that_others_may_read_is_not_taken(tmp_path):
    path = passphrase_file(tmp_path)
    path.chmod(0o644)
    done = run(tmp_path, "key", "generate", "--passphrase-file", path, status=2)
    assert "others may read this passphrase; chmod 600 it first" in done.stderr
    assert not (tmp_path / "cosign.key").exists()


def test_a_passphrase_comes_from_a_descriptor_or_a_variable_if_asked(tmp_path):
    secret, public = generate(tmp_path)
    read, write = os.pipe()
    os.write(write, f"{PASSPHRASE}\nmore".encode())
    os.close(write)
    done = run(tmp_path, "key", "public", secret, "--passphrase-fd", read, pass_fds=[read])
    assert done.stdout == public.read_text()
    os.close(read)
    done = run(tmp_path, "key", "public", secret, "--passphrase-env", "WORD",
               env={"WORD": PASSPHRASE})
    assert done.stdout == public.read_text()
    done = run(tmp_path, "key", "public", secret, "--passphrase-env", "WORD", status=2)
    assert "there is no such variable" in done.stderr
    done = run(tmp_path, "key", "public", secret, "--passphrase-env", "WORD",
               "--passphrase-fd", "0", status=2)
    assert "give one of" in done.stderr
    done = run(tmp_path, "key", "public", secret, "--passphrase-fd", "77", status=2)
    assert "no open descriptor" in done.stderr


def terminal(tmp_path, *words):
    return pexpect.spawn(PLIMSOLL, list(map(str, words)), cwd=str(tmp_path), encoding="utf-8",
                         timeout=60, env={"PATH": os.environ["PATH"], "TERM": "xterm"})


def test_a_terminal_is_asked_without_echo(tmp_path):
    child = terminal(tmp_path, "key", "generate", "-o", "k")
    child.expect_exact("New passphrase (k.key): ")
    child.send("sekrit\x7ft\r")
    child.expect_exact("The same again: ")
    child.send("sekrit\r")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0 and "sekrit" not in child.before
    child = terminal(tmp_path, "key", "public", "k.key")
    child.expect_exact("Passphrase of the key (k.key): ")
    child.send("wrong\x15sekrit\r")  # ^U begins again
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0 and "BEGIN PUBLIC KEY" in child.before
    assert "sekrit" not in child.before


def test_two_answers_that_differ_and_ctrl_c_make_no_key(tmp_path):
    child = terminal(tmp_path, "key", "generate", "-o", "k")
    child.expect_exact("(k.key): ")
    child.send("one\r")
    child.expect_exact("again: ")
    child.send("two\r")
    child.expect_exact("the two passphrases differ")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 2
    child = terminal(tmp_path, "key", "generate", "-o", "k")
    child.expect_exact("(k.key): ")
    child.send("one\x03")
    child.expect_exact("no passphrase was given")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 2
    assert not (tmp_path / "k.key").exists() and not (tmp_path / "k.pub").exists()


def test_rotate_makes_a_new_key_and_keeps_the_old_one(tmp_path):
    secret, public = generate(tmp_path, type="ecdsa-p384")
    old = secret.read_bytes(), public.read_text()
    words = ("--passphrase-file", passphrase_file(tmp_path))
    done = run(tmp_path, "key", "rotate", "k.key", *words)
    assert "old key      k-" in done.stdout and "ECDSA P-384" in done.stdout
    assert public.read_text() != old[1]
    (aside,) = tmp_path.glob("k-????????.key")
    assert aside.read_bytes() == old[0] and aside.with_suffix(".pub").read_text() == old[1]
    assert run(tmp_path, "key", "public", secret, *words).stdout == public.read_text()
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600


def test_rotate_can_change_the_passphrase_alone(tmp_path):
    secret, public = generate(tmp_path)
    before = public.read_text()
    new = passphrase_file(tmp_path, "another", "new")
    run(tmp_path, "key", "rotate", "k.key", "--passphrase-only", "--passphrase-file",
        passphrase_file(tmp_path), "--new-passphrase-file", new)
    assert public.read_text() == before
    run(tmp_path, "key", "public", secret, "--passphrase-file", passphrase_file(tmp_path),
        status=2)
    assert run(tmp_path, "key", "public", secret, "--passphrase-file", new).stdout == before


@pytest.mark.parametrize("words, message", [
    ((), "say generate, import, public, rotate or show"),
    (("make",), "takes other words"),
    (("generate", "x"), "takes other words"),
    (("generate", "--type", "dsa"), "--type dsa: say ecdsa-p256"),
    (("generate", "--format", "x"), "--format x: say cosign or pkcs8"),
    (("public", "none.key"), "none.key: No such file"),
    (("rotate", "k.pem"), "rotate takes a file NAME.key"),
    (("show", "tpm:0x8100zz"), "a key of a TPM is a handle"),
    (("show", "pkcs11:x"), "lacks a value"),
])
def test_mistakes_are_explained(tmp_path, words, message):
    done = run(tmp_path, "key", *words, status=2)
    assert message in done.stderr and done.stdout == ""


def test_keys_of_a_token_are_told(tmp_path):
    token = Token(tmp_path)
    token.make("EC:prime256v1", "one", "01")
    token.make("EC:secp384r1", "two", "02")
    shown = run(tmp_path, "key", "show", token.uri("one"), env=token.env).stdout
    assert "ECDSA P-256" in shown and "kept in      PKCS #11" in shown
    for uri, message in {
            token.uri("three"): "no private key that the URI names",
            f"pkcs11:token=release%20team?module-path={Token.MODULE}&pin-source={token.pin}":
                "several private keys fit the URI",
            f"pkcs11:token=x;object=one?module-path={Token.MODULE}": "no PKCS #11 token that",
            "pkcs11:object=one?module-path=/dev/null": "is no PKCS #11 module",
            f"pkcs11:object=one?pin-value=1234&module-path={Token.MODULE}": "pin-source=",
    }.items():
        done = run(tmp_path, "key", "show", uri, env=token.env, status=2)
        assert message in done.stderr, uri
    wrong = passphrase_file(tmp_path, "9999", "wrong")
    done = run(tmp_path, "key", "show", token.uri("one", pin=False), "--passphrase-file", wrong,
               env=token.env, status=2)
    assert "the PIN is wrong" in done.stderr and "9999" not in done.stderr
    done = run(tmp_path, "key", "import", token.uri("one"), "--new-passphrase-file", wrong,
               env=token.env, status=2)
    assert "a key that is kept in PKCS #11 does not leave it" in done.stderr


def test_a_key_of_a_tpm_is_told(tmp_path):
    with software_tpm(tmp_path) as env:
        made = subprocess.run(
            ["openssl", "genpkey", "-provider", "tpm2", "-provider", "default", "-propquery",
             "?provider=tpm2", "-algorithm", "EC", "-pkeyopt", "group:P-256", "-out", "tpm.key"],
            cwd=tmp_path, capture_output=True, timeout=60, env={**os.environ, **env})
        if made.returncode:
            pytest.skip("OpenSSL's provider tpm2 is not installed")
        shown = run(tmp_path, "key", "show", "tpm.key", env=env).stdout
        assert "ECDSA P-256" in shown and "kept in      TPM 2.0" in shown
        assert run(tmp_path, "key", "show", "tpm:tpm.key", env=env).stdout == shown
        done = run(tmp_path, "key", "show", "tpm:0x81000001", env=env, status=2)
        assert "the TPM does not give the key" in done.stderr
        assert len(done.stderr.splitlines()) == 1
