# SPDX-License-Identifier: Apache-2.0
"""GPG signatures, policy.json and registries.d: with skopeo and podman, both ways, and with faults.

Keys are made by gpg and thrown away; the registry is Debian's docker-registry on this machine.
"""
import hashlib
import http.server
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import threading

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "net"))
from servers import Registry  # noqa: E402

PLIMSOLL = os.environ["PLIMSOLL"]
FIXTURES = pathlib.Path(os.environ["PLIMSOLL_FIXTURES"]) / "gpg"
NOW = "2024-01-10T00:00:00Z"  # of the fixtures
NAME = "registry.example.com/team/app:1.0"

needs_gpg = pytest.mark.skipif(not shutil.which("gpg"), reason="gpg is not installed")
needs_skopeo = pytest.mark.skipif(not shutil.which("skopeo"), reason="skopeo is not installed")
needs_podman = pytest.mark.skipif(not shutil.which("podman"), reason="podman is not installed")


def environment(tmp_path, **more):
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "LC_ALL": "C",
           "CONTAINERS_REGISTRIES_CONF": "/dev/null"}
    for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS"):
        if name in os.environ:
            env[name] = os.environ[name]
    return {**env, **{k: str(v) for k, v in more.items()}}


def run(tmp_path, *words, status=0, **env):
    done = subprocess.run([PLIMSOLL, *map(str, words)], cwd=tmp_path, text=True,
                          capture_output=True, timeout=120, env=environment(tmp_path, **env))
    assert done.returncode == status, done.stdout + done.stderr
    return done


def why(done):
    """The sentence and the check of a refusal."""
    failed = json.loads(done.stdout)["failed"]
    return failed["check"], failed["why"]


def write_policy(tmp_path, *requirements, default=None):
    path = tmp_path / "policy.json"
    path.write_text(json.dumps({
        "default": default or [{"type": "reject"}],
        "transports": {"docker": {"": list(requirements)}},
    }))
    return path


def signed_by(key, identity="matchRepository", **more):
    return {"type": "signedBy", "keyType": "GPGKeys", "keyPath": str(key),
            "signedIdentity": {"type": identity, **more}}


# --- a directory, and the keys and signatures of the fixtures ---

@pytest.fixture
def image(tmp_path):
    def make(*signatures):
        folder = tmp_path / "image"
        folder.mkdir(exist_ok=True)
        shutil.copy(FIXTURES / "manifest.json", folder / "manifest.json")
        for n, blob in enumerate(signatures, 1):
            data = blob if isinstance(blob, bytes) else (FIXTURES / f"{blob}.signature").read_bytes()
            (folder / f"signature-{n}").write_bytes(data)
        return f"dir:{folder}"
    return make


def verify(tmp_path, target, *requirements, status=0, name=NAME, now=NOW):
    policy = write_policy(tmp_path, *requirements)
    return run(tmp_path, "verify", target, "--containers-policy", policy, "--as", name, "--now",
               now, "--format", "json", status=status)


@needs_gpg
@pytest.mark.parametrize("key, signature", [
    ("good.gpg", "good"), ("good.asc", "good"), ("both.asc", "other"), ("ed25519.gpg", "ed25519"),
    ("p256.gpg", "p256"), ("subkey.gpg", "subkey"), ("good.gpg", "good-sha512"),
    ("good.gpg", "good-none"), ("good.gpg", "good-zlib"), ("good.gpg", "good-bzip2")])
def test_a_good_signature_counts(tmp_path, image, key, signature):
    done = verify(tmp_path, image(signature), signed_by(FIXTURES / key))
    answer = json.loads(done.stdout)
    fingerprints = dict(line.split() for line in
                        (FIXTURES / "fingerprints").read_text().splitlines())
    assert answer["verdict"] == "verified"
    claim = answer["signatures"][0]
    assert fingerprints[signature.split("-")[0]] in json.dumps(claim)


