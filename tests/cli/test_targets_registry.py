# SPDX-License-Identifier: Apache-2.0
"""plimsoll scan of images in registries: Debian's docker-registry, and servers that misbehave."""
import gzip
import hashlib
import io
import json
import os
import pathlib
import pty
import re
import select
import shutil
import subprocess
import sys
import tarfile
import threading
import time

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "net"))
from servers import (  # noqa: E402
    DOCKER_LIST, DOCKER_MANIFEST, HTPASSWD, OCI_INDEX, OCI_MANIFEST, Faulty, Registry, TokenServer,
    login, make_ca, own_address, push_blob, push_manifest, sha256)

PLIMSOLL = os.environ["PLIMSOLL"]
NAME = "team/app"
PATHS = re.compile(f"^/v2/{NAME}/(manifests|blobs)/(.+)$")
OS_RELEASE = "ID=alpine\nVERSION_ID=3.18.9\nPRETTY_NAME=\"Alpine Linux v3.18\"\n"


# --- images ---

def apk_record(name, version):
    return f"P:{name}\nV:{version}\nA:x86_64\nL:MIT\n\n"


def tar_of(files, noise=0):
    """noise: bytes of a file that does not compress, the same in each run."""
    raw = io.BytesIO()
    if noise:
        data = b"".join(hashlib.sha256(b"%d" % i).digest() for i in range(noise // 32 + 1))
        files = {**files, "opt/noise": data[:noise]}
    with tarfile.open(fileobj=raw, mode="w") as tar:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            data = data.encode() if isinstance(data, str) else data
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return raw.getvalue()


def base_layer(packages, noise=0):
    return tar_of({"etc/os-release": OS_RELEASE,
                   "lib/apk/db/installed": "".join(apk_record(*p) for p in packages)}, noise)


class Image:
    """A manifest, a config and gzip layers, all as bytes; layer_types by position."""

    def __init__(self, *tars, kind=OCI_MANIFEST, arch="amd64", layer_types=(), config_type=None):
        oci = kind == OCI_MANIFEST
        self.kind, self.arch = kind, arch
        self.layers = [gzip.compress(t, mtime=0) for t in tars]
        self.config = json.dumps({
            "architecture": arch, "os": "linux", "config": {"User": "app"},
            "rootfs": {"type": "layers", "diff_ids": [sha256(t) for t in tars]}}).encode()
        types = dict(enumerate(layer_types))
        layer_type = "application/vnd.oci.image.layer.v1.tar+gzip" if oci else \
            "application/vnd.docker.image.rootfs.diff.tar.gzip"
        config_type = config_type or (
            "application/vnd.oci.image.config.v1+json" if oci else
            "application/vnd.docker.container.image.v1+json")
        self.document = {
            "schemaVersion": 2, "mediaType": kind, "config": self.part(self.config, config_type),
            "layers": [self.part(layer, types.get(i, layer_type))
                       for i, layer in enumerate(self.layers)]}

    @staticmethod
    def part(data, media_type):
        return {"mediaType": media_type, "digest": sha256(data), "size": len(data)}

    @property
    def manifest(self):
        return json.dumps(self.document).encode()

    def entry(self, **platform):
        platform = platform or {"os": "linux", "architecture": self.arch}
        return {**self.part(self.manifest, self.kind), "platform": platform}

    def blobs(self):
        return {sha256(b): b for b in (self.config, *self.layers)}

    def push(self, host, tag):
        for blob in (self.config, *self.layers):
            push_blob(host, NAME, blob)
        return push_manifest(host, NAME, tag, self.document, self.kind)[0]


def index_of(*entries, kind=OCI_INDEX):
    return json.dumps({"schemaVersion": 2, "mediaType": kind, "manifests": entries}).encode()


BASE = base_layer([("musl", "1.2.4-r2"), ("zlib", "1.2.13-r1")])
TOP = tar_of({"lib/apk/db/installed": apk_record("musl", "1.2.4-r2")
              + apk_record("zlib", "1.2.13-r1") + apk_record("curl", "8.9.1-r1")}, noise=1_500_000)
ALL = ["curl 8.9.1-r1", "musl 1.2.4-r2", "zlib 1.2.13-r1"]
IMAGE = Image(BASE, TOP)


# --- a registry of our own that can be told to misbehave ---

class Fake(Faulty):
    """Serves documents (by tag or digest) and blobs; on_blob and on_manifest may do otherwise."""

    def __init__(self, *images, tags=None, on_blob=None, on_manifest=None, **kw):
        self.documents, self.blobs = {}, {}
        self.on_blob, self.on_manifest = on_blob, on_manifest
        for image in images:
            self.documents[sha256(image.manifest)] = (image.manifest, image.kind)
            self.blobs.update(image.blobs())
        if images:
            self.documents["1"] = (images[0].manifest, images[0].kind)
        self.documents.update(tags or {})
        super().__init__(self.answer, **kw)

    def answer(self, rq):
        match = PATHS.match(rq.path)
        if rq.path == "/v2/":
            return rq.reply(200)
        if not match:
            return rq.reply(404)
        part, version = match.groups()
        if part == "manifests":
            if self.on_manifest and self.on_manifest(rq, version):
                return None
            if version not in self.documents:
                return rq.reply(404, b'{"errors":[{"code":"MANIFEST_UNKNOWN"}]}')
            data, kind = self.documents[version]
            return rq.reply(200, data, Content_Type=kind)
        data = self.blobs.get(version)
        if data is None:
            return rq.reply(404, b'{"errors":[{"code":"BLOB_UNKNOWN"}]}')
        if self.on_blob and self.on_blob(rq, version, data):
            return None
        return rq.reply(200, data)

    @property
    def ref(self):
        return f"docker://{self.host}/{NAME}:1"

    def asked(self, part="blobs"):
        return [m.group(2) for m in map(PATHS.match, self.paths()) if m and m.group(1) == part]


# --- running ---

def environment(tmp_path, **more):
    conf = tmp_path / "registries.conf"
    if not conf.exists():
        conf.write_text("")
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path),
           "XDG_CACHE_HOME": str(tmp_path / "cache"), "CONTAINERS_REGISTRIES_CONF": str(conf),
           "DOCKER_HOST": "unix:///none/docker.sock", "CONTAINER_HOST": "unix:///none/podman.sock"}
    env.update({k: v for k, v in os.environ.items() if k.endswith("SAN_OPTIONS")})
    env.update(more)
    return env


