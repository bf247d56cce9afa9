# SPDX-License-Identifier: Apache-2.0
"""plimsoll squash: the merged tree stays the same, what a layer hid is gone; hostile layers stay inside."""
import gzip
import hashlib
import io
import json
import os
import signal
import subprocess
import tarfile
import time

import pytest

from test_scan import PLIMSOLL, docker_archive, run

# Made up, in the form that GitHub gives its tokens.
SECRET = "ghp_" + "brKIRaGSxoHYL9f6SN23dsP8KvZJLIke1qUF"


def can_make_namespaces():
    return subprocess.run(["unshare", "--user", "--map-root-user", "--mount", "--pid", "--fork", "--net",
                           "true"], capture_output=True, check=False).returncode == 0


pytestmark = pytest.mark.skipif(not can_make_namespaces(),
                                reason="this kernel or container lets nobody make user namespaces")


def entry(name, content=b"", kind=tarfile.REGTYPE, link="", mode=0o644, uid=0, gid=0, mtime=1000, pax=None):
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.mode, info.uid, info.gid, info.mtime = kind, link, mode, uid, gid, mtime
    info.pax_headers = pax or {}
    info.size = len(content)
    return info, content


def folder(name, mode=0o755, **more):
    return entry(name, kind=tarfile.DIRTYPE, mode=mode, **more)


def layer(*entries):
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for info, content in entries:
            tar.addfile(info, io.BytesIO(content))
    return raw.getvalue()


def blob(layout, digest):
    return (layout / "blobs" / "sha256" / digest.removeprefix("sha256:")).read_bytes()


def read_layout(layout):
    """config, and the layers' tars."""
    index = json.loads((layout / "index.json").read_text())
    manifest_bytes = blob(layout, index["manifests"][0]["digest"])
    assert hashlib.sha256(manifest_bytes).hexdigest() == index["manifests"][0]["digest"][7:]
    manifest = json.loads(manifest_bytes)
    config = json.loads(blob(layout, manifest["config"]["digest"]))
    tars = []
    for part, diff_id in zip(manifest["layers"], config["rootfs"]["diff_ids"], strict=True):
        data = blob(layout, part["digest"])
        assert (len(data), hashlib.sha256(data).hexdigest()) == (part["size"], part["digest"][7:])
        plain = gzip.decompress(data) if part["mediaType"].endswith("+gzip") else data
        assert hashlib.sha256(plain).hexdigest() == diff_id[7:]
        tars.append(plain)
    return config, tars


def tree(tars):
    """path -> what it is, of layers on each other; hard links are shown as what they lead to."""
    seen = {}
    for data in tars:
        now = {}
        with tarfile.open(fileobj=io.BytesIO(data)) as tar:
            for m in tar:
                path = os.path.normpath(m.name)
                base = os.path.basename(path)
                if base == ".wh..wh..opq" or base.startswith(".wh."):
                    where = os.path.dirname(path)
                    gone = where if base == ".wh..wh..opq" else os.path.join(where, base[4:])
                    for k in [k for k in seen if k.startswith(gone + "/") or (k == gone != where)]:
                        del seen[k]
                    continue
                if m.islnk():
                    now[path] = now.get(m.linkname) or seen[m.linkname]
                    continue
                text = tar.extractfile(m).read() if m.isreg() else b""
                now[path] = (m.type, m.mode, m.uid, m.gid, m.linkname, text, m.mtime,
                             {k: v for k, v in m.pax_headers.items() if k.startswith("SCHILY.xattr.")})
        for path, what in now.items():
            if path in seen and seen[path][0] == tarfile.DIRTYPE != what[0]:
                for k in [k for k in seen if k.startswith(path + "/")]:
                    del seen[k]
        seen.update(now)
    return seen


