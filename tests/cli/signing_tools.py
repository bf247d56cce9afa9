# SPDX-License-Identifier: Apache-2.0
"""What the tests of keys and signatures share: runs, layouts, tokens, a TPM in software."""
import base64
import contextlib
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import time

import pytest

PLIMSOLL = os.environ["PLIMSOLL"]
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json"
SIGNATURE = "dev.cosignproject.cosign/signature"
PASSPHRASE = "correct horse"


def run(tmp_path, *words, status=0, env=None, **more):
    full = {"PATH": os.environ["PATH"], "HOME": str(tmp_path / "home"), "LC_ALL": "C.UTF-8",
            "CONTAINERS_REGISTRIES_CONF": "/dev/null", **(env or {})}
    for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS"):
        if name in os.environ:
            full[name] = os.environ[name]
    more.setdefault("stdin", subprocess.DEVNULL)
    done = subprocess.run([PLIMSOLL, *map(str, words)], cwd=tmp_path, text=True, env=full,
                          capture_output=True, timeout=120, start_new_session=True, **more)
    assert done.returncode == status, done.stdout + done.stderr
    return done


def passphrase_file(tmp_path, text=PASSPHRASE, name="passphrase"):
    path = tmp_path / name
    path.write_text(text + "\n")
    path.chmod(0o600)
    return path


def generate(tmp_path, name="k", **more):
    words = [word for key, value in more.items() for word in (f"--{key}", value)]
    run(tmp_path, "key", "generate", "-o", name, "--passphrase-file", passphrase_file(tmp_path),
        *words)
    return tmp_path / f"{name}.key", tmp_path / f"{name}.pub"


def sha256(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


class Layout:
    """An OCI layout that is written here, and read after others wrote."""

    def __init__(self, path):
        self.path = pathlib.Path(path)
        (self.path / "blobs/sha256").mkdir(parents=True)
        (self.path / "oci-layout").write_text('{"imageLayoutVersion":"1.0.0"}')
        self.write_index([])

    def write_index(self, entries):
        (self.path / "index.json").write_text(
            json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": entries}))

    def index(self):
        return json.loads((self.path / "index.json").read_text())["manifests"]

    def put(self, data, media_type):
        digest = sha256(data)
        (self.path / "blobs" / digest.replace(":", "/")).write_bytes(data)
        return {"mediaType": media_type, "digest": digest, "size": len(data)}

    def get(self, digest):
        data = (self.path / "blobs" / digest.replace(":", "/")).read_bytes()
        assert sha256(data) == digest
        return data

    def image(self, word="x"):
        config = self.put(json.dumps({"architecture": "amd64", "os": "linux", "author": word,
                                      "rootfs": {"type": "layers", "diff_ids": []}}).encode(),
                          CONFIG)
        return self.put(json.dumps({"schemaVersion": 2, "mediaType": MANIFEST, "config": config,
                                    "layers": []}).encode(), MANIFEST)

    def tag(self, descriptor, name):
        self.write_index(self.index() + [
            {**descriptor, "annotations": {"org.opencontainers.image.ref.name": name}}])

    def at(self, name):
        for entry in self.index():
            if entry.get("annotations", {}).get("org.opencontainers.image.ref.name") == name:
                return json.loads(self.get(entry["digest"]))
        return None

    def bundles(self, subject):
        found = []
        for entry in self.index():
            manifest = json.loads(self.get(entry["digest"]))
            if manifest.get("subject", {}).get("digest") == subject:
                assert manifest["artifactType"] == BUNDLE
                found.append((manifest, json.loads(self.get(manifest["layers"][0]["digest"]))))
        return found


def layout_with_image(tmp_path, name="layout", tag="1"):
    layout = Layout(tmp_path / name)
    image = layout.image()
    layout.tag(image, tag)
    return layout, image["digest"]


def pae(envelope):
    body, kind = base64.b64decode(envelope["payload"]), envelope["payloadType"].encode()
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(body), body)


def holds(public_pem, message, signature):
    """By another library than the one that signed: python3-cryptography."""
    serialization = pytest.importorskip("cryptography.hazmat.primitives.serialization")
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
    key = serialization.load_pem_public_key(public_pem)
    try:
        if isinstance(key, ed25519.Ed25519PublicKey):
            key.verify(signature, message)
        elif isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, message, padding.PKCS1v15(), hashes.SHA256())
        else:
            digest = {256: hashes.SHA256, 384: hashes.SHA384, 521: hashes.SHA512}[key.key_size]()
            key.verify(signature, message, ec.ECDSA(digest))
    except InvalidSignature:
        return False
    return True


class Token:
    """A PKCS #11 token of softhsm2, whose keys pkcs11-tool makes."""
    MODULE = "/usr/lib/softhsm/libsofthsm2.so"
    PIN = "1234"

    def __init__(self, tmp_path):
        for tool in ("softhsm2-util", "pkcs11-tool"):
            if not shutil.which(tool):
                pytest.skip(f"{tool} is not installed")
        (tmp_path / "tokens").mkdir()
        conf = tmp_path / "softhsm2.conf"
        conf.write_text(f"directories.tokendir = {tmp_path}/tokens\nobjectstore.backend = file\n"
                        "log.level = ERROR\n")
        self.env = {"SOFTHSM2_CONF": str(conf)}
        self.pin = passphrase_file(tmp_path, self.PIN, "pin")
        self.tool("softhsm2-util", "--init-token", "--free", "--label", "release team", "--pin",
                  self.PIN, "--so-pin", "5678")

    def tool(self, *words):
        subprocess.run(words, check=True, capture_output=True, timeout=60,
                       env={**os.environ, **self.env})

    def make(self, kind, label, number):
        self.tool("pkcs11-tool", "--module", self.MODULE, "--login", "--pin", self.PIN,
                  "--token-label", "release team", "--keypairgen", "--key-type", kind, "--id",
                  number, "--label", label)

    def uri(self, label, pin=True):
        more = f"&pin-source=file:{self.pin}" if pin else ""
        return f"pkcs11:token=release%20team;object={label}?module-path={self.MODULE}{more}"


@contextlib.contextmanager
def software_tpm(tmp_path):
    """The environment in which OpenSSL's provider tpm2 finds a TPM of swtpm."""
    if not shutil.which("swtpm"):
        pytest.skip("swtpm is not installed")
    state = tmp_path / "tpm"
    state.mkdir()
    server = subprocess.Popen(
        ["swtpm", "socket", "--tpm2", "--tpmstate", f"dir={state}", "--server",
         f"type=unixio,path={state}/s", "--ctrl", f"type=unixio,path={state}/s.ctrl", "--flags",
         "not-need-init,startup-clear"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        end = time.monotonic() + 10
        while not (state / "s.ctrl").exists() or not (state / "s").exists():
            if server.poll() is not None or time.monotonic() > end:
                pytest.skip("swtpm does not start")
            time.sleep(0.02)
        yield {"TPM2OPENSSL_TCTI": f"swtpm:path={state}/s"}
    finally:
        server.kill()
        server.wait()