@needs_gpg
@pytest.mark.parametrize("key, signature, check, text", [
    ("expired", "expired", "expiry", "which signed it, has expired"),
    ("expiredsub", "expiredsub", "expiry", "which signed it, has expired"),
    ("revoked", "revoked", "revocation", "which signed it, is revoked"),
    ("revokedsub", "revokedsub", "revocation", "which signed it, is revoked"),
    ("weak", "weak", "signature", "RSA of 1024 bits"),
    ("weaksub", "weaksub", "signature", "RSA of 1024 bits"),
    ("dsa", "dsa", "signature", "DSA"),
    ("brainpool", "brainpool", "signature", "an elliptic curve that is not known"),
    ("other", "good", "signature", "is not among the 1 that are trusted"),
    ("good", "good-short", "expiry", "has expired"),
    ("good", "good-sha1", "signature", "sha1"),
    ("good", "good-two", "signature", "more than one signature"),
    ("good", "good-text", "signature", "type 0x01"),
    ("good", "good-detached", "signature", "ends where signed data is expected"),
    ("good", "good-unsigned", "signature", "no signed message"),
])
def test_what_does_not_count_is_told(tmp_path, image, key, signature, check, text):
    done = verify(tmp_path, image(signature), signed_by(FIXTURES / f"{key}.gpg"), status=1)
    got_check, got_why = why(done)
    assert got_check == check and text in got_why, got_why


@needs_gpg
def test_forms_that_are_no_signature_are_left_out_and_told(tmp_path, image):
    done = verify(tmp_path, image("good-armour", "good-clear"), signed_by(FIXTURES / "good.gpg"),
                  status=1)
    assert "it has no signature" in why(done)[1]
    assert "signature-1: is no OpenPGP message" in done.stdout
    verify(tmp_path, image("good-armour", "good"), signed_by(FIXTURES / "good.gpg"))


@needs_gpg
def test_bytes_behind_a_signature_are_refused(tmp_path, image):
    blob = (FIXTURES / "good-none.signature").read_bytes()
    verify(tmp_path, image(blob), signed_by(FIXTURES / "good.gpg"))
    done = verify(tmp_path, image(blob + b"\xb4\x00"), signed_by(FIXTURES / "good.gpg"), status=1)
    assert "bytes behind its signature" in why(done)[1]
    done = verify(tmp_path, image(blob + blob), signed_by(FIXTURES / "good.gpg"), status=1)
    assert "bytes behind its signature" in why(done)[1]


@needs_gpg
def test_the_clock_decides(tmp_path, image):
    target = image("expired")
    verify(tmp_path, target, signed_by(FIXTURES / "expired.gpg"), now="2024-01-03T00:00:00Z")
    done = verify(tmp_path, target, signed_by(FIXTURES / "expired.gpg"), status=1,
                  now="2024-01-06T00:00:00Z")
    assert why(done)[0] == "expiry"
    for past in ("2024-01-01T12:00:00Z", "2014-01-01T00:00:00Z"):
        done = verify(tmp_path, image("good"), signed_by(FIXTURES / "good.gpg"), status=1, now=past)
        assert why(done)[0] == "time" and "still to come" in why(done)[1]


@needs_gpg
def test_another_digest_and_another_name_are_refused(tmp_path, image):
    key = signed_by(FIXTURES / "good.gpg")
    target = image("good")
    done = verify(tmp_path, target, key, status=1, name="registry.example.com/team/other:1.0")
    assert why(done) == ("identity", "signature-1: it: is signed for \"" + NAME + "\"; any version "
                         "of registry.example.com/team/other is expected")
    exact = signed_by(FIXTURES / "good.gpg", "matchRepoDigestOrExact")
    verify(tmp_path, target, exact)
    verify(tmp_path, target, exact, status=1, name="registry.example.com/team/app:2.0")
    manifest = tmp_path / "image" / "manifest.json"
    verify(tmp_path, target, exact, name="registry.example.com/team/app@sha256:" +
           hashlib.sha256(manifest.read_bytes()).hexdigest())
    manifest.write_bytes(manifest.read_bytes() + b"\n")
    done = verify(tmp_path, target, key, status=1)
    assert why(done)[0] == "digest" and "and the image is sha256:" in why(done)[1]


