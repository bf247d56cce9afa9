# SPDX-License-Identifier: Apache-2.0
"""plimsoll pin: digests from Debian's docker-registry, and not a byte changed beside them."""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import threading

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "net"))
from servers import (  # noqa: E402
    HTPASSWD, OCI_INDEX, OCI_MANIFEST, Faulty, Registry, free_port, login, push_blob,
    push_manifest, sha256)

PLIMSOLL = os.environ["PLIMSOLL"]
OLD = "sha256:" + "0" * 64
needs_registry = pytest.mark.skipif(not shutil.which("docker-registry"),
                                    reason="docker-registry is not installed")


def manifest_of(host, name, arch):
    config = json.dumps({"architecture": arch, "os": "linux", "rootfs": {
        "type": "layers", "diff_ids": []}}).encode()
    return {"schemaVersion": 2, "mediaType": OCI_MANIFEST, "layers": [],
            "config": {"mediaType": "application/vnd.oci.image.config.v1+json",
                       **push_blob(host, name, config)}}


def push_index(host, name, tag, archs=("amd64", "arm64")):
    """An index of an image for each architecture; its digest."""
    entries = []
    for arch in archs:
        digest, size = push_manifest(host, name, "only-" + arch, manifest_of(host, name, arch),
                                     OCI_MANIFEST)
        entries.append({"mediaType": OCI_MANIFEST, "digest": digest, "size": size,
                        "platform": {"os": "linux", "architecture": arch}})
    return push_manifest(host, name, tag, {"schemaVersion": 2, "mediaType": OCI_INDEX,
                                           "manifests": entries}, OCI_INDEX)[0]


class Hub:
    """A registry that stands for Docker Hub too, with its images."""

    def __init__(self, folder):
        self.registry = Registry(str(folder), folder / "storage")
        self.host = self.registry.host
        self.alpine = push_index(self.host, "library/alpine", "3.20")
        self.latest = push_index(self.host, "library/alpine", "latest", ("amd64",))
        self.go = push_index(self.host, "library/golang", "1.23", ("arm64", "amd64"))
        self.app = push_index(self.host, "team/app", "1", ("arm64",))
        self.frontend = push_index(self.host, "docker/dockerfile", "1", ("amd64", "s390x"))
        self.conf = folder / "registries.conf"
        self.conf.write_text(f'[[registry]]\nprefix = "docker.io"\nlocation = "{self.host}"\n'
                             'insecure = true\n')


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    hub = Hub(tmp_path_factory.mktemp("hub"))
    yield hub
    hub.registry.close()


def run(tmp_path, *words, status=0, stdin=None, conf=None, env=None, command="pin"):
    """bytes in, bytes out: what is kept is compared to the byte."""
    clean = {"PATH": os.environ["PATH"], "HOME": str(tmp_path / "home"),
             "CONTAINERS_REGISTRIES_CONF": str(conf or "/dev/null"), **(env or {})}
    for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS"):
        if name in os.environ:
            clean[name] = os.environ[name]
    done = subprocess.run([PLIMSOLL, command, *words], cwd=tmp_path, capture_output=True,
                          timeout=120, input=stdin, env=clean)
    assert done.returncode == status, done.stderr + done.stdout
    done.err = done.stderr.decode()
    return done


def rewrite(tmp_path, hub, name, before, *words, status=0):
    """The file after pin --write; what was said is in .err."""
    path = tmp_path / name
    path.write_bytes(before)
    done = run(tmp_path, "--write", *words, name, conf=hub.conf, status=status)
    assert done.stdout == b""
    return path.read_bytes(), done.err


DOCKERFILE = b"""\
# syntax=docker/dockerfile:1
ARG GO=golang:1.23
ARG UNUSED=alpine:3.20

# the builder
FROM --platform=$BUILDPLATFORM   ${GO}  AS build\t
RUN --mount=type=bind,from=alpine:3.20,target=/a --mount=type=cache,target=/c,from=build \\
    ls   /a
FROM\talpine
COPY --from=build /a /a
COPY --from="alpine:3.20" --link /b /b
COPY --from=0 /c /c
FROM scratch
FROM alpine:3.20@%s as last""" % OLD.encode()


