# SPDX-License-Identifier: Apache-2.0
"""How layers lie on each other, seen in the packages of images that the tests build themselves."""
import io
import json
import os
import sqlite3
import struct
import subprocess
import tarfile

import pytest

from test_scan import OS_RELEASE, STATUS, docker_archive, report, tar_of

NEWER = STATUS.replace("dfsg-1", "dfsg-2")
STATUS_PATH = "var/lib/dpkg/status"
REL = ("etc/os-release", OS_RELEASE)


def link(target):
    return ("symlink", target)


def hard(target):
    return ("link", target)


def versions(tmp_path, *layers, problems=0):
    docker_archive(tmp_path / "image.tar", [tar_of(files) for files in layers])
    got = report(tmp_path, "image.tar", "--no-cache")
    assert len(got["problems"]) == problems, got["problems"]
    return [p["version"].rsplit("dfsg", 1)[-1] for p in got["packages"]]


ONE, TWO, NONE = ["-1"], ["-2"], []

ROWS = {
    "upper replaces lower": ([[(STATUS_PATH, STATUS)], [(STATUS_PATH, NEWER)]], TWO),
    "whiteout of the file": ([[(STATUS_PATH, STATUS)], [("var/lib/dpkg/.wh.status", "")]], NONE),
    "whiteout of a directory": ([[(STATUS_PATH, STATUS)], [("var/.wh.lib", "")]], NONE),
    "whiteout acts on lower layers only": (
        [[(STATUS_PATH, STATUS)], [(STATUS_PATH, NEWER), ("var/lib/dpkg/.wh.status", "")]], TWO),
    "whiteout before its sibling": (
        [[(STATUS_PATH, STATUS)], [("var/lib/dpkg/.wh.status", ""), (STATUS_PATH, NEWER)]], TWO),
    "opaque before siblings": (
        [[(STATUS_PATH, STATUS)], [("var/lib/dpkg/.wh..wh..opq", ""), ("var/lib/dpkg/x", "")]], NONE),
    "opaque behind siblings": (
        [[(STATUS_PATH, STATUS)], [(STATUS_PATH, NEWER), ("var/lib/dpkg/.wh..wh..opq", "")]], TWO),
    "opaque parent": ([[(STATUS_PATH, STATUS)], [("var/lib/.wh..wh..opq", "")]], NONE),
    "a file where the directory was": ([[(STATUS_PATH, STATUS)], [("var/lib", "file")]], NONE),
    "and a directory again": (
        [[(STATUS_PATH, STATUS)], [("var/lib", "file")], [("var/lib/dpkg/x", "")]], NONE),
    "a symlink where the directory was": (
        [[(STATUS_PATH, STATUS), ("opt/lib/dpkg/status", NEWER)], [("var/lib", link("/opt/lib"))]],
        TWO),
    "and a directory in place of that": (
        [[(STATUS_PATH, STATUS), ("opt/lib/dpkg/status", NEWER)], [("var/lib", link("/opt/lib"))],
         [("var/lib", None)]], NONE),
    "a path with ..": ([[(STATUS_PATH, STATUS)], [("var/cache/../lib/dpkg/status", NEWER)]], TWO),
    "an absolute path": ([[("/" + STATUS_PATH, STATUS)]], ONE),
    "a path with ./ and //": ([[("./var//lib/./dpkg/status", STATUS)]], ONE),
    "the last member of a name counts": ([[(STATUS_PATH, STATUS), (STATUS_PATH, NEWER)]], TWO),
    "a directory told again keeps its files": ([[(STATUS_PATH, STATUS), ("var/lib/dpkg", None)]], ONE),
    "a file replaced by a directory in one layer": (
        [[(STATUS_PATH, STATUS), (STATUS_PATH, None)]], NONE),
    "through a symlink of the same layer": (
        [[("var/lib", link("../opt")), ("var/lib/dpkg/status", STATUS)]], ONE),
    "symlinks in a loop": ([[("var/lib", link("lib2")), ("var/lib2", link("lib"))]], NONE),
    "a symlink to itself": ([[(STATUS_PATH, link("status"))]], NONE),
    "a hard link to itself": ([[(STATUS_PATH, hard(STATUS_PATH))]], NONE),
    "hard links in a loop": ([[(STATUS_PATH, hard("x")), ("x", hard(STATUS_PATH))]], NONE),
    # links to files whose names tell nothing
    "symlink to elsewhere": ([[(STATUS_PATH, link("/opt/s")), ("opt/s", STATUS)]], ONE),
    "relative symlink": ([[(STATUS_PATH, link("../../../opt/s")), ("opt/s", STATUS)]], ONE),
    "symlink to a symlink": (
        [[(STATUS_PATH, link("/a")), ("a", link("opt/s")), ("opt/s", STATUS)]], ONE),
    "symlink to a file that a later layer changed": (
        [[(STATUS_PATH, link("/opt/s")), ("opt/s", STATUS)], [("opt/s", NEWER)]], TWO),
    "symlink to a file that is gone": (
        [[(STATUS_PATH, link("/opt/s")), ("opt/s", STATUS)], [("opt/.wh.s", "")]], NONE),
    "symlinked directory": ([[("var/lib/dpkg", link("/opt/d")), ("opt/d/status", STATUS)]], ONE),
    "symlinked directory of a directory": (
        [[("var", link("data")), ("data/lib/dpkg/status", STATUS)]], ONE),
    "symlinked directory over a lower one": (
        [[(STATUS_PATH, STATUS), ("opt/d/status", NEWER)], [("var/lib/dpkg", link("/opt/d"))]], TWO),
    "symlinked directory with a pattern below": (
        [[("var/lib/dpkg/status.d", link("/opt/d")), ("opt/d/zlib", STATUS)]], ONE),
    "hard link in its layer": ([[("opt/s", STATUS), (STATUS_PATH, hard("opt/s"))]], ONE),
    "hard link to a wanted file": (
        [[("var/lib/dpkg/status", STATUS), ("usr/lib/dpkg/status", hard(STATUS_PATH))],
         [("var/lib/dpkg/.wh.status", "")]], ONE),
    "hard link to a lower layer": ([[("opt/s", STATUS)], [(STATUS_PATH, hard("opt/s"))]], ONE),
    "hard link keeps what was deleted": (
        [[("opt/s", STATUS)], [(STATUS_PATH, hard("opt/s")), ("opt/.wh.s", "")]], ONE),
    "hard link keeps a database that was deleted": (
        [[(STATUS_PATH, STATUS)], [("usr/lib/dpkg/status", hard(STATUS_PATH)), (".wh.var", "")]], ONE),
    "hard link keeps a database that was replaced": (
        [[(STATUS_PATH, STATUS)], [("usr/lib/dpkg/status", hard(STATUS_PATH))], [(STATUS_PATH, NEWER)]],
        ["-1", "-2"]),
    "hard link keeps what was replaced": (
        [[("opt/s", STATUS)], [(STATUS_PATH, hard("opt/s"))], [("opt/s", NEWER)]], ONE),
    "hard link to a hard link": (
        [[("a", STATUS), ("b", hard("a"))], [(STATUS_PATH, hard("b"))]], ONE),
    "hard link to nothing": ([[(STATUS_PATH, hard("opt/nowhere"))]], NONE),
    # layer.md: extracted like a regular archive, so through the symlink of the layer below
    "implied directory on a symlink": (
        [[("var/lib", link("../opt")), ("opt/dpkg/status", STATUS)], [("var/lib/dpkg/status", NEWER)]],
        TWO),
    "implied directory does not hide the symlink": (
        [[("usr/lib/dpkg/status", STATUS), ("lib", link("usr/lib"))], [("lib/x", "")]], ONE),
    "moved to a wanted place": (
        [[("opt", link("var/lib")), ("var/lib/x", "")], [("opt/dpkg/status", STATUS)]], ONE),
    "whiteout through the symlink": (
        [[("lib", link("usr/lib")), ("usr/lib/dpkg/status", STATUS)], [("lib/dpkg/.wh.status", "")]],
        NONE),
    "an entry for the directory replaces the symlink": (
        [[("lib", link("usr/lib")), ("usr/lib/dpkg/status", STATUS)],
         [("lib", None), ("lib/dpkg/.wh.status", "")]], ONE),
    "a whiteout of the symlink makes it a directory": (
        [[("lib", link("usr/lib")), ("usr/lib/dpkg/status", STATUS)],
         [(".wh.lib", ""), ("lib/dpkg/.wh.status", "")]], ONE),
}