@needs_gpg
def test_a_key_in_two_states_is_refused(tmp_path, image):
    both = {"type": "signedBy", "keyType": "GPGKeys",
            "keyPaths": [str(FIXTURES / "revoked-before.gpg"), str(FIXTURES / "revoked.gpg")]}
    verify(tmp_path, image("revoked"), signed_by(FIXTURES / "revoked-before.gpg"))
    done = verify(tmp_path, image("revoked"), both, status=2)
    assert "in different states" in why(done)[1]


@needs_gpg
def test_keys_that_cannot_be_read_leave_it_open(tmp_path, image):
    for key, text in ((tmp_path / "missing.gpg", "missing.gpg"),
                      (FIXTURES / "good.secret", "holds a secret key"),
                      (FIXTURES / "manifest.json", "starts no OpenPGP packet")):
        done = verify(tmp_path, image("good"), signed_by(key), status=2)
        assert text in why(done)[1]


@needs_gpg
def test_every_requirement_has_to_be_met_by_a_signature_of_its_own(tmp_path, image):
    good, other = signed_by(FIXTURES / "good.gpg"), signed_by(FIXTURES / "other.gpg")
    verify(tmp_path, image("good", "other"), good, other)
    (tmp_path / "image" / "signature-2").unlink()
    done = verify(tmp_path, image("good"), good, other, status=1)
    assert "is not among the 1 that are trusted" in why(done)[1]
    verify(tmp_path, image("good", "other"), good, {"type": "reject"}, status=1)
    verify(tmp_path, image("good", "other"), good, {"type": "insecureAcceptAnything"})


def test_a_policy_that_takes_anything_verifies_nothing(tmp_path, image):
    done = verify(tmp_path, image("good"), {"type": "insecureAcceptAnything"}, status=1)
    assert why(done)[0] == "policy" and "nothing was verified" in why(done)[1]
    done = verify(tmp_path, image("good"), {"type": "reject"}, status=1)
    assert "the policy takes no image from there" in why(done)[1]


def test_a_broken_policy_is_a_mistake_of_the_command(tmp_path, image):
    (tmp_path / "policy.json").write_text('{"default": [{"type": "reject", "more": 1}]}')
    done = run(tmp_path, "verify", image("good"), "--containers-policy", "policy.json", status=2)
    assert 'default[0]: "more" is not known here' in done.stderr
    assert done.stdout == ""


def test_without_gpg_it_cannot_be_told(tmp_path, image):
    policy = write_policy(tmp_path, signed_by(FIXTURES / "good.gpg"))
    done = run(tmp_path, "verify", image("good"), "--containers-policy", policy, "--as", NAME,
               "--format", "json", status=2, PATH="/nonexistent")
    assert "gpg" in why(done)[1]


@needs_gpg
def test_the_usual_policy_is_found(tmp_path, image):
    target = image("good")
    folder = tmp_path / ".config" / "containers"
    folder.mkdir(parents=True)
    write_policy(folder, signed_by(FIXTURES / "good.gpg"))
    run(tmp_path, "verify", target, "--containers-policy", "system", "--as", NAME, "--now", NOW)


# --- signature stores over http ---

