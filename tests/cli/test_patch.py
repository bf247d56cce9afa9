# SPDX-License-Identifier: Apache-2.0
"""plimsoll patch: the plan, refusals, packages without a package manager, and real Debian packages.

What needs a mirror takes it from this machine's own apt configuration. The real run builds a Debian image
first, which takes a minute or more: PLIMSOLL_TEST_MIRROR=1 asks for it.
"""
import json
import lzma
import os
import re
import shutil
import socket
import subprocess
import tarfile

import pytest

import small_scan
from small_scan import OS_RELEASE, environment, package
from test_scan import PLIMSOLL, docker_archive
from test_squash import can_make_namespaces, entry, folder, layer, read_layout, tree

pytestmark = pytest.mark.skipif(not can_make_namespaces(),
                                reason="this kernel or container lets nobody make user namespaces")


def run(tmp_path, *args, status=0, timeout=120, pass_fds=(), **env):
    done = subprocess.run([PLIMSOLL, "patch", *map(str, args)], capture_output=True, cwd=tmp_path, check=False,
                          env={**environment(tmp_path), "PATH": os.environ["PATH"], **env}, timeout=timeout,
                          text=True, stdin=subprocess.DEVNULL, pass_fds=pass_fds)
    assert done.returncode == status, (done.returncode, done.stdout, done.stderr)
    return done


@pytest.fixture
def image(tmp_path):
    """image.tar with curl, libssl3 and zlib1g, and a database that knows of them."""
    small_scan.make(tmp_path)
    docker_archive(tmp_path / "image.tar", [layer(
        entry("etc/os-release", OS_RELEASE.encode()),
        entry("var/lib/dpkg/status", small_scan.STATUS.encode()))])
    return tmp_path


def test_dry_run_prints_the_plan(image):
    out = run(image, "image.tar", "--dry-run").stdout
    assert re.search(r"curl 7\.88\.1-10 -> 7\.88\.1-11\s+CVE-2026-0001 \(high\)", out), out
    assert re.search(r"libssl3 3\.0\.11-1 -> 3\.0\.17-1\s+CVE-2026-0005", out), out
    assert re.search(r"CVE-2026-0002 +curl +no fix published", out), out


PLANS = [
    (["--only", "CVE-2026-0005"], ["libssl3"], 0),
    (["--severity", "high"], ["curl"], 0),
    (["--only", "CVE-2026-0002"], [], 1),
    (["--severity", "low"], [], 1),
]


@pytest.mark.parametrize("args, names, status", PLANS)
def test_what_is_asked_for_is_planned(image, args, names, status):
    out = run(image, "image.tar", "--dry-run", *args, status=status).stdout
    assert re.findall(r"^  (\S+) \S+ -> ", out, re.M) == names, out


REFUSED = [
    (["image.tar"], "--output says where"),
    (["image.tar", "-o", "x.tar"], "expected oci:DIR"),
    (["image.tar", "-o", "oci:out", "--package-mirror", "http://a"], "expected FROM=TO"),
    (["image.tar", "-o", "oci:out", "--severity", "bad"], "bad"),
    (["rootfs:root", "-o", "oci:out"], "no image"),
]


@pytest.mark.parametrize("args, message", REFUSED)
def test_refused_with_a_reason(image, args, message):
    assert message in run(image, *args, status=2).stderr


def test_without_apt_and_without_keys_nothing_is_fetched(image):
    done = run(image, "image.tar", "-o", "oci:out", "--keyring", "no.gpg", status=2)
    assert "no.gpg: no keyring that packages can be verified with" in done.stderr, done.stderr
    assert not (image / "out").exists()


def test_a_package_manager_that_cannot_run_says_why(image):
    docker_archive(image / "image.tar", [layer(
        entry("etc/os-release", OS_RELEASE.encode()), entry("var/lib/dpkg/status",
              (small_scan.STATUS + package("apt", "2.6", "apt")).encode()),
        entry("etc/apt/sources.list", b"deb http://deb.example.com/debian bookworm main\n"),
        entry("usr/bin/apt-get", b"#!/no/such/shell\n", mode=0o755))])
    done = run(image, "image.tar", "-o", "oci:out", status=2)
    assert "/usr/bin/apt-get" in done.stderr and not (image / "out").exists()


def test_repositories_without_signatures_are_refused(image):
    docker_archive(image / "image.tar", [layer(
        entry("etc/os-release", OS_RELEASE.encode()), entry("var/lib/dpkg/status",
              (small_scan.STATUS + package("apt", "2.6", "apt")).encode()),
        entry("etc/apt/sources.list", b"deb [ trusted=yes ] http://deb.example.com/debian bookworm main\n"),
        entry("usr/bin/apt-get", b"", mode=0o755))])
    assert "packages without a signature" in run(image, "image.tar", "-o", "oci:out", status=2).stderr


