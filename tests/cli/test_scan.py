# SPDX-License-Identifier: Apache-2.0
"""plimsoll scan and sbom on small targets that the tests build themselves."""
import gzip
import hashlib
import io
import json
import os
import shlex
import subprocess
import tarfile

import pytest

PLIMSOLL = os.environ["PLIMSOLL"]

STATUS = """Package: zlib1g
Status: install ok installed
Architecture: amd64
Source: zlib
Version: 1:1.2.13.dfsg-1

"""
STATUS_NEWER = STATUS.replace("dfsg-1", "dfsg-2")
OS_RELEASE = 'ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\nPRETTY_NAME="Debian 12"\n'


def run(tmp_path, *args, status=0, stdin=subprocess.DEVNULL):
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    env.update({k: v for k, v in os.environ.items() if k.endswith("SAN_OPTIONS")})
    done = subprocess.run([PLIMSOLL, *map(str, args)], capture_output=True, cwd=tmp_path, env=env,
                          stdin=stdin, timeout=60, check=False)
    assert done.returncode == status, done.stderr.decode()
    return done


def report(tmp_path, target, *args, **how):
    return json.loads(run(tmp_path, "scan", target, "--format", "json", *args, **how).stdout)


def tar_of(files):
    """files: path -> text, None (a directory), or ("link", target)."""
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, content in files:
            info = tarfile.TarInfo(name)
            if content is None:
                info.type = tarfile.DIRTYPE
                tar.addfile(info)
            elif isinstance(content, tuple):
                info.type = {"symlink": tarfile.SYMTYPE, "link": tarfile.LNKTYPE}[content[0]]
                info.linkname = content[1]
                tar.addfile(info)
            else:
                data = content.encode()
                info.size = len(data)
                tar.addfile(info, io.BytesIO(data))
    return raw.getvalue()


def sha(data):
    return hashlib.sha256(data).hexdigest()


def docker_archive(path, layers, config=None):
    """A docker save archive of plain layers; returns the diff ids."""
    diff_ids = ["sha256:" + sha(layer) for layer in layers]
    doc = {"architecture": "amd64", "os": "linux", "rootfs": {"type": "layers", "diff_ids": diff_ids},
           "config": {"User": "app"}, "history": [{"created_by": f"RUN step {i}"} for i in range(len(layers))]}
    doc.update(config or {})
    config_bytes = json.dumps(doc).encode()
    names = [f"{i}/layer.tar" for i in range(len(layers))]
    manifest = [{"Config": sha(config_bytes) + ".json", "RepoTags": ["demo:1"], "Layers": names}]
    with tarfile.open(path, "w") as tar:
        for name, data in [*zip(names, layers), (sha(config_bytes) + ".json", config_bytes),
                           ("manifest.json", json.dumps(manifest).encode())]:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return diff_ids


BASE = tar_of([("etc/os-release", OS_RELEASE), ("var/lib/dpkg/status", STATUS)])


@pytest.mark.parametrize("pack", [lambda b: b, gzip.compress])
def test_a_root_file_system_archive_is_told_by_its_content(tmp_path, pack):
    (tmp_path / "root.tar").write_bytes(pack(BASE))
    got = report(tmp_path, "root.tar")
    assert [p["purl"] for p in got["packages"]] == [
        "pkg:deb/debian/zlib1g@1:1.2.13.dfsg-1?arch=amd64&distro=debian-12&upstream=zlib"]
    assert got["target"]["transport"] == "rootfs"


def test_a_directory_and_its_archive_give_the_same_packages(tmp_path):
    (tmp_path / "root.tar").write_bytes(BASE)
    with tarfile.open(tmp_path / "root.tar") as tar:
        tar.extractall(tmp_path / "root")
    a = report(tmp_path, "rootfs:root")["packages"]
    b = report(tmp_path, "rootfs:root.tar")["packages"]
    assert [p["purl"] for p in a] == [p["purl"] for p in b] and a


def test_what_is_not_assessed_is_said_and_can_decide_the_exit_status(tmp_path):
    (tmp_path / "root.tar").write_bytes(tar_of([
        ("etc/os-release", OS_RELEASE), ("srv/node_modules/left-pad/package.json", "{}")]))
    got = report(tmp_path, "root.tar", "--require-complete", status=3)
    states = {c["what"]: c["state"] for c in got["coverage"]}
    assert states["language packages (npm)"] == "not-assessed"
    assert states["operating-system packages"] == "not-assessed"
    assert states["vulnerabilities"] == "not-assessed"


@pytest.mark.parametrize("gone, example", [
    ("srv/node_modules/.wh.a", "srv/node_modules/b/package.json"),
    ("srv/node_modules/b/.wh.package.json", "srv/node_modules/a/package.json"),
    ("srv/.wh.node_modules", None),
])
def test_language_packages_are_told_as_long_as_one_shows(tmp_path, gone, example):
    lower = tar_of([(f"srv/node_modules/{name}/package.json", "{}") for name in "ab"])
    docker_archive(tmp_path / "image.tar", [lower, tar_of([(gone, "")])])
    told = [c for c in report(tmp_path, "image.tar")["coverage"] if c["what"] == "language packages (npm)"]
    assert [example in c["reason"] for c in told] == ([True] if example else [])


