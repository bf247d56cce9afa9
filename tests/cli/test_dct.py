# SPDX-License-Identifier: Apache-2.0
"""Docker Content Trust, live: plimsoll trust against Debian's notary-server and -signer, both ways
with Debian's notary, and docker pull of what was signed here."""
import hashlib
import json
import os
import shutil
import subprocess
import time

import pytest

from notary_tools import PLIMSOLL, Between, NotaryServer, Publisher, make_ca, need
from servers import (DOCKER_MANIFEST, Registry, TokenServer, login, manifest_of, push_blob,
                     push_manifest)

GUN = "example.com/team/app"
ONE = "sha256:" + hashlib.sha256(b"1").hexdigest()
TWO = "sha256:" + hashlib.sha256(b"2").hexdigest()


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    server = NotaryServer(tmp_path_factory.mktemp("notary"))
    yield server
    server.close()


@pytest.fixture
def publisher(tmp_path, server, request):
    """Of a collection of the test's own."""
    name = hashlib.sha256(request.node.name.encode()).hexdigest()[:16]
    return Publisher(tmp_path, server, f"{GUN}/{name}")


def begin(publisher, *tags):
    publisher.trust("init", publisher.gun, "--publish")
    for tag, digest in tags or [("1", ONE)]:
        publisher.trust("add", publisher.gun, tag, digest, "--size", 1)
    publisher.trust("publish", publisher.gun)


def certificate(work, name):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:P-256", "-nodes", "-keyout", f"{name}.key", "-out",
                    f"{name}.crt", "-days", "30", "-subj", f"/CN={name}"], cwd=work, check=True,
                   capture_output=True)
    return work / f"{name}.crt", work / f"{name}.key"


# --- both programs agree ---

def test_what_is_published_here_holds_for_notary(publisher):
    begin(publisher, ("1", ONE), ("2", TWO))
    assert publisher.lookup("1") == ONE and publisher.lookup("2") == TWO
    publisher.notary("lookup", publisher.gun, "3", status=1)
    publisher.trust("remove", publisher.gun, "1", "--publish")
    publisher.notary("lookup", publisher.gun, "1", status=1)
    assert publisher.tags() == {"2": (TWO, "targets")}


def test_what_notary_publishes_holds_here(publisher):
    publisher.notary("init", publisher.gun, "-p")
    publisher.notary("addhash", publisher.gun, "1", "1", "--sha256", ONE[7:], "-p")
    assert publisher.tags("--tofu") == {"1": (ONE, "targets")}
    # and with notary's keys and changes it goes on here
    other = Publisher(publisher.work, publisher.server, publisher.gun, "notary-home")
    publisher.notary("addhash", publisher.gun, "2", "2", "--sha256", TWO[7:])
    shown = json.loads(other.trust("inspect", other.gun, "--format", "json").stdout)
    assert shown["not_published"] == [f"add 2 to targets ({TWO})"]
    assert "signed targets\n" in other.trust("publish", other.gun).stderr
    assert publisher.lookup("2", home="third") == TWO
    shown = json.loads(other.trust("inspect", other.gun, "--format", "json").stdout)
    assert shown["not_published"] == []


def test_a_signer_apart_holds_the_keys(tmp_path):
    server = NotaryServer(tmp_path, signer=True)
    try:
        publisher = Publisher(tmp_path, server, GUN)
        begin(publisher)
        assert publisher.lookup("1") == ONE
        publisher.trust("rotate", GUN, "snapshot", "--server-managed")
        publisher.trust("rotate", GUN, "timestamp", "--server-managed")
        assert publisher.lookup("1") == ONE
    finally:
        server.close()


@pytest.mark.parametrize("role,words", [("root", []), ("targets", []), ("snapshot", []),
                                        ("snapshot", ["--server-managed"]),
                                        ("timestamp", ["--server-managed"])])
def test_rotation_holds_for_those_who_knew_the_old_key(publisher, role, words):
    begin(publisher)
    assert publisher.lookup("1") == ONE
    before = json.loads(publisher.trust("inspect", publisher.gun, "--format", "json").stdout)
    publisher.trust("rotate", publisher.gun, role, *words)
    after = json.loads(publisher.trust("inspect", publisher.gun, "--format", "json").stdout)
    keys = [{row["name"]: row["keys"] for row in shown["roles"]} for shown in (before, after)]
    assert [name for name in keys[0] if keys[0][name] != keys[1][name]] == [role]
    assert publisher.lookup("1") == ONE and publisher.lookup("1", home="new") == ONE
    publisher.trust("add", publisher.gun, "2", TWO, "--size", 1, "--publish")
    assert publisher.lookup("2") == TWO
    if role == "root":
        assert before["root_certificate"] != after["root_certificate"]