@pytest.mark.parametrize("name", ROWS)
def test_layers(tmp_path, name):
    layers, want = ROWS[name]
    assert versions(tmp_path, [REL], *layers) == want


def test_a_path_above_the_root_stays_at_the_root_and_is_told(tmp_path):
    assert versions(tmp_path, [REL, ("../../" + STATUS_PATH, STATUS)], problems=1) == ONE


def test_os_release_is_found_through_strange_links(tmp_path):
    for layers in ([[("etc/os-release", link("../opt/odd")), ("opt/odd", OS_RELEASE)]],
                   [[("opt/odd", OS_RELEASE)], [("etc/os-release", hard("opt/odd"))]],
                   [[("etc", link("opt/etc")), ("opt/etc/os-release", OS_RELEASE)]]):
        docker_archive(tmp_path / "image.tar", [tar_of(files) for files in layers])
        assert report(tmp_path, "image.tar")["distro"]["id"] == "debian"


def test_a_directory_follows_its_links_as_an_archive_does(tmp_path):
    root = tmp_path / "root"
    (root / "opt").mkdir(parents=True)
    (root / "var/lib/dpkg").mkdir(parents=True)
    (root / "opt/s").write_text(STATUS)
    (root / STATUS_PATH).symlink_to("/opt/s")
    got = report(tmp_path, "rootfs:root")
    assert [p["name"] for p in got["packages"]] == ["zlib1g"]
    assert got["packages"][0]["evidence"]["db_path"] == STATUS_PATH