def test_a_layer_of_which_entries_were_left_out_is_partial(tmp_path):
    (tmp_path / "root.tar").write_bytes(tar_of([
        ("etc/os-release", OS_RELEASE), ("var/lib/dpkg/status", STATUS),
        ("l", ("symlink", "m")), ("m", ("symlink", "l")), ("l/x", "")]))
    layer = [c for c in report(tmp_path, "root.tar")["coverage"] if c["what"] == "layer 1"]
    assert [(c["state"], c["count"]) for c in layer] == [("partial", 1)]


def test_a_broken_archive_is_partial_and_keeps_what_stood_before(tmp_path):
    (tmp_path / "root.tar.gz").write_bytes(gzip.compress(BASE + os.urandom(4096))[:-3000])
    got = report(tmp_path, "root.tar.gz")
    assert got["problems"] and "cut short" in got["problems"][0]["message"]
    assert any(c["what"] == "layer 1" and c["state"] == "partial" for c in got["coverage"])
    text = run(tmp_path, "scan", "root.tar.gz").stdout.decode()
    assert "  in part  " in text and "not read" not in text


def test_a_second_scan_is_the_same_and_comes_from_the_cache(tmp_path):
    (tmp_path / "root.tar").write_bytes(BASE)
    os.utime(tmp_path / "root.tar", (1, 1))
    first = run(tmp_path, "scan", "root.tar", "--format", "json").stdout
    assert run(tmp_path, "scan", "root.tar", "--format", "json").stdout == first
    assert b"layers-1: 1 layer, " in run(tmp_path, "cache").stdout
    assert b"layers-1: 0 layers, 0 B; 1 removed\n" in run(tmp_path, "cache", "clear").stdout


def test_protections_are_on_and_can_be_switched_off(tmp_path):
    (tmp_path / "root.tar").write_bytes(BASE)
    on = report(tmp_path, "root.tar")["sandbox"]
    assert on["protections"]["seccomp"] and on["protections"]["no_new_privs"]
    off = report(tmp_path, "root.tar", "--no-sandbox")["sandbox"]
    assert not any(off["protections"].values())
    told = "PROTECTIONS  not all on\n  switched off by --no-sandbox\n"
    assert told in run(tmp_path, "scan", "root.tar", "--no-sandbox").stdout.decode()
    assert "PROTECTIONS" not in run(tmp_path, "scan", "root.tar").stdout.decode()


def test_a_record_that_is_left_out_makes_the_database_partial(tmp_path):
    broken = STATUS + "Package: lost\nStatus: install ok installed\n\n"
    (tmp_path / "root.tar").write_bytes(tar_of([("etc/os-release", OS_RELEASE),
                                                ("var/lib/dpkg/status", broken)]))
    got = report(tmp_path, "root.tar")
    assert [p["name"] for p in got["packages"]] == ["zlib1g"]
    assert "no Version of package lost" in got["problems"][0]["message"]
    cover = next(c for c in got["coverage"] if c["what"] == "operating-system packages (dpkg)")
    assert (cover["state"], cover["reason"]) == ("partial", "not all of its records could be read")
    assert report(tmp_path, "root.tar") == got  # from the cache


def test_a_database_without_a_record_that_can_be_read_was_found_all_the_same(tmp_path):
    (tmp_path / "root.tar").write_bytes(tar_of([("etc/os-release", OS_RELEASE),
                                                ("var/lib/dpkg/status", "junk\n")]))
    said = {c["what"]: c["state"] for c in report(tmp_path, "root.tar")["coverage"]}
    assert said["operating-system packages (dpkg)"] == "partial"
    assert "operating-system packages" not in said


def test_a_command_is_quoted_as_a_shell_reads_it(tmp_path):
    words = ["/bin/sh", "-c", "curl -H 'A: b' \"$X\"", "it's", ""]
    docker_archive(tmp_path / "image.tar", [tar_of([("a", "x")])], {"config": {"Cmd": words}})
    out = run(tmp_path, "scan", "image.tar").stdout.decode()
    line, = [line for line in out.splitlines() if line.startswith("  command ")]
    assert shlex.split(line)[1:] == words


def test_a_directory_has_no_digest(tmp_path):
    (tmp_path / "root" / "etc").mkdir(parents=True)
    (tmp_path / "root" / "etc" / "os-release").write_text(OS_RELEASE)
    layer = report(tmp_path, "rootfs:root")["layers"][0]
    assert layer["diff_id"] == "" and "digest" not in layer
    assert "0000" not in run(tmp_path, "scan", "root").stdout.decode()
    assert b"diffId" not in run(tmp_path, "sbom", "root").stdout