CAPABILITY = {"SCHILY.xattr.user.note": "kept"}
LAYERS = [
    layer(folder("etc"), entry("etc/a", b"one", uid=7, gid=8, mode=0o640), folder("opt"), folder("opt/d"),
          entry("opt/d/x", b"x"), entry("opt/d/y", b"y"), entry("bin/su", b"su", mode=0o4755),
          entry("lib", kind=tarfile.SYMTYPE, link="usr/lib", mode=0o777), folder("usr"), folder("usr/lib")),
    layer(folder("root", 0o700), entry("root/token", f"TOKEN={SECRET}\n".encode()), entry("etc/b", b"b" * 5000),
          entry("etc/c", kind=tarfile.LNKTYPE, link="etc/b"), entry("lib/through", b"a link"),
          entry("dev/null", kind=tarfile.CHRTYPE)),
    layer(entry("root/.wh.token"), entry("opt/d/.wh..wh..opq"), entry("opt/d/z", b"z", pax=CAPABILITY),
          entry("etc/a", b"two", mtime=2000.5)),
]


def squash(tmp_path, *args, layers=None, status=0, config=None):
    docker_archive(tmp_path / "image.tar", layers or LAYERS, config)
    return run(tmp_path, "squash", "image.tar", "-o", "oci:out", "--no-cache", *args, status=status)


def test_all_layers_become_one_with_the_same_tree(tmp_path):
    squash(tmp_path)
    config, tars = read_layout(tmp_path / "out")
    assert len(tars) == 1
    want = tree(LAYERS)
    # layer.md: what is written through a symlink of a lower layer lies where that leads.
    want["usr/lib/through"] = want.pop("lib/through")
    got = tree(tars)
    for implied in ("bin", "dev"):
        assert got.pop(implied)[1] == 0o755
    assert got == want
    assert [h.get("empty_layer", False) for h in config["history"]] == [True, True, True, False]
    assert config["history"][-1]["created_by"] == "plimsoll squash: layers 1 to 3"
    assert config["config"] == {"User": "app"}


def test_hard_links_stay_links(tmp_path):
    squash(tmp_path)
    with tarfile.open(fileobj=io.BytesIO(read_layout(tmp_path / "out")[1][0])) as tar:
        assert (tar.getmember("etc/c").islnk(), tar.getmember("etc/c").linkname) == (True, "etc/b")


def test_hiding_again_and_again_takes_no_longer(tmp_path):
    """Each whiteout used to look at every file of its folder."""
    many = [folder("d"), *(entry(f"d/{i}") for i in range(20000))]
    hidden = [layer(entry(name))[:512] * 100000 for name in ("d/.wh.none", "d/.wh..wh..opq")]
    before = time.monotonic()
    squash(tmp_path, layers=[layer(*many), *(h + bytes(1024) for h in hidden)])
    assert time.monotonic() - before < 20
    assert set(tree(read_layout(tmp_path / "out")[1])) == {"d"}


def test_a_deleted_secret_is_gone(tmp_path):
    done = squash(tmp_path, "--from", "secret")
    assert b"secrets before: 1, after: 0" in done.stdout and b"rotate it" in done.stdout
    tars = read_layout(tmp_path / "out")[1]
    assert len(tars) == 2 and tars[0] == LAYERS[0]
    assert all(SECRET.encode() not in t for t in tars)
    assert SECRET.encode() not in done.stdout + done.stderr


def test_what_is_deleted_below_is_whited_out(tmp_path):
    squash(tmp_path, "--from", "2")
    with tarfile.open(fileobj=io.BytesIO(read_layout(tmp_path / "out")[1][1])) as tar:
        names = tar.getnames()
    assert {"opt/d/.wh.x", "opt/d/.wh.y", "opt/d/z", "opt/d"} <= set(names)
    assert "root/.wh.token" not in names  # nothing below has it
    assert tree(read_layout(tmp_path / "out")[1])["etc/a"][5] == b"two"


