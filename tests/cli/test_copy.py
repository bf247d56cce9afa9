# SPDX-License-Identifier: Apache-2.0
"""plimsoll copy: images with all that is attached to them, between registries and layouts."""
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import urllib.parse

import pytest

from artifact_registry import (
    BUNDLE, INDEX, MANIFEST, SIMPLE, ArtifactRegistry, Content, sha256, tag_of)

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "net"))
from servers import HTPASSWD, Registry, TokenServer, login, make_ca  # noqa: E402

PLIMSOLL = os.environ["PLIMSOLL"]


def run(tmp_path, *words, status=0, command="copy", **more):
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path / "home"),
           "CONTAINERS_REGISTRIES_CONF": "/dev/null", "LC_ALL": "C", **more}
    for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS"):
        if name in os.environ:
            env[name] = os.environ[name]
    done = subprocess.run([PLIMSOLL, command, *map(str, words)], cwd=tmp_path, text=True,
                          capture_output=True, timeout=120, env=env)
    assert done.returncode == status, done.stderr + done.stdout
    return done


def read_layout(path):
    """Content of a layout, with all digests checked."""
    content = Content()
    index = json.loads((path / "index.json").read_text())
    for file in (path / "blobs/sha256").iterdir():
        data = file.read_bytes()
        assert hashlib.sha256(data).hexdigest() == file.name
        content.blobs["sha256:" + file.name] = data
    for entry in index["manifests"]:
        data = content.blobs[entry["digest"]]
        assert len(data) == entry["size"]
        content.manifests[entry["digest"]] = (data, entry["mediaType"])
        name = entry.get("annotations", {}).get("org.opencontainers.image.ref.name")
        if name:
            content.tags[name] = entry["digest"]
    return content


@pytest.fixture
def registry():
    with ArtifactRegistry() as r:
        yield r


@pytest.fixture(scope="module")
def distribution(tmp_path_factory):
    if not shutil.which("docker-registry"):
        pytest.skip("docker-registry is not installed")
    work = tmp_path_factory.mktemp("distribution")
    server = Registry(work, work / "data")
    yield server
    server.close()


def fetch(host, path, accept=f"{MANIFEST}, {INDEX}"):
    done = subprocess.run(["curl", "-sf", "-H", f"Accept: {accept}", f"http://{host}/v2/{path}"],
                          capture_output=True, timeout=30)
    return done.stdout if done.returncode == 0 else None


def skopeo(*words):
    if not shutil.which("skopeo"):
        pytest.skip("skopeo is not installed")
    return subprocess.run(["skopeo", *map(str, words)], capture_output=True, timeout=60, check=True)


# --- all of it arrives ---

def test_from_a_registry_with_a_list_to_one_without_and_on_to_a_layout(tmp_path, registry,
                                                                       distribution):
    made = registry.of("team/app").everything()
    name = f"{distribution.host}/copied/app"
    done = run(tmp_path, f"{registry.host}/team/app:1", f"{name}:2")
    assert done.stdout == f"{name}@{made['index']['digest']}\n"
    assert "copied 9 manifests" in done.stderr and "6 attached" in done.stderr

    for key in ("index", "amd64", "arm64", "bundle", "sbom", "notation", "sig", "att",
                "sbom signature"):
        data = fetch(distribution.host, f"copied/app/manifests/{made[key]['digest']}")
        assert data is not None and sha256(data) == made[key]["digest"], key
    assert sha256(fetch(distribution.host, "copied/app/manifests/2")) == made["index"]["digest"]
    for subject, names in made["listed"].items():
        tag = tag_of(made[subject]["digest"])
        index = json.loads(fetch(distribution.host, f"copied/app/manifests/{tag}"))
        assert {e["digest"] for e in index["manifests"]} == {made[n]["digest"] for n in names}
        assert all(e["artifactType"] for e in index["manifests"])
    for suffix, key in ((".sig", "sig"), (".att", "att")):
        tag = tag_of(made["index"]["digest"], suffix)
        assert sha256(fetch(distribution.host, f"copied/app/manifests/{tag}")) == made[key]["digest"]

    run(tmp_path, f"{name}:2", "oci:out:3")
    layout = read_layout(tmp_path / "out")
    assert layout.tags["3"] == made["index"]["digest"]
    assert layout.tags[tag_of(made["index"]["digest"], ".sig")] == made["sig"]["digest"]
    assert {made[n]["digest"] for n in ("bundle", "sbom", "notation", "sbom signature")} < \
        set(layout.manifests)

    run(tmp_path, "oci:out:3", f"{registry.host}/back/app:4")
    back = registry.of("back/app")
    assert back.tags["4"] == made["index"]["digest"]
    assert set(made[n]["digest"] for n in made if n != "listed") == set(back.manifests)
    # the registry keeps the list, so no index is written for it
    assert tag_of(made["index"]["digest"]) not in back.tags


