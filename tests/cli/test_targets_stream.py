# SPDX-License-Identifier: Apache-2.0
"""Targets that pass only once: stdin, packed archives, and what local engines export."""
import gzip
import hashlib
import io
import json
import lzma
import os
import pathlib
import subprocess
import sys
import tarfile

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "net"))
import engines  # noqa: E402

PLIMSOLL = os.environ["PLIMSOLL"]

STATUS = """Package: zlib1g
Status: install ok installed
Architecture: amd64
Version: 1.2.13

"""
OS_RELEASE = 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian 12"\n'


def clean_env(tmp_path, **more):
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path),
           "XDG_CACHE_HOME": str(tmp_path / "cache"), "DOCKER_HOST": f"unix://{tmp_path}/none",
           "CONTAINER_HOST": f"unix://{tmp_path}/none"}
    env.update({k: v for k, v in os.environ.items() if k.endswith("SAN_OPTIONS")})
    env.update(more)
    return env


def run(tmp_path, *args, stdin=b"", status=0, **env):
    done = subprocess.run([PLIMSOLL, *map(str, args)], input=stdin, capture_output=True,
                          cwd=tmp_path, env=clean_env(tmp_path, **env), timeout=120, check=False)
    assert done.returncode == status, done.stderr.decode()
    return done


def scan(tmp_path, target, *args, stdin=b"", **env):
    return run(tmp_path, "scan", target, "--format", "json", *args, stdin=stdin, **env).stdout


def fails(tmp_path, target, *args, stdin=b"", **env):
    done = run(tmp_path, "scan", target, "--format", "json", *args, stdin=stdin, status=2, **env)
    assert done.stdout == b""
    return done.stderr.decode()


def names(out):
    return [p["name"] for p in json.loads(out)["packages"]]


def tar_of(members):
    """(name, bytes), (name, None) for a directory, (name, ("symlink" or "link", target))."""
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, content in members:
            info = tarfile.TarInfo(name)
            if content is None:
                info.type = tarfile.DIRTYPE
                tar.addfile(info)
            elif isinstance(content, tuple):
                info.type = {"symlink": tarfile.SYMTYPE, "link": tarfile.LNKTYPE}[content[0]]
                info.linkname = content[1]
                tar.addfile(info)
            else:
                info.size = len(content)
                tar.addfile(info, io.BytesIO(content))
    return raw.getvalue()


def sha(data):
    return hashlib.sha256(data).hexdigest()


def zstd(data):
    return subprocess.run(["zstd", "-q", "-c"], input=data, check=True, capture_output=True).stdout


PACKERS = {"plain": lambda b: b, "gzip": gzip.compress, "xz": lzma.compress, "zstd": zstd}


def root_layer(package):
    return tar_of([("etc/os-release", OS_RELEASE.encode()),
                   ("var/lib/dpkg/status", STATUS.replace("zlib1g", package).encode())])


BASE = root_layer("zlib1g")
TOP = tar_of([("etc/motd", b"hello\n")])
OTHER = root_layer("other")


def config_of(layers, arch="amd64"):
    return json.dumps({
        "architecture": arch, "os": "linux", "config": {"User": "app"},
        "rootfs": {"type": "layers", "diff_ids": ["sha256:" + sha(x) for x in layers]},
        "history": [{"created_by": f"RUN step {i}"} for i in range(len(layers))]}).encode()


class Docker:
    """The members of a docker-archive, to be put in any order."""

    def __init__(self, images, layer_name="{}.tar", pack=None):
        pack = pack or PACKERS["plain"]
        self.layers, self.configs, entries = {}, {}, []
        for tags, layers in images:
            config = config_of(layers)
            self.configs[sha(config) + ".json"] = config
            files = []
            for layer in layers:
                files.append(layer_name.format(sha(layer)))
                self.layers[files[-1]] = pack(layer)
            entries.append({"Config": sha(config) + ".json", "RepoTags": tags, "Layers": files})
        self.manifest = json.dumps(entries).encode()

    def layers_first(self):
        return tar_of([*self.layers.items(), *self.configs.items(),
                       ("manifest.json", self.manifest)])

    def manifest_first(self):
        return tar_of([("manifest.json", self.manifest), *self.configs.items(),
                       *self.layers.items()])


