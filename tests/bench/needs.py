#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Whether `plimsoll needs` names every file that a program really opens, and how fast it is.

    tests/bench/needs.py --plimsoll BIN TREE_OR_IMAGE...  [--work DIR]

Each TREE_OR_IMAGE is a root file system, packed (.tar, .tar.gz, .tar.xz), or an image as docker save
writes it. It is unpacked below DIR; every command of COMMANDS that it has is run there for real (root,
chroot and strace are needed) and all files that it opens or executes are written down. Those that
plimsoll needs --run COMMAND --format paths does not name are misses.

Prints a row a command: files opened, misses, what is needed of the image; then the recall over all,
and the time of a warm run (the fastest of seven) of the image with most packages, with the command that
needs most of it, beside that of a warm scan of it. The exit status is 1 when a file was missed or the
closure takes more than 0.5 s of processor time (it runs on one processor).
"""
import argparse
import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time

COMMANDS = [
    "/bin/sh -c 'cat /etc/os-release; ls -l /; date; id root'",
    "/bin/bash -c 'ls -l / | sort | head -3; date; getent hosts localhost'",
    "apk --version",
    "apk info",
    "apt-get --version",
    "dpkg -l",
    "perl -e 'use POSIX; use Data::Dumper; print Dumper(POSIX::floor(1.5))'",
    "perl -MList::Util=sum -MFile::Spec -e 'print sum(1,2)'",
    "python3 -c 'import json, ssl, sqlite3, urllib.request, email.mime.text; print(1)'",
    "python3 -c 'import numpy; print(numpy.ones(3).sum())'",
    "python3 -m json.tool /etc/plimsoll-none",
    "python3 -m http.server --help",
    "nginx -t",
    "nginx -V",
    "git --version",
    "git init /tmp/x",
    "node /srv/app/needs-main.js",
    "node -e 'require(\"fs\").statSync(\"/\")'",
    "busybox ls /",
    "openssl version -a",
    "curl --version",
    "/usr/sbin/sshd -T",
    "gcc --version",
    "npm --version",
    "python3 -m django --version",
    "python3 -c 'import django.core.management, django.db, django.template; print(1)'",
    "tar --help",
]
OPENED = re.compile(r'\b(?:openat|open|openat2)\((.*?)\)\s+= \d+<([^>]*)>')
EXECUTED = re.compile(r'\bexecve\("([^"]*)", .*\)\s+= 0$')
WRITES = re.compile(r"O_WRONLY|O_RDWR|O_CREAT|O_DIRECTORY")
LIMIT_SECONDS = 0.5
# Runs a command in a tree, with the environment that images have.
INSIDE = """
import os, shlex, sys
os.chroot(sys.argv[1])
os.chdir("/")
words = shlex.split(sys.argv[2])
path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
for folder in [""] if "/" in words[0] else path.split(":"):
    try:
        os.execve(folder + "/" + words[0], words, {"PATH": path})
    except OSError:
        pass