def run(tmp_path, *args, status=0, **env):
    done = subprocess.run([PLIMSOLL, *map(str, args)], capture_output=True, cwd=tmp_path,
                          env=environment(tmp_path, **env), timeout=50, check=False, text=True)
    assert done.returncode == status, done.stderr
    if status == 2:
        assert done.stdout == "" and done.stderr.startswith("plimsoll: "), done
        assert done.stderr.count("\n") == 1
    return done


def report(tmp_path, target, *args, **kw):
    return json.loads(run(tmp_path, "scan", target, "--format", "json", *args, **kw).stdout)


def packages(doc):
    return sorted(f"{p['name']} {p['version']}" for p in doc["packages"])


def error(tmp_path, target, *args, **kw):
    return run(tmp_path, "scan", target, "--format", "json", *args, status=2, **kw).stderr


# --- Debian's docker-registry ---

@pytest.fixture(scope="module")
def work(tmp_path_factory):
    return tmp_path_factory.mktemp("registry")


def start(work, **kw):
    if not shutil.which("docker-registry"):
        pytest.skip("docker-registry is not installed")
    try:
        return Registry(work, work / "storage", **kw)
    except RuntimeError as why:
        pytest.skip(f"docker-registry: {why}")


@pytest.fixture(scope="module")
def real(work):
    registry = start(work)
    docker = Image(BASE, TOP, kind=DOCKER_MANIFEST)
    registry.digests = {"oci": IMAGE.push(registry.host, "oci"),
                        "docker": docker.push(registry.host, "docker")}
    yield registry
    registry.close()