@needs_registry
def test_every_image_of_a_dockerfile_gets_its_digest_and_nothing_else_changes(tmp_path, hub):
    after, err = rewrite(tmp_path, hub, "Dockerfile", DOCKERFILE)
    at = b"alpine:3.20@" + hub.alpine.encode()
    want = DOCKERFILE.replace(b"golang:1.23", b"golang:1.23@" + hub.go.encode()) \
        .replace(b"from=alpine:3.20", b"from=" + at).replace(b'"alpine:3.20"', b'"' + at + b'"') \
        .replace(b"FROM\talpine\n", b"FROM\talpine:latest@" + hub.latest.encode() + b"\n")
    assert after == want
    assert err == "plimsoll: Dockerfile: 4 images pinned\n"
    again, err = rewrite(tmp_path, hub, "Dockerfile", after)
    assert again == after and err == ""


@needs_registry
def test_the_directive_syntax_is_pinned_when_asked_for(tmp_path, hub):
    after, _ = rewrite(tmp_path, hub, "Dockerfile", DOCKERFILE, "--syntax")
    assert after.startswith(b"# syntax=docker/dockerfile:1@" + hub.frontend.encode() + b"\n")


@needs_registry
def test_the_difference_is_what_would_be_written(tmp_path, hub):
    path = tmp_path / "Dockerfile"
    path.write_bytes(DOCKERFILE)
    shown = run(tmp_path, "Dockerfile", conf=hub.conf)
    assert path.read_bytes() == DOCKERFILE and shown.err == ""
    assert shown.stdout.startswith(b"--- a/Dockerfile\n+++ b/Dockerfile\n@@ ")
    assert run(tmp_path, "-", stdin=DOCKERFILE, conf=hub.conf).stdout == shown.stdout
    run(tmp_path, "-o", "p", "Dockerfile", conf=hub.conf)
    assert (tmp_path / "p").read_bytes() == shown.stdout
    if shutil.which("git"):
        subprocess.run(["git", "apply", "p"], cwd=tmp_path, check=True)
        assert path.read_bytes() == rewrite(tmp_path, hub, "b", DOCKERFILE)[0]


@needs_registry
@pytest.mark.parametrize("before", [
    b"\xef\xbb\xbfFROM alpine:3.20\r\nRUN ls \\\r\n  /\r\n",
    b"\xef\xbb\xbf# escape=`\r\nFROM alpine:3.20 as x\r\n",
    b"FROM alpine:3.20",
    b"from \\\n  # why\n  alpine:3.20 \\\n  AS b\n",
    b"FROM 'alpine:3.20'\n",
    b"ARG B='alpine:3.20' \nFROM $B AS a\nFROM ${B}\n",
    b"FROM ${B:-alpine:3.20}\n",
    b"FROM alpine:3.20\nRUN <<EOF\nFROM alpine:9\nEOF\n",
])
def test_line_ends_marks_and_quotes_are_kept(tmp_path, hub, before):
    after, err = rewrite(tmp_path, hub, "Dockerfile", before)
    assert after == before.replace(b"alpine:3.20", b"alpine:3.20@" + hub.alpine.encode(), 1)
    assert "1 image" in err or "2 images" in err


@needs_registry
@pytest.mark.parametrize("before, why", [
    ("ARG V=3.20\nFROM alpine:$V\n", "2: FROM alpine:3.20 is not pinned: a variable is only a part"),
    ("FROM $B\n", "1: FROM $B is not looked at: a variable without a default"),
    ("ARG B\nFROM $B\n", "2: FROM $B is not looked at: a variable without a default"),
    ("ARG B=alpine:3.20\nFROM $B\nARG B\nRUN echo $B\n",
     "2: FROM alpine:3.20 is not pinned: line 3 uses ARG B for something else too"),
    ("ARG B=alpine:3.20\nFROM $B\nFROM foo/$B\n", "line 3 uses ARG B for something else too"),
    ("ARG A=3.20\nARG B=alpine:$A\nFROM $B\n", "the default of ARG B is made of another variable"),
    ("FROM al\\\npine:3.20\n", "1: FROM alpine:3.20 is not pinned: it is written with escapes or "),
    ("FROM Alpine:3.20\n", "1: FROM Alpine:3.20 is not pinned: "),
    ("FROM alpine:3.20@%s\nRUN --mount=from=$X ls\n" % OLD,
     "2: RUN --mount $X is not looked at: no variable can stand there"),
])
def test_what_cannot_be_pinned_says_why_and_stays(tmp_path, hub, before, why):
    after, err = rewrite(tmp_path, hub, "Dockerfile", before.encode())
    assert "plimsoll: Dockerfile:" in err and why in err
    assert after.decode().startswith(before[:before.index("FROM")])
    assert "3.20\n" in after.decode() or after.decode() == before