def test_a_linked_copyright_file_gives_the_licence(tmp_path):
    text = "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\nFiles: *\nLicense: Zlib\n"
    for doc in ([("usr/share/doc/other/copyright", text), ("usr/share/doc/zlib1g", link("other"))],
                [("usr/share/doc/other/copyright", text),
                 ("usr/share/doc/zlib1g/copyright", link("../other/copyright"))],
                [("usr/share/doc/other/copyright", text),
                 ("usr/share/doc/zlib1g/copyright", hard("usr/share/doc/other/copyright"))]):
        docker_archive(tmp_path / "image.tar", [tar_of(doc[:1]), tar_of([REL, (STATUS_PATH, STATUS), *doc[1:]])])
        package, = report(tmp_path, "image.tar")["packages"]
        assert package["licenses"] == ["Zlib"], doc


def test_the_layer_of_a_package_behind_a_link_is_that_of_its_bytes(tmp_path):
    diff_ids = docker_archive(tmp_path / "image.tar", [
        tar_of([REL]), tar_of([(STATUS_PATH, link("/opt/s"))]), tar_of([("opt/s", STATUS)])])
    package, = report(tmp_path, "image.tar")["packages"]
    assert package["layer"] == diff_ids[2]


def test_a_link_found_again_in_the_cache_gives_the_same(tmp_path):
    docker_archive(tmp_path / "image.tar", [tar_of([REL, (STATUS_PATH, link("/opt/s")), ("opt/s", STATUS)])])
    os.utime(tmp_path / "image.tar", (1, 1))
    first = report(tmp_path, "image.tar")
    assert len(first["packages"]) == 1
    assert report(tmp_path, "image.tar") == first


def test_a_file_with_very_many_problems_tells_some_and_counts_the_rest(tmp_path):
    bad = "Package: x\n bad\nno colon here\n\n" * 1000
    docker_archive(tmp_path / "image.tar", [tar_of([REL, (STATUS_PATH, STATUS + "\n" + bad)])])
    problems = report(tmp_path, "image.tar")["problems"]
    assert len(problems) == 101
    assert any("and 900 more problems" in p["message"] for p in problems)


def test_a_linked_file_in_a_stream_is_not_assessed(tmp_path):
    docker_archive(tmp_path / "image.tar", [tar_of([REL, (STATUS_PATH, link("/opt/s")), ("opt/s", STATUS)])])
    with subprocess.Popen(["cat", tmp_path / "image.tar"], stdout=subprocess.PIPE) as cat:
        got = report(tmp_path, "-", "--require-complete", status=3, stdin=cat.stdout)
    cover, = [c for c in got["coverage"] if c["what"] == "linked file " + STATUS_PATH]
    assert cover["state"] == "not-assessed" and "can be read only once" in cover["reason"]
    assert "save the image" in cover["remedy"] and not got["packages"]


MANIFESTS = "root/buildinfo/content_manifests/"
LABELS = ["com.redhat.component=hull-container", "version=9", "release=7", "architecture=x86_64"]


def manifest(*sets):
    return json.dumps({"metadata": {"icm_version": 1}, "content_sets": sets, "image_contents": []})