@pytest.fixture(scope="module")
def certificates(work):
    if not shutil.which("openssl"):
        pytest.skip("openssl is not installed")
    make_ca(work, own_address() or "127.0.0.1")
    return work


@pytest.mark.parametrize("tag", ["oci", "docker"])
def test_an_image_in_a_registry_by_tag_and_by_digest(real, tmp_path, tag):
    for version in (":" + tag, "@" + real.digests[tag]):
        doc = report(tmp_path, f"docker://{real.host}/{NAME}{version}")
        assert packages(doc) == ALL
        assert doc["image"]["manifest_digest"] == real.digests[tag]
        assert doc["target"] == {"given": f"docker://{real.host}/{NAME}{version}",
                                 "transport": "docker",
                                 "location": f"{real.host}/{NAME}{version}",
                                 "found_by": f"registry {real.host}"}
        assert [layer["digest"] for layer in doc["layers"]] == [sha256(b) for b in IMAGE.layers]


def test_a_bare_name_falls_through_to_its_registry(real, tmp_path):
    doc = report(tmp_path, f"{real.host}/{NAME}:oci")
    assert packages(doc) == ALL
    assert doc["target"]["found_by"] == f"registry {real.host}"
    table = run(tmp_path, "scan", f"{real.host}/{NAME}:oci").stdout
    assert f"registry {real.host}" in table
    bom = json.loads(run(tmp_path, "sbom", f"{real.host}/{NAME}:oci").stdout)
    assert {c["name"] for c in bom["components"]} >= {"curl", "musl", "zlib"}


def test_what_is_nowhere_names_each_place_that_was_tried(real, tmp_path):
    said = error(tmp_path, f"{real.host}/{NAME}:absent")
    assert f"404 MANIFEST_UNKNOWN: not found at {real.host}" in said
    assert "docker at unix:///none/docker.sock: No such file" in said
    assert "podman at unix:///none/podman.sock: No such file" in said


def test_password_login(real, work, tmp_path):
    (work / "htpasswd").write_text(HTPASSWD)
    registry = start(work, auth={"htpasswd": {"realm": "x", "path": str(work / "htpasswd")}})
    target = f"docker://{registry.host}/{NAME}:oci"
    try:
        assert f"{registry.host} wants a login (now: anonymous)" in error(tmp_path, target)
        auth = login(tmp_path, registry.host, "user", "wrong-secret")
        said = error(tmp_path, target, "--authfile", auth)
        assert "401" in said and "auth.json" in said and "wrong-secret" not in said
        auth = login(tmp_path, registry.host, "user", "hunter2")
        assert packages(report(tmp_path, target, "--authfile", auth)) == ALL
        (tmp_path / ".docker").mkdir()
        (tmp_path / ".docker/config.json").write_text(json.dumps(
            {"auths": {registry.host: {"auth": "dXNlcjpodW50ZXIy"}}}))
        assert packages(report(tmp_path, target, "--no-cache")) == ALL
    finally:
        registry.close()


@pytest.mark.parametrize("open_to_all", [True, False])
def test_token_login(real, certificates, tmp_path, open_to_all):
    pytest.importorskip("cryptography", reason="python3-cryptography is not installed")
    with TokenServer(certificates, open_to_all) as tokens:
        registry = start(certificates, auth={"token": {
            "realm": tokens.url("/token"), "service": "probe registry", "issuer": "probe-issuer",
            "rootcertbundle": str(certificates / "ca.crt")}})
        target = f"docker://{registry.host}/{NAME}:oci"
        try:
            auth = login(tmp_path, registry.host, "user", "hunter2")
            assert packages(report(tmp_path, target, "--authfile", auth)) == ALL
            assert tokens.given == 1  # for the manifest and all blobs
            if open_to_all:
                assert packages(report(tmp_path, target)) == ALL
            else:
                assert "docker login" in error(tmp_path, target)
        finally:
            registry.close()