def descriptor(data, media_type, **more):
    return {"mediaType": "application/vnd.oci.image." + media_type, "digest": "sha256:" + sha(data),
            "size": len(data), **more}


def oci_members(images, pack=gzip.compress, last=()):
    """images: (ref name, architecture, layers). Blobs in the order of their hash, as tools do."""
    blobs, manifests = {}, []
    for name, arch, layers in images:
        config = config_of(layers, arch)
        packed = [pack(x) for x in layers]
        kind = "layer.v1.tar+gzip" if pack is gzip.compress else "layer.v1.tar"
        manifest = json.dumps({
            "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": descriptor(config, "config.v1+json"),
            "layers": [descriptor(x, kind) for x in packed]}).encode()
        for data in [config, manifest, *packed]:
            blobs["blobs/sha256/" + sha(data)] = data
        manifests.append(descriptor(
            manifest, "manifest.v1+json", platform={"os": "linux", "architecture": arch},
            annotations={"org.opencontainers.image.ref.name": name}))
    index = json.dumps({"schemaVersion": 2, "manifests": manifests}).encode()
    return [("blobs/", None), ("blobs/sha256/", None), *sorted(blobs.items()),
            ("index.json", index), ("oci-layout", b'{"imageLayoutVersion": "1.0.0"}'), *last]


ONE = Docker([(["demo:1"], [BASE, TOP])])
TWO = Docker([(["demo:1"], [BASE, TOP]), (["demo:2"], [OTHER, TOP])])
LEGACY = tar_of([
    (sha(BASE) + "/", None), (sha(BASE) + "/VERSION", b"1.0"), (sha(BASE) + "/json", b"{}"),
    (sha(BASE) + "/layer.tar", BASE), (sha(TOP) + "/", None), (sha(TOP) + "/json", b"{}"),
    (sha(TOP) + "/layer.tar", TOP), ("c" * 64 + "/", None),
    ("c" * 64 + "/layer.tar", ("symlink", f"../{sha(TOP)}/layer.tar")),
    ("d" * 64 + ".tar", ("link", sha(BASE) + "/layer.tar")),
    (sha(config_of([BASE, TOP, BASE])) + ".json", config_of([BASE, TOP, BASE])),
    ("manifest.json", json.dumps([{
        "Config": sha(config_of([BASE, TOP, BASE])) + ".json", "RepoTags": ["old:1"],
        "Layers": ["d" * 64 + ".tar", "c" * 64 + "/layer.tar", sha(BASE) + "/layer.tar"],
    }]).encode()), ("repositories", b"{}")])
ARCHIVES = {
    "docker, layers first": ONE.layers_first(),
    "docker, manifest first": ONE.manifest_first(),
    "docker, legacy links": LEGACY,
    "docker, packed layers": Docker([(["demo:1"], [BASE, TOP])], "{}.tar.gz",
                                    gzip.compress).layers_first(),
    "docker, odd names": tar_of([
        ("README", b"hello\n"), ("parts/", None), ("parts/layer.tar", BASE), ("z.bin", TOP),
        ("config", config_of([BASE, TOP])), ("manifest.json", json.dumps([{
            "Config": "config", "Layers": ["parts/layer.tar", "z.bin"]}]).encode())]),
    "oci": tar_of(oci_members([("demo", "amd64", [BASE, TOP])])),
    "oci, plain layers": tar_of(oci_members([("demo", "amd64", [BASE, TOP])], PACKERS["plain"])),
    "both at once": tar_of(oci_members(
        [("demo", "amd64", [BASE])], PACKERS["plain"], last=[("manifest.json", json.dumps([{
            "Config": "blobs/sha256/" + sha(config_of([BASE])), "RepoTags": ["demo:1"],
            "Layers": ["blobs/sha256/" + sha(BASE)]}]).encode())])),
    "rootfs": BASE,
    "rootfs, directories first": tar_of([("./", None), ("./etc/", None), ("./usr/", None),
                                         ("./etc/os-release", OS_RELEASE.encode()),
                                         ("./var/lib/dpkg/status", STATUS.encode())]),
}