def test_two_rotations_that_were_not_seen_are_followed_one_by_one(publisher):
    begin(publisher)
    reader = Publisher(publisher.work, publisher.server, publisher.gun, "reader")
    reader.tags("--tofu")
    publisher.trust("rotate", publisher.gun, "root")
    publisher.trust("rotate", publisher.gun, "root")
    publisher.trust("rotate", publisher.gun, "root")
    assert reader.tags() == {"1": (ONE, "targets")}


def test_delegations(publisher):
    begin(publisher)
    cert, key = certificate(publisher.work, "alice")
    publisher.trust("delegate", "add", publisher.gun, "releases", cert, "--publish")
    assert "targets/releases" in publisher.trust("delegate", "list", publisher.gun).stdout
    assert "targets/releases" in publisher.notary("delegation", "list", publisher.gun).stdout
    assert publisher.tags() == {"1": (ONE, "targets")}  # nobody signed the delegation yet
    publisher.notary("key", "import", key, "--role", "targets/releases")
    publisher.notary("addhash", publisher.gun, "1", "1", "--sha256", TWO[7:], "-r",
                     "targets/releases", "-p")
    rows = json.loads(publisher.trust("list", publisher.gun, "--format", "json").stdout)
    assert [(row["digest"], row["role"]) for row in rows] == [(ONE, "targets"),
                                                              (TWO, "targets/releases")]
    # with alice's key this program signs for her as well
    alice = Publisher(publisher.work, publisher.server, publisher.gun, "notary-home")
    alice.trust("add", alice.gun, "9", ONE, "--size", 1, "--role", "releases", "--publish")
    assert publisher.lookup("9", home="other") == ONE
    folder = publisher.home / "tuf" / publisher.gun / "metadata"
    publisher.tags()
    done = subprocess.run([PLIMSOLL, "verify", "dct", folder, "--gun", publisher.gun, "--tag", "1",
                           "--print-reference"], capture_output=True, text=True)
    assert done.stdout == f"{publisher.gun}@{TWO}\n"  # as docker pull: releases first
    publisher.trust("delegate", "remove", publisher.gun, "releases", "--publish")
    assert publisher.tags() == {"1": (ONE, "targets")}


def test_a_delegation_keeps_to_its_paths(publisher):
    begin(publisher)
    cert, key = certificate(publisher.work, "bob")
    publisher.trust("delegate", "add", publisher.gun, "bob", cert, "--path", "nightly-", "-p")
    publisher.notary("key", "import", key, "--role", "targets/bob")
    bob = Publisher(publisher.work, publisher.server, publisher.gun, "notary-home")
    bob.trust("add", bob.gun, "stable", ONE, "--size", 1, "--role", "bob", "--tofu")
    done = bob.trust("publish", bob.gun, "--tofu", status=1)
    assert "targets/bob may not hold the tag stable" in done.stderr


# --- what does not hold ---

def test_nothing_is_believed_without_a_pin(publisher):
    begin(publisher)
    reader = Publisher(publisher.work, publisher.server, publisher.gun, "reader")
    done = reader.trust("list", reader.gun, status=1)
    assert "was never seen, and nothing says to believe it" in done.stderr
    shown = json.loads(publisher.trust("inspect", publisher.gun, "--format", "json").stdout)
    for pin in (shown["root_certificate"], shown["root_certificate_sha256"]):
        assert reader.tags("--root-cert", pin)
        shutil.rmtree(reader.home)
    done = reader.trust("list", reader.gun, "--root-cert", "0" * 64, status=1)
    assert "not one that is pinned" in done.stderr
    assert reader.tags("--tofu")
    assert reader.tags()  # it was kept
    done = reader.trust("list", reader.gun, "--root-cert", "0" * 64, status=1)
    assert "not one that is pinned" in done.stderr


def recorded(publisher):
    """The server's answers of this moment, by path."""
    base = f"/v2/{publisher.gun}/_trust/tuf/"
    files = {}
    for name in ("root", "timestamp", "snapshot", "targets"):
        status, files[f"{name}.json"] = publisher.server.ask("GET", f"{base}{name}.json")
        assert status == 200
        files[f"{name}.{hashlib.sha256(files[name + '.json']).hexdigest()}.json"] = \
            files[f"{name}.json"]
    return {base + name: data for name, data in files.items()}