def test_an_architecture_of_the_image_is_no_word_of_aptconf(image):
    """apt-get of this machine reads a configuration with the image's architecture in it."""
    marker = image / "ran"
    bad = f'amd64"; APT::Update::Pre-Invoke {{ "touch {marker}"; }}; X "'
    status = small_scan.STATUS.replace("Architecture: amd64", f"Architecture: {bad}")
    assert bad in status
    docker_archive(image / "image.tar", [layer(
        entry("etc/os-release", OS_RELEASE.encode()), entry("var/lib/dpkg/status", status.encode()))])
    (image / "one.list").write_text("deb http://127.0.0.1:9/debian bookworm main\n")
    (image / "any.gpg").write_bytes(b"")
    done = run(image, "image.tar", "-o", "oci:out", "--sources", "one.list", "--keyring", "any.gpg", status=2)
    assert not marker.exists()
    assert "is no architecture" in done.stderr, done.stderr


# ---- real packages ----

def machine_mirror():
    """Where this machine's apt has Debian 12 from, by its own configuration; None: nowhere."""
    for folder_, _, names in os.walk("/etc/apt"):
        for name in names:
            if not name.endswith((".list", ".sources")):
                continue
            with open(os.path.join(folder_, name), encoding="utf-8", errors="replace") as f:
                found = re.search(r"https?://\S+?(?=/debian(\s|$))", f.read())
            if found:
                return found[0]
    return None


MIRROR = machine_mirror()
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
needs_mirror = pytest.mark.skipif(
    not (MIRROR and os.path.exists(KEYRING) and shutil.which("apt-get")),
    reason="this machine's apt has no Debian mirror and keyring to take packages from")
needs_image = pytest.mark.skipif(
    not (os.environ.get("PLIMSOLL_TEST_MIRROR") and shutil.which("mmdebstrap") and os.getuid() == 0),
    reason="PLIMSOLL_TEST_MIRROR=1, root and mmdebstrap build a Debian image, which takes minutes")


def candidates(suite, path):
    """name -> (version, source version), of the mirror, at this moment."""
    text = subprocess.run(["curl", "-sfL", "-m", "60", f"{MIRROR}/{path}/dists/{suite}/main/binary-amd64/Packages.xz"],
                          capture_output=True, check=True).stdout
    found = {}
    for stanza in lzma.decompress(text).decode().split("\n\n"):
        field = dict(re.findall(r"^([A-Za-z-]+): (.*)$", stanza, re.M))
        if field:
            found[field["Package"]] = (field["Version"], field.get("Source", field["Package"]))
    return found


def feed_of(tmp_path, fixed):
    """A tracker that says of each source that the mirror's version is the first without a flaw."""
    tracker = {source: {f"CVE-2026-1{i:03}": small_scan.fixed(version, "high")}
               for i, (source, version) in enumerate(sorted(fixed.items()))}
    tracker.setdefault("bash", {})["CVE-2026-0002"] = small_scan.still_open("low")
    for name, text in (("data/json", json.dumps(tracker)), ("data/DSA/list", "")):
        path = tmp_path / "feeds/tracker" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    subprocess.run([PLIMSOLL, "db", "build", "--feeds", "feeds", "--db", "db"], cwd=tmp_path, check=True,
                   env=environment(tmp_path), capture_output=True, timeout=60)