def without_target(out):
    doc = json.loads(out)
    del doc["target"]
    return json.dumps(doc)


# --- the same report as from a file ---

@pytest.mark.parametrize("name", ARCHIVES)
def test_stdin_gives_the_report_of_the_file(tmp_path, name):
    (tmp_path / "a.tar").write_bytes(ARCHIVES[name])
    of_file = scan(tmp_path, "a.tar", "--no-cache")
    of_stdin = scan(tmp_path, "-", "--no-cache", stdin=ARCHIVES[name])
    assert without_target(of_stdin) == without_target(of_file)
    a, b = json.loads(of_file)["target"], json.loads(of_stdin)["target"]
    assert b == dict(a, given="-", location="-")
    assert "zlib1g" in names(of_stdin)


@pytest.mark.parametrize("packing", ["gzip", "xz", "zstd"])
@pytest.mark.parametrize("name", ["docker, layers first", "docker, legacy links", "oci", "rootfs"])
def test_packed_archives_are_read_like_plain_ones(tmp_path, name, packing):
    packed = PACKERS[packing](ARCHIVES[name])
    (tmp_path / "a.tar").write_bytes(ARCHIVES[name])
    (tmp_path / "packed").write_bytes(packed)
    of_file = json.loads(scan(tmp_path, "a.tar", "--no-cache"))
    for target, stdin in (("packed", b""), ("-", packed)):
        got = json.loads(scan(tmp_path, target, "--no-cache", stdin=stdin))
        assert got["packages"] or name == "rootfs"
        assert got["target"]["transport"] == of_file["target"]["transport"]
        if name != "rootfs":  # there the packing is the layer's own
            assert without_target(json.dumps(got)) == without_target(json.dumps(of_file))
        assert [p["purl"] for p in got["packages"]] == [p["purl"] for p in of_file["packages"]]


@pytest.mark.parametrize("name", ["docker, layers first", "oci, plain layers", "rootfs"])
@pytest.mark.parametrize("packing", ["plain", "gzip"])
def test_a_second_scan_uses_the_cache_and_says_the_same(tmp_path, name, packing):
    packed = PACKERS[packing](ARCHIVES[name])
    (tmp_path / "packed").write_bytes(packed)
    os.utime(tmp_path / "packed", (1, 1))
    for target, stdin in (("packed", b""), ("-", packed)):
        first = scan(tmp_path, target, stdin=stdin)
        assert scan(tmp_path, target, stdin=stdin) == first
        assert scan(tmp_path, target, "--no-cache", stdin=stdin) == first