@pytest.mark.parametrize("layers, labels, want", [
    # the base layer takes what the next one says, and so does what a user adds
    ([[REL], [(MANIFESTS + "keel-container-9-1.json", manifest("base-rpms", "app-rpms"))], [("x", "")]], [],
     [(["base-rpms", "app-rpms"], "keel-container-9-1")] * 3),
    # a build on top of a build has its own
    ([[(MANIFESTS + "keel-container-9-1.json", manifest("base-rpms"))],
      [(MANIFESTS + "mast-container-9-2.json", manifest("mast-rpms"))]], [],
     [(["base-rpms"], "keel-container-9-1"), (["mast-rpms"], "mast-container-9-2")]),
    # deleted files still tell
    ([[(MANIFESTS + "keel-container-9-1.json", manifest("base-rpms"))], [("root/.wh.buildinfo", "")]], [],
     [(["base-rpms"], "keel-container-9-1")] * 2),
    # labels where no file does; ordinary version labels mean nothing
    ([[REL]], LABELS, [(None, "hull-container-9-7")]),
    ([[REL]], LABELS[1:], [(None, None)]),
    # content-sets.json names no build, the labels do
    ([[("usr/share/buildinfo/content-sets.json", manifest("a-rpms"))]], LABELS,
     [(["a-rpms"], "hull-container-9-7")]),
])
def test_layers_name_the_repositories_of_their_packages(tmp_path, layers, labels, want):
    config = {"config": {"Labels": dict(label.split("=") for label in labels)}}
    docker_archive(tmp_path / "image.tar", [tar_of(files) for files in layers], config)
    got = report(tmp_path, "image.tar")
    assert got["problems"] == []
    assert [(layer.get("content_sets"), layer.get("build", {}).get("nvr")) for layer in got["layers"]] == want


def test_a_broken_content_manifest_is_a_problem(tmp_path):
    docker_archive(tmp_path / "image.tar", [tar_of([(MANIFESTS + "a-1-1.json", '{"content_sets": 5}')])])
    problem, = report(tmp_path, "image.tar")["problems"]
    assert problem["parser"] == "content-sets" and "content_sets is no list" in problem["message"]


def test_file_lists_of_opkg_join_their_packages(tmp_path):
    for place in ("usr/lib/opkg/", "var/lib/opkg/", "lib/opkg/"):
        docker_archive(tmp_path / "image.tar", [
            tar_of([(place + "status", "Package: keel\nVersion: 1\nStatus: install user installed\n"
                     "Architecture: arm\n\n")]),
            tar_of([(place + "info/keel.list", "/usr/bin/keel\n/etc/keel.conf\n")])])
        package, = report(tmp_path, "image.tar", "--files")["packages"]
        assert sorted(package["evidence"]["files"]) == ["etc/keel.conf", "usr/bin/keel"], place


# --- forms of archives ---

LONG = "a" * 90 + "/" + "b" * 150 + "/" + "c" * 200


def raw_tar(fmt, members):
    """members: TarInfo fields and bytes."""
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w", format=fmt, encoding="utf-8", errors="surrogateescape") as tar:
        for fields, data in members:
            info = tarfile.TarInfo()
            info.size = len(data)
            for key, value in fields.items():
                setattr(info, key, value)
            tar.addfile(info, io.BytesIO(data))
    return raw.getvalue()


