# SPDX-License-Identifier: Apache-2.0
"""plimsoll layers: what each layer adds, changes and removes, as a list."""
import re

from small_scan import OS_RELEASE, STATUS, make, run
from test_layers import docker_archive, link, tar_of

CONFIG = {"config": {}, "history": [{"created_by": f"RUN step {i}"} for i in range(4)]}


def image(tmp_path, *layers):
    docker_archive(tmp_path / "image.tar", [tar_of(files) for files in layers], CONFIG)


def shown(tmp_path, *args):
    """(lines that are files as (letter, size, rest), everything)"""
    db = tmp_path / "db"
    out = run(tmp_path, "layers", "image.tar", "--no-cache", *args, PLIMSOLL_DB=str(db) if db.exists() else None).stdout
    return re.findall(r"^([AMD])  +([\d.]+ [kMGT]?B)  (.*)$", out, re.M), out


LAYERS = ([("etc/a", "aa"), ("etc/b", "b"), ("opt/d/x", "xxx"), ("opt/d/y", "y"), ("srv/o/1", "1"), ("srv/o/2", "22"), ("lnk", link("etc/a"))],
          [("etc/a", "changed"), ("etc/c", "new"), ("opt/.wh.d", "")],
          [("srv/o/.wh..wh..opq", ""), ("srv/o/2", "two"), ("srv/o/3", "3")],
          [("opt/d/z", "z")])


def test_each_layer_tells_what_it_adds_changes_and_removes(tmp_path):
    image(tmp_path, *LAYERS)
    for layer, want in (
            ("1", [("A", "2 B", "etc/a"), ("A", "1 B", "etc/b"), ("A", "0 B", "lnk -> etc/a"), ("A", "3 B", "opt/d/x"),
                   ("A", "1 B", "opt/d/y"), ("A", "1 B", "srv/o/1"), ("A", "2 B", "srv/o/2")]),
            ("2", [("M", "7 B", "etc/a"), ("A", "3 B", "etc/c"), ("D", "4 B", "opt/d/  2 files")]),
            ("3", [("D", "1 B", "srv/o/1"), ("M", "3 B", "srv/o/2"), ("A", "1 B", "srv/o/3")]),
            ("4", [("A", "1 B", "opt/d/z")])):
        got, out = shown(tmp_path, "--layer", layer)
        assert sorted(got, key=lambda f: f[2]) == sorted(want, key=lambda f: f[2]), layer
        assert out.startswith(f"LAYER {layer}  ")


def test_what_changes_nothing_below_can_be_left_out(tmp_path):
    image(tmp_path, *LAYERS)
    got, out = shown(tmp_path, "--changes")
    assert [(letter, rest) for letter, _, rest in got] == [("M", "etc/a"), ("D", "opt/d/  2 files"), ("D", "srv/o/1"), ("M", "srv/o/2")]
    assert [line for line in out.splitlines() if line.startswith("LAYER")] == [
        f"LAYER {i + 1}  {size}  RUN step {i}" for i, size in enumerate(("10 B", "10 B", "4 B", "1 B"))]
    assert "  1 added of 3 B, 1 changed of 7 B, 2 removed of 4 B\n" in out
    assert shown(tmp_path, "--no-files")[0] == []


def test_findings_stand_at_the_files_of_their_package_and_at_their_own(tmp_path):
    make(tmp_path)
    listing = "/.\n/lib\n/lib/libssl.so.3\n/usr/share/doc/libssl3/copyright\n"
    image(tmp_path, [("etc/os-release", OS_RELEASE), ("var/lib/dpkg/status", STATUS), ("lib", link("usr/lib")),
                     ("usr/lib/libssl.so.3", "elf"), ("usr/share/doc/libssl3/copyright", "x"),
                     ("var/lib/dpkg/info/libssl3.list", listing), ("root/.aws/credentials", "key")],
          [("root/.aws/.wh.credentials", "")])
    got, _ = shown(tmp_path)
    marked = {rest.split("  ")[0]: rest.split("  ")[1] for letter, _, rest in got if "finding" in rest and letter == "A"}
    assert marked["usr/lib/libssl.so.3"] == marked["usr/share/doc/libssl3/copyright"] == "1 finding, medium"
    assert "critical" in marked["root/.aws/credentials"]
    assert any(letter == "D" and "root/.aws/credentials  1 finding" in rest for letter, _, rest in got)
    assert "usr/lib/dpkg" not in str(marked)


def test_names_of_the_image_do_nothing_to_a_terminal(tmp_path):
    image(tmp_path, [("a\x1b[2Jb", ""), ("c\nd", ""), ("e\u202ef", "")])
    got, out = shown(tmp_path)
    assert "\x1b" not in out and "\u202e" not in out and len(got) == 3


def test_mistakes_are_told(tmp_path):
    image(tmp_path, *LAYERS)
    for args, why in ((["image.tar", "--layer", "5"], "--layer is at most 4 here"), ([], "needs one TARGET"),
                      (["nothing.tar"], "nothing.tar")):
        assert why in run(tmp_path, "layers", *args, status=2, PLIMSOLL_DB=None).stderr