os._exit(127)
"""


def unpack(image, into):
    """The merged tree; layers of an image one on the other, with their whiteouts."""
    done = into / ".unpacked"
    if done.exists():
        return into
    into.mkdir(parents=True, exist_ok=True)
    with tarfile.open(image) as tar:
        names = tar.getnames()
        layers = json.load(tar.extractfile("manifest.json"))[0]["Layers"] if "manifest.json" in names else None
    if layers is None:
        subprocess.run(["tar", "-xf", str(image), "-C", str(into), "--exclude=./dev/*", "--exclude=dev/*"],
                       check=True)
    else:
        for layer in layers:
            with tempfile.TemporaryDirectory(dir=into.parent) as folder:
                subprocess.run(["tar", "-xf", str(image), "-C", folder, layer], check=True)
                subprocess.run(["tar", "-xf", f"{folder}/{layer}", "-C", str(into), "--exclude=dev/*"],
                               check=True)
            for mark in into.rglob(".wh.*"):
                hidden = mark.with_name(mark.name[4:])
                if hidden.is_dir() and not hidden.is_symlink():
                    shutil.rmtree(hidden)
                else:
                    hidden.unlink(missing_ok=True)
                mark.unlink()
    done.touch()
    return into


def resolve(root, path, hops=0):
    """The path from the root that it really is, links of the tree followed."""
    real = []
    parts = [part for part in path.split("/") if part not in ("", ".")]
    while parts:
        part = parts.pop(0)
        if part == "..":
            real = real[:-1]
            continue
        at = root / "/".join(real + [part])
        if at.is_symlink() and hops < 40:
            target = os.readlink(at)
            hops += 1
            if target.startswith("/"):
                real = []
            parts = [p for p in target.split("/") if p not in ("", ".")] + parts
            continue
        real.append(part)
    return "/".join(real)


def opened(root, command):
    """Files of the tree that the command opens or executes, or None when it cannot run."""
    log = root.parent / "strace.log"
    for folder in ("dev", "tmp"):
        (root / folder).mkdir(exist_ok=True)
    null = root / "dev/null"
    if not null.exists():
        null.touch()
    done = subprocess.run(["strace", "-f", "-y", "-s", "4096", "-e", "trace=open,openat,openat2,execve,chroot",
                           "-o", str(log), sys.executable, "-S", "-c", INSIDE, str(root), command],
                          capture_output=True, check=False, timeout=120)
    if done.returncode in (125, 126, 127):
        return None
    files = set()
    inside = False
    for line in log.read_text(errors="replace").splitlines():
        if not inside:  # until then all of it is the machine's
            inside = " chroot(" in line and line.endswith("= 0")
            continue
        match = EXECUTED.search(line)
        if match:
            files.add(resolve(root, match.group(1)))
        match = OPENED.search(line)
        if match and not WRITES.search(match.group(1)):
            path = match.group(2)
            if path.startswith(str(root)):
                path = path[len(str(root)):]
            files.add(path.lstrip("/"))
    return {f for f in files if (root / f).is_file() and not f.startswith(("proc/", "dev/", "sys/"))
            and not f.startswith("tmp/")}


def needed(plimsoll, image, command):
    done = subprocess.run([plimsoll, "needs", "-q", "--format", "json", "--run", command, str(image)],
                          capture_output=True, check=False, timeout=600)
    if done.returncode:
        raise SystemExit(done.stderr.decode())
    return json.loads(done.stdout)


def has(root, command):
    name = shlex.split(command)[0]
    places = [name] if "/" in name else [f"{d}/{name}" for d in ("usr/bin", "bin", "usr/sbin", "sbin")]
    return any((root / resolve(root, place)).is_file() for place in places)


def clock(words):
    """The least wall and processor time of seven runs, as other work on the machine only adds."""
    wall, cpu = [], []
    for _ in range(7):
        before, start = os.times(), time.perf_counter()
        subprocess.run(words, stdout=subprocess.DEVNULL, check=True)
        after = os.times()
        wall.append(time.perf_counter() - start)
        cpu.append(after.children_user + after.children_system - before.children_user - before.children_system)
    return min(wall), min(cpu)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--plimsoll", required=True)
    parser.add_argument("--work", default="build-needs")
    parser.add_argument("images", nargs="+")
    args = parser.parse_args()
    if os.geteuid() != 0 or not shutil.which("strace"):
        print("needs: skipped, root and strace are needed")
        return 2
    total = missed = 0
    largest = ((0, 0), None, None)
    print(f"{'image':34} {'opened':>6} {'missed':>6} {'needed':>9} {'of':>9} {'conf.':>5}  command")
    for image in args.images:
        name = pathlib.Path(image).resolve()
        name = name.parent.name if name.name == "docker.tar" else name.name.split(".tar")[0]
        root = unpack(image, pathlib.Path(args.work).resolve() / name)
        for command in COMMANDS:
            if not has(root, command):
                continue
            files = opened(root, command)
            if not files:
                continue
            report = needed(args.plimsoll, image, command)
            needs = report["needs"]
            paths = {f["path"] for f in needs.get("files", [])}
            misses = sorted(f for f in files if f not in paths)
            total += len(files)
            missed += len(misses)
            size = (len(report["packages"]), needs.get("needed_files", 0))
            if size > largest[0]:
                largest = (size, image, command)
            print(f"{name:34} {len(files):6} {len(misses):6} {needs.get('needed_bytes', 0) / 1e6:7.1f}MB "
                  f"{needs.get('image_bytes', 0) / 1e6:7.0f}MB {needs.get('confidence', 0):5.2f}  {command[:60]}")
            for path in misses:
                print(f"    {path}: opened, not named")
    if not total:
        print("needs: nothing could be run")
        return 2
    print(f"recall: {total - missed} of {total} files ({100 * (total - missed) / total:.2f} %)")
    (packages, files), image, command = largest
    scan = clock([args.plimsoll, "scan", "-q", "--scanners", "config", str(image)])
    both = clock([args.plimsoll, "needs", "-q", "--run", command, str(image)])
    cost = both[1] - scan[1]
    print(f"closure of {packages} packages, {files} files needed by {command[:40]}: {cost:.2f} s of processor time "
          f"more than a warm scan (with it {both[1]:.2f} s, {both[0]:.2f} s of wall time); at most {LIMIT_SECONDS} s")
    return 1 if missed or cost > LIMIT_SECONDS else 0


if __name__ == "__main__":
    sys.exit(main())