def test_metadata_of_yesterday_is_refused(publisher):
    begin(publisher)
    old = recorded(publisher)
    publisher.trust("add", publisher.gun, "2", TWO, "--size", 1, "--publish")
    reader = Publisher(publisher.work, publisher.server, publisher.gun, "reader")
    assert "2" in reader.tags("--tofu")
    with Between(publisher.server, lambda rq: rq.path in old and (rq.reply(200, old[rq.path]), 1)) \
            as between:
        replayed = Publisher(publisher.work, publisher.server, publisher.gun, "reader",
                             between.url(""))
        done = replayed.trust("list", publisher.gun, status=1)
        assert "timestamp: version 2 was served, version 3 was seen before" in done.stderr
    assert "2" in reader.tags()


def test_a_mix_of_two_states_is_refused(publisher):
    begin(publisher)
    old = {path: data for path, data in recorded(publisher).items() if "/targets." in path}
    publisher.trust("add", publisher.gun, "2", TWO, "--size", 1, "--publish")
    data = next(iter(old.values()))
    meddle = lambda rq: "/targets." in rq.path and (rq.reply(200, data), 1)  # noqa: E731
    with Between(publisher.server, meddle) as between:
        reader = Publisher(publisher.work, publisher.server, publisher.gun, "reader",
                           between.url(""))
        done = reader.trust("list", publisher.gun, "--tofu", status=1)
    assert "targets: it has 414 bytes instead of 498" in done.stderr


def test_an_expired_timestamp_is_refused_and_told_before(publisher):
    begin(publisher)
    day = lambda n: time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + n * 86400))  # noqa: E731
    assert "expires" not in publisher.trust("list", publisher.gun).stderr
    done = publisher.trust("list", publisher.gun, "--now", day(12))
    assert "timestamp expires on" in done.stderr
    done = publisher.trust("list", publisher.gun, "--now", day(15), status=1)
    assert "timestamp expired on" in done.stderr
    assert publisher.tags("--offline") == {"1": (ONE, "targets")}
    done = publisher.trust("list", publisher.gun, "--offline", "--now", day(15), status=1)
    assert "timestamp expired on" in done.stderr


def test_endless_answers_end(publisher):
    begin(publisher)

    def endless(rq):
        if not rq.path.endswith("timestamp.json"):
            return False
        rq.reply(200, b" " * (3 << 20))
        return True

    with Between(publisher.server, endless) as between:
        reader = Publisher(publisher.work, publisher.server, publisher.gun, "reader",
                           between.url(""))
        done = reader.trust("list", publisher.gun, "--tofu", status=1)
    assert "timestamp" in done.stderr


def test_a_collection_that_nobody_signed_is_refused(publisher):
    done = publisher.trust("list", publisher.gun, "--tofu", status=1)
    assert f"there is no trust data for {publisher.gun}" in done.stderr


# --- publishing that fails, and publishing at the same time ---

def test_a_failed_publish_can_be_tried_again(publisher):
    begin(publisher)
    publisher.trust("add", publisher.gun, "2", TWO, "--size", 1)
    gone = Publisher(publisher.work, publisher.server, publisher.gun, "home", "https://127.0.0.1:1")
    done = gone.trust("publish", publisher.gun, status=2)
    assert "127.0.0.1:1" in done.stderr
    refusal = b'{"errors":[{"code":"INVALID_UPDATE","message":"Update is invalid.","detail":"no"}]}'
    with Between(publisher.server, lambda rq: rq.command == "POST" and (rq.reply(400, refusal), 1)) \
            as between:
        refused = Publisher(publisher.work, publisher.server, publisher.gun, "home",
                            between.url(""))
        done = refused.trust("publish", publisher.gun, status=1)
        assert "refused: Update is invalid.: no" in done.stderr
    assert "2" not in publisher.tags()
    publisher.trust("publish", publisher.gun)
    assert publisher.lookup("2") == TWO