COMPOSE = """\
x-image: &web "alpine:3.20"   # the web
name: é
services:
  web: {image: *web, ports: ["80:80"]}
  db:
    image:   'golang:1.23'
  built:
    build: .
    image: registry.example.com/built:1
  third:
    image: &third alpine:3.20
    volumes:
      - {type: image, source: alpine:3.20, target: /x}
      - /data
  fourth: {image: *third}
  sixth:
    image: ${IMAGE:-alpine:3.20}
"""


@needs_registry
def test_compose_services_are_pinned_at_their_anchors(tmp_path, hub):
    for before in (COMPOSE, "\ufeff" + COMPOSE.replace("\n", "\r\n")):
        after, err = rewrite(tmp_path, hub, "compose.yaml", before.encode())
        assert after.decode() == before.replace("alpine:3.20", "alpine:3.20@" + hub.alpine) \
            .replace("golang:1.23", "golang:1.23@" + hub.go)
        assert err == "plimsoll: compose.yaml: 5 images pinned\n"


@needs_registry
@pytest.mark.parametrize("image, why", [
    ("${IMAGE}", "service a ${IMAGE} is not looked at: a variable or template"),
    ("repo/${IMAGE:-a}:1", "is not looked at: a variable or template"),
    ('"alpine\\x3a3.20"', "service a alpine:3.20 is not pinned: it is written with escapes"),
    (">-\n      alpine:3.20", "service a alpine:3.20 is not pinned: it is written with escapes"),
    ("alpine:3.20@" + OLD.upper(), "stays: "),
])
def test_what_cannot_be_pinned_in_yaml_says_why(tmp_path, hub, image, why):
    before = f"services:\n  a:\n    image: {image}\n"
    after, err = rewrite(tmp_path, hub, "compose.yaml", before.encode(),
                         *(["--update"] if "SHA256" in image else []))
    assert after.decode() == before
    assert "plimsoll: compose.yaml:3: " in err and why in err


@needs_registry
def test_an_anchor_that_is_something_else_too_stays(tmp_path, hub):
    before = b"services:\n  a:\n    image: &i alpine:3.20\n    environment: {FROM: *i}\n"
    after, err = rewrite(tmp_path, hub, "compose.yaml", before)
    assert after == before and "an alias makes it something else too" in err


KUBERNETES = """\
# of two
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  template:
    spec:
      initContainers: [{name: i, image: "golang:1.23"}]
      containers:
      - image: alpine:3.20 # ü
        name: web
      - {name: "b", image: alpine:3.20}
      ephemeralContainers:
      - {"name": "e","image": "alpine:3.20"}
      volumes:
      - name: v
        image: {reference: alpine:3.20}
---
apiVersion: v1
kind: List
items:
- apiVersion: batch/v1
  kind: CronJob
  spec: {jobTemplate: {spec: {template: {spec: {containers: [{name: c, image: alpine:3.20}]}}}}}
- apiVersion: argoproj.io/v1alpha1
  kind: Rollout
  spec:
    template:
      spec:
        containers:
        - name: r
          image:
            alpine:3.20
---
apiVersion: v1
kind: ConfigMap
data: {image: alpine:3.20, text: "containers: [{image: alpine:3.20}]"}
"""


@needs_registry
def test_containers_of_every_kind_are_pinned(tmp_path, hub):
    head, tail = KUBERNETES.split("kind: ConfigMap")
    for name in ("deploy.yaml", "deploy.yml"):
        after, err = rewrite(tmp_path, hub, name, KUBERNETES.encode())
        assert after.decode() == head.replace("alpine:3.20", "alpine:3.20@" + hub.alpine) \
            .replace("golang:1.23", "golang:1.23@" + hub.go) + "kind: ConfigMap" + tail
        assert err == f"plimsoll: {name}: 7 images pinned\n"