def test_skopeo_reads_what_copy_wrote(tmp_path, registry, distribution):
    made = registry.of("team/app").everything()
    run(tmp_path, f"{registry.host}/team/app:1", f"{distribution.host}/sk/app:1")
    run(tmp_path, f"{registry.host}/team/app:1", "oci:layout:1")
    raw = skopeo("inspect", "--raw", "--tls-verify=false", f"docker://{distribution.host}/sk/app:1")
    assert sha256(raw.stdout) == made["index"]["digest"]
    skopeo("copy", "--all", f"oci:{tmp_path}/layout:1", f"dir:{tmp_path}/dir")
    raw = skopeo("inspect", "--raw", f"oci:{tmp_path}/layout:1")
    assert sha256(raw.stdout) == made["index"]["digest"]


def test_copy_reads_what_skopeo_wrote(tmp_path, distribution):
    content = Content()
    content.image(tag="1")
    content.write_layout(tmp_path / "in")
    skopeo("copy", f"oci:{tmp_path}/in:1", f"oci:{tmp_path}/sk:one")  # packs its layer
    raw = skopeo("inspect", "--raw", f"oci:{tmp_path}/sk:one").stdout
    run(tmp_path, "oci:sk:one", f"{distribution.host}/from/skopeo:1")
    assert fetch(distribution.host, "from/skopeo/manifests/1") == raw


def test_a_layout_of_cosign_save_keeps_its_signatures(tmp_path, registry):
    content = Content()
    image = content.image()
    sig = content.cosign(image, ".sig", b"{}", SIMPLE)
    att = content.cosign(image, ".att", b"{}", "application/vnd.dsse.envelope.v1+json")
    layout = content.write_layout(tmp_path / "saved")
    (layout / "index.json").write_text(json.dumps({
        "schemaVersion": 2, "mediaType": INDEX, "manifests": [
            {**e, "annotations": {"kind": f"dev.cosignproject.cosign/{kind}"}}
            for e, kind in ((image, "image"), (sig, "sigs"), (att, "atts"))]}))
    run(tmp_path, "oci:saved", f"{registry.host}/team/app:1")
    tags = registry.of("team/app").tags
    assert tags == {"1": image["digest"], tag_of(image["digest"], ".sig"): sig["digest"],
                    tag_of(image["digest"], ".att"): att["digest"]}


def test_the_tag_is_that_of_the_source_unless_one_is_written(tmp_path, registry):
    registry.of("a").image(tag="7")
    run(tmp_path, f"{registry.host}/a:7", f"{registry.host}/b")
    run(tmp_path, f"{registry.host}/a:7", f"{registry.host}/b:latest")
    assert set(registry.of("b").tags) == {"7", "latest"}


def test_an_image_by_its_digest_needs_no_tag(tmp_path, registry):
    image = registry.of("a").image()
    run(tmp_path, f"{registry.host}/a@{image['digest']}", "oci:out")
    assert set(read_layout(tmp_path / "out").manifests) == {image["digest"]}
    run(tmp_path, "oci:out", f"{registry.host}/b")
    assert image["digest"] in registry.of("b").manifests and not registry.of("b").tags