def test_output_goes_to_a_file_or_with_a_dash_to_stdout(tmp_path):
    (tmp_path / "root.tar").write_bytes(BASE)
    out = run(tmp_path, "sbom", "root.tar").stdout
    assert run(tmp_path, "sbom", "root.tar", "-o", "-").stdout == out
    assert run(tmp_path, "sbom", "root.tar", "-o", "x.json").stdout == b""
    assert (tmp_path / "x.json").read_bytes() == out and not (tmp_path / "-").exists()
    done = run(tmp_path, "sbom", "root.tar", "-o", "/dev/full", status=2)
    assert done.stderr == b"plimsoll: /dev/full: write: No space left on device\n"


def test_without_a_database_the_way_to_one_is_told_once(tmp_path):
    (tmp_path / "root.tar").write_bytes(BASE)
    cover = next(c for c in report(tmp_path, "root.tar")["coverage"] if c["what"] == "vulnerabilities")
    assert cover["state"] == "not-assessed" and "plimsoll db" not in cover["reason"]
    assert cover["remedy"].startswith("plimsoll db update, or plimsoll db build --feeds DIR")


def test_a_platform_that_is_none_is_refused_before_anything_is_read(tmp_path):
    done = run(tmp_path, "scan", "nowhere", "--platform", "arm64", status=2)
    assert done.stderr == b'plimsoll: platform "arm64": expected os/arch[/variant]\n'


def test_sboms_are_identical_from_run_to_run(tmp_path):
    (tmp_path / "root.tar").write_bytes(BASE)
    for form in ("cyclonedx-json", "spdx-json"):
        a = run(tmp_path, "sbom", "root.tar", "--format", form).stdout
        assert a == run(tmp_path, "sbom", "root.tar", "--format", form, "--no-cache").stdout
        assert b"zlib1g" in a


@pytest.mark.parametrize("target, text", [
    ("nowhere.tar", "no such file"), ("docker-archive:nowhere.tar", "nowhere.tar")])
def test_a_missing_target_is_an_error_with_its_name(tmp_path, target, text):
    done = run(tmp_path, "scan", target, status=2)
    assert text in done.stderr.decode() and done.stdout == b""


def test_layers_are_attributed_and_replaced_records_tell_the_change(tmp_path):
    more = STATUS_NEWER + STATUS.replace("zlib1g", "extra")
    top = tar_of([("var/lib/dpkg/status", more)])
    ids = docker_archive(tmp_path / "image.tar", [BASE, top])
    got = report(tmp_path, "image.tar")
    by_name = {p["name"]: p for p in got["packages"]}
    assert by_name["zlib1g"]["layer"] == ids[0] and by_name["zlib1g"]["layer_changed"] == ids[1]
    assert by_name["extra"]["layer"] == ids[1]
    assert by_name["zlib1g"]["version"].endswith("dfsg-2")
    assert got["image"]["config"]["user"] == "app"


@pytest.mark.parametrize("top, left", [
    ([("var/lib/dpkg/.wh.status", "")], 0),
    ([("var/lib/dpkg/.wh..wh..opq", "")], 0),
    ([("var/.wh.lib", "")], 0),
    ([("var/lib/dpkg", "now a file")], 0),
    ([("var/lib/.wh.dpkg", ""), ("var/lib/dpkg/status", STATUS)], 1),
    ([("etc/motd", "hello")], 1),
    ([("var/lib/dpkg", ("symlink", "elsewhere"))], 0),
])
def test_whiteouts_and_replacements_hide_what_lies_below(tmp_path, top, left):
    docker_archive(tmp_path / "image.tar", [BASE, tar_of(top)])
    assert len(report(tmp_path, "image.tar")["packages"]) == left


def test_a_wrong_diff_id_names_both_digests(tmp_path):
    other = "sha256:" + sha(b"other")
    docker_archive(tmp_path / "image.tar", [BASE],
                   {"rootfs": {"type": "layers", "diff_ids": [other]}})
    done = run(tmp_path, "scan", "image.tar", status=2)
    assert other in done.stderr.decode() and sha(BASE) in done.stderr.decode()


@pytest.mark.parametrize("target, message", [
    ("notes.txt", b"not a tar archive"),
    ("rootfs:notes.txt", b"no tar archive, packed or not, begins here"),
])
def test_what_is_no_archive_is_an_error_and_not_an_empty_report(tmp_path, target, message):
    (tmp_path / "notes.txt").write_text("hello\n" * 200)
    done = run(tmp_path, "scan", target, status=2)
    assert message in done.stderr
    assert done.stdout == b""


def test_more_jobs_than_the_limit_are_refused(tmp_path):
    done = run(tmp_path, "scan", "--jobs", "65", "/nowhere", status=2)
    assert b"--jobs is at most 64" in done.stderr