class Store(http.server.BaseHTTPRequestHandler):
    blob = b""
    count = 1  # signatures that are there; None: as many as are asked for
    status = 404
    asked = []

    def do_GET(self):  # noqa: N802
        type(self).asked.append(self.path)
        number = int(self.path.rsplit("-", 1)[1])
        if self.count is None or number <= self.count:
            self.send_response(200)
            self.send_header("Content-Length", str(len(self.blob)))
            self.end_headers()
            self.wfile.write(self.blob)
        else:
            self.send_response(self.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def store():
    handler = type("Handler", (Store,), {"asked": []})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    handler.url = f"http://127.0.0.1:{server.server_address[1]}/store"
    handler.server = server
    yield handler
    server.shutdown()
    server.server_close()


def write_registries_d(tmp_path, url, scope="registry.example.com/team", **more):
    folder = tmp_path / "registries.d"
    folder.mkdir(exist_ok=True)
    (folder / "store.yaml").write_text(json.dumps({"docker": {scope: {"lookaside": url, **more}}}))
    return folder


@pytest.fixture
def layout(tmp_path):
    """An OCI layout with the fixtures' manifest, which has no signatures of its own."""
    manifest = (FIXTURES / "manifest.json").read_bytes()
    digest = hashlib.sha256(manifest).hexdigest()
    blobs = tmp_path / "layout" / "blobs" / "sha256"
    blobs.mkdir(parents=True)
    (blobs / digest).write_bytes(manifest)
    (blobs / hashlib.sha256(b"{}").hexdigest()).write_bytes(b"{}")
    (tmp_path / "layout" / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
    (tmp_path / "layout" / "index.json").write_text(json.dumps({
        "schemaVersion": 2, "manifests": [{
            "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "digest": "sha256:" + digest, "size": len(manifest),
            "annotations": {"org.opencontainers.image.ref.name": "1.0"}}]}))
    return digest


def verify_layout(tmp_path, status=0, *more):
    policy = write_policy(tmp_path, signed_by(FIXTURES / "good.gpg"))
    return run(tmp_path, "verify", "oci:layout:1.0", "--containers-policy", policy, "--as", NAME,
               "--registries-d", "registries.d", "--now", NOW, "--format", "json", *more,
               status=status)


@needs_gpg
def test_a_store_is_asked_up_to_the_first_signature_that_is_not_there(tmp_path, layout, store):
    store.blob = (FIXTURES / "good.signature").read_bytes()
    write_registries_d(tmp_path, store.url)
    verify_layout(tmp_path)
    at = f"/store/team/app@sha256={layout}/signature-"
    assert store.asked == [at + "1", at + "2"]


@needs_gpg
def test_a_store_without_end_is_refused(tmp_path, layout, store):
    store.blob, store.count = (FIXTURES / "good.signature").read_bytes(), None
    write_registries_d(tmp_path, store.url)
    done = verify_layout(tmp_path, 1)
    assert "limit lookaside_signatures" in why(done)[1]
    assert len(store.asked) == 129


@needs_gpg
def test_a_signature_without_end_is_refused(tmp_path, layout, store):
    store.blob = b"\xa3" + bytes(5 << 20)
    write_registries_d(tmp_path, store.url)
    verify_layout(tmp_path, 1)


@needs_gpg
def test_a_store_that_is_gone_or_forbids_is_not_an_empty_one(tmp_path, layout, store):
    store.count, store.status = 0, 403
    write_registries_d(tmp_path, store.url)
    done = verify_layout(tmp_path, 2)
    assert "status 403" in why(done)[1]
    store.status = 404
    done = verify_layout(tmp_path, 1)
    assert "it has no signature" in why(done)[1]
    done = verify_layout(tmp_path, 2, "--offline")
    assert "the network is not to be used" in why(done)[1]
    write_registries_d(tmp_path, "http://127.0.0.1:1/store")
    done = verify_layout(tmp_path, 2)
    assert "its signatures cannot be read" in why(done)[1]


# --- with skopeo and podman ---

@pytest.fixture(scope="module")
def live(tmp_path_factory):
    """A registry with an image, two keys of gpg, and where signatures are kept."""
    for program in ("gpg", "skopeo", "docker-registry"):
        if not shutil.which(program):
            pytest.skip(f"{program} is not installed")
    work = tmp_path_factory.mktemp("gpg-live")
    home = work / "gnupg"
    home.mkdir(mode=0o700)
    for user in ("jane", "eve"):
        gpg(home, "--quick-generate-key", f"{user} <{user}@example.com>", "rsa2048", "sign", "never")
        (work / f"{user}.gpg").write_bytes(gpg(home, "--export", f"{user}@example.com"))
    make_layout(work / "layout")
    server = Registry(work, work / "data")
    yield Live(work, home, server)
    server.close()
    subprocess.run(["gpgconf", "--homedir", home, "--kill", "all"], check=False)


def gpg(home, *words):
    return subprocess.run(["gpg", "--homedir", home, "--batch", "--quiet", "--pinentry-mode",
                           "loopback", "--passphrase", "", *words], check=True,
                          capture_output=True, timeout=60).stdout


def make_layout(path):
    """One image with an empty layer, whole enough for podman."""
    import gzip
    import io
    import tarfile
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w") as tar:
        entry = tarfile.TarInfo("hello")
        entry.size = 5
        tar.addfile(entry, io.BytesIO(b"hello"))
    layer = gzip.compress(plain.getvalue(), mtime=0)
    config = json.dumps({"architecture": "amd64", "os": "linux", "config": {}, "rootfs": {
        "type": "layers",
        "diff_ids": ["sha256:" + hashlib.sha256(plain.getvalue()).hexdigest()]}}).encode()
    blobs = path / "blobs" / "sha256"
    blobs.mkdir(parents=True)

    def add(data, kind):
        digest = hashlib.sha256(data).hexdigest()
        (blobs / digest).write_bytes(data)
        return {"mediaType": kind, "digest": "sha256:" + digest, "size": len(data)}

    manifest = add(json.dumps({
        "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": add(config, "application/vnd.oci.image.config.v1+json"),
        "layers": [add(layer, "application/vnd.oci.image.layer.v1.tar+gzip")],
    }).encode(), "application/vnd.oci.image.manifest.v1+json")
    manifest["annotations"] = {"org.opencontainers.image.ref.name": "1"}
    (path / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
    (path / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [manifest]}))


class Live:
    def __init__(self, work, home, server):
        self.work, self.home, self.host = work, home, server.host

    def key(self, user):
        return self.work / f"{user}.gpg"

    def fingerprint(self, user):
        listed = gpg(self.home, "--list-keys", "--with-colons", f"{user}@example.com").decode()
        return next(line.split(":")[9] for line in listed.splitlines() if line.startswith("fpr"))

    def set_up(self, tmp_path, name, *requirements):
        """Files of containers/image below tmp_path as HOME; the image there, unsigned."""
        folder = tmp_path / ".config" / "containers"
        folder.mkdir(parents=True, exist_ok=True)
        write_policy(folder, *requirements)
        (folder / "registries.d").mkdir(exist_ok=True)
        (folder / "registries.d" / "default.yaml").write_text(
            f"default-docker:\n  lookaside: file://{tmp_path}/store\n")
        self.copy(f"oci:{self.work}/layout:1", f"docker://{self.host}/{name}", tmp_path,
                  "--insecure-policy", "--dest-tls-verify=false")
        return f"{self.host}/{name}"

    def copy(self, source, target, tmp_path, *options, status=0):
        done = subprocess.run(
            ["skopeo", "--registries.d", f"{tmp_path}/.config/containers/registries.d", "copy",
             *options, source, target], capture_output=True, text=True, timeout=120,
            env=environment(tmp_path, GNUPGHOME=self.home))
        assert (done.returncode == 0) == (status == 0), done.stderr
        return done


@needs_gpg
@needs_skopeo
def test_what_skopeo_signed_plimsoll_verifies(tmp_path, live):
    name = live.set_up(tmp_path, "skopeo/app:1", signed_by(live.key("jane"),
                                                           "matchRepoDigestOrExact"))
    done = run(tmp_path, "verify", name, "--containers-policy", "system", "--format", "json",
               "--insecure-registry", status=1)
    assert "it has no signature" in why(done)[1]
    live.copy(f"oci:{live.work}/layout:1", f"docker://{name}", tmp_path, "--insecure-policy",
              "--dest-tls-verify=false", "--sign-by", live.fingerprint("jane"))
    done = run(tmp_path, "verify", name, "--containers-policy", "system", "--print-reference",
               "--insecure-registry")
    digest = done.stdout.strip().split("@")[1]
    run(tmp_path, "verify", f"{name.rsplit(':', 1)[0]}@{digest}", "--containers-policy", "system",
        "--insecure-registry")
    write_policy(tmp_path / ".config" / "containers", signed_by(live.key("eve")))
    done = run(tmp_path, "verify", name, "--containers-policy", "system", "--format", "json",
               "--insecure-registry", status=1)
    assert "is not among the 1 that are trusted" in why(done)[1]


@needs_gpg
@needs_skopeo
def test_what_plimsoll_signed_skopeo_and_podman_accept_and_nothing_else(tmp_path, live):
    name = live.set_up(tmp_path, "own/app:1", signed_by(live.key("jane"), "matchExact"))
    done = run(tmp_path, "sign", "--gpg", "jane@example.com", "--insecure-registry", name,
               GNUPGHOME=live.home)
    assert done.stdout.startswith(name.rsplit(":", 1)[0] + "@sha256:")
    digest = done.stdout.strip().split("@")[1]
    blob = tmp_path / "store" / f"own/app@{digest.replace(':', '=')}" / "signature-1"
    assert blob.is_file()
    run(tmp_path, "verify", name, "--containers-policy", "system", "--insecure-registry")

    manifest = tmp_path / "manifest"
    manifest.write_bytes(subprocess.run(
        ["skopeo", "inspect", "--raw", "--tls-verify=false", f"docker://{name}"], check=True,
        capture_output=True, env=environment(tmp_path), timeout=60).stdout)
    subprocess.run(["skopeo", "standalone-verify", manifest, name, live.fingerprint("jane"), blob],
                   check=True, capture_output=True, timeout=60,
                   env=environment(tmp_path, GNUPGHOME=live.home))
    take = ("--policy", f"{tmp_path}/.config/containers/policy.json", "--src-tls-verify=false")
    policy = ["skopeo", *take[:2], "--registries.d", f"{tmp_path}/.config/containers/registries.d",
              "copy", take[2], f"docker://{name}"]
    env = environment(tmp_path)
    subprocess.run([*policy, f"dir:{tmp_path}/good"], check=True, capture_output=True, timeout=60,
                   env=env)
    write_policy(tmp_path / ".config" / "containers", signed_by(live.key("eve"), "matchExact"))
    refused = subprocess.run([*policy, f"dir:{tmp_path}/bad"], capture_output=True, timeout=60,
                             env=env, text=True)
    assert refused.returncode != 0
    write_policy(tmp_path / ".config" / "containers", signed_by(live.key("jane"), "matchExact"))
    blob.write_bytes(blob.read_bytes()[:-9] + b"x" * 9)
    refused = subprocess.run([*policy, f"dir:{tmp_path}/bad"], capture_output=True, timeout=60,
                             env=env, text=True)
    assert refused.returncode != 0
    run(tmp_path, "verify", name, "--containers-policy", "system", "--insecure-registry", status=1)


@needs_gpg
@needs_skopeo
@needs_podman
def test_podman_pulls_what_plimsoll_signed(tmp_path, live, request):
    short = tempfile.mkdtemp(prefix="pod")  # podman takes at most 50 characters
    request.addfinalizer(lambda: shutil.rmtree(short, ignore_errors=True))
    name = live.set_up(tmp_path, "podman/app:1", signed_by(live.key("jane"), "matchExact"))
    command = ["podman", "--root", f"{short}/root", "--runroot", f"{short}/run",
               "--storage-driver", "vfs", "pull", "--tls-verify=false", "--signature-policy",
               f"{tmp_path}/.config/containers/policy.json", name]
    env = environment(tmp_path)
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, env=env)
    assert done.returncode != 0
    if "signature" not in done.stderr:
        pytest.skip(f"podman does not run here: {done.stderr[-200:]}")
    run(tmp_path, "sign", "--gpg", "jane@example.com", "--insecure-registry", name,
        GNUPGHOME=live.home)
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, env=env)
    assert done.returncode == 0, done.stderr
    write_policy(tmp_path / ".config" / "containers", signed_by(live.key("eve"), "matchExact"))
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, env=env)
    assert done.returncode != 0