def test_a_secret_that_shows_stays_until_it_is_removed(tmp_path):
    done = squash(tmp_path, layers=LAYERS[:2], status=1)
    assert b"secrets before: 1, after: 1" in done.stdout and b"(--remove root/token)" in done.stdout
    done = squash(tmp_path, "--remove", "root/token", layers=LAYERS[:2])
    assert b"after: 0" in done.stdout
    assert "root/token" not in tree(read_layout(tmp_path / "out")[1])


def test_the_same_image_gives_the_same_bytes(tmp_path):
    docker_archive(tmp_path / "image.tar", LAYERS)
    env = {**os.environ, "SOURCE_DATE_EPOCH": "1700000000", "XDG_CACHE_HOME": str(tmp_path / "cache")}
    for out in ("one", "two"):
        subprocess.run([PLIMSOLL, "squash", "image.tar", "-q", "-o", f"oci:{out}"], cwd=tmp_path, env=env,
                       check=True, capture_output=True, timeout=60)
    assert (tmp_path / "one/index.json").read_bytes() == (tmp_path / "two/index.json").read_bytes()


def test_a_docker_archive_can_be_read_again(tmp_path):
    docker_archive(tmp_path / "image.tar", LAYERS)
    run(tmp_path, "squash", "image.tar", "-o", "docker-archive:out.tar:new:1", "--no-cache")
    report = json.loads(run(tmp_path, "scan", "out.tar", "--format", "json", "--no-cache").stdout)
    assert (report["image"]["name"], len(report["layers"])) == ("new:1", 1)


def test_another_tag_of_the_layout_stays(tmp_path):
    docker_archive(tmp_path / "image.tar", LAYERS)
    for tag in ("a", "b", "a"):
        run(tmp_path, "squash", "image.tar", "-o", f"oci:out:{tag}", "--no-cache")
    index = json.loads((tmp_path / "out/index.json").read_text())
    assert sorted(m["annotations"]["org.opencontainers.image.ref.name"] for m in index["manifests"]) == ["a", "b"]


def test_the_layout_is_for_all_to_read(tmp_path):
    squash(tmp_path)
    umask = os.umask(0)
    os.umask(umask)
    files = [p for p in (tmp_path / "out").rglob("*") if p.is_file()]
    assert len(files) == 5
    assert {p.name: oct(p.stat().st_mode & 0o777) for p in files} == {p.name: oct(0o644 & ~umask) for p in files}


SECRET_CONFIG = {
    "config": {"Env": ["PATH=/bin", f"API_KEY={SECRET}"], "Labels": {"key": SECRET, "b": "c"}},
    "history": [{"created_by": f"RUN |1 TOKEN={SECRET} /bin/sh -c make # buildkit"},
                {"created_by": "RUN two"}, {"created_by": "RUN three"}]}


def test_what_stays_is_named_and_can_be_taken_away(tmp_path):
    config = {"architecture": "amd64", "os": "linux", **SECRET_CONFIG}
    done = squash(tmp_path, "--from", "2", config=config, status=1)
    text = " ".join(done.stdout.decode().split())
    assert "history 1 RUN: " in text and "ENV API_KEY" in text and "(--drop-history)" in text, text
    assert SECRET not in text and all(len(line) <= 80 for line in done.stdout.decode().splitlines())
    done = squash(tmp_path, "--from", "2", "--drop-history", config=config, status=1)
    text = " ".join(done.stdout.decode().split())
    assert "(--unset-env API_KEY)" in text and "LABEL key" in text, text
    cut = ["--from", "2", "--drop-history", "--unset-env", "API_KEY", "--unset-label", "key"]
    done = squash(tmp_path, *cut, "--dry-run", config=config)
    assert b"after: 0" in done.stdout and b"nothing is written" in done.stdout
    assert "API_KEY" in json.dumps(read_layout(tmp_path / "out")[0])
    done = squash(tmp_path, *cut, config=config)
    assert b"after: 0" in done.stdout
    got = read_layout(tmp_path / "out")[0]
    assert SECRET not in json.dumps(got)
    assert got["config"] == {"Env": ["PATH=/bin"], "Labels": {"b": "c"}}
    assert [h["created_by"] for h in got["history"]] == ["plimsoll squash: layers 2 to 3"] * 2


