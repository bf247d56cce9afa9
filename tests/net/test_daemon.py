# SPDX-License-Identifier: Apache-2.0
"""Against real engines, Docker and Podman, and against a socket that answers wrongly."""
import hashlib
import io
import json
import tarfile

import pytest

import engines
from engines import http, strange_engine
from servers import probe


def docker_archive(path, name):
    """A one-layer image as `docker load` takes it; the digest of its config."""
    layer = io.BytesIO()
    with tarfile.open(fileobj=layer, mode="w") as t:
        info = tarfile.TarInfo("etc/hello")
        info.size = 6
        t.addfile(info, io.BytesIO(b"hello\n"))
    layer = layer.getvalue()
    config = json.dumps({
        "architecture": "amd64", "os": "linux", "config": {},
        "rootfs": {"type": "layers", "diff_ids": ["sha256:" + hashlib.sha256(layer).hexdigest()]},
    }).encode()
    config_id = hashlib.sha256(config).hexdigest()
    manifest = [{"Config": config_id + ".json", "RepoTags": [name], "Layers": ["layer.tar"]}]
    with tarfile.open(path, "w") as t:
        for member, data in ((config_id + ".json", config), ("layer.tar", layer),
                             ("manifest.json", json.dumps(manifest).encode())):
            info = tarfile.TarInfo(member)
            info.size = len(data)
            t.addfile(info, io.BytesIO(data))
    return "sha256:" + config_id


@pytest.fixture(scope="module")
def dockerd(tmp_path_factory):
    try:
        with engines.docker(tmp_path_factory.mktemp("docker")) as sock:
            yield sock
    except engines.NotHere as why:
        pytest.skip(str(why))


def check_engine(kind, variable, sock, config_id, names):
    env = {variable: f"unix://{sock}"}
    for name in names:
        status, out, err = probe("daemon", kind, name, env=env)
        assert status == 0, err
        assert out["id"] == config_id
        assert out["title"] == f"{kind} at unix://{sock}"
        assert int(out["bytes"]) > 2048
    status, _, err = probe("daemon", kind, "probe/absent:1", env=env)
    assert status == 1 and err.startswith("not-found: probe/absent:1: ")
    assert f"{kind} at unix://{sock} does not have it" in err


def test_docker_has_and_exports_an_image(dockerd, tmp_path):
    config_id = docker_archive(tmp_path / "image.tar", "probe/web:1")
    engines.load_into_docker(dockerd, tmp_path / "image.tar")
    check_engine("docker", "DOCKER_HOST", dockerd, config_id,
                 ["probe/web:1", "docker.io/probe/web:1", config_id])


def test_docker_is_found_by_its_context(dockerd, tmp_path):
    name = "there"
    folder = tmp_path / ".docker/contexts/meta" / hashlib.sha256(name.encode()).hexdigest()
    folder.mkdir(parents=True)
    (folder / "meta.json").write_text(json.dumps(
        {"Name": name, "Endpoints": {"docker": {"Host": f"unix://{dockerd}"}}}))
    (tmp_path / ".docker/config.json").write_text(json.dumps({"currentContext": name}))
    status, _, err = probe("daemon", "docker", "probe/absent", home=tmp_path)
    assert status == 1 and str(dockerd) in err


@pytest.fixture(scope="module")
def podman(tmp_path_factory):
    try:
        with engines.podman(tmp_path_factory.mktemp("podman")) as running:
            yield running
    except engines.NotHere as why:
        pytest.skip(str(why))


def test_podman_has_and_exports_an_image(podman, tmp_path):
    sock, env = podman
    config_id = docker_archive(tmp_path / "image.tar", "docker.io/probe/web:1")
    engines.load_into_podman(env, tmp_path / "image.tar")
    check_engine("podman", "CONTAINER_HOST", sock, config_id, ["docker.io/probe/web:1"])


def test_a_bare_name_is_looked_for_in_the_engines_first(dockerd, tmp_path):
    config_id = docker_archive(tmp_path / "image.tar", "probe/web:1")
    engines.load_into_docker(dockerd, tmp_path / "image.tar")
    env = {"DOCKER_HOST": f"unix://{dockerd}"}
    for target in ("probe/web:1", "docker-daemon:probe/web:1"):
        status, out, err = probe("locate", target, env=env)
        assert status == 0, err
        assert out == {"transport": "docker-daemon", "name": "probe/web:1", "digest": config_id,
                       "found_by": f"docker at unix://{dockerd}"}


# --- no engine, or a strange one ---

def test_no_engine_is_not_found(tmp_path):
    env = {"DOCKER_HOST": f"unix://{tmp_path}/absent.sock"}
    status, _, err = probe("daemon", "docker", "x", env=env)
    assert status == 1 and err.startswith("not-found: ") and "absent.sock" in err
    status, _, err = probe("daemon", "docker", "x", env={"DOCKER_HOST": "ssh://host"})
    assert status == 1 and err.startswith("unsupported: ") and "ssh://host" in err
    status, _, err = probe("daemon", "docker", "x", env={"DOCKER_HOST": "tcp://127.0.0.1:1"})
    assert status == 1 and "docker at http://127.0.0.1:1" in err


@pytest.mark.parametrize("answers, says", [
    ({"_ping": http(b"no", "500 x")}, "500"),
    ({"_ping": http(b"OK"), "json": http(b"{}")}, "answer of docker at unix://"),
    ({"_ping": http(b"OK"), "json": http(b"rubbish")}, "answer of docker at unix://"),
    ({"_ping": http(b"OK"), "json": http(b'{"Id":"sha256:%s"}' % (b"0" * 64)),
      "get": http(b"5\r\nhello\r\n", framing=b"Transfer-Encoding: chunked\r\n")}, "x: "),
])
def test_a_strange_engine_is_an_error(tmp_path, answers, says):
    server = strange_engine(tmp_path / "s", answers)
    try:
        status, _, err = probe("daemon", "docker", "x",
                               env={"DOCKER_HOST": f"unix://{tmp_path}/s"})
        assert status == 1 and says in err
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize("name", ["a?b", "a%2fb", "../containers/json", "a b", ""])
def test_only_image_names_go_into_the_address(tmp_path, name):
    server = strange_engine(tmp_path / "s", {"_ping": http(b"OK"), "images": http(b"{}")})
    try:
        status, _, err = probe("daemon", "docker", name,
                               env={"DOCKER_HOST": f"unix://{tmp_path}/s"})
        assert status == 1 and err.startswith("usage: ")
    finally:
        server.shutdown()
        server.server_close()