@needs_mirror
def test_distroless_gets_its_package_unpacked_and_recorded(tmp_path):
    """netbase, at a made-up old version, in the form that distroless images have; no program runs."""
    version, _ = candidates("bookworm", "debian")["netbase"]
    feed_of(tmp_path, {"netbase": version})
    control = "Package: netbase\nVersion: 1.0\nArchitecture: all\nMaintainer: M\nDescription: x\n"
    sums = "".join(f"{'0' * 32}  {p}\n" for p in ("etc/protocols", "usr/share/old/gone", "usr/share/doc/netbase/copyright"))
    docker_archive(tmp_path / "image.tar", [layer(
        folder("etc"), entry("etc/os-release", OS_RELEASE.encode()), entry("etc/protocols", b"mine"),
        folder("usr/share/old"), entry("usr/share/old/gone", b"old"),
        entry("var/lib/dpkg/status.d/netbase", control.encode()),
        entry("var/lib/dpkg/status.d/netbase.md5sums", sums.encode()))])
    (tmp_path / "one.list").write_text("deb http://deb.example.com/debian bookworm main\n")
    done = run(tmp_path, "image.tar", "-o", "oci:out", "--sources", "one.list",
               "--package-mirror", f"http://deb.example.com={MIRROR}")
    assert "their scripts were not run" in done.stdout
    assert re.search(r"high +1 +0\n", done.stdout), done.stdout
    assert re.search(r"\nmanifest sha256:[0-9a-f]{64}\n", done.stdout), done.stdout
    config, tars = read_layout(tmp_path / "out")
    assert config["history"][-1]["created_by"] == f"plimsoll patch: netbase 1.0 -> {version}"
    got = tree(tars)
    assert f"Version: {version}\n".encode() in got["var/lib/dpkg/status.d/netbase"][5]
    assert b"usr/share/doc/netbase/copyright" in got["var/lib/dpkg/status.d/netbase.md5sums"][5]
    assert "usr/share/old/gone" not in got  # only the old version had it
    assert got["etc/protocols"][5] == b"mine"  # a configuration file stays
    assert len(got["usr/share/doc/netbase/copyright"][5]) > 100


@needs_mirror
def test_a_key_that_signed_nothing_is_refused(tmp_path):
    version, _ = candidates("bookworm", "debian")["netbase"]
    feed_of(tmp_path, {"netbase": version})
    docker_archive(tmp_path / "image.tar", [layer(
        entry("etc/os-release", OS_RELEASE.encode()),
        entry("var/lib/dpkg/status.d/netbase", b"Package: netbase\nVersion: 1.0\nArchitecture: all\n"))])
    (tmp_path / "empty.gpg").write_bytes(b"")
    (tmp_path / "one.list").write_text("deb http://deb.example.com/debian bookworm main\n")
    done = run(tmp_path, "image.tar", "-o", "oci:out", "--keyring", "empty.gpg", "--sources", "one.list",
               "--package-mirror", f"http://deb.example.com={MIRROR}", status=2)
    assert "ended with status 100" in done.stderr and not (tmp_path / "out").exists()


@needs_mirror
@needs_image
def test_debian_is_patched_by_its_own_apt(tmp_path):
    subprocess.run(["mmdebstrap", "--variant=minbase", "--mode=root", "--include=curl", "bookworm",
                    tmp_path / "root.tar", f"deb [signed-by={KEYRING}] {MIRROR}/debian bookworm main"],
                   check=True, capture_output=True, timeout=900)
    with tarfile.open(tmp_path / "root.tar") as tar:
        status = tar.extractfile("./var/lib/dpkg/status").read().decode()
    installed = dict(re.findall(r"^Package: (\S+)\n(?:.+\n)*?Version: (\S+)$", status, re.M))
    newer, fixed = candidates("bookworm-security", "debian-security"), {}
    for name, version in installed.items():
        there, source = newer.get(name, (version, ""))
        if subprocess.run(["dpkg", "--compare-versions", there, "gt", version], check=False).returncode == 0:
            fixed[source.split()[0]] = (re.findall(r"\((.*)\)", source) or [there])[0]
    if not fixed:
        pytest.skip("the security repository has nothing newer than the release at this moment")
    chosen = dict(sorted(fixed.items())[:3])
    feed_of(tmp_path, chosen)
    layers = [(tmp_path / "root.tar").read_bytes()]
    docker_archive(tmp_path / "image.tar", layers, {"config": {"User": "0"}})
    (tmp_path / "given.list").write_text(
        f"deb [signed-by={KEYRING}] http://deb.example.com/debian bookworm main\n"
        f"deb [signed-by={KEYRING}] http://deb.example.com/debian-security bookworm-security main\n")
    how = ["image.tar", "--sources", "given.list", "--package-mirror", f"http://deb.example.com={MIRROR}"]
    done = run(tmp_path, *how, "-o", "oci:out", timeout=900)
    assert re.search(r"high +\d+ +0\n", done.stdout), done.stdout
    assert re.search(r"CVE-2026-0002 +bash +no fix published", done.stdout), done.stdout
    config, tars = read_layout(tmp_path / "out")
    assert tars[0] == layers[0] and len(tars) == 2
    assert config["history"][-1]["created_by"].startswith("plimsoll patch: ")
    names = list(tree(tars[1:]))
    for unwanted in ("var/lib/apt/lists/", "var/cache/apt/", "var/log/", "tmp/", "run/", "usr/sbin/policy-rc.d"):
        assert not [n for n in names if n.startswith(unwanted)], unwanted
    # The same again gives the same bytes.
    run(tmp_path, *how, "-o", "oci:again", timeout=900)
    assert (tmp_path / "again/index.json").read_bytes() == (tmp_path / "out/index.json").read_bytes()
    if shutil.which("skopeo"):
        subprocess.run(["skopeo", "inspect", "oci:out:latest"], cwd=tmp_path, check=True, capture_output=True)
    if shutil.which("umoci"):
        subprocess.run(["umoci", "unpack", "--image", "out:latest", "bundle"], cwd=tmp_path, check=True,
                       capture_output=True)
        audit = subprocess.run(["chroot", "bundle/rootfs", "dpkg", "--audit"], cwd=tmp_path, check=True,
                               capture_output=True)
        assert audit.stdout == b""