def test_advice_names_layers_instruction_and_rotation(tmp_path):
    docker_archive(tmp_path / "image.tar", LAYERS)
    done = run(tmp_path, "squash", "image.tar", "--advise", "--no-cache", status=1)
    text = " ".join(done.stdout.decode().split())
    for part in ("must be treated as leaked", "root/token", "layers 2 to 3", "brought by RUN step 1",
                 "--mount=type=secret,id=token,target=/root/token", "github.com/settings/tokens"):
        assert part in text, text
    assert SECRET not in text


def test_advice_is_once_for_one_place_and_fits_it(tmp_path):
    other = SECRET[:4] + SECRET[:3:-1]
    config = {"config": {"Cmd": ["app", "--token", SECRET]},
              "history": [{"created_by": f"RUN /bin/sh -c curl -H 'Authorization: token {other}' x; "
                                         f"curl -H 'Authorization: token {other[:-4]}aBcD' x"}]}
    docker_archive(tmp_path / "image.tar", [LAYERS[0]], config)
    said = run(tmp_path, "squash", "image.tar", "--advise", "--no-cache", status=1).stdout.decode()
    text = " ".join(said.split())
    assert text.count("in history 1 RUN, for all to read") == 1 and "2 times: GitHub" in text, said
    assert "rebuild layer 1, the topmost" in text and "brought by RUN curl" in text, said
    assert "the command reads it when it runs" in text.split("in CMD")[1].split("rotate")[0], said


# ---- bad input ----

OUTSIDE = "/var/tmp/plimsoll-test-outside"