@needs_registry
def test_json_manifests_are_pinned(tmp_path, hub):
    before = json.dumps({"apiVersion": "v1", "kind": "Pod", "spec": {"containers": [
        {"name": "a", "image": "alpine:3.20"}]}}, indent="\t")
    after, _ = rewrite(tmp_path, hub, "pod.json", before.encode())
    assert after.decode() == before.replace("alpine:3.20", "alpine:3.20@" + hub.alpine)


@needs_registry
def test_update_renews_what_the_tag_is_now(tmp_path, hub):
    before = (f"FROM alpine:3.20@{OLD}\nFROM golang:1.23@{hub.go}\nFROM alpine@{OLD}\n"
              f"FROM alpine:3.20\n")
    after, err = rewrite(tmp_path, hub, "Dockerfile", before.encode(), "--update")
    assert after.decode() == before.replace(f"3.20@{OLD}", "3.20@" + hub.alpine) \
        .replace("3.20\n", f"3.20@{hub.alpine}\n")
    assert f"Dockerfile:3: FROM alpine@{OLD} stays: a digest without a tag cannot be" in err
    assert "2 images pinned" in err


@needs_registry
def test_check_lists_what_is_not_pinned_and_asks_no_registry(tmp_path, hub):
    text = f"FROM alpine:3.20@{OLD}\nFROM golang:1.23\nFROM $X\n"
    (tmp_path / "Dockerfile").write_text(text)
    done = run(tmp_path, "--check", "Dockerfile", status=1)
    assert done.stdout == b"Dockerfile:2: FROM golang:1.23 is not pinned\n"
    assert "Dockerfile:3: FROM $X is not looked at" in done.err
    done = run(tmp_path, "--check", "--update", "Dockerfile", status=1, conf=hub.conf)
    assert done.stdout.decode() == (
        f"Dockerfile:1: FROM alpine:3.20@{OLD} is not what its tag is now\n"
        "Dockerfile:2: FROM golang:1.23 is not pinned\n")
    (tmp_path / "Dockerfile").write_text(f"FROM alpine:3.20@{hub.alpine}\n")
    for words in (["--check"], ["--check", "--update"]):
        done = run(tmp_path, *words, "Dockerfile", conf=hub.conf)
        assert done.stdout == b"" and done.err == ""


@needs_registry
@pytest.mark.parametrize("pinned_first", [True, False])
def test_check_lists_what_is_not_pinned_beside_a_pin_of_the_same(tmp_path, hub, pinned_first):
    names = [f"golang:1.23@{OLD}", "golang:1.23"]
    first, second = names if pinned_first else reversed(names)
    (tmp_path / "Dockerfile").write_text(f"FROM {first}\nCOPY --from={second} /a /b\n")
    done = run(tmp_path, "--check", "--update", "Dockerfile", status=1, conf=hub.conf)
    said = {names[0]: "is not what its tag is now", names[1]: "is not pinned"}
    assert done.stdout.decode().splitlines() == [
        f"Dockerfile:1: FROM {first} {said[first]}",
        f"Dockerfile:2: COPY --from {second} {said[second]}"]


@needs_registry
def test_an_image_that_cannot_be_had_does_not_keep_the_others_from_it(tmp_path, hub):
    (tmp_path / "a.Dockerfile").write_text(
        f"FROM alpine:9\nFROM {hub.host}/team/app:1\nFROM localhost:{free_port()}/x:1\n")
    (tmp_path / "t.txt").write_text("hello\n")
    (tmp_path / "d").mkdir()
    done = run(tmp_path, "a.Dockerfile", "compose.yaml", "t.txt", "d", status=2, conf=hub.conf)
    assert f"+FROM {hub.host}/team/app:1@{hub.app}".encode() in done.stdout
    assert "a.Dockerfile:1: FROM alpine:9 is not pinned: " in done.err
    assert "404 MANIFEST_UNKNOWN: not found at " in done.err
    assert "a.Dockerfile:3: FROM localhost:" in done.err
    assert "; run it again when the registry answers\n" in done.err
    assert "plimsoll: compose.yaml: No such file or directory\n" in done.err
    assert "t.txt: neither a Dockerfile nor a Compose or Kubernetes file" in done.err
    assert "d: is a folder: name the files in it" in done.err
    (tmp_path / "compose.yaml").write_text("services: [\n")
    assert "compose.yaml: line 2, column 1: " in run(tmp_path, "compose.yaml", status=2).err