# ---- the sandbox, seen by a program of the image ----

LEFT = 123  # a descriptor that was open before

PROBE = r"""
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static int dial(const char *host, int port)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port)};
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	inet_pton(AF_INET, host, &a.sin_addr);
	return connect(fd, (void *)&a, sizeof a) < 0 ? -1 : fd;
}

/* What the proxy answers: the status code. */
static int ask(const char *request)
{
	const char *proxy = getenv("http_proxy");
	char answer[64] = "";
	int fd = dial("127.0.0.1", atoi(strrchr(proxy, ':') + 1));

	if (fd < 0 || write(fd, request, strlen(request)) < 0 || read(fd, answer, 63) < 12)
		return -1;
	return atoi(answer + 9);
}

int main(void)
{
	struct stat st;

	printf("uid=%d pid=%d ", (int)getuid(), (int)getpid() < 10);
	printf("outside=%d ", stat("MARK", &st) == 0);
	printf("mount=%d unshare=%d ptrace=%d ", mount("x", "/tmp", "tmpfs", 0, 0) == 0,
	       unshare(CLONE_NEWUSER) == 0, ptrace(PTRACE_TRACEME, 0, 0, 0) == 0);
	printf("mknod=%d ", mknod("/n", S_IFCHR | 0666, 0x101) == 0);
	printf("host=%d ", dial("127.0.0.1", PORT) >= 0);
	printf("other=%d ", ask("GET http://other.example.com/ HTTP/1.1\r\nHost: x\r\n\r\n"));
	printf("local=%d ", ask("GET http://127.0.0.1:PORT/ HTTP/1.1\r\nHost: x\r\n\r\n"));
	printf("port=%d ", ask("CONNECT deb.example.com:22 HTTP/1.1\r\n\r\n"));
	printf("left=%d ", fcntl(LEFT, F_GETFD) >= 0);
	printf("kernel=%d ", open("/proc/sys/kernel/core_pattern", O_WRONLY) >= 0);
	printf("chmod=%d ", chmod("/dev/null", 0666) == 0);
	printf("null=%d\n", open("/dev/null", O_RDWR) >= 0 && write(open("/dev/null", O_WRONLY), "x", 1) == 1);
	return 9;
}
"""


@pytest.mark.skipif(not shutil.which("cc"), reason="no compiler for the program that looks around")
def test_a_program_of_the_image_is_shut_in(image):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        (image / "mark").write_text("x")
        (image / "probe.c").write_text(PROBE.replace("MARK", str(image / "mark")).replace("PORT", str(port))
                                         .replace("LEFT", str(LEFT)))
        built = subprocess.run(["cc", "-static", "-o", "probe", "probe.c"], cwd=image, capture_output=True,
                               check=False)
        if built.returncode:
            pytest.skip("static programs cannot be built here")
        docker_archive(image / "image.tar", [layer(
            entry("etc/os-release", OS_RELEASE.encode()),
            entry("var/lib/dpkg/status", (small_scan.STATUS + package("apt", "2.6", "apt")).encode()),
            entry("etc/apt/sources.list", f"deb http://deb.example.com/debian bookworm main\n"
                  f"deb http://127.0.0.1:{port}/ bookworm main\ndeb http://*/ bookworm main\n".encode()),
            entry("usr/bin/apt-get", (image / "probe").read_bytes(), mode=0o755))])
        os.dup2(server.fileno(), LEFT)  # as a shell does with `8<folder`
        try:
            said = run(image, "image.tar", "-o", "oci:out", status=2, pass_fds=(LEFT,)).stderr
        finally:
            os.close(LEFT)
    for part in ("ended with status 9", "uid=0 pid=1", "outside=0", "mount=0 unshare=0 ptrace=0", "mknod=0",
                 "host=0", "left=0 kernel=0 chmod=0", "other=403 local=403 port=403", "null=1", "connections were refused to"):
        assert part in said, said
    assert "other.example.com" in said