HOSTILE = {
    "dots": layer(entry("../../../../var/tmp/plimsoll-test-outside", b"x")),
    "absolute": layer(entry(OUTSIDE, b"x")),
    "link up": layer(entry("up", kind=tarfile.SYMTYPE, link="../../../../../../var/tmp"),
                     entry("up/plimsoll-test-outside", b"x")),
    "absolute link": layer(entry("up", kind=tarfile.SYMTYPE, link="/var/tmp"),
                           entry("up/plimsoll-test-outside", b"x")),
    "link of links": layer(entry("a", kind=tarfile.SYMTYPE, link="b"), entry("b", kind=tarfile.SYMTYPE, link="/"),
                           entry("a/var/tmp/plimsoll-test-outside", b"x")),
    "file through its own link": layer(entry("f", kind=tarfile.SYMTYPE, link=OUTSIDE), entry("f", b"x")),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_no_entry_leads_out_of_the_root(tmp_path, name):
    squash(tmp_path, layers=[HOSTILE[name]])
    assert not os.path.exists(OUTSIDE)
    assert any(what[5] == b"x" for what in tree(read_layout(tmp_path / "out")[1]).values())


BAD = {
    "hard link out": (layer(entry("h", kind=tarfile.LNKTYPE, link="../../../../etc/passwd")),
                      "h: hard link: etc: no such file"),
    "hard link to a directory": (layer(folder("d"), entry("h", kind=tarfile.LNKTYPE, link="d")),
                                 "h: a hard link to a directory"),
    "loop": (layer(entry("a", kind=tarfile.SYMTYPE, link="b"), entry("b", kind=tarfile.SYMTYPE, link="a"),
                   entry("a/f", b"x")), "a loop of symlinks"),
    "cut short": (LAYERS[1][:3000], "entry"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_layer_is_named_and_nothing_is_left(tmp_path, name, monkeypatch):
    bad, message = BAD[name]
    (tmp_path / "tmp").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    docker_archive(tmp_path / "image.tar", [bad])
    done = subprocess.run([PLIMSOLL, "squash", "image.tar", "-q", "-o", "oci:out", "--no-cache"], cwd=tmp_path,
                          capture_output=True, check=False, timeout=60)
    assert done.returncode == 2, done.stdout
    assert b"layer 1" in done.stderr and message in done.stderr.decode(), done.stderr
    assert not list((tmp_path / "tmp").iterdir()) and not (tmp_path / "out").exists()


def test_device_nodes_are_kept_and_never_made(tmp_path):
    squash(tmp_path, layers=[layer(entry("dev/mem", kind=tarfile.CHRTYPE, mode=0o600))])
    assert tree(read_layout(tmp_path / "out")[1])["dev/mem"][0] == tarfile.CHRTYPE


def test_a_full_disk_is_told_and_cleared(tmp_path):
    """In a namespace of its own, on a file system of 1 MB."""
    docker_archive(tmp_path / "image.tar", [layer(entry("big", os.urandom(2 << 20)))])
    (tmp_path / "small").mkdir()
    script = (f"mount -t tmpfs -o size=1m none {tmp_path}/small && TMPDIR={tmp_path}/small "
              f"{PLIMSOLL} squash {tmp_path}/image.tar -q --no-cache -o oci:{tmp_path}/out; "
              f"echo $?; ls {tmp_path}/small")
    done = subprocess.run(["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script],
                          capture_output=True, check=False, timeout=60)
    assert done.stdout == b"2\n", done
    assert b"No space left on device" in done.stderr and not (tmp_path / "out").exists()


def test_an_output_that_does_not_fit_is_told_and_cleared(tmp_path):
    docker_archive(tmp_path / "image.tar", [layer(entry("big", os.urandom(2 << 20)))])
    (tmp_path / "small").mkdir()
    script = (f"mount -t tmpfs -o size=1m none {tmp_path}/small && "
              f"{PLIMSOLL} squash {tmp_path}/image.tar -q --no-cache -o oci:{tmp_path}/small/out; "
              f"echo $?; ls {tmp_path}/small")
    done = subprocess.run(["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script],
                          capture_output=True, check=False, timeout=60)
    assert done.stdout == b"2\n", done
    assert b"small/out: write a blob" in done.stderr and b"No space left on device" in done.stderr


def test_an_interrupted_run_leaves_nothing(tmp_path):
    (tmp_path / "tmp").mkdir()
    os.mkfifo(tmp_path / "pipe")
    env = {**os.environ, "TMPDIR": str(tmp_path / "tmp")}
    with subprocess.Popen([PLIMSOLL, "squash", "docker-archive:pipe", "-q", "-o", "oci:out"], cwd=tmp_path,
                          env=env, stderr=subprocess.PIPE) as job:
        deadline = time.monotonic() + 20
        while not list((tmp_path / "tmp").iterdir()) and time.monotonic() < deadline:
            time.sleep(0.02)
        assert list((tmp_path / "tmp").iterdir())
        job.send_signal(signal.SIGTERM)
        _, said = job.communicate(timeout=20)
    assert job.returncode == 2 and b"interrupted" in said
    assert not list((tmp_path / "tmp").iterdir())


USAGE = [
    (["image.tar"], "--output says where"),
    (["image.tar", "-o", "dir:x"], "expected oci:DIR"),
    (["image.tar", "--advise", "--from", "2"], "need --output"),
    (["image.tar", "--advise", "--drop-history"], "need --output"),
    (["image.tar", "-n", "--unset-env", "NONE"], "no variable NONE"),
    (["image.tar", "-o", "oci:out", "--from", "9"], "layers 1 to 3"),
    (["image.tar", "-o", "oci:out", "--remove", "no/such"], "no such"),
    ([], "needs one TARGET"),
]


@pytest.mark.parametrize("args, message", USAGE)
def test_usage(tmp_path, args, message):
    docker_archive(tmp_path / "image.tar", LAYERS)
    done = run(tmp_path, "squash", *args, status=2)
    assert message in done.stderr.decode(), done.stderr


def test_a_root_file_system_is_no_image(tmp_path):
    (tmp_path / "root").mkdir()
    done = run(tmp_path, "squash", "rootfs:root", "-o", "oci:out", status=2)
    assert b"no image" in done.stderr