@needs_gpg
def test_sign_says_what_is_wrong(tmp_path, live):
    name = live.set_up(tmp_path, "wrong/app:1", {"type": "reject"})
    done = run(tmp_path, "sign", "--gpg", "nobody@example.com", "--insecure-registry", name,
               GNUPGHOME=live.home, status=2)
    assert "gpg does not sign with the key nobody@example.com" in done.stderr
    done = run(tmp_path, "sign", "--gpg", "jane@example.com", "--key", "x", name, status=2)
    assert "--gpg goes with one TARGET" in done.stderr
    (tmp_path / ".config/containers/registries.d/default.yaml").write_text(
        "default-docker:\n  lookaside: https://signatures.example.com\n")
    done = run(tmp_path, "sign", "--gpg", "jane@example.com", "--insecure-registry", name,
               GNUPGHOME=live.home, status=2)
    assert "lookaside-staging" in done.stderr


# --- signatures that are attached to the image: Debian's skopeo and podman have no part of it ---

def sigstore_signed(key):
    return {"type": "sigstoreSigned", "keyPath": str(key),
            "signedIdentity": {"type": "matchRepository"}}


@needs_skopeo
def test_attached_signatures_count_where_registries_d_says_so(tmp_path, live):
    name = live.set_up(tmp_path, "attached/app:1", sigstore_signed(tmp_path / "release.pub"))
    (tmp_path / "passphrase").write_text("of a test\n")
    (tmp_path / "passphrase").chmod(0o600)
    run(tmp_path, "key", "generate", "-o", "release", "--passphrase-file", "passphrase")
    run(tmp_path, "sign", "--key", "release.key", "--passphrase-file", "passphrase", "--format",
        "cosign", "--insecure-registry", name)
    words = ("verify", name, "--containers-policy", "system", "--format", "json",
             "--insecure-registry")
    done = run(tmp_path, *words, status=1)
    assert "it has no signature" in why(done)[1]
    folder = tmp_path / ".config" / "containers"
    (folder / "registries.d" / "default.yaml").write_text(
        f"default-docker:\n  lookaside: file://{tmp_path}/store\n"
        "  use-sigstore-attachments: true\n")
    run(tmp_path, *words)
    run(tmp_path, "key", "generate", "-o", "other", "--passphrase-file", "passphrase")
    write_policy(folder, sigstore_signed(tmp_path / "other.pub"))
    done = run(tmp_path, *words, status=1)
    assert "another key than the one that is trusted" in why(done)[1]


