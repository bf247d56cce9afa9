# SPDX-License-Identifier: Apache-2.0
"""verify and lint --verify-images against a real registry, and one between that is not honest."""
import http.client
import io
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tarfile

import pytest

from signing_tools import CONFIG, MANIFEST, PLIMSOLL, Layout, generate, passphrase_file

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "net"))
from servers import Faulty, Registry  # noqa: E402

pytestmark = pytest.mark.skipif(not shutil.which("docker-registry"),
                                reason="docker-registry is not installed")


def plimsoll(where, *words):
    environment = {"PATH": os.environ["PATH"], "HOME": str(where / "home"), "LC_ALL": "C.UTF-8",
                   "CONTAINERS_REGISTRIES_CONF": "/dev/null"}
    done = subprocess.run([PLIMSOLL, *map(str, words)], cwd=where, env=environment, text=True,
                          stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=120)
    return done.returncode, done.stdout, done.stderr


@pytest.fixture
def published(tmp_path):
    """Images 1 (signed) and 2 (not) of team/app in a registry; the folder has release.pub."""
    layout = Layout(tmp_path / "layout")
    images = {tag: layout.image(word) for tag, word in (("1", "one"), ("2", "two"))}
    for tag, descriptor in images.items():
        layout.tag(descriptor, tag)
    secret, public = generate(tmp_path)
    (tmp_path / "release.pub").write_bytes(public.read_bytes())
    registry = Registry(str(tmp_path), tmp_path / "storage")
    name = f"{registry.host}/team/app"
    try:
        for tag in images:
            code, _, err = plimsoll(tmp_path, "copy", "--insecure-registry", f"oci:layout:{tag}",
                                    f"docker://{name}:{tag}")
            assert code == 0, err
        code, _, err = plimsoll(tmp_path, "sign", "--insecure-registry", "--key", secret,
                                "--passphrase-file", passphrase_file(tmp_path), f"{name}:1")
        assert code == 0, err
        yield tmp_path, registry, {tag: d["digest"] for tag, d in images.items()}
    finally:
        registry.close()


def verify(where, name, *words):
    return plimsoll(where, "verify", "--insecure-registry", "--key", "release.pub", name, *words)


def test_the_reference_that_is_printed_is_what_was_verified(published):
    where, registry, digests = published
    name = f"{registry.host}/team/app"
    code, out, err = verify(where, f"{name}:1", "--print-reference")
    assert (code, out) == (0, f"{name}@{digests['1']}\n"), err
    assert verify(where, out.strip())[0] == 0
    code, out, err = verify(where, f"{name}:2", "--print-reference")
    assert (code, out) == (1, "") and "it is not signed" in err


def test_a_server_or_an_image_that_is_gone_cannot_be_told(published):
    where, registry, _ = published
    code, out, _ = verify(where, f"{registry.host}/team/app:3")
    assert code == 2 and out.startswith("\u2718 could not be told")
    registry.close()
    code, out, _ = verify(where, f"{registry.host}/team/app:1")
    assert code == 2 and out.startswith("\u2718 could not be told")


def between(registry, change):
    """A server that hands on what the registry answers, changed by change(path, status, body)."""
    def handle(request):
        client = http.client.HTTPConnection(registry.host, timeout=30)
        client.request(request.command, request.path,
                       headers={"Accept": request.headers.get("Accept") or "*/*"})
        answer = client.getresponse()
        body = answer.read()
        status, body, headers = change(request.path, answer.status, body, dict(answer.getheaders()))
        kept = {k.replace("-", "_"): v for k, v in headers.items()
                if k in ("Content-Type", "Docker-Content-Digest")}
        request.reply(status, b"" if request.command == "HEAD" else body,
                      Content_Length=str(len(body)), **kept)
    return Faulty(handle)


def test_another_manifest_than_the_digest_says_is_never_verified(published):
    where, registry, digests = published
    client = http.client.HTTPConnection(registry.host)
    client.request("GET", f"/v2/team/app/manifests/{digests['2']}",
                   headers={"Accept": "application/vnd.oci.image.manifest.v1+json"})
    other = client.getresponse().read()

    def swap(path, status, body, headers):
        return status, other if path.endswith(digests["1"]) else body, headers

    with between(registry, swap) as server:
        code, out, _ = verify(where, f"{server.host}/team/app@{digests['1']}")
    assert code == 2 and "could not be told" in out and digests["2"][7:19] in out


def test_a_tag_that_moves_behind_the_resolving_changes_nothing(published):
    where, registry, digests = published
    seen = []

    def move(path, status, body, headers):
        if path.endswith("/manifests/1"):
            seen.append(path)
            if len(seen) > 1:
                return 200, b"{}", {"Content-Type": "application/json"}
        return status, body, headers

    with between(registry, move) as server:
        code, out, err = verify(where, f"{server.host}/team/app:1", "--print-reference")
        name = server.host
    assert (code, out) == (0, f"{name}/team/app@{digests['1']}\n"), err
    assert len(seen) == 1


