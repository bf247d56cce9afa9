# SPDX-License-Identifier: Apache-2.0
"""Image archives and layouts of every maker, and what is said of those that are not sound."""
import gzip
import io
import json
import tarfile

import pytest

from test_scan import BASE, STATUS, report, run, sha, tar_of

OCI = "application/vnd.oci.image."
LAYER = OCI + "layer.v1.tar"
NEWER = tar_of([("var/lib/dpkg/status", STATUS.replace("dfsg-1", "dfsg-2"))])


def digest(data):
    return "sha256:" + sha(data)


def config_of(layers, **more):
    return json.dumps({"architecture": "amd64", "os": "linux", **more, "rootfs": {
        "type": "layers", "diff_ids": [digest(layer) for layer in layers]}}).encode()


class Layout:
    def __init__(self, root):
        self.root = root
        (root / "blobs/sha256").mkdir(parents=True)
        (root / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')

    def blob(self, media_type, data, **more):
        (self.root / "blobs/sha256" / sha(data)).write_bytes(data)
        return {"mediaType": media_type, "digest": digest(data), "size": len(data), **more}

    def image(self, layers, blobs=None, platform=None, name=None, **more):
        blobs = blobs or [self.blob(LAYER, layer) for layer in layers]
        doc = {"schemaVersion": 2, "layers": blobs,
               "config": self.blob(OCI + "config.v1+json", config_of(layers, **more))}
        return self.named(self.blob(OCI + "manifest.v1+json", json.dumps(doc).encode()), platform, name)

    def index(self, manifests, name=None):
        doc = {"schemaVersion": 2, "mediaType": OCI + "index.v1+json", "manifests": manifests}
        return self.named(self.blob(OCI + "index.v1+json", json.dumps(doc).encode()), None, name)

    @staticmethod
    def named(descriptor, platform, name):
        if platform:
            descriptor["platform"] = dict(zip(("os", "architecture", "variant"), platform.split("/")))
        if name:
            descriptor["annotations"] = {"org.opencontainers.image.ref.name": name}
        return descriptor

    def top(self, *manifests):
        (self.root / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": manifests}))


@pytest.fixture(name="layout")
def make_layout(tmp_path):
    return Layout(tmp_path / "dir")


def refused(tmp_path, target, *args):
    return run(tmp_path, "scan", target, *args, status=2).stderr.decode()


def test_indexes_nest_and_a_name_above_holds_below(tmp_path, layout):
    attestation = layout.blob(OCI + "manifest.v1+json", b"{}",
                              platform={"os": "unknown", "architecture": "unknown"})
    images = [layout.image([BASE], platform="linux/amd64"), attestation,
              layout.image([NEWER], platform="linux/arm64/v8", variant="v8", architecture="arm64")]
    layout.top(layout.index([layout.index(images)], name="1.0"))
    assert len(report(tmp_path, "oci:dir:1.0", "--platform", "linux/amd64")["packages"]) == 1
    got = report(tmp_path, "oci:dir", "--platform", "linux/arm64")
    assert got["image"]["architecture"] == "arm64"
    message = refused(tmp_path, "oci:dir", "--platform", "linux/s390x")
    assert "no image for platform linux/s390x" in message and "(linux/arm64/v8)" in message
    assert "unknown" not in message


def test_a_machine_of_arm_takes_an_image_for_an_older_one(tmp_path, layout):
    layout.top(*[layout.image([BASE], platform=f"linux/arm/v{n}", architecture="arm", variant=f"v{n}")
                 for n in (5, 6, 8)])
    assert report(tmp_path, "oci:dir", "--platform", "linux/arm/v7")["image"]["variant"] == "v6"
    assert "there are:" in refused(tmp_path, "oci:dir", "--platform", "linux/arm/v4")


def test_a_wrong_name_gets_the_right_ones(tmp_path, layout):
    layout.top(layout.image([BASE], name="1.0"), layout.image([NEWER], name="2.0"))
    message = refused(tmp_path, "oci:dir:3.0")
    assert 'no image "3.0" in the index; there are: 1.0, 2.0' in message
    assert "several images" in refused(tmp_path, "oci:dir")
    assert report(tmp_path, "oci:dir:2.0")["image"]["name"] == "2.0"


def test_layers_that_cannot_be_read_are_not_assessed(tmp_path, layout):
    secret = layout.blob(LAYER + "+encrypted", b"secret")
    foreign = {"mediaType": OCI + "layer.nondistributable.v1.tar", "digest": digest(b"away"), "size": 4,
               "urls": ["https://example.com/away"]}
    layout.top(layout.image([BASE, b"plain", b"away"], [layout.blob(LAYER, BASE), secret, foreign]))
    got = report(tmp_path, "oci:dir", "--require-complete", status=3)
    said = {c["what"]: (c["state"], c["reason"]) for c in got["coverage"]}
    assert said["layer 2"][0] == "not-assessed" and "encrypted" in said["layer 2"][1]
    assert said["layer 3"][0] == "not-assessed" and "foreign" in said["layer 3"][1]
    assert len(got["packages"]) == 1


@pytest.mark.parametrize("part", ["layer", "config", "manifest", "index"])
def test_bytes_that_are_not_those_promised_name_both_digests(tmp_path, layout, part):
    image = layout.image([BASE])
    layout.top(layout.index([image]))
    index = json.loads((layout.root / "index.json").read_text())["manifests"][0]
    manifest = json.loads((layout.root / "blobs" / image["digest"].replace(":", "/")).read_bytes())
    victim = {"layer": manifest["layers"][0], "config": manifest["config"], "manifest": image,
              "index": index}[part]["digest"]
    path = layout.root / "blobs" / victim.replace(":", "/")
    other = bytearray(path.read_bytes())
    other[-1] ^= 1
    path.write_bytes(other)
    message = refused(tmp_path, "oci:dir")
    assert victim in message and digest(bytes(other)) in message and part in message


def test_a_size_that_is_not_that_promised_is_refused(tmp_path, layout):
    image = layout.image([BASE])
    image["size"] += 1
    layout.top(image)
    assert f"promised {image['size']} bytes, it has {image['size'] - 1}" in refused(tmp_path, "oci:dir")


def test_a_layer_is_not_the_one_of_the_config(tmp_path, layout):
    layout.top(layout.image([NEWER], [layout.blob(LAYER + "+gzip", gzip.compress(BASE))]))
    message = refused(tmp_path, "oci:dir")
    assert "diff id" in message and digest(NEWER) in message and digest(BASE) in message


def test_counts_of_layers_must_agree(tmp_path, layout):
    layout.top(layout.image([BASE, NEWER], [layout.blob(LAYER, BASE)]))
    assert "the manifest has 1 layers, the config 2" in refused(tmp_path, "oci:dir")


def test_an_unknown_digest_algorithm_is_said(tmp_path, layout):
    (layout.root / "blobs/sha999").mkdir()
    (layout.root / "blobs/sha999/ab").write_bytes(b"{}")
    layout.top({"mediaType": OCI + "manifest.v1+json", "digest": "sha999:ab", "size": 2})
    assert 'digest algorithm "sha999" is not known' in refused(tmp_path, "oci:dir")


def archive(path, members):
    with tarfile.open(path, "w") as tar:
        for name, data in members:
            info = tarfile.TarInfo(name)
            if isinstance(data, str):
                info.type, info.linkname = tarfile.SYMTYPE, data
            info.size = 0 if isinstance(data, str) else len(data)
            tar.addfile(info, None if isinstance(data, str) else io.BytesIO(data))


def docker_manifest(*images):
    return "manifest.json", json.dumps([
        {"Config": config, "RepoTags": tags, "Layers": layers} for config, tags, layers in images]).encode()


CONFIG = config_of([BASE])
FORMS = {
    "docker": [(sha(CONFIG) + ".json", CONFIG), ("abc/layer.tar", BASE), ("abc/VERSION", b"1.0"),
               docker_manifest((sha(CONFIG) + ".json", ["demo:1"], ["abc/layer.tar"]))],
    "docker 25": [("blobs/sha256/" + sha(CONFIG), CONFIG), ("blobs/sha256/" + sha(BASE), BASE),
                  docker_manifest(("blobs/sha256/" + sha(CONFIG), ["demo:1"], ["blobs/sha256/" + sha(BASE)]))],
    "kaniko": [("sha256:" + sha(CONFIG), CONFIG), (sha(BASE) + ".tar.gz", gzip.compress(BASE)),
               docker_manifest(("sha256:" + sha(CONFIG), ["demo:1"], [sha(BASE) + ".tar.gz"]))],
    "podman": [(sha(BASE) + ".tar", BASE), ("old/layer.tar", "../" + sha(BASE) + ".tar"),
               (sha(CONFIG) + ".json", CONFIG), ("repositories", b"{}"),
               docker_manifest((sha(CONFIG) + ".json", ["demo:1"], ["old/layer.tar"]))],
    "no digest in the name": [("config.json", CONFIG), ("layer.tar", BASE),
                              docker_manifest(("config.json", ["demo:1"], ["layer.tar"]))],
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("turned", [False, True])
def test_archives_of_every_maker(tmp_path, form, turned):
    archive(tmp_path / "image.tar", reversed(FORMS[form]) if turned else FORMS[form])
    got = report(tmp_path, "docker-archive:image.tar")
    assert [p["name"] for p in got["packages"]] == ["zlib1g"]
    assert got["image"]["name"] == "demo:1"
    assert got["image"]["config_digest"] == digest(CONFIG)
    assert got["layers"][0]["diff_id"] == digest(BASE)


def test_an_archive_of_another_platform_is_refused(tmp_path):
    archive(tmp_path / "image.tar", FORMS["docker"])
    report(tmp_path, "image.tar", "--platform", "linux/amd64")
    message = refused(tmp_path, "image.tar", "--platform", "linux/arm64")
    assert "image.tar: no image for platform linux/arm64; there is: linux/amd64" in message


def test_a_config_that_is_not_the_one_of_its_name_is_refused(tmp_path):
    name = "0" * 64 + ".json"
    archive(tmp_path / "image.tar", [(name, CONFIG), ("l.tar", BASE), docker_manifest((name, [], ["l.tar"]))])
    message = refused(tmp_path, "image.tar")
    assert "sha256:" + "0" * 64 in message and digest(CONFIG) in message


def test_an_archive_of_several_images_lists_its_tags(tmp_path):
    other = config_of([NEWER])
    archive(tmp_path / "image.tar", [
        ("a.json", CONFIG), ("b.json", other), ("a.tar", BASE), ("b.tar", NEWER),
        docker_manifest(("a.json", ["demo:1", "demo:latest"], ["a.tar"]), ("b.json", None, ["b.tar"]))])
    assert "choose one of: demo:1, demo:latest, untagged b.json" in refused(tmp_path, "image.tar")
    assert "there are: demo:1, demo:latest" in refused(tmp_path, "docker-archive:image.tar:demo:9")
    assert report(tmp_path, "docker-archive:image.tar:demo")["image"]["name"] == "demo:latest"
    assert "dfsg-2" in report(tmp_path, "docker-archive:image.tar:b.json")["packages"][0]["version"]


@pytest.mark.parametrize("members, message", [
    ([docker_manifest()], "expected a list of images"),
    ([docker_manifest((None, [], []))], "an image without Config"),
    ([docker_manifest(("a.json", [], []))], 'no member "a.json" in the archive'),
    ([("a.json", CONFIG), docker_manifest(("a.json", [], []))], "has 0 layers, the config 1"),
    ([("a.json", CONFIG), docker_manifest(("a.json", [], ["x"]))], 'layer 1: no member "x"'),
    ([("a.json", b"{}"), docker_manifest(("a.json", [], []))], "architecture is missing"),
    ([("a.json", CONFIG), ("l", "m"), ("m", "l"), docker_manifest(("a.json", [], ["l"]))], "symlink_hops"),
    ([("manifest.json", b"{")], "manifest.json: line 1"),
])
def test_broken_archives_say_what_is_wrong(tmp_path, members, message):
    archive(tmp_path / "image.tar", members)
    assert message in refused(tmp_path, "docker-archive:image.tar")