@needs_gpg
def test_of_an_index_the_image_of_one_platform_can_be_judged(tmp_path, layout):
    blobs = tmp_path / "layout" / "blobs" / "sha256"
    manifest = (FIXTURES / "manifest.json").read_bytes()
    index = json.dumps({
        "schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json",
        "manifests": [{"mediaType": "application/vnd.oci.image.manifest.v1+json",
                       "digest": "sha256:" + layout, "size": len(manifest),
                       "platform": {"os": "linux", "architecture": "arm64"}}]}).encode()
    digest = hashlib.sha256(index).hexdigest()
    (blobs / digest).write_bytes(index)
    (tmp_path / "layout" / "index.json").write_text(json.dumps({
        "schemaVersion": 2, "manifests": [{
            "mediaType": "application/vnd.oci.image.index.v1+json", "digest": "sha256:" + digest,
            "size": len(index),
            "annotations": {"org.opencontainers.image.ref.name": "1.0"}}]}))
    stored = tmp_path / "store" / f"team/app@sha256={layout}"
    stored.mkdir(parents=True)
    shutil.copy(FIXTURES / "good.signature", stored / "signature-1")
    write_registries_d(tmp_path, f"file://{tmp_path}/store")
    verify_layout(tmp_path, 1)
    done = verify_layout(tmp_path, 0, "--platform", "linux/arm64")
    assert json.loads(done.stdout)["digest"] == "sha256:" + layout
    verify_layout(tmp_path, 2, "--platform", "linux/s390x")
