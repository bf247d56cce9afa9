# SPDX-License-Identifier: Apache-2.0
"""Hostile images: each ends in a clear error or a recorded problem, in time and within memory."""
import gzip
import hashlib
import io
import json
import lzma
import os
import pathlib
import subprocess
import sys
import tarfile

import pytest

PLIMSOLL = os.environ["PLIMSOLL"]
SECONDS = 20  # for one run of the program
MIB = 1 << 20
SANITIZED = "ASAN_OPTIONS" in os.environ

# A small parent: a child of the test itself would be charged with the memory of the test.
MEASURE = """
import os, sys
pid = os.fork()
if pid == 0:
    os.execv(sys.argv[2], sys.argv[2:])
_, status, usage = os.wait4(pid, 0)
open(sys.argv[1], "w").write(str(usage.ru_maxrss))
sys.exit(128 + os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status))
"""

STATUS = b"Package: keel\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1.0-1\n\n"
OS_RELEASE = b'ID=debian\nVERSION_ID="12"\n'


def run(tmp_path, *args):
    """The ended process with .peak, its memory in bytes; it must end by itself and in time."""
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    env.update({k: v for k, v in os.environ.items() if k.endswith("SAN_OPTIONS")})
    peak = tmp_path / "peak"
    done = subprocess.run([sys.executable, "-S", "-c", MEASURE, peak, PLIMSOLL, *map(str, args)],
                          capture_output=True, cwd=tmp_path, env=env, timeout=SECONDS, check=False)
    done.peak = int(peak.read_text()) * 1024
    assert done.returncode in (0, 2, 3), done.stderr.decode(errors="replace")[-2000:]
    return done


def scan(tmp_path, target, *args):
    """The report of a scan that must go through."""
    done = run(tmp_path, "scan", target, "--format", "json", "--no-cache", *args)
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    got = json.loads(done.stdout)
    got["peak"] = done.peak
    return got


def refusal(tmp_path, target, *args):
    """The one line that says why the scan was refused."""
    done = run(tmp_path, "scan", target, "--format", "json", "--no-cache", *args)
    text = done.stderr.decode(errors="replace")
    assert done.returncode == 2 and done.stdout == b"", (done.returncode, done.stdout[:500])
    assert text.startswith("plimsoll: ") and text.count("\n") == 1, text
    return text


def told(tmp_path, target):
    """What the scan said: its error line, or its problems; one of both is a must."""
    done = run(tmp_path, "scan", target, "--format", "json", "--no-cache")
    if done.returncode == 2:
        return done.stderr.decode(errors="replace")
    problems = json.loads(done.stdout)["problems"]
    assert problems, "taken in silence"
    return "\n".join(p["message"] for p in problems)


def messages(got):
    return [p["message"] for p in got["problems"]]


def header(name, size=0, kind=b"0", link=b"", magic=b"ustar\x0000"):
    """One tar header; size is a number or the raw field."""
    field = size if isinstance(size, bytes) else b"%011o\0" % size
    block = bytearray(512)
    block[0:len(name)] = name
    block[100:108] = b"0000644\0"
    block[108:116] = block[116:124] = b"0000000\0"
    block[124:136] = field
    block[136:148] = b"00000000000\0"
    block[148:156] = b" " * 8
    block[156:157] = kind
    block[157:157 + len(link)] = link
    block[257:265] = magic
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block)


def padded(data):
    return data + b"\0" * (-len(data) % 512)


def member(name, data=b"", **more):
    return header(name, len(data), **more) + padded(data)


def pax(**records):
    body = b""
    for key, value in records.items():
        text = b" " + key.encode() + b"=" + value + b"\n"
        size = len(text) + 1
        while len(str(size)) + len(text) != size:
            size = len(str(size)) + len(text)
        body += str(size).encode() + text
    return member(b"pax", body, kind=b"x")


END = b"\0" * 1024
GOOD = member(b"etc/os-release", OS_RELEASE) + member(b"var/lib/dpkg/status", STATUS)