@pytest.mark.parametrize("fmt", [tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_long_names_and_long_targets(tmp_path, fmt):
    layer = raw_tar(fmt, [({"name": LONG}, STATUS.encode()),
                          ({"name": STATUS_PATH, "type": tarfile.SYMTYPE, "linkname": "/" + LONG}, b""),
                          ({"name": "usr/lib/dpkg/status", "type": tarfile.LNKTYPE, "linkname": LONG}, b"")])
    docker_archive(tmp_path / "image.tar", [layer])
    got = report(tmp_path, "image.tar")
    assert [p["evidence"]["db_path"] for p in got["packages"]] == ["usr/lib/dpkg/status", STATUS_PATH]
    assert got["summary"]["files"] == 3 and got["problems"] == []


@pytest.mark.parametrize("fmt", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_odd_bytes_in_names(tmp_path, fmt):
    odd = b"opt/\xff\xfe \x01\n*?[".decode("utf-8", "surrogateescape")
    layer = raw_tar(fmt, [({"name": odd}, STATUS.encode()),
                          ({"name": STATUS_PATH, "type": tarfile.SYMTYPE, "linkname": "/" + odd}, b"")])
    docker_archive(tmp_path / "image.tar", [layer])
    got = report(tmp_path, "image.tar")
    assert [p["name"] for p in got["packages"]] == ["zlib1g"] and got["problems"] == []


def test_devices_and_pipes_are_files_like_others(tmp_path):
    layer = raw_tar(tarfile.PAX_FORMAT, [
        ({"name": "dev/null", "type": tarfile.CHRTYPE, "devmajor": 1, "devminor": 3}, b""),
        ({"name": "dev/sda", "type": tarfile.BLKTYPE, "devmajor": 8}, b""),
        ({"name": "run/pipe", "type": tarfile.FIFOTYPE}, b""),
        ({"name": STATUS_PATH, "type": tarfile.CHRTYPE}, b"")])
    docker_archive(tmp_path / "image.tar", [tar_of([REL, (STATUS_PATH, STATUS)]), layer])
    got = report(tmp_path, "image.tar")
    assert got["packages"] == [] and got["problems"] == [] and got["summary"]["files"] == 5


@pytest.mark.parametrize("form", [["--format=gnu"], ["--format=pax", "--sparse-version=0.0"],
                                  ["--format=pax", "--sparse-version=0.1"],
                                  ["--format=pax", "--sparse-version=1.0"]])
def test_sparse_files_are_read_with_their_holes(tmp_path, form):
    """Holes are NUL bytes: the database before the hole and the one behind it are both read."""
    root = tmp_path / "root"
    (root / "opt").mkdir(parents=True)
    (root / "var/lib/rpm").mkdir(parents=True)
    head = b"Package: keel\nStatus: install ok installed\nVersion: 1-dfsg-1\nDescription: "
    with open(root / "opt/s", "wb") as out:
        out.write(head + b"x" * (65536 - len(head)))
        out.seek(1 << 20)
        out.write(b"\n\n" + STATUS.encode())
        out.truncate(2 << 20)
    (root / "var/lib/dpkg").mkdir()
    (root / STATUS_PATH).symlink_to("/opt/s")
    subprocess.run(["tar", "--sparse", *form, "-C", root, "-cf", tmp_path / "root.tar", "."], check=True)
    assert (tmp_path / "root.tar").stat().st_size < 1 << 18
    assert sorted(p["name"] for p in report(tmp_path, "rootfs:root")["packages"]) == ["keel", "zlib1g"]
    got = report(tmp_path, "rootfs:root.tar")
    assert sorted(p["name"] for p in got["packages"]) == ["keel", "zlib1g"]
    assert got["layers"][0]["file_bytes"] == 2 << 20


def test_links_in_great_number_are_looked_at_once(tmp_path):
    """A name told many times, a chain that is too long, and directories that lead to each other."""
    many = [(STATUS_PATH, link("/opt/s"))] * 20000 + [("opt/s", STATUS)]
    chain = [(f"usr/l{i}", link(f"l{i + 1}")) for i in range(100)] + [("usr/lib/dpkg/status", link("/usr/l0"))]
    maze = [(f"m/{i}", link("..")) for i in range(2000)] + [("var/lib/pacman", link("/m"))]
    docker_archive(tmp_path / "image.tar", [tar_of([REL, *many, *chain, *maze])])
    got = report(tmp_path, "image.tar")
    assert [p["name"] for p in got["packages"]] == ["zlib1g"]


def test_a_log_in_another_layer_belongs_to_its_database(tmp_path):
    """rpm in WAL mode: a layer that installs one package may hold nothing but the log."""
    source = tmp_path / "rpmdb.sqlite"
    with sqlite3.connect(source) as db:
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("CREATE TABLE Packages (hnum INTEGER PRIMARY KEY, blob BLOB NOT NULL)")
        db.execute("INSERT INTO Packages (blob) VALUES (?)", (rpm_header("keel"),))
        db.commit()
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        lower = source.read_bytes()
        db.execute("INSERT INTO Packages (blob) VALUES (?)", (rpm_header("mast"),))
        db.commit()
        log = (tmp_path / "rpmdb.sqlite-wal").read_bytes()
    place = "var/lib/rpm/rpmdb.sqlite"
    diff_ids = docker_archive(tmp_path / "image.tar", [
        raw_tar(tarfile.PAX_FORMAT, [({"name": place}, lower)]),
        raw_tar(tarfile.PAX_FORMAT, [({"name": place + "-wal"}, log)])])
    got = report(tmp_path, "image.tar")
    assert [(p["name"], p["layer"]) for p in got["packages"]] == [("keel", diff_ids[0]), ("mast", diff_ids[1])]


def rpm_header(name):
    """The header of a package as the database holds it: tags, then their texts."""
    texts = [(1000, name), (1001, "1"), (1002, "1"), (1022, "x86_64")]
    store, index = b"", b""
    for tag, text in texts:
        index += struct.pack(">IIII", tag, 6, len(store), 1)
        store += text.encode() + b"\0"
    return struct.pack(">II", len(texts), len(store)) + index + store