def test_another_publish_in_between_is_built_upon(publisher):
    begin(publisher)
    shutil.copytree(publisher.home, publisher.work / "other")
    other = Publisher(publisher.work, publisher.server, publisher.gun, "other")
    publisher.trust("add", publisher.gun, "mine", ONE, "--size", 1)
    done = []

    def first(rq):
        if rq.command == "POST" and not done:
            done.append(1)
            other.trust("add", other.gun, "theirs", TWO, "--size", 1, "--publish")
        return False

    with Between(publisher.server, first) as between:
        mine = Publisher(publisher.work, publisher.server, publisher.gun, "home", between.url(""))
        told = mine.trust("publish", publisher.gun)
    assert "somebody else had published in between" in told.stderr
    assert publisher.lookup("mine") == ONE and publisher.lookup("theirs") == TWO


def test_a_first_publish_whose_answer_is_lost_goes_on(publisher):
    publisher.trust("init", publisher.gun)

    def lose(rq):
        if rq.command != "POST":
            return False
        publisher.server.ask("POST", rq.path, rq.form, {"Content-Type": rq.headers["Content-Type"]})
        rq.cut()
        return True

    with Between(publisher.server, lose) as between:
        mine = Publisher(publisher.work, publisher.server, publisher.gun, "home", between.url(""))
        mine.trust("publish", publisher.gun, status=2)
    publisher.trust("add", publisher.gun, "1", ONE, "--size", 1, "--publish")
    assert publisher.lookup("1") == ONE


def test_init_is_done_once(publisher):
    begin(publisher)
    done = publisher.trust("init", publisher.gun, status=2)
    assert "is there already" in done.stderr
    fresh = Publisher(publisher.work, publisher.server, publisher.gun + "2", "home")
    fresh.trust("init", fresh.gun)
    assert "waits to be published" in fresh.trust("init", fresh.gun, status=2).stderr
    assert "was never begun" in Publisher(publisher.work, publisher.server, publisher.gun + "3") \
        .trust("publish", publisher.gun + "3", status=2).stderr


def test_keys_are_written_for_docker_and_for_nobody_else(publisher):
    begin(publisher)
    keys = sorted((publisher.home / "private").glob("*.key"))
    assert len(keys) == 2
    texts = [path.read_text() for path in keys]
    assert all("BEGIN ENCRYPTED PRIVATE KEY" in text for text in texts)
    assert sorted(text.splitlines()[1:3] for text in texts) == [
        [f"gun: {publisher.gun}", "role: targets"], ["role: root", ""]]
    assert {path.stat().st_mode & 0o777 for path in keys} == {0o600}
    listed = publisher.notary("key", "list", home="home").stdout
    assert "root" in listed and "targets" in listed


def test_a_wrong_passphrase_is_told(publisher):
    begin(publisher)
    (publisher.work / "wrong").write_text("battery staple\n")
    (publisher.work / "wrong").chmod(0o600)
    publisher.trust("add", publisher.gun, "2", TWO, "--size", 1)
    done = publisher.trust("publish", publisher.gun, "--passphrase-file", publisher.work / "wrong",
                           status=1)
    assert "the passphrase does not open the key" in done.stderr


def test_a_token_is_asked_for_with_the_collection_as_scope(tmp_path):
    pytest.importorskip("cryptography", reason="python3-cryptography is not installed")
    make_ca(tmp_path)
    with TokenServer(tmp_path, False) as tokens:
        ca = (tmp_path / "ca.crt").read_bytes()
        (tmp_path / "token-ca.crt").write_bytes(ca)
        key, cert = ((tmp_path / f"server.{kind}").read_bytes() for kind in ("key", "crt"))
        server = NotaryServer(tmp_path, auth={"type": "token", "options": {
            "realm": tokens.url("/token"), "service": "s", "issuer": "probe-issuer",
            "rootcertbundle": str(tmp_path / "token-ca.crt")}})
        # making the server made its own CA: the tokens stay those of the first one
        tokens.folder = tmp_path / "tokens"
        tokens.folder.mkdir()
        (tokens.folder / "server.key").write_bytes(key)
        (tokens.folder / "server.crt").write_bytes(cert)
        try:
            publisher = Publisher(tmp_path, server, GUN)
            done = publisher.trust("init", GUN, "--publish", status=1)
            assert "is not encrypted" in done.stderr
            done = publisher.trust("init", GUN, "--publish", "--insecure-registry", status=1)
            assert "log in first" in done.stderr or "not logged in" in done.stderr
            auth = login(tmp_path, "example.com", "user", "hunter2")
            publisher.trust("init", GUN, "--publish", "--authfile", auth, "--insecure-registry")
            scopes = [path for _, path, _ in tokens.seen if "scope=" in path]
            assert any("push" in path for path in scopes), scopes
        finally:
            server.close()