def write(tmp_path, data, name="root.tar"):
    (tmp_path / name).write_bytes(data)
    return name


def sha(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def docker_archive(tmp_path, layers, config=None, manifest=None, extra=b""):
    """A docker save archive; config and manifest replace what is written there, as text."""
    doc = config if config is not None else json.dumps(
        {"os": "linux", "architecture": "amd64", "rootfs": {"type": "layers", "diff_ids": [sha(b) for b in layers]}})
    names = ["%d/layer.tar" % i for i in range(len(layers))]
    index = manifest if manifest is not None else json.dumps(
        [{"Config": "config.json", "RepoTags": ["hostile:1"], "Layers": names}])
    parts = [member(n.encode(), b) for n, b in zip(names, layers)]
    parts += [member(b"config.json", doc.encode()), member(b"manifest.json", index.encode()), extra, END]
    return write(tmp_path, b"".join(parts), "image.tar")


def oci(tmp_path, manifest=None, index=None, layer=GOOD + END, config=None, layers=None):
    """An OCI layout; each document given replaces the right one, digests fit what is written."""
    blobs = tmp_path / "layout" / "blobs" / "sha256"
    blobs.mkdir(parents=True)

    def blob(data, kind):
        data = data if isinstance(data, bytes) else data.encode()
        (blobs / hashlib.sha256(data).hexdigest()).write_bytes(data)
        return {"mediaType": "application/vnd.oci.image." + kind, "digest": sha(data), "size": len(data)}

    config = blob(config or json.dumps({"os": "linux", "architecture": "amd64", "rootfs": {
        "type": "layers", "diff_ids": [sha(layer)] * (layers or 1)}}), "config.v1+json")
    layer = blob(layer, "layer.v1.tar")
    manifest = blob(manifest or json.dumps(
        {"schemaVersion": 2, "config": config, "layers": [layer] * (layers or 1)}), "manifest.v1+json")
    (tmp_path / "layout" / "oci-layout").write_text('{"imageLayoutVersion":"1.0.0"}')
    (tmp_path / "layout" / "index.json").write_text(index or json.dumps(
        {"schemaVersion": 2, "manifests": [manifest]}))
    return "layout"


def test_the_same_image_whole_has_no_problem(tmp_path):
    got = scan(tmp_path, write(tmp_path, GOOD + END))
    assert len(got["packages"]) == 1 and messages(got) == []
    (tmp_path / "oci").mkdir()
    assert len(scan(tmp_path, oci(tmp_path))["packages"]) == 1
    assert len(scan(tmp_path, docker_archive(tmp_path, [GOOD + END]))["packages"]) == 1


@pytest.mark.parametrize("pack", [bytes, gzip.compress, lzma.compress], ids=["plain", "gzip", "xz"])
def test_an_archive_cut_anywhere_is_never_taken_in_silence(tmp_path, pack):
    whole = pack(member(b"a", os.urandom(4000)) + GOOD + END)
    for n in (1, 2, 5, 9, 17, 100, 511, 513, 1000, 2000, len(whole) * 2 // 3, len(whole) - 1600):
        text = told(tmp_path, write(tmp_path, whole[:n]))
        assert any(t in text.lower() for t in ("truncated", "cut short", "unrecognized", "damaged")), (n, text)


@pytest.mark.parametrize("size, text", [
    (b"\xff" * 12, "negative size"),
    (b"\x80\0\0\0\x7f" + b"\xff" * 7, "size overflow"),
    (b"77777777777\0", "runcated"),
], ids=["negative", "overflow", "8 GiB"])
@pytest.mark.parametrize("name", [b"a", b"lib/apk/db/installed"])
def test_sizes_that_cannot_be_are_told(tmp_path, name, size, text):
    got = told(tmp_path, write(tmp_path, GOOD + header(name, size) + END))
    assert text in got


@pytest.mark.parametrize("record, text", [
    ({"size": b"-5"}, "negative"),
    ({"size": b"9" * 40}, "overflow"),
    ({"path": b"d/" * 10000 + b"f"}, "path_depth"),
    ({"path": b"a" * 65536}, "path_bytes"),
    ({"path": b"a/" * 40000}, "path_bytes"),
    ({"linkpath": b"l" * 70000}, "link_bytes"),
])
def test_pax_values_beyond_a_limit_name_it(tmp_path, record, text):
    kind = b"2" if "linkpath" in record else b"0"
    got = told(tmp_path, write(tmp_path, GOOD + pax(**record) + header(b"a", kind=kind, link=b"x") + END))
    assert text in got


def test_a_path_of_64_kib_within_the_limit_is_taken(tmp_path):
    path = (b"n" * 100 + b"/") * 640
    got = scan(tmp_path, write(tmp_path, GOOD + pax(path=path) + header(b"a") + END))
    assert messages(got) == [] and len(got["packages"]) == 1


def test_a_pax_header_that_is_no_pax_header_is_a_problem(tmp_path):
    broken = member(b"pax", b"99 path=etc/os-release\n", kind=b"x") + header(b"a")
    assert "pax" in told(tmp_path, write(tmp_path, GOOD + broken + END))


@pytest.mark.parametrize("parts, text", [
    (member(b"l", kind=b"2", link=b"m") + member(b"m", kind=b"2", link=b"l") + member(b"l/x"), "symlink_hops"),
    (member(b"../../x"), 'leaves the root through ".."'),
    (member(b"x").replace(b"x\0", b"y\0", 1), "Damaged"),
], ids=["loop", "dots", "checksum"])
def test_names_and_links_that_lead_astray_are_told(tmp_path, parts, text):
    assert text in told(tmp_path, write(tmp_path, GOOD + parts + END))


def test_a_symlink_loop_in_the_way_of_a_database_ends(tmp_path):
    loop = (member(b"lib/apk", kind=b"2", link=b"/usr/apk") + member(b"usr/apk", kind=b"2", link=b"../lib/apk")
            + member(b"var/lib/rpm", kind=b"2", link=b"."))
    assert len(scan(tmp_path, docker_archive(tmp_path, [GOOD + loop + END]))["packages"]) == 1


@pytest.mark.parametrize("name", [b"/etc/os-release", b"./etc/os-release", b"../etc/../etc//os-release"])
def test_paths_mean_the_same_however_they_are_written(tmp_path, name):
    got = scan(tmp_path, write(tmp_path, member(name, OS_RELEASE) + member(b"/var/./lib/dpkg/status", STATUS) + END))
    assert got["distro"]["id"] == "debian" and len(got["packages"]) == 1


def test_of_members_told_twice_the_last_one_counts(tmp_path):
    newer = member(b"var/lib/dpkg/status", STATUS.replace(b"1.0-1", b"2.0-1"))
    got = scan(tmp_path, write(tmp_path, GOOD * 50 + newer + END))
    assert [p["version"] for p in got["packages"]] == ["2.0-1"]


def bomb(tmp_path, kind, size):
    """A layer of zeros behind a good one, packed as far as the format goes."""
    zeros = bytes(MIB)
    path = tmp_path / "bomb"
    if kind == "gzip":
        with gzip.open(path, "wb", compresslevel=9) as f:
            f.write(GOOD + header(b"zeros", size))
            for _ in range(size // MIB):
                f.write(zeros)
        return "bomb"
    with subprocess.Popen(["zstd", "-q", "-1", "-o", path], stdin=subprocess.PIPE) as zstd:
        zstd.stdin.write(GOOD + header(b"zeros", b"%011o\0" % size))
        for _ in range(size // MIB):
            zstd.stdin.write(zeros)
    return "bomb"


def test_a_zstd_bomb_meets_the_ratio_limit(tmp_path):
    if not any((pathlib.Path(d) / "zstd").exists() for d in os.environ["PATH"].split(":")):
        pytest.skip("no zstd program to pack the bomb with")
    got = scan(tmp_path, "rootfs:" + bomb(tmp_path, "zstd", 1100 * MIB))
    assert any("inflate_ratio" in m for m in messages(got)), messages(got)
    assert len(got["packages"]) == 1
    assert got["peak"] < 64 * MIB + 4 * MIB or SANITIZED


def test_a_gzip_bomb_is_read_in_bounded_memory(tmp_path):
    got = scan(tmp_path, "rootfs:" + bomb(tmp_path, "gzip", 200 * MIB))
    assert len(got["packages"]) == 1
    assert got["peak"] < 64 * MIB + 4 * MIB or SANITIZED


def test_a_package_database_that_is_a_bomb_meets_its_limit(tmp_path):
    big = header(b"var/lib/rpm/Packages", 300 * MIB)
    with gzip.open(tmp_path / "root.tar.gz", "wb", compresslevel=1) as f:
        f.write(GOOD + big)
        for _ in range(300):
            f.write(bytes(MIB))
        f.write(END)
    got = scan(tmp_path, "root.tar.gz")
    assert any("more than" in m and "rpm" in m for m in messages(got))
    states = {c["what"]: c["state"] for c in got["coverage"]}
    assert states["operating-system packages (rpm-bdb)"] == "partial"
    assert got["peak"] < 64 * MIB + 4 * MIB or SANITIZED


@pytest.mark.parametrize("module", [gzip.compress, lzma.compress], ids=["gzip", "xz"])
def test_a_packed_kernel_module_that_is_a_bomb_meets_its_limit(tmp_path, module):
    suffix = b".gz" if module is gzip.compress else b".xz"
    ko = member(b"lib/modules/6.1.0/kernel/a.ko" + suffix, module(bytes(100 * MIB)))
    assert "kernel_module_bytes" in told(tmp_path, write(tmp_path, GOOD + ko + END))


def many_files(path, n):
    """n empty files of short names, packed; the headers differ in seven digits and the checksum."""
    first = header(b"d/0000000")
    total = sum(first) - sum(first[148:156]) + 8 * 32 - 7 * 48
    front, back, rest = first[:2], first[9:148], first[156:]
    with gzip.open(path, "wb", compresslevel=1) as f:
        f.write(GOOD)
        for start in range(0, n, 10000):
            names = [b"%07d" % i for i in range(start, min(n, start + 10000))]
            f.write(b"".join(front + d + back + b"%06o\0 " % (total + sum(d)) + rest for d in names))
        f.write(END)
    return path.name


# A node of 40 bytes, its name, its place in a list and in a hash table: what is stated for an
# image of many files.
BYTES_PER_FILE = 80


@pytest.mark.skipif(SANITIZED, reason="the sanitizer needs memory of its own")
def test_a_million_tiny_files_need_what_is_stated_for_them(tmp_path):
    n = 1000000
    got = scan(tmp_path, many_files(tmp_path / "root.tar.gz", n), "--jobs", "1")
    assert messages(got) == [] and len(got["packages"]) == 1
    assert got["peak"] < 64 * MIB + 4 * MIB + n * BYTES_PER_FILE


def test_thousands_of_problems_are_counted_not_dropped(tmp_path):
    parts = b"".join(member(b"../%d" % i) for i in range(12000))
    got = scan(tmp_path, write(tmp_path, GOOD + parts + END))
    assert len(got["problems"]) == 10000
    assert any("2001 more problems of this layer" in m for m in messages(got))


def test_a_thousand_hard_links_to_one_database_share_its_bytes(tmp_path):
    name = b"var/lib/dpkg/info/a.list"
    parts = [member(name, b"/x\n" * MIB)]
    parts += [header(b"var/lib/dpkg/info/l%04d.list" % i, kind=b"1", link=name) for i in range(1000)]
    got = scan(tmp_path, write(tmp_path, GOOD + b"".join(parts) + END))
    assert any("capture_bytes" in m or "package_files" in m for m in messages(got))


def test_packages_times_file_lists_stay_small(tmp_path):
    n = 5000
    status = b"".join(b"Package: keel\nStatus: install ok installed\nVersion: %d\n\n" % i for i in range(n))
    files = b"".join(b"/usr/%d\n" % i for i in range(n))
    got = scan(tmp_path, write(tmp_path, member(b"var/lib/dpkg/status", status)
                               + member(b"var/lib/dpkg/info/keel.list", files) + END))
    assert len(got["packages"]) == n and got["packages"][0]["evidence"]["n_files"] == n
    assert got["peak"] < 64 * MIB or SANITIZED


def test_a_history_of_many_variables_is_judged_in_time(tmp_path):
    step = "ENV " + " ".join(f"A{i}=b" for i in range(200000))
    more = [{"created_by": "ENV " + " ".join(f"A{i}=c" for i in range(3000))}] * 40
    config = {"os": "linux", "architecture": "amd64", "rootfs": {"type": "layers", "diff_ids": [sha(END)]},
              "config": {"Env": [f"A{i}=b" for i in range(60000)]},
              "history": [dict(h, empty_layer=True) for h in [{"created_by": step}, *more]]}
    scan(tmp_path, "docker-archive:" + str(docker_archive(tmp_path, [END], config=json.dumps(config))),
         "--scanners", "config")


def test_layers_whose_names_all_differ_are_counted_in_time(tmp_path):
    layers = [b"".join(member(b"d/%d-%d" % (i, j)) for j in range(30)) + END for i in range(1024)]
    got = scan(tmp_path, docker_archive(tmp_path, layers))
    assert len(got["layers"]) == 1024


@pytest.mark.parametrize("make, text", [
    (lambda t: oci(t, layers=2000), "more than layers (1024)"),
    (lambda t: "docker-archive:" + docker_archive(
        t, [END], manifest=json.dumps([{"Config": "config.json", "Layers": ["0/layer.tar"] * 5000}])), "5000"),
    (lambda t: oci(t, index='{"a":' * 1000), "json_depth"),
    (lambda t: oci(t, index='{"schemaVersion":2,"schemaVersion":2,"manifests":[]}'), "duplicate"),
    (lambda t: oci(t, index=json.dumps({"schemaVersion": 2, "manifests": [{
        "mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": sha(b""), "size": 1}] * 70000})),
     "index_manifests"),
    (lambda t: oci(t, manifest="[" * 100000), "json_depth"),
    (lambda t: oci(t, manifest='{"config":{},"config":{}}'), "duplicate"),
    (lambda t: oci(t, config='{"os":"a","os":"b"}'), "duplicate"),
    (lambda t: oci(t, config='{"a":' * 200), "json_depth"),
    (lambda t: oci(t, config="null"), "config"),
    (lambda t: "docker-archive:" + docker_archive(t, [END], config='{"os":"a","os":"b"}'), "duplicate"),
    (lambda t: "docker-archive:" + docker_archive(t, [END], manifest="[" * 1000), "json_depth"),
    (lambda t: "docker-archive:" + docker_archive(t, [END], manifest="{}"), "manifest.json"),
    (lambda t: "docker-archive:" + docker_archive(t, [END], manifest="[null]"), "manifest.json"),
    (lambda t: "docker-archive:" + docker_archive(t, [END], manifest="[" + " " * (17 * MIB) + "]"), "16777216"),
    (lambda t: "docker-archive:" + docker_archive(
        t, [END], manifest='[{"Config":"config.json","Layers":["../../etc/passwd"]}]'), "etc/passwd"),
    (lambda t: "docker-archive:" + docker_archive(
        t, [END], manifest='[{"Config":"config.json","Layers":["l"]}]', extra=member(b"l", kind=b"2", link=b"l")),
     "symlink_hops"),
])
def test_manifests_that_are_off_are_refused_with_the_reason(tmp_path, make, text):
    assert text in refusal(tmp_path, make(tmp_path))


def test_a_changed_layer_names_both_digests(tmp_path):
    layer = GOOD + END
    (tmp_path / "layout").mkdir()
    oci(tmp_path, layer=layer)
    blob = tmp_path / "layout" / "blobs" / "sha256" / hashlib.sha256(layer).hexdigest()
    changed = layer.replace(b"1.0-1", b"1.0-2")
    blob.write_bytes(changed)
    text = refusal(tmp_path, "layout")
    assert sha(layer) in text and sha(changed) in text


def test_a_member_told_twice_cannot_replace_a_layer(tmp_path):
    text = refusal(tmp_path, docker_archive(tmp_path, [GOOD + END], extra=member(b"0/layer.tar", END)))
    assert sha(GOOD + END) in text and sha(END) in text


def deep_directory(tmp_path, depth, name="d"):
    (tmp_path / "root").mkdir()
    fd = os.open(tmp_path / "root", os.O_RDONLY)
    for _ in range(depth):
        os.mkdir(name, dir_fd=fd)
        below = os.open(name, os.O_RDONLY, dir_fd=fd)
        os.close(fd)
        fd = below
    os.close(fd)
    return "rootfs:root"


@pytest.fixture(name="removes_deep")
def fixture_removes_deep(tmp_path):
    """pytest's own clean-up recurses, and would not get down there."""
    yield
    subprocess.run(["rm", "-rf", tmp_path / "root"], check=True)


@pytest.mark.usefixtures("removes_deep")
@pytest.mark.parametrize("depth, name, text", [
    (900, "d", None), (1100, "d", "path_depth"), (400, "d" * 250, "path_bytes")])
def test_directories_are_walked_to_the_limit_and_no_further(tmp_path, depth, name, text):
    got = scan(tmp_path, deep_directory(tmp_path, depth, name))
    assert [text in m or "many open files" in m for m in messages(got)] == [True] if text else not messages(got)


def test_what_a_directory_scan_leaves_out_is_told(tmp_path):
    (tmp_path / "root" / ".wh.hidden" / "var").mkdir(parents=True)
    (tmp_path / "root" / "loop").symlink_to("loop")
    os.mkfifo(tmp_path / "root" / "var.pipe")
    (tmp_path / "root" / "etc").mkdir()
    os.mkfifo(tmp_path / "root" / "etc" / "os-release")
    got = scan(tmp_path, "rootfs:root")
    assert any("whiteout" in m for m in messages(got))


def test_bytes_behind_a_packed_layer_are_told(tmp_path):
    packed = gzip.compress(GOOD + END)
    assert "gzip" in told(tmp_path, write(tmp_path, packed + b"garbage"))
    assert messages(scan(tmp_path, write(tmp_path, packed + b"\0" * 1000))) == []


def test_every_limit_named_in_an_error_is_listed(tmp_path):
    listed = run(tmp_path, "--limits").stdout.decode()
    for name in ("path_bytes", "path_depth", "symlink_hops", "inflate_ratio", "layers", "json_depth",
                 "capture_bytes", "kernel_module_bytes", "package_files", "problems"):
        assert name in listed


def test_a_damaged_cache_entry_is_not_used(tmp_path):
    write(tmp_path, GOOD + END)
    os.utime(tmp_path / "root.tar", (1, 1))
    first = run(tmp_path, "scan", "root.tar", "--format", "json").stdout
    cache = tmp_path / "cache" / "plimsoll" / "layers-1"
    for entry in cache.iterdir():
        data = bytearray(entry.read_bytes())
        at = data.find(b"1.0-1")
        data[at if at >= 0 else len(data) // 2] ^= 1
        entry.write_bytes(data)
    assert run(tmp_path, "scan", "root.tar", "--format", "json").stdout == first