def test_a_signature_that_was_copied_holds_there(tmp_path, registry, distribution):
    pytest.importorskip("cryptography", reason="python3-cryptography is not installed")
    from test_verify_notation import NOW, World
    world = World(tmp_path)
    assert world.sign()[0] == 0
    for host in (registry.host, distribution.host):
        run(tmp_path, world.target, f"{host}/signed/app:1")
        done = run(tmp_path, f"{host}/signed/app:1", "--trust-dir", "notation", "--now", NOW,
                   "--print-reference", command="verify")
        assert world.digest in done.stdout
    run(tmp_path, f"{registry.host}/signed/app:1", f"{registry.host}/bare/app:1",
        "--no-attachments")
    run(tmp_path, f"{registry.host}/bare/app:1", "--trust-dir", "notation", "--now", NOW,
        command="verify", status=1)
    wishes = registry.asked("GET", r"referrers/.*\?artifactType=")
    assert wishes and all(p.endswith("?artifactType=application%2Fvnd.cncf.notary.signature")
                          for p in wishes)


# --- less than all ---

def test_no_attachments_leaves_them_behind(tmp_path, registry):
    made = registry.of("a").everything()
    done = run(tmp_path, f"{registry.host}/a:1", f"{registry.host}/b:1", "--no-attachments")
    assert set(registry.of("b").manifests) == {made[n]["digest"]
                                               for n in ("index", "amd64", "arm64")}
    assert "attached" not in done.stderr
    assert not registry.asked("GET", "referrers")


def test_one_platform_is_that_manifest_with_its_attachments(tmp_path, registry):
    made = registry.of("a").everything()
    done = run(tmp_path, f"{registry.host}/a:1", f"{registry.host}/b:1", "--platform", "linux/arm64")
    assert done.stdout == f"{registry.host}/b@{made['arm64']['digest']}\n"
    assert set(registry.of("b").manifests) == {made["arm64"]["digest"], made["notation"]["digest"]}


def test_a_platform_that_is_not_there_is_an_error(tmp_path, registry):
    registry.of("a").everything()
    done = run(tmp_path, f"{registry.host}/a:1", f"{registry.host}/b:1", "--platform",
               "linux/s390x", status=2)
    assert "has no image for linux/s390x" in done.stderr
    assert not registry.of("b").manifests


# --- nothing is sent twice ---

def test_a_second_copy_sends_no_blob(tmp_path, registry):
    registry.of("a").everything()
    run(tmp_path, f"{registry.host}/a:1", "oci:out:1")
    before = {p: p.stat().st_mtime_ns for p in (tmp_path / "out/blobs/sha256").iterdir()}
    done = run(tmp_path, f"{registry.host}/a:1", "oci:out:1")
    assert "and 0 blobs" in done.stderr
    assert {p: p.stat().st_mtime_ns for p in (tmp_path / "out/blobs/sha256").iterdir()} == before


def test_a_copy_that_broke_goes_on_where_it_stopped(tmp_path, registry):
    registry.of("a").everything()
    run(tmp_path, f"{registry.host}/a:1", "oci:out:1")
    registry.refuse = lambda method, path: 403 if method == "PUT" and "manifests" in path else None
    done = run(tmp_path, "oci:out:1", f"{registry.host}/b:1", status=2)
    assert "does not let you write there" in done.stderr
    assert not registry.of("b").tags
    n = len(registry.of("b").blobs)
    assert n > 0
    registry.refuse = None
    registry.seen.clear()
    done = run(tmp_path, "oci:out:1", f"{registry.host}/b:1")
    assert f"; {n} were there)" in done.stderr


def test_blobs_of_the_same_registry_are_mounted(tmp_path, registry):
    registry.of("a").image(tag="1")
    run(tmp_path, f"{registry.host}/a:1", f"{registry.host}/b:1")
    assert len(registry.asked("POST", "mount=sha256:.*from=a")) == 2
    assert not registry.asked("PUT", "blobs/uploads") and not registry.asked("GET", "/blobs/")


def test_a_registry_that_mounts_nothing_gets_the_bytes(tmp_path, registry):
    registry.mounts = False
    registry.of("a").image(tag="1")
    run(tmp_path, f"{registry.host}/a:1", f"{registry.host}/b:1")
    assert registry.of("b").blobs == registry.of("a").blobs


# --- large blobs, and connections that break ---