def test_an_authority_of_ones_own(certificates, work, tmp_path):
    address = own_address()
    if not address:
        pytest.skip("this machine has no address but loopback, where nothing is asked")
    tls = {"certificate": str(certificates / "server.crt"), "key": str(certificates / "server.key")}
    registry = start(work, tls=tls, host=address)
    plain = start(work)
    try:
        IMAGE.push(plain.host, "tls")
        target = f"docker://{registry.host}/{NAME}:tls"
        assert "certificate" in error(tmp_path, target)
        ca = certificates / "ca.crt"
        assert packages(report(tmp_path, target, "--tls-ca", ca)) == ALL
        assert packages(report(tmp_path, target, "--insecure-registry", "--no-cache")) == ALL
    finally:
        registry.close()
        plain.close()


# --- what is downloaded ---

def test_layers_in_the_cache_are_not_downloaded(tmp_path):
    newer = Image(BASE, tar_of({"lib/apk/db/installed": apk_record("busybox", "1.36.1-r5")}))
    with Fake(IMAGE, newer, tags={"2": (newer.manifest, newer.kind)}) as server:
        assert packages(report(tmp_path, server.ref)) == ALL
        first = server.asked()
        assert sorted(first) == sorted(map(sha256, (IMAGE.config, *IMAGE.layers)))
        assert packages(report(tmp_path, server.ref)) == ALL
        assert server.asked()[len(first):] == [sha256(IMAGE.config)]
        second = len(server.asked())
        doc = report(tmp_path, f"docker://{server.host}/{NAME}:2")
        assert packages(doc) == ["busybox 1.36.1-r5"]
        assert server.asked()[second:] == [sha256(newer.config), sha256(newer.layers[1])]
        assert len(server.asked("manifests")) == 3  # the manifest is asked for once a run
        third = len(server.asked())
        report(tmp_path, server.ref, "--no-cache")
        assert len(server.asked()[third:]) == 3


def test_several_layers_come_at_a_time(tmp_path):
    together = threading.Barrier(2)
    layers = {sha256(b) for b in IMAGE.layers}

    def wait_for_the_other(rq, digest, data):
        if digest in layers:
            together.wait(20)

    with Fake(IMAGE, on_blob=wait_for_the_other) as server:
        assert packages(report(tmp_path, server.ref, "--jobs", 2)) == ALL


# --- platforms ---

def platforms_image(kind):
    inner = DOCKER_MANIFEST if kind == DOCKER_LIST else OCI_MANIFEST
    images = {arch: Image(base_layer([("app", f"1-{arch}")]), arch=arch, kind=inner)
              for arch in ("amd64", "arm64", "arm")}
    twin = Image(base_layer([("app", "1-twin")]), kind=inner)
    witness = Image(tar_of({"x": "y"}), kind=inner)
    v3 = Image(base_layer([("app", "1-v3")]), kind=inner)
    deep = index_of(images["arm"].entry(os="linux", architecture="arm", variant="v7"), kind=kind)
    top = index_of(witness.entry(os="unknown", architecture="unknown"),
                   v3.entry(os="linux", architecture="amd64", variant="v3"),
                   images["amd64"].entry(), twin.entry(),
                   images["arm64"].entry(os="linux", architecture="arm64", variant="v8"),
                   Image.part(deep, kind), kind=kind)
    return Fake(*images.values(), twin, witness, v3,
                tags={"1": (top, kind), sha256(deep): (deep, kind)})


@pytest.mark.parametrize("kind", [OCI_INDEX, DOCKER_LIST])
def test_the_platform_is_chosen_from_an_index(tmp_path, kind):
    with platforms_image(kind) as server:
        for platform, version in (("linux/amd64", "1-amd64"), ("linux/amd64/v3", "1-v3"),
                                  ("linux/arm64", "1-arm64"), ("linux/arm64/v8", "1-arm64"),
                                  ("linux/arm/v7", "1-arm")):
            doc = report(tmp_path, server.ref, "--platform", platform)
            assert packages(doc) == ["app " + version]
        said = error(tmp_path, server.ref, "--platform", "linux/s390x")
        assert "no image for platform linux/s390x; there are: " in said
        for have in ("(linux/amd64)", "(linux/arm64/v8)", "(linux/arm/v7)"):
            assert have in said
        assert "unknown" not in said
        said = error(tmp_path, server.ref, "--platform", "arm64")
        assert 'platform "arm64": expected os/arch[/variant]' in said