def test_a_pipe_by_its_name_is_a_stream(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    writer = subprocess.Popen(["sh", "-c", "cat > pipe"], cwd=tmp_path, stdin=subprocess.PIPE)
    reader = subprocess.Popen([PLIMSOLL, "scan", "docker-archive:pipe", "--format", "json"],
                              cwd=tmp_path, env=clean_env(tmp_path), stdout=subprocess.PIPE)
    writer.communicate(ONE.layers_first(), timeout=60)
    out, _ = reader.communicate(timeout=60)
    assert reader.returncode == 0 and names(out) == ["zlib1g"]


# --- which image ---

@pytest.mark.parametrize("order", ["layers_first", "manifest_first"])
def test_one_of_two_images_is_chosen_by_tag(tmp_path, order):
    stdin, target = getattr(TWO, order)(), "docker-archive:-:{}"
    assert names(scan(tmp_path, target.format("demo:1"), stdin=stdin)) == ["zlib1g"]
    assert names(scan(tmp_path, target.format("demo:2"), stdin=stdin)) == ["other"]
    text = fails(tmp_path, "-", stdin=stdin)
    assert "-: 2 images in the archive, choose one of: demo:1, demo:2" in text
    text = fails(tmp_path, target.format("demo:3"), stdin=stdin)
    assert '-: no image "demo:3" in the archive; there are: demo:1, demo:2' in text


def test_one_of_two_oci_images_is_chosen_by_name_or_platform(tmp_path):
    stdin = tar_of(oci_members([("a", "amd64", [BASE]), ("b", "arm64", [OTHER])]))
    assert names(scan(tmp_path, "oci-archive:-:a", stdin=stdin)) == ["zlib1g"]
    assert names(scan(tmp_path, "oci-archive:-:b", stdin=stdin)) == ["other"]
    assert names(scan(tmp_path, "-", "--platform", "linux/arm64", stdin=stdin)) == ["other"]
    text = fails(tmp_path, "-", "--platform", "linux/riscv64", stdin=stdin)
    assert "no image for platform linux/riscv64" in text


def test_a_layer_that_only_another_image_uses_may_be_broken(tmp_path):
    broken = Docker([(["demo:1"], [BASE]), (["demo:2"], [OTHER])])
    broken.layers[sha(OTHER) + ".tar"] = os.urandom(2000)
    stdin = broken.layers_first()
    assert names(scan(tmp_path, "docker-archive:-:demo:1", stdin=stdin)) == ["zlib1g"]
    assert "diff id is sha256:" + sha(OTHER) in fails(tmp_path, "docker-archive:-:demo:2", stdin=stdin)


# --- what is wrong with it ---

def test_a_wrong_digest_names_both(tmp_path):
    wrong = Docker([(["demo:1"], [BASE, TOP])])
    wrong.layers[sha(TOP) + ".tar"] = OTHER
    both = f"is sha256:{sha(TOP)}, but its bytes are sha256:{sha(OTHER)}"
    assert "layer 2: diff id " + both in fails(tmp_path, "-", stdin=wrong.layers_first())
    scan(tmp_path, "-", stdin=ONE.layers_first())  # now the cache knows the right one
    assert "layer 2: digest " + both in fails(tmp_path, "-", stdin=wrong.layers_first())


@pytest.mark.parametrize("cached", [False, True])
def test_a_wrong_oci_blob_names_both_digests(tmp_path, cached):
    members = oci_members([("demo", "amd64", [BASE, TOP])])
    if cached:
        scan(tmp_path, "-", stdin=tar_of(members))
    layer = sha(gzip.compress(TOP))
    other = gzip.compress(OTHER)
    members = [(n, other if n.endswith(layer) else d) for n, d in members]
    text = fails(tmp_path, "-", stdin=tar_of(members))
    assert f"layer 2: digest is sha256:{layer}, but its bytes are sha256:{sha(other)}" in text


def test_a_wrong_config_names_both_digests(tmp_path):
    wrong = Docker([(["demo:1"], [BASE])])
    name = next(iter(wrong.configs))
    wrong.configs[name] = config_of([BASE], "arm64")
    text = fails(tmp_path, "-", stdin=wrong.layers_first())
    assert name[:64] in text and sha(config_of([BASE], "arm64")) in text


@pytest.mark.parametrize("name", ["docker, layers first", "oci"])
@pytest.mark.parametrize("packing", PACKERS)
def test_a_stream_that_is_cut_short_is_an_error(tmp_path, name, packing):
    packed = PACKERS[packing](ARCHIVES[name] if packing == "plain" else
                              ARCHIVES[name] + os.urandom(4096))
    for share in (0.3, 0.6):
        text = fails(tmp_path, "-", "--no-cache", stdin=packed[:int(len(packed) * share)])
        assert text.startswith("plimsoll: -: ")


def test_packing_that_is_cut_short_behind_the_archive_is_an_error(tmp_path):
    packed = gzip.compress(ONE.layers_first())
    assert "cut short" in fails(tmp_path, "-", stdin=packed[:-6])


@pytest.mark.parametrize("stdin, says", [
    (b"", "empty: no archive came"),
    (b"not a tar, by no means" * 100, "no archive"),
    (gzip.compress(b"not a tar, by no means" * 100), "no archive"),
    (b"\x04\x22\x4d\x18" + b"x" * 1000, "lz4 compression is not read"),
])
def test_what_is_no_archive_is_an_error(tmp_path, stdin, says):
    text = fails(tmp_path, "-", stdin=stdin)
    assert text.startswith("plimsoll: -: ") and says in text


@pytest.mark.parametrize("members", [
    [(sha(BASE) + ".tar", BASE)],
    [("layer.tar", BASE), ("README", b"x")],
    [("blobs/", None), ("blobs/sha256/" + sha(BASE), BASE)],
    [("repositories", b"{}"), (sha(BASE) + "/layer.tar", BASE)],
])
def test_an_image_without_a_manifest_is_never_taken_for_a_root_file_system(tmp_path, members):
    (tmp_path / "a.tar").write_bytes(tar_of(members))
    for target in ("-", "a.tar"):
        text = fails(tmp_path, target, stdin=tar_of(members))
        assert f"{target}: begins like an image archive, but has no manifest.json" in text
        assert f"say rootfs:{target}" in text
    scan(tmp_path, "rootfs:-", stdin=tar_of(members))


def test_the_transport_is_taken_at_its_word(tmp_path):
    assert json.loads(scan(tmp_path, "rootfs:-", stdin=ONE.layers_first()))["packages"] == []
    assert 'no member "manifest.json"' in fails(tmp_path, "docker-archive:-", stdin=BASE)
    assert 'no member "oci-layout"' in fails(tmp_path, "oci-archive:-", stdin=ONE.layers_first())


def test_a_missing_layer_is_an_error_that_names_it(tmp_path):
    one = Docker([(["demo:1"], [BASE, TOP])])
    del one.layers[sha(TOP) + ".tar"]
    assert f'layer 2: no member "{sha(TOP)}.tar"' in fails(tmp_path, "-",
                                                          stdin=one.layers_first())


def test_a_member_that_is_no_layer_cannot_be_one_afterwards(tmp_path):
    manifest = [{"Config": "c.json", "Layers": ["VERSION"]}]
    stdin = tar_of([("manifest.json", json.dumps(manifest).encode()), ("VERSION", b"1.0"),
                    ("c.json", config_of([b"1.0"]))])
    text = fails(tmp_path, "-", stdin=stdin)
    assert 'member "VERSION" has neither the name nor the content of a layer' in text


@pytest.mark.parametrize("content", [b"", b'{"a": 1}'])
def test_a_layer_that_was_kept_as_json_is_still_read(tmp_path, content):
    manifest = [{"Config": "c.json", "Layers": [sha(BASE) + ".tar", "odd.json"]}]
    archive = tar_of([(sha(BASE) + ".tar", BASE), ("odd.json", content),
                      ("c.json", config_of([BASE, content])),
                      ("manifest.json", json.dumps(manifest).encode())])
    (tmp_path / "a.tar").write_bytes(archive)
    assert without_target(scan(tmp_path, "-", "--no-cache", stdin=archive)) == \
        without_target(scan(tmp_path, "a.tar", "--no-cache"))


def test_of_members_with_one_name_the_last_counts(tmp_path):
    one = Docker([(["demo:1"], [BASE])])
    name = next(iter(one.layers))
    stdin = tar_of([(name, OTHER), (name, BASE), *one.configs.items(),
                    ("manifest.json", one.manifest)])
    assert names(scan(tmp_path, "-", stdin=stdin)) == ["zlib1g"]


# --- engines ---

IMAGE = "docker.io/probe/web:1"


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    path = tmp_path_factory.mktemp("archive") / "image.tar"
    path.write_bytes(Docker([([IMAGE], [BASE, TOP])]).layers_first())
    return path


@pytest.fixture(scope="module")
def dockerd(tmp_path_factory, archive):
    try:
        with engines.docker(tmp_path_factory.mktemp("docker")) as sock:
            engines.load_into_docker(sock, archive)
            yield {"DOCKER_HOST": f"unix://{sock}"}
    except engines.NotHere as why:
        pytest.skip(str(why))


@pytest.fixture(scope="module")
def podman(tmp_path_factory, archive):
    try:
        with engines.podman(tmp_path_factory.mktemp("podman")) as (sock, env):
            engines.load_into_podman(env, archive)
            yield {"CONTAINER_HOST": f"unix://{sock}"}
    except engines.NotHere as why:
        pytest.skip(str(why))


def check_engine(tmp_path, env, targets, transport):
    title = transport.split("-")[0] + " at " + next(iter(env.values()))
    for target in targets:
        out = scan(tmp_path, target, **env)
        got = json.loads(out)
        assert names(out) == ["zlib1g"]
        assert got["target"]["transport"] == transport
        assert got["target"]["found_by"] == title
        assert got["image"]["config_digest"] == "sha256:" + sha(config_of([BASE, TOP]))
        assert [x["diff_id"] for x in got["layers"]] == ["sha256:" + sha(x) for x in (BASE, TOP)]
        assert scan(tmp_path, target, **env) == out


def test_an_image_of_docker_is_read_through_its_socket(tmp_path, dockerd):
    check_engine(tmp_path, dockerd, ["docker-daemon:" + IMAGE, "docker-daemon:probe/web:1"],
                 "docker-daemon")


def test_an_image_of_podman_is_read_through_its_socket(tmp_path, podman):
    check_engine(tmp_path, podman, ["podman:" + IMAGE, "containers-storage:" + IMAGE], "podman")


def test_a_bare_name_says_which_engine_had_it(tmp_path, dockerd, podman):
    check_engine(tmp_path, dockerd, ["probe/web:1"], "docker-daemon")
    check_engine(tmp_path, podman, [IMAGE], "podman")
    both = {**dockerd, **podman}
    check_engine(tmp_path, both, ["probe/web:1"], "docker-daemon")


def test_an_engine_without_the_image_is_named(tmp_path, dockerd):
    text = fails(tmp_path, "docker-daemon:probe/absent:1", **dockerd)
    assert "probe/absent:1: docker at " + dockerd["DOCKER_HOST"] + " does not have it" in text


@pytest.fixture
def strange(tmp_path):
    """Starts an engine that says it has image `digest` and exports these bytes."""
    servers = []

    def start(digest, export, framing=None):
        doc = json.dumps({"Id": "sha256:" + digest}).encode()
        servers.append(engines.strange_engine(tmp_path / "s", {
            "_ping": engines.http(b"OK"), "/json": engines.http(doc),
            "/get": engines.http(export, framing=framing)}))
        return {"DOCKER_HOST": f"unix://{tmp_path}/s"}

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def test_an_engine_that_gives_another_image_is_an_error(tmp_path, strange):
    config = sha(config_of([BASE, TOP]))
    env = strange(sha(b"asked"), ONE.layers_first())
    text = fails(tmp_path, "docker-daemon:demo:1", **env)
    assert f"sha256:{sha(b'asked')} was asked for, but the engine gave sha256:{config}" in text


def test_an_engine_may_call_an_image_by_its_manifest(tmp_path, strange):
    members = oci_members([("demo", "amd64", [BASE])], PACKERS["plain"])
    index = json.loads(dict(members)["index.json"])
    archive = tar_of([*members, ("manifest.json", json.dumps([{
        "Config": "blobs/sha256/" + sha(config_of([BASE])), "RepoTags": ["demo:1"],
        "Layers": ["blobs/sha256/" + sha(BASE)]}]).encode())])
    env = strange(index["manifests"][0]["digest"].split(":")[1], archive)
    assert names(scan(tmp_path, "docker-daemon:demo:1", **env)) == ["zlib1g"]


def test_an_export_that_breaks_off_is_an_error(tmp_path, strange):
    export = ONE.layers_first()
    env = strange(sha(config_of([BASE, TOP])), export[:len(export) // 2],
                  b"Content-Length: %d\r\n" % len(export))
    assert "demo:1: " in fails(tmp_path, "docker-daemon:demo:1", **env)