BIG = "0123456789abcdef" * (9 * 1024 * 1024 // 16)


def test_a_blob_goes_in_one_request(tmp_path, registry):
    content = Content()
    content.image(BIG, tag="1")
    content.write_layout(tmp_path / "in")
    run(tmp_path, "oci:in:1", f"{registry.host}/b:1")
    assert not registry.asked("PATCH", ".")
    assert registry.of("b").blobs == content.blobs


def test_a_registry_that_takes_no_large_request_gets_pieces(tmp_path, registry):
    content = Content()
    content.image(BIG, tag="1")
    content.write_layout(tmp_path / "in")
    registry.max_body = 5 * 1024 * 1024
    run(tmp_path, "oci:in:1", f"{registry.host}/b:1")
    assert len(registry.asked("PATCH", ".")) == 3
    assert registry.of("b").blobs == content.blobs


@pytest.mark.parametrize("text", ["x", BIG])
@pytest.mark.parametrize("says_range", [True, False])
def test_pieces_of_any_size_with_and_without_a_range(tmp_path, registry, text, says_range):
    content = Content()
    content.image(text, tag="1")
    content.write_layout(tmp_path / "in")
    registry.says_range = says_range
    registry.refuse = lambda method, path: \
        413 if method == "PUT" and path.count("state=a") else None
    run(tmp_path, "oci:in:1", f"{registry.host}/b:1")
    assert registry.of("b").blobs == content.blobs


def test_a_registry_that_wants_large_pieces_gets_them(tmp_path, registry):
    content = Content()
    content.image(BIG, tag="1")
    content.write_layout(tmp_path / "in")
    registry.max_body, registry.chunk_min = 9 * 1024 * 1024 - 1, 6 * 1024 * 1024
    run(tmp_path, "oci:in:1", f"{registry.host}/b:1")
    assert len(registry.asked("PATCH", ".")) == 2
    assert registry.of("b").blobs == content.blobs


def test_an_upload_that_breaks_goes_on_at_the_byte(tmp_path, registry):
    content = Content()
    content.image(BIG, tag="1")
    content.write_layout(tmp_path / "in")
    # the config in one, the layer in one, which breaks; then pieces, the first of which breaks
    registry.cut_after = [0, 100, 1000, 70000]
    run(tmp_path, "oci:in:1", f"{registry.host}/b:1")
    assert registry.of("b").blobs == content.blobs
    assert not registry.cut_after


def test_a_registry_that_always_breaks_is_an_error(tmp_path, registry):
    content = Content()
    content.image("x" * 100, tag="1")
    content.write_layout(tmp_path / "in")
    registry.cut_after = [0] * 50
    done = run(tmp_path, "oci:in:1", f"{registry.host}/b:1", status=2)
    assert "broke 5 times" in done.stderr
    assert not registry.of("b").manifests


# --- hostile and broken ---

def test_a_blob_with_other_bytes_is_not_written(tmp_path, registry):
    content = registry.of("a")
    content.image("good bytes", tag="1")
    content.blobs[sha256(b"good bytes")] = b"evil bytes"
    done = run(tmp_path, f"{registry.host}/a:1", "oci:out:1", status=2)
    assert sha256(b"good bytes") in done.stderr and sha256(b"evil bytes") in done.stderr
    assert not (tmp_path / "out/blobs/sha256" / sha256(b"good bytes")[7:]).exists()
    assert json.loads((tmp_path / "out/index.json").read_text())["manifests"] == []


def test_a_blob_with_other_bytes_is_not_pushed(tmp_path, registry):
    content = Content()
    content.image("good bytes", tag="1")
    layout = content.write_layout(tmp_path / "in")
    (layout / "blobs/sha256" / sha256(b"good bytes")[7:]).write_bytes(b"evil bytes")
    done = run(tmp_path, "oci:in:1", f"{registry.host}/b:1", status=2)
    assert sha256(b"evil bytes") in done.stderr
    assert sha256(b"good bytes") not in registry.of("b").blobs
    assert not registry.of("b").manifests


@pytest.mark.parametrize("bytes_there", [b"good", b"good bytes and more"])
def test_a_blob_of_another_size_is_not_pushed(tmp_path, registry, bytes_there):
    content = Content()
    content.image("good bytes", tag="1")
    layout = content.write_layout(tmp_path / "in")
    (layout / "blobs/sha256" / sha256(b"good bytes")[7:]).write_bytes(bytes_there)
    run(tmp_path, "oci:in:1", f"{registry.host}/b:1", status=2)
    assert not registry.of("b").manifests


def test_another_manifest_than_asked_for_is_refused(tmp_path, registry):
    content = registry.of("a")
    good, evil = content.image("good", tag="1"), content.image("evil")
    registry.on_manifest = lambda repository, version: \
        repository.manifests[evil["digest"]][0] if version == good["digest"] else None
    done = run(tmp_path, f"{registry.host}/a:1", "oci:out:1", status=2)
    assert good["digest"] in done.stderr and evil["digest"] in done.stderr


def test_a_tag_that_moves_is_resolved_once(tmp_path, registry):
    content = registry.of("a")
    first, second = content.image("first", tag="1"), content.image("second")
    asked = []

    def move(repository, version):
        asked.append(version)
        if version == "1":
            repository.tags["1"] = second["digest"]
            return repository.manifests[first["digest"]][0]
        return None

    registry.on_manifest = move
    done = run(tmp_path, f"{registry.host}/a:1", "oci:out:1")
    assert done.stdout == f"oci:out:{first['digest']}\n"
    assert asked.count("1") == 1
    assert read_layout(tmp_path / "out").tags == {"1": first["digest"]}


def test_what_is_listed_and_is_about_something_else_is_told_and_left_out(tmp_path, registry):
    registry.referrers = False
    content = registry.of("a")
    image, other = content.image(tag="1"), content.image("other")
    stray = content.attach(other, BUNDLE, b"{}")
    content.list_at_tag(image, stray)
    done = run(tmp_path, f"{registry.host}/a:1", f"{registry.host}/b:1", status=3)
    assert f"not copied: {stray['digest']}" in done.stderr
    assert f"is about {other['digest']}" in done.stderr
    assert done.stdout == f"{registry.host}/b@{image['digest']}\n"
    assert stray["digest"] not in registry.of("b").manifests


def test_an_attachment_of_its_own_subject_ends(tmp_path, registry):
    content = registry.of("a")
    image = content.image(tag="1")
    content.index(image, subject=image)
    run(tmp_path, f"{registry.host}/a:1", f"{registry.host}/b:1")
    assert set(registry.of("b").manifests) == set(content.manifests)


def test_attachments_of_attachments_have_an_end(tmp_path, registry):
    content = registry.of("a")
    subject = content.image(tag="1")
    for i in range(10):
        subject = content.attach(subject, "application/x", b"%d" % i)
    done = run(tmp_path, f"{registry.host}/a:1", f"{registry.host}/b:1", status=2)
    assert "attachment_depth (8)" in done.stderr
    assert not registry.of("b").tags


def test_a_server_that_goes_away_is_an_error(tmp_path):
    with ArtifactRegistry() as registry:
        registry.of("a").image(tag="1")
        run(tmp_path, f"{registry.host}/a:1", "oci:out:1")
        host = registry.host
    done = run(tmp_path, "oci:out:1", f"{host}/b:1", status=2)
    assert host in done.stderr


# --- logins, names ---

def test_writing_wants_the_login(tmp_path):
    if not shutil.which("docker-registry"):
        pytest.skip("docker-registry is not installed")
    (tmp_path / "htpasswd").write_text(HTPASSWD)
    server = Registry(tmp_path, tmp_path / "data",
                      auth={"htpasswd": {"realm": "x", "path": str(tmp_path / "htpasswd")}})
    try:
        content = Content()
        image = content.image(tag="1")
        content.write_layout(tmp_path / "in")
        done = run(tmp_path, "oci:in:1", f"{server.host}/a:1", status=2)
        assert "wants a login" in done.stderr
        auth = login(tmp_path, server.host, "user", "hunter2")
        done = run(tmp_path, "oci:in:1", f"{server.host}/a:1", "--authfile", auth)
        assert done.stdout == f"{server.host}/a@{image['digest']}\n"
    finally:
        server.close()


def test_tokens_are_asked_for_to_write_and_to_mount(tmp_path):
    pytest.importorskip("cryptography", reason="python3-cryptography is not installed")
    if not shutil.which("docker-registry"):
        pytest.skip("docker-registry is not installed")
    make_ca(tmp_path)
    content = Content()
    image = content.image(tag="1")
    content.write_layout(tmp_path / "in")
    with TokenServer(tmp_path, False) as tokens:
        server = Registry(tmp_path, tmp_path / "data", auth={"token": {
            "realm": tokens.url("/token"), "service": "s", "issuer": "probe-issuer",
            "rootcertbundle": str(tmp_path / "ca.crt")}})
        try:
            auth = login(tmp_path, server.host, "user", "hunter2")
            done = run(tmp_path, "oci:in:1", f"{server.host}/a:1", status=2)
            assert "wants a login" in done.stderr
            run(tmp_path, "oci:in:1", f"{server.host}/a:1", "--authfile", auth)
            tokens.seen.clear()
            done = run(tmp_path, f"{server.host}/a:1", f"{server.host}/b:1", "--authfile", auth)
            assert done.stdout == f"{server.host}/b@{image['digest']}\n"
            scopes = [urllib.parse.unquote(path) for _, path, _ in tokens.seen]
            assert any("repository:b:pull,push" in s or "repository:b:push,pull" in s
                       for s in scopes)
            assert any("repository:b:" in s and "repository:a:pull" in s for s in scopes)
        finally:
            server.close()


@pytest.mark.parametrize("words, why", [
    ((), "needs a SOURCE and a TARGET"),
    (("a", "b", "c"), "needs a SOURCE and a TARGET"),
    (("oci:in:1", "docker-archive:out.tar"), "cannot be written"),
    (("oci:in:1", "127.0.0.1:1/a@sha256:" + "0" * 64), "name a tag, or none"),
    (("oci:in:2", "oci:out"), 'there is no "2" in its index.json'),
    (("oci:none", "oci:out"), "open none"),
    (("sbom:in", "oci:out"), "has no manifest"),
])
def test_words_that_mean_nothing(tmp_path, words, why):
    content = Content()
    content.image(tag="1")
    content.write_layout(tmp_path / "in")
    done = run(tmp_path, *words, status=2)
    assert why in done.stderr and done.stdout == ""
    assert not (tmp_path / "out").exists() or not list((tmp_path / "out/blobs").iterdir())


def test_an_archive_has_nothing_attached_and_says_so(tmp_path):
    content = Content()
    content.image(tag="1")
    layout = content.write_layout(tmp_path / "in")
    subprocess.run(["tar", "-C", layout, "-cf", tmp_path / "in.tar", "."], check=True)
    done = run(tmp_path, "oci-archive:in.tar", "oci:out", status=2)
    assert "an image archive has no place for signatures" in done.stderr


def test_a_layout_with_several_images_wants_a_name(tmp_path):
    content = Content()
    content.image("a", tag="a")
    content.image("b", tag="b")
    content.write_layout(tmp_path / "in")
    done = run(tmp_path, "oci:in", "oci:out", status=2)
    assert "which image? write oci:in:TAG; there are: a, b" in done.stderr


def test_a_name_in_a_layout_that_is_no_tag_is_not_pushed(tmp_path, registry):
    content = Content()
    content.image(tag="../x y")
    content.write_layout(tmp_path / "in")
    done = run(tmp_path, "oci:in:../x y", f"{registry.host}/b", status=2)
    assert '"../x y" is no tag that a registry takes' in done.stderr
    assert not registry.of("b").tags
    run(tmp_path, "oci:in:../x y", f"{registry.host}/b:1")
    assert set(registry.of("b").tags) == {"1"}


def test_what_stands_in_a_layout_stays(tmp_path):
    one, two = Content(), Content()
    first, second = one.image("a", tag="1"), two.image("b", tag="1")
    one.write_layout(tmp_path / "out")
    index = json.loads((tmp_path / "out/index.json").read_text())
    index["manifests"][0]["data"] = "eyJ9"
    index["manifests"][0]["platform"] = {"os": "linux", "architecture": "amd64",
                                         "os.version": "1.2"}
    (tmp_path / "out/index.json").write_text(json.dumps(index))
    two.write_layout(tmp_path / "in")
    run(tmp_path, "oci:in:1", "oci:out:2")
    after = json.loads((tmp_path / "out/index.json").read_text())["manifests"]
    assert after[0] == index["manifests"][0] and len(after) == 2
    assert after[1]["digest"] == second["digest"]
    run(tmp_path, "oci:in:1", "oci:out:1")
    after = json.loads((tmp_path / "out/index.json").read_text())["manifests"]
    assert {e["digest"] for e in after} == {second["digest"]}
    assert (tmp_path / "out/blobs/sha256" / first["digest"][7:]).exists()