def test_the_only_image_must_be_of_the_platform_that_is_asked_for(tmp_path):
    with Fake(Image(BASE, arch="arm64")) as server:
        assert len(packages(report(tmp_path, server.ref))) == 2
        said = error(tmp_path, server.ref, "--platform", "linux/amd64")
        assert "no image for platform linux/amd64; there is: linux/arm64" in said


def test_an_index_of_itself_ends(tmp_path):
    deep = IMAGE.manifest
    kind, tags = IMAGE.kind, {}
    for _ in range(6):
        deep, kind = index_of({**Image.part(deep, kind), "platform": {
            "os": "linux", "architecture": "amd64"}}), OCI_INDEX
        tags[sha256(deep)] = (deep, kind)
    with Fake(IMAGE, tags={**tags, "1": (deep, kind)}) as server:
        assert "deeper than index_depth (4)" in error(tmp_path, server.ref)


# --- what cannot be read is said ---

def test_foreign_and_encrypted_layers_are_not_assessed(tmp_path):
    image = Image(BASE, TOP, TOP + b"\0" * 512, layer_types=(
        "application/vnd.oci.image.layer.v1.tar+gzip",
        "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip",
        "application/vnd.oci.image.layer.v1.tar+gzip+encrypted"))
    with Fake(image) as server:
        doc = report(tmp_path, server.ref)
        assert len(packages(doc)) == 2
        reasons = {c["what"]: c["reason"] for c in doc["coverage"]
                   if c["what"].startswith("layer ")}
        assert reasons == {"layer 2": "foreign layer: registries do not hold its bytes",
                           "layer 3": "encrypted layer: its key is needed to read it"}
        assert server.asked() == [sha256(image.config), sha256(image.layers[0])]
        run(tmp_path, "scan", server.ref, "--require-complete", status=3)


def test_an_artifact_is_no_image(tmp_path):
    chart = Image(BASE, config_type="application/vnd.cncf.helm.config.v1+json")
    with Fake(chart) as server:
        said = error(tmp_path, server.ref)
        assert "no container image: its config is of type application/vnd.cncf.helm" in said


# --- faults ---

def test_a_layer_that_is_cut_off_goes_on_where_it_stopped(tmp_path):
    big = sha256(IMAGE.layers[1])
    cuts = iter((400_000, 1_000_000))

    def cut(rq, digest, data):
        if digest != big:
            return False
        start, upto = rq.range_start(), next(cuts, len(data))
        headers = {"Content_Range": f"bytes {start}-{len(data) - 1}/{len(data)}"} if start else {}
        rq.reply(206 if start else 200, data[start:upto], Content_Length=str(len(data) - start),
                 ETag='"x"', **headers)
        if upto < len(data):
            rq.cut()
        return True

    with Fake(IMAGE, on_blob=cut) as server:
        assert packages(report(tmp_path, server.ref)) == ALL
        ranges = [headers.get("Range") for _, path, headers in server.seen if path.endswith(big)]
        assert ranges == [None, "bytes=400000-", "bytes=1000000-"]