# --- docker, and the way away from it ---

@pytest.fixture
def images(tmp_path):
    need("docker-registry")
    registry = Registry(tmp_path, tmp_path / "registry")
    yield registry
    registry.close()


def push_image(host, name, tag, word):
    """A small image that docker takes; (digest, bytes of its manifest)."""
    import gzip
    import io
    import tarfile
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        member = tarfile.TarInfo("word")
        member.size = len(word)
        tar.addfile(member, io.BytesIO(word.encode()))
    plain = buffer.getvalue()
    layer = push_blob(host, name, gzip.compress(plain))
    diff = "sha256:" + hashlib.sha256(plain).hexdigest()
    config = push_blob(host, name, json.dumps({
        "architecture": "amd64", "os": "linux", "config": {},
        "rootfs": {"type": "layers", "diff_ids": [diff]}}).encode())
    return push_manifest(host, name, tag, manifest_of(config, layer, DOCKER_MANIFEST),
                         DOCKER_MANIFEST)


def test_migrate_signs_what_is_trusted_and_reports_the_rest(publisher, images):
    gun = publisher.gun = f"{images.host}/team/app"
    digest, size = push_image(images.host, "team/app", "1", "one")
    plain = ["--insecure-registry"]
    publisher.trust("init", gun, "--publish")
    publisher.trust("add", gun, "1", f"{images.host}/team/app:1", "--publish", *plain)
    assert publisher.lookup("1") == digest
    publisher.trust("add", gun, "gone", TWO, "--size", 1)
    publisher.trust("add", gun, "short", digest, "--size", size - 1, "--publish")
    subprocess.run([PLIMSOLL, "key", "generate", "-o", "new", "--passphrase-env",
                    "NOTARY_ROOT_PASSPHRASE"], cwd=publisher.work, env=publisher.environment(),
                   check=True, capture_output=True)
    done = publisher.trust("migrate", gun, *plain, "--format", "json", status=1)
    outcomes = {row["tag"]: row["outcome"] for row in json.loads(done.stdout)["tags"]}
    assert outcomes == {"1": "can be migrated", "gone": "refused", "short": "refused"}
    words = ["migrate", gun, "--key", "new.key", "--passphrase-env", "NOTARY_ROOT_PASSPHRASE",
             *plain]
    done = publisher.trust(*words, status=1)
    assert "1 migrated, 0 signed before, 2 refused" in done.stdout
    assert "the image that was signed is no longer in" in done.stdout
    assert f"{size - 1} bytes were signed, the registry has {size}" in " ".join(done.stdout.split())
    done = subprocess.run([PLIMSOLL, "verify", f"{images.host}/team/app:1", "--key", "new.pub",
                           *plain], cwd=publisher.work, env=publisher.environment(),
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    done = publisher.trust(*words, status=1)
    assert "0 migrated, 1 signed before, 2 refused" in done.stdout


def test_migrate_takes_no_word_of_a_delegation_beyond_its_paths(publisher, images):
    gun = publisher.gun = f"{images.host}/team/app"
    one, _ = push_image(images.host, "team/app", "1", "one")
    two, _ = push_image(images.host, "team/app", "2", "two")
    plain = ["--insecure-registry"]
    publisher.trust("init", gun, "--publish")
    publisher.trust("add", gun, "latest", f"{gun}:1", "--publish", *plain)
    cert, key = certificate(publisher.work, "carol")
    publisher.trust("delegate", "add", gun, "releases", cert, "--publish")
    publisher.notary("key", "import", key, "--role", "targets/releases")
    carol = Publisher(publisher.work, publisher.server, gun, "notary-home")
    carol.trust("add", gun, "latest", f"{gun}:2", "--role", "releases", "--publish", "--tofu",
                *plain)
    # what she signed stays, but she may speak for nightly builds alone from now on
    publisher.trust("delegate", "add", gun, "releases", cert, "--path", "nightly-")
    publisher.trust("delegate", "remove", gun, "releases", "--path", "", "--publish")
    assert publisher.lookup("latest") == one
    assert publisher.tags() == {"latest": (one, "targets")}
    done = publisher.trust("migrate", gun, *plain, "--format", "json", status=1)
    rows = {row["role"]: row for row in json.loads(done.stdout)["tags"]}
    assert rows["targets"]["outcome"] == "can be migrated" and rows["targets"]["digest"] == one
    assert rows["targets/releases"]["outcome"] == "refused", two
    assert "paths" in rows["targets/releases"]["why"]


def test_an_image_is_verified_by_what_its_tag_was_signed_for(publisher, images):
    gun = publisher.gun = f"{images.host}/team/app"
    digest, _ = push_image(images.host, "team/app", "1", "one")
    push_image(images.host, "team/app", "2", "two")
    publisher.trust("init", gun, "--publish")
    publisher.trust("add", gun, "1", f"{gun}:1", "--publish", "--insecure-registry")

    def verify(tag, *words, status=0, server=publisher.server.url):
        done = subprocess.run(
            [PLIMSOLL, "verify", f"{gun}:{tag}", "--dct", "--dct-server", server, "--tls-ca",
             publisher.server.ca, "--dct-dir", publisher.work / "reader", "--insecure-registry",
             *words], env=publisher.environment(), capture_output=True, text=True, timeout=60)
        assert done.returncode == status, done.stdout + done.stderr
        return " ".join(done.stdout.split()) + done.stderr

    assert "nothing says to believe it" in verify("1", status=1)
    assert "root" in verify("1", "--root-cert", "0" * 64, status=1)
    assert verify("1", "--tofu", "--print-reference").strip() == f"{gun}@{digest}"
    assert "is not signed" in verify("2", status=1)
    assert "leave --policy" in verify("1", "--key", "x.pub", status=2)
    verify("1", status=2, server="https://127.0.0.1:1")
    verify("1", "--offline")
    moved, _ = push_image(images.host, "team/app", "1", "moved")
    told = verify("1", status=1)
    assert f"was signed for {digest[:19]}, the registry has {moved[:19]}" in told
    assert "pull the digest that was signed" in told


@pytest.fixture
def docker(tmp_path, server, images):
    """The docker client, trusting the server, with a daemon of its own."""
    need("docker", "dockerd", "containerd")
    config = tmp_path / "docker"
    tls = config / "tls" / f"127.0.0.1:{server.port}"
    tls.mkdir(parents=True)
    shutil.copy(server.ca, tls / "ca.crt")
    socket = tmp_path / "d.sock"
    log = (tmp_path / "dockerd.log").open("w")
    daemon = subprocess.Popen(
        [shutil.which("dockerd"), "--data-root", tmp_path / "data", "--exec-root",
         tmp_path / "exec", "-H", f"unix://{socket}", "--pidfile", tmp_path / "docker.pid",
         "--iptables=false", "--bridge=none", "--storage-driver", "vfs", "--insecure-registry",
         images.host], stdout=log, stderr=log)
    env = {**os.environ, "DOCKER_HOST": f"unix://{socket}", "DOCKER_CONFIG": str(config),
           "DOCKER_CONTENT_TRUST": "1", "DOCKER_CONTENT_TRUST_SERVER": server.url}

    def run(*words):
        return subprocess.run([shutil.which("docker"), *words], env=env, capture_output=True,
                              text=True, timeout=60)

    try:
        for _ in range(200):
            if run("version").returncode == 0:
                break
            if daemon.poll() is not None:
                pytest.skip("dockerd does not start here")
            time.sleep(0.1)
        else:
            pytest.skip("dockerd does not answer")
        yield run
    finally:
        daemon.terminate()
        daemon.wait()
        log.close()


def test_docker_pulls_what_was_signed_and_nothing_else(publisher, images, docker):
    gun = publisher.gun = f"{images.host}/team/app"
    digest, _ = push_image(images.host, "team/app", "1", "one")
    push_image(images.host, "team/app", "2", "two")
    publisher.trust("init", gun, "--publish")
    publisher.trust("add", gun, "1", f"{gun}:1", "--publish", "--insecure-registry")
    done = docker("pull", f"{gun}:1")
    assert done.returncode == 0, done.stderr
    assert digest in done.stdout
    done = docker("pull", f"{gun}:2")
    assert done.returncode != 0
    assert "trust data" in done.stderr
    # another image under the signed tag: the digest decides
    push_image(images.host, "team/app", "1", "other")
    done = docker("pull", f"{gun}:1")
    assert done.returncode == 0 and digest in done.stdout
    # docker's own directory is read here
    shown = Publisher(publisher.work, publisher.server, gun, "docker/trust").tags("--offline")
    assert shown == {"1": (digest, "targets")}
