# SPDX-License-Identifier: Apache-2.0
"""Against Debian's docker-registry: plain, htpasswd, token server, TLS with client certificates."""
import os
import shutil

import pytest

from servers import HTPASSWD, Registry, TokenServer, fill, login, make_ca, own_address, probe

pytestmark = pytest.mark.skipif(not shutil.which("docker-registry"),
                                reason="docker-registry is not installed")
LAYER = os.urandom(5 * 1024 * 1024 + 3)
KINDS = ["oci", "docker", "oci-index", "docker-index"]


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    return tmp_path_factory.mktemp("registry")


@pytest.fixture(scope="module")
def plain(work):
    registry = Registry(work, work / "storage")
    registry.content = fill(registry.host, LAYER)
    yield registry
    registry.close()


@pytest.fixture(scope="module")
def certificates(work):
    make_ca(work)
    return work


def layer_arrives(registry, content, *options, **kw):
    layer = content["layer"]
    status, out, err = probe(*options, "blob", f"{registry.host}/team/app:oci", layer["digest"],
                             layer["size"], **kw)
    assert status == 0, err
    assert out == {"bytes": str(layer["size"]), "sha256": layer["digest"]}


@pytest.mark.parametrize("kind", KINDS)
def test_all_four_manifest_types_by_tag_and_digest(plain, kind):
    digest, media_type = plain.content[kind]
    for version in (":" + kind, "@" + digest):
        status, out, err = probe("manifest", f"{plain.host}/team/app{version}")
        assert status == 0, err
        assert (out["digest"], out["type"]) == (digest, media_type)
        assert out["used"] == f"{plain.host}/team/app"


def test_a_layer_streams(plain):
    layer_arrives(plain, plain.content)


def test_what_is_not_there_is_said(plain):
    status, _, err = probe("manifest", f"{plain.host}/team/app:absent")
    assert status == 1 and err.startswith("not-found: ") and "MANIFEST_UNKNOWN" in err
    status, _, err = probe("manifest", f"{plain.host}/team/absent:1")
    assert status == 1 and err.startswith("not-found: ")
    status, _, err = probe("blob", f"{plain.host}/team/app", "sha256:" + "1" * 64, 5)
    assert status == 1 and err.startswith("not-found: ") and "BLOB_UNKNOWN" in err


def test_http_is_refused_where_the_registry_must_be_secure(plain):
    status, _, err = probe("-s", "manifest", f"{plain.host}/team/app:oci")
    assert status == 1 and plain.host.split(":")[0] in err


def test_password_login(plain, work, tmp_path):
    (work / "htpasswd").write_text(HTPASSWD)
    registry = Registry(work, work / "storage",
                        auth={"htpasswd": {"realm": "x", "path": str(work / "htpasswd")}})
    try:
        auth = login(tmp_path, registry.host, "user", "hunter2")
        layer_arrives(registry, plain.content, "-a", auth)
        status, _, err = probe("manifest", f"{registry.host}/team/app:oci")
        assert status == 1 and err.startswith("denied: ") and "(now: anonymous)" in err
        assert f"docker login, podman login or skopeo login {registry.host}" in err
        auth = login(tmp_path, registry.host, "user", "wrong-secret")
        status, _, err = probe("-a", auth, "manifest", f"{registry.host}/team/app:oci")
        assert status == 1 and err.startswith("denied: ") and "auth.json" in err
        assert "wrong-secret" not in err
    finally:
        registry.close()


@pytest.mark.parametrize("open_to_all", [True, False])
def test_token_login(plain, certificates, tmp_path, open_to_all):
    pytest.importorskip("cryptography", reason="python3-cryptography is not installed")
    with TokenServer(certificates, open_to_all) as tokens:
        registry = Registry(certificates, certificates / "storage", auth={"token": {
            "realm": tokens.url("/token"), "service": "probe registry", "issuer": "probe-issuer",
            "rootcertbundle": str(certificates / "ca.crt")}})
        try:
            auth = login(tmp_path, registry.host, "user", "hunter2")
            layer_arrives(registry, plain.content, "-a", auth)
            assert tokens.given == 1
            assert "account=user" in tokens.seen[0][1]
            if open_to_all:
                layer_arrives(registry, plain.content)
            else:
                status, _, err = probe("manifest", f"{registry.host}/team/app:oci")
                assert status == 1 and err.startswith("denied: ") and "docker login" in err
            auth = login(tmp_path, registry.host, "user", "wrong-secret")
            status, _, err = probe("-a", auth, "manifest", f"{registry.host}/team/app:oci")
            assert status == 1 and "auth.json was refused" in err and "wrong-secret" not in err
        finally:
            registry.close()


def test_one_token_serves_manifest_and_blob(plain, certificates):
    pytest.importorskip("cryptography", reason="python3-cryptography is not installed")
    with TokenServer(certificates, True) as tokens:
        registry = Registry(certificates, certificates / "storage", auth={"token": {
            "realm": tokens.url("/token"), "service": "s", "issuer": "probe-issuer",
            "rootcertbundle": str(certificates / "ca.crt")}})
        try:
            layer = plain.content["layer"]
            status, out, err = probe("-m", "blob", f"{registry.host}/team/app:oci",
                                     layer["digest"], layer["size"])
            assert status == 0 and out["sha256"] == layer["digest"], err
            assert tokens.given == 1
        finally:
            registry.close()


def test_tls_with_a_private_ca_and_client_certificates(plain, work, tmp_path):
    address = own_address()
    if not address:
        pytest.skip("this machine has no address besides loopback")
    make_ca(tmp_path, address)
    registry = Registry(work, work / "storage", host=address, tls={
        "certificate": str(tmp_path / "server.crt"), "key": str(tmp_path / "server.key"),
        "clientcas": [str(tmp_path / "ca.crt")]})
    try:
        status, _, err = probe("manifest", f"{registry.host}/team/app:oci")
        assert status == 1 and err.startswith("denied: ") and "ca.crt" in err
        folder = tmp_path / "certs.d" / registry.host
        folder.mkdir(parents=True)
        for name, source in (("ca.crt", "ca.crt"), ("client.cert", "client.crt"),
                             ("client.key", "client.key")):
            shutil.copy(tmp_path / source, folder / name)
        layer_arrives(registry, plain.content, "-c", tmp_path / "certs.d")
    finally:
        registry.close()