@pytest.mark.parametrize("status", [401, 403, 429, 500, 503])
def test_a_refused_look_at_signatures_is_not_their_absence(published, status):
    where, registry, _ = published

    def refuse(path, answer, body, headers):
        return (status if "sha256-" in path else answer), body, headers

    with between(registry, refuse) as server:
        code, out, err = verify(where, f"{server.host}/team/app:1")
    assert code == 2 and "could not be told" in out, err


def test_a_signature_moved_to_another_image_does_not_hold(published):
    where, registry, digests = published
    one, two = (digests[t].replace(":", "-") for t in ("1", "2"))

    def move(path, status, body, headers):
        return status, body, headers

    client = http.client.HTTPConnection(registry.host)
    client.request("GET", f"/v2/team/app/manifests/{one}.sig",
                   headers={"Accept": "application/vnd.oci.image.manifest.v1+json"})
    manifest = client.getresponse().read()
    client.request("PUT", f"/v2/team/app/manifests/{two}.sig", body=manifest,
                   headers={"Content-Type": "application/vnd.oci.image.manifest.v1+json"})
    assert client.getresponse().read() is not None
    with between(registry, move) as server:
        code, out, _ = verify(where, f"{server.host}/team/app:2")
    assert code == 1 and digests["1"][7:19] in out


def lint(where, *words, status=0):
    code, out, err = plimsoll(where, "lint", "-f", "json", "--policy", "policy.yaml",
                              "--insecure-registry", "Dockerfile", *words)
    assert code == status, err
    report = json.loads(out)
    (coverage,) = [c for c in report["coverage"] if c["what"] == "signatures of images"]
    return [f for f in report["findings"] if f["kind"] == "trust"], coverage


def test_an_unsigned_base_image_is_a_finding(published):
    where, registry, _ = published
    name = f"{registry.host}/team/app"
    (where / "policy.yaml").write_text(
        "policy: team\ntrust:\n  signers: {release: {key: release.pub}}\n  images:\n"
        f"    - {{match: '{registry.host}/**', signed-by: release}}\n")
    (where / "Dockerfile").write_text(f"FROM {name}:1 AS build\nUSER 1\nFROM {name}:2\nUSER 1\n")
    findings, coverage = lint(where, "--verify-images")
    assert [(f["rule"], f["locations"][0]["line"]) for f in findings] == [("image-not-trusted", 3)]
    assert "0 of the 1 signers" in findings[0]["title"] and coverage["state"] == "assessed"
    findings, coverage = lint(where)
    assert findings == [] and coverage["state"] == "not-assessed"
    registry.close()
    findings, coverage = lint(where, "--verify-images", status=3)
    assert findings == [] and coverage["state"] == "not-assessed" and coverage["reason"]


def check(where, target, policy, *words):
    (where / "policy.yaml").write_text(policy)
    code, out, err = plimsoll(where, "check", "--policy", "policy.yaml", "--insecure-registry",
                              "-f", "json", target, *words)
    verdict = json.loads(out)["verdict"] if out.startswith("{") else None
    return code, verdict, err


def with_a_layer(where, registry):
    """team/app:3 and 4: an image that can be scanned, not signed yet."""
    layout = Layout.__new__(Layout)
    layout.path = where / "layout"
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w") as tar:
        tar.addfile(tarfile.TarInfo("etc/"), None)
    layer = layout.put(data.getvalue(), "application/vnd.oci.image.layer.v1.tar")
    config = layout.put(json.dumps({"architecture": "amd64", "os": "linux", "rootfs": {
        "type": "layers", "diff_ids": [layer["digest"]]}}).encode(), CONFIG)
    layout.tag(layout.put(json.dumps({"schemaVersion": 2, "mediaType": MANIFEST, "config": config,
                                      "layers": [layer]}).encode(), MANIFEST), "3")
    name = f"{registry.host}/team/app:3"
    code, _, err = plimsoll(where, "copy", "--insecure-registry", "oci:layout:3", f"docker://{name}")
    assert code == 0, err
    return name


def test_check_asks_the_part_trust(published):
    where, registry, _ = published
    name = with_a_layer(where, registry)
    policy = ("policy: team\ntrust:\n  signers: {release: {key: release.pub}}\n  images:\n"
              f"    - {{match: '{registry.host}/**', signed-by: release}}\n")
    code, verdict, err = check(where, f"docker://{name}", policy)
    assert code == 1 and verdict["decision"] == "deny", err
    assert verdict["reasons"][0]["rule"] == "trust"
    assert "0 of the 1 signers" in verdict["reasons"][0]["message"]
    code, _, err = plimsoll(where, "sign", "--insecure-registry", "--key", "k.key",
                            "--passphrase-file", passphrase_file(where), name)
    assert code == 0, err
    code, verdict, err = check(where, f"docker://{name}", policy)
    assert code == 0 and verdict["decision"] == "allow" and verdict["reasons"] == [], err
    code, verdict, err = check(where, "oci:layout:3", policy)
    assert code == 1 and "no image by its name in a registry" in verdict["reasons"][0]["message"]
    code, verdict, err = check(where, "oci:layout:3", "unknown: warn\n" + policy)
    assert code == 0 and verdict["decision"] == "warn"
    code, _, err = check(where, f"docker://{name}", policy.replace("release.pub", "gone.pub"))
    assert code == 2 and "gone.pub" in err