@pytest.mark.parametrize("part", ["layer", "config", "manifest"])
def test_other_bytes_than_promised_are_refused_with_both_digests(tmp_path, part):
    victim = {"layer": IMAGE.layers[1], "config": IMAGE.config, "manifest": IMAGE.manifest}[part]
    # in the middle of what does not compress, so that only the digest tells
    forged = victim[:len(victim) // 2] + bytes([victim[len(victim) // 2] ^ 1]) \
        + victim[len(victim) // 2 + 1:]

    def forge(rq, version, data=None):
        if version != sha256(victim):
            return False
        rq.reply(200, forged, Content_Type=IMAGE.kind)
        return True

    with Fake(IMAGE, on_blob=forge, on_manifest=forge,
              tags={"1": (index_of(IMAGE.entry()), OCI_INDEX)}) as server:
        said = error(tmp_path, server.ref)
        assert sha256(victim) in said and sha256(forged) in said, said
        if part == "layer":
            assert "layer 2: digest is" in said
        # nothing of it is remembered
        assert sha256(forged) in error(tmp_path, server.ref)


@pytest.mark.parametrize("forged", [False, True])
def test_digests_of_other_algorithms_are_verified_too(tmp_path, forged):
    image = Image(BASE, TOP)
    digest = "sha512:" + hashlib.sha512(image.layers[1]).hexdigest()
    image.document["layers"][1]["digest"] = digest
    blob = bytearray(image.layers[1])
    blob[-4] ^= forged  # the length in the trailer of gzip, which the digest guards
    with Fake(image) as server:
        server.blobs[digest] = bytes(blob)
        if forged:
            said = error(tmp_path, server.ref)
            assert f"layer 2: digest is {digest}, but its bytes are sha512:" in said
            assert hashlib.sha512(blob).hexdigest() in said
        else:
            doc = report(tmp_path, server.ref)
            assert packages(doc) == ALL and doc["layers"][1]["digest"] == digest


def test_a_forged_layer_does_not_wait_for_a_slow_one(tmp_path):
    released = threading.Event()
    slow, forged = map(sha256, IMAGE.layers)

    def answer(rq, digest, data):
        if digest == slow:
            rq.reply(200, b"", Content_Length=str(len(data)))
            released.wait(20)
            rq.cut()
        elif digest == forged:
            rq.reply(200, bytes(len(data)))
        return digest in (slow, forged)

    with Fake(IMAGE, on_blob=answer) as server:
        before = time.monotonic()
        said = error(tmp_path, server.ref, "--jobs", 2)
        assert time.monotonic() - before < 10
        released.set()
        assert "layer 2" in said and "canceled" not in said and "given up" not in said


def test_a_slow_server_is_waited_for(tmp_path):
    def drip(rq, digest, data):
        if digest != sha256(IMAGE.layers[0]):
            return False
        rq.reply(200, b"", Content_Length=str(len(data)))
        for i in range(0, len(data), 64):
            rq.wfile.write(data[i:i + 64])
            rq.wfile.flush()
            time.sleep(0.2)
        return True

    with Fake(IMAGE, on_blob=drip) as server:
        assert packages(report(tmp_path, server.ref)) == ALL


@pytest.mark.parametrize("status, words", [
    (401, "401 UNAUTHORIZED: {host} wants a login (now: anonymous): use docker login"),
    (403, "403 DENIED: {host} does not let you read it"),
    (404, "404 BLOB_UNKNOWN: not found at {host}"),
])
def test_a_refused_layer_is_an_error_that_names_it(tmp_path, status, words):
    codes = {401: "UNAUTHORIZED", 403: "DENIED", 404: "BLOB_UNKNOWN"}
    big = sha256(IMAGE.layers[1])

    def refuse(rq, digest, data):
        if digest != big:
            return False
        rq.reply(status, json.dumps({"errors": [{"code": codes[status]}]}).encode())
        return True

    with Fake(IMAGE, on_blob=refuse) as server:
        said = error(tmp_path, server.ref)
        assert words.format(host=server.host) in said
        assert f"layer 2: {server.host}/{NAME}: blob {big}: " in said
        assert len([d for d in server.asked() if d == big]) <= 2


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_refused_manifest(tmp_path, status):
    def refuse(rq, version):
        rq.reply(status)
        return True

    with Fake(IMAGE, on_manifest=refuse) as server:
        assert f"{server.host}/{NAME}:1: {status}" in error(tmp_path, server.ref)


def test_too_many_requests_are_waited_for_as_the_server_says(tmp_path):
    told, asked = [], []

    def later(rq, version, data=None):
        asked.append((version, time.monotonic()))
        if version in told:
            return False
        told.append(version)
        rq.reply(429, Retry_After="1")
        return True

    with Fake(IMAGE, on_blob=later, on_manifest=later) as server:
        assert packages(report(tmp_path, server.ref)) == ALL
    for version in told:
        first, second = [when for what, when in asked if what == version]
        assert 1 <= second - first < 5


def test_a_server_that_fails_once_is_asked_again(tmp_path):
    failed = set()

    def fail(rq, version, data=None):
        if version in failed:
            return False
        failed.add(version)
        rq.reply(500)
        return True

    with Fake(IMAGE, on_blob=fail, on_manifest=fail) as server:
        assert packages(report(tmp_path, server.ref)) == ALL
        assert len(failed) == 4


def test_a_server_that_keeps_failing_is_given_up(tmp_path):
    def fail(rq, digest, data):
        rq.reply(500)
        return True

    with Fake(IMAGE, on_blob=fail) as server:
        said = error(tmp_path, server.ref)
        assert "500: the server has an internal error (after 5 tries)" in said
        assert len(server.asked()) == 5


def test_a_redirect_to_a_blob_store_is_followed_without_the_login(tmp_path):
    with Fake(IMAGE) as store:
        def send_there(rq, digest, data):
            rq.reply(307, Location=store.url(f"/v2/{NAME}/blobs/{digest}?signature=s3cr3t"))
            return True

        store.blobs.update({d + "?signature=s3cr3t": b for d, b in IMAGE.blobs().items()})
        with Fake(IMAGE, on_blob=send_there) as server:
            auth = login(tmp_path, server.host, "user", "hunter2")
            assert packages(report(tmp_path, server.ref, "--authfile", auth)) == ALL
            assert len(store.asked()) == 3
            assert not any("Authorization" in headers for _, _, headers in store.seen)
            store.blobs.clear()
            said = error(tmp_path, server.ref, "--no-cache")
            assert "404" in said and "s3cr3t" not in said


@pytest.mark.parametrize("off", [-10, 10])
def test_a_length_that_lies_is_refused(tmp_path, off):
    big = sha256(IMAGE.layers[1])

    def lie(rq, digest, data):
        if digest != big:
            return False
        rq.reply(200, data[:off] if off < 0 else data + b"x" * off)
        return True

    with Fake(IMAGE, on_blob=lie) as server:
        said = error(tmp_path, server.ref)
        size = len(IMAGE.layers[1])
        assert f"layer 2: {server.host}/{NAME}: blob {big}" in said
        assert str(size) in said and str(size + off) in said


# --- registries.conf, names ---

def test_a_mirror_is_asked_first_and_named(tmp_path):
    with Fake(IMAGE) as mirror:
        (tmp_path / "registries.conf").write_text(
            f'[[registry]]\nlocation = "registry.example.com/team"\n'
            f'[[registry.mirror]]\nlocation = "{mirror.host}/team"\n')
        doc = report(tmp_path, f"docker://registry.example.com/{NAME}:1")
        assert packages(doc) == ALL
        assert doc["target"]["location"] == f"registry.example.com/{NAME}:1"
        assert doc["target"]["found_by"] == \
            f"registry registry.example.com (from {mirror.host}/{NAME})"


def test_a_short_name_follows_the_search_list(tmp_path):
    with Fake() as empty, Fake(IMAGE) as server:
        conf = tmp_path / "other.conf"
        conf.write_text(f'unqualified-search-registries = ["{empty.host}", "{server.host}"]\n')
        doc = report(tmp_path, "team/app:1", "--registries-conf", conf)
        assert packages(doc) == ALL and len(empty.asked("manifests")) == 1
        assert doc["target"]["found_by"] == f"registry {server.host}"


@pytest.mark.parametrize("word, said", [
    ("./image", "./image: no such file or directory"),
    ("image.tar", "image.tar: no such file or directory"),
    ("my image", "my image: no such file or directory, and no name of an image: "),
])
def test_a_word_that_is_no_image_is_asked_for_nowhere(tmp_path, word, said):
    with Fake(IMAGE) as server:
        (tmp_path / "registries.conf").write_text(
            f'unqualified-search-registries = ["{server.host}"]\n')
        assert error(tmp_path, word).startswith("plimsoll: " + said)
        assert server.seen == []


def test_a_folder_of_the_same_name_does_not_hide_an_image(tmp_path):
    (tmp_path / "app").mkdir()
    with Fake(IMAGE) as server:
        (tmp_path / "registries.conf").write_text(
            f'[aliases]\n"app" = "{server.host}/{NAME}"\n')
        assert report(tmp_path, "app:1")["target"]["transport"] == "docker"
        assert report(tmp_path, "app")["target"]["transport"] == "rootfs"


# --- the sandbox, the progress ---

def thread_rights(pid):
    """name -> set of seccomp modes (0: none, 2: filtered) of the process's threads."""
    found = {}
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        text = (task / "status").read_text()
        mode = re.search(r"^Seccomp:\s*(\d)", text, re.M)
        found.setdefault((task / "comm").read_text().strip(), set()).add(mode and mode.group(1))
    return found


def test_only_the_threads_that_download_may_talk_to_the_network(tmp_path):
    started, go_on = threading.Semaphore(0), threading.Event()
    layers = {sha256(b) for b in IMAGE.layers}

    def hold(rq, digest, data):
        if digest not in layers:
            return False
        rq.reply(200, data[:len(data) // 2], Content_Length=str(len(data)))
        rq.wfile.flush()
        started.release()
        go_on.wait(20)
        rq.wfile.write(data[len(data) // 2:])
        return True

    with Fake(IMAGE, on_blob=hold) as server:
        process = subprocess.Popen(
            [PLIMSOLL, "scan", server.ref, "--format", "json", "--jobs", "2"],
            env=environment(tmp_path), stdout=subprocess.PIPE)
        try:
            assert started.acquire(timeout=20) and started.acquire(timeout=20)
            time.sleep(0.3)  # until the pipelines behind them stand
            rights = thread_rights(process.pid)
        finally:
            go_on.set()
        doc = json.loads(process.communicate(timeout=20)[0])
    assert packages(doc) == ALL
    assert rights.pop("download") == {"0"} and rights.pop("opener") == {"0"}
    assert doc["sandbox"]["protections"] == {k: True for k in doc["sandbox"]["protections"]}
    assert "those that download them keep the network" in doc["sandbox"]["scope"]
    assert list(rights) == ["plimsoll"] and rights["plimsoll"] == {"2"}


def on_terminal(argv, env):
    """Runs it with a terminal as stderr; (status, what was shown there)."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(argv, env=env, stdout=subprocess.DEVNULL, stderr=theirs)
    os.close(theirs)
    shown = b""
    while True:
        try:
            if not select.select([ours], [], [], 30)[0]:
                break
            piece = os.read(ours, 65536)
        except OSError:
            break  # the other side has ended
        shown += piece
    os.close(ours)
    return process.wait(), shown.decode()


def test_the_progress_counts_what_is_still_to_be_downloaded(tmp_path):
    image = Image(BASE, base_layer([], noise=2_000_000), base_layer([], noise=1_000_000))
    known = Image(base_layer([], noise=2_000_000))

    def throttle(rq, digest, data):
        if len(data) < 500_000:
            return False
        rq.reply(200, b"", Content_Length=str(len(data)))
        for i in range(0, len(data), 100_000):
            rq.wfile.write(data[i:i + 100_000])
            time.sleep(0.2)
        return True

    with Fake(known, image, tags={"2": (image.manifest, image.kind)}) as server:
        report(tmp_path, server.ref)
        server.on_blob = throttle
        status, shown = on_terminal([PLIMSOLL, "scan", f"docker://{server.host}/{NAME}:2"],
                                    environment(tmp_path))
        assert status == 0
    lines = re.findall(r"\[=* *\] ([\d.]+)/([\d.]+) MB, \d+ MB/s, (\d+) s left", shown)
    assert lines and {total for _, total, _ in lines} == {"1.0"}, shown
    assert shown.endswith("\r\x1b[K")