def answers(documents):
    """A registry of our own that counts; documents by path."""
    def answer(rq):
        if rq.path == "/v2/":
            return rq.reply(200)
        body = documents.get(rq.path)
        return rq.reply(200, body, Content_Type=OCI_INDEX) if body else rq.reply(404)
    return answer


INDEX = json.dumps({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": []}).encode()


def test_an_image_is_asked_for_once_however_often_it_is_named(tmp_path):
    with Faulty(answers({"/v2/a/manifests/1": INDEX, "/v2/a/manifests/latest": INDEX})) as server:
        image = f"{server.host}/a"
        (tmp_path / "Dockerfile").write_text(f"FROM {image}:1\nFROM {image}\nFROM {image}:latest\n"
                                             f"COPY --from={image}:1 a b\n")
        (tmp_path / "compose.yaml").write_text(f"services: {{a: {{image: '{image}:1'}}}}\n")
        done = run(tmp_path, "Dockerfile", "compose.yaml", "Dockerfile")
        assert done.stdout.count(b"@" + sha256(INDEX).encode()) == 5
        asked = sorted(p for p in server.paths())
    assert asked == ["/v2/a/manifests/1", "/v2/a/manifests/latest"]


def test_lookups_run_side_by_side_and_not_too_many(tmp_path):
    lock, now, most = threading.Lock(), [0], [0]
    gate = threading.Barrier(4)

    def answer(rq):
        if rq.path == "/v2/":
            return rq.reply(200)
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
        gate.wait(30)
        with lock:
            now[0] -= 1
        return rq.reply(200, INDEX, Content_Type=OCI_INDEX)

    with Faulty(answer) as server:
        (tmp_path / "Dockerfile").write_text("".join(f"FROM {server.host}/a:{i}\n"
                                                     for i in range(12)))
        done = run(tmp_path, "Dockerfile")
    assert done.stdout.count(b"\n+FROM") == 12
    assert most[0] == 4


def test_a_file_keeps_its_mode_and_a_link_stays_one(tmp_path):
    with Faulty(answers({"/v2/a/manifests/1": INDEX})) as server:
        (tmp_path / "real").write_text(f"FROM {server.host}/a:1\n")
        (tmp_path / "real").chmod(0o604)
        (tmp_path / "Dockerfile").symlink_to("real")
        run(tmp_path, "--write", "Dockerfile")
    assert (tmp_path / "Dockerfile").is_symlink()
    assert (tmp_path / "real").stat().st_mode & 0o777 == 0o604
    assert (tmp_path / "real").read_text() == f"FROM {server.host}/a:1@{sha256(INDEX)}\n"
    assert sorted(os.listdir(tmp_path)) == ["Dockerfile", "real"]


def test_a_file_that_changes_meanwhile_is_left_as_it_is(tmp_path):
    path = tmp_path / "Dockerfile"

    def answer(rq):
        if rq.path != "/v2/":
            path.write_text("FROM scratch\n")
        return rq.reply(200, INDEX, Content_Type=OCI_INDEX)

    with Faulty(answer) as server:
        path.write_text(f"FROM {server.host}/a:1\n")
        done = run(tmp_path, "--write", "Dockerfile", status=2)
    assert "Dockerfile: changed meanwhile; it is left as it is" in done.err
    assert path.read_text() == "FROM scratch\n"


def test_a_registry_that_lies_about_the_digest_is_not_believed(tmp_path):
    def answer(rq):
        return rq.reply(200, INDEX, Content_Type=OCI_INDEX, Docker_Content_Digest=OLD)

    with Faulty(answer) as server:
        before = f"FROM {server.host}/a:1\n"
        (tmp_path / "Dockerfile").write_text(before)
        done = run(tmp_path, "--write", "Dockerfile", status=2)
    assert "but the registry names " + OLD in done.err
    assert (tmp_path / "Dockerfile").read_text() == before


@needs_registry
def test_credentials_are_those_of_docker_login(tmp_path):
    (tmp_path / "htpasswd").write_text(HTPASSWD)
    registry = Registry(str(tmp_path), tmp_path / "storage", auth={"htpasswd": {
        "realm": "here", "path": str(tmp_path / "htpasswd")}})
    try:
        (tmp_path / "Dockerfile").write_text(f"FROM {registry.host}/a:1\n")
        done = run(tmp_path, "Dockerfile", status=2)
        assert "wants a login (now: anonymous): use docker login" in done.err
        auth = login(tmp_path, registry.host, "user", "hunter2")
        done = run(tmp_path, "--authfile", str(auth), "Dockerfile", status=2)
        assert "404 MANIFEST_UNKNOWN" in done.err
    finally:
        registry.close()


# --- lint --fix --pin ---

def lint(tmp_path, hub, name, before, *words):
    path = tmp_path / name
    path.write_bytes(before)
    done = run(tmp_path, "--fix=write", "--pin", *words, name, conf=hub.conf, command="lint")
    return path.read_bytes(), done


LINTED = b"""\
ARG BASE=alpine:3.20
FROM alpine AS a
RUN apt install -y curl
FROM $BASE
COPY --from=golang:1.23 /x /x
# plimsoll ignore=base-image-no-digest
FROM golang:1.23
"""


@needs_registry
def test_lint_pins_what_rules_about_digests_find(tmp_path, hub):
    after, done = lint(tmp_path, hub, "Dockerfile", LINTED)
    want = LINTED.replace(b"BASE=alpine:3.20", b"BASE=alpine:3.20@" + hub.alpine.encode()) \
        .replace(b"FROM alpine ", b"FROM alpine:latest@" + hub.latest.encode() + b" ") \
        .replace(b"from=golang:1.23", b"from=golang:1.23@" + hub.go.encode())
    assert after.replace(b"apt-get", b"apt").replace(b" --no-install-recommends", b"") \
        .replace(b" && rm -rf /var/lib/apt/lists/*", b"") == want
    assert b"no-digest" not in done.stdout
    again, done = lint(tmp_path, hub, "Dockerfile", after)
    assert again == after


@needs_registry
def test_lint_pins_yaml_too(tmp_path, hub):
    after, _ = lint(tmp_path, hub, "compose.yaml", COMPOSE.encode())
    assert after.decode() == COMPOSE.replace("golang:1.23", "golang:1.23@" + hub.go) \
        .replace('"alpine:3.20"', f'"alpine:3.20@{hub.alpine}"') \
        .replace("&third alpine:3.20", f"&third alpine:3.20@{hub.alpine}") \
        .replace("IMAGE:-alpine:3.20", f"IMAGE:-alpine:3.20@{hub.alpine}")
    after, _ = lint(tmp_path, hub, "pod.yaml", KUBERNETES.split("---")[0].encode())
    assert after.decode().count("@" + hub.alpine) == 3


@needs_registry
def test_lint_without_pin_asks_nobody_and_settings_hold(tmp_path, hub):
    path = tmp_path / "Dockerfile"
    path.write_text("FROM alpine:3.20\n")
    assert run(tmp_path, "--fix", "Dockerfile", conf=hub.conf, command="lint").stdout == b""
    shown = run(tmp_path, "--fix", "--pin", "Dockerfile", conf=hub.conf, command="lint")
    assert b"+FROM alpine:3.20@" + hub.alpine.encode() in shown.stdout
    (tmp_path / ".plimsoll.yaml").write_text("rules: {base-image-no-digest: off}\n")
    shown = run(tmp_path, "--fix", "--pin", "Dockerfile", conf=hub.conf, command="lint")
    assert shown.stdout == b""


@needs_registry
def test_lint_says_what_it_could_not_pin(tmp_path, hub):
    after, done = lint(tmp_path, hub, "Dockerfile", b"FROM alpine:9\nFROM alpine:3.20\n")
    assert after.startswith(b"FROM alpine:9\nFROM alpine:3.20@sha256:")
    assert done.err.count("plimsoll: Dockerfile:1: FROM alpine:9 is not pinned: ") == 1
    assert b"\n  1:1 " in done.stdout and b"base-image-no-digest" in done.stdout
    done = run(tmp_path, "--pin", "Dockerfile", command="lint", status=2)
    assert "lint: --pin is a kind of --fix" in done.err


@pytest.mark.parametrize("words, why", [
    ([], "pin: needs a FILE, or - for standard input"),
    (["--check", "--write", "a"], "pin: --check writes nothing"),
    (["--write", "-"], "pin: --write cannot rewrite standard input"),
])
def test_what_cannot_be_meant_is_refused(tmp_path, words, why):
    done = run(tmp_path, *words, status=2)
    assert done.stdout == b"" and why in done.err
