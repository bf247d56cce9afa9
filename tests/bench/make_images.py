#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Build the images that the benchmark scans.

    make_images.py --out DIR [--only NAME,NAME] [--list] [--keep-work]

What is already there is left alone, so an interrupted build is finished by a second call. Needs
root (it makes device nodes and changes root), a Debian mirror and the npm registry, both as this
machine has them configured, about 15 GB of free disk and 10 to 20 minutes.

Tools, all from Debian 12: mmdebstrap umoci skopeo isal (igzip) openssl, and npm. When one is
missing, the apt-get line that installs it is printed and nothing is built.

Every image NAME becomes a folder DIR/NAME:

    oci/             OCI layout, gzip layers as umoci compresses them (what a registry serves)
    docker.tar       docker-archive with plain layers (what `docker save` writes), by skopeo
    plain/NN.tar     the same layers, plain, one file each: what the floor hashes
    image.json       sizes, digests and counts; written last, so its presence means "complete"

The images:

    base170     Debian bookworm minbase, one layer
    node1200    the same, and one big layer with a node_modules tree of about 1.0 GB
    multi1500   the same, and layers for python, nginx, gcc, go and a second node_modules tree
    sparse20g   docker-archive only: ONE plain layer, base170 and four files of 5 GiB of zeros. The
                zeros are holes in the archive: 170 MB of disk, but a scanner reads and hashes all
    files3m     base170, and a layer of 3,000,000 empty files in 3,000 folders

and, only when named with --only:

    sparse20g-gz  sparse20g as OCI layout with a gzip layer of 240:1, for the limits
"""

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
import time

TOOLS = {  # command: Debian package
    "mmdebstrap": "mmdebstrap",
    "umoci": "umoci",
    "skopeo": "skopeo",
    "igzip": "isal",
    "openssl": "openssl",
    "npm": "npm",
}

SUITE = "bookworm"

# Big, common, without native build steps and without jars (a jar makes Trivy want its Java
# database).
NODE_BIG = {
    "@angular/cli": "18.1.1",
    "@angular/core": "18.1.1",
    "@angular/material": "18.1.1",
    "@mui/icons-material": "5.16.4",
    "@mui/material": "5.16.4",
    "aws-sdk": "2.1650.0",
    "date-fns": "3.6.0",
    "express": "4.19.2",
    "firebase": "10.12.4",
    "googleapis": "140.0.1",
    "lodash": "4.17.21",
    "monaco-editor": "0.50.0",
    "pdfjs-dist": "4.4.168",
    "react": "18.3.1",
    "react-dom": "18.3.1",
    "react-icons": "5.2.1",
    "react-scripts": "5.0.1",
    "rxjs": "7.8.1",
    "three": "0.166.1",
    "typescript": "5.5.3",
}
NODE_SMALL = {
    "@tensorflow/tfjs": "4.20.0",
    "express": "4.19.2",
    "lodash": "4.17.21",
}

# One layer per line, as an application image grows: interpreter, server, compiler, a second tool
# chain.
DEB_LAYERS = (
    ("python3", "python3-numpy", "python3-pandas", "python3-requests"),
    ("nginx", "openssl", "curl", "ca-certificates", "git"),
    ("gcc", "g++", "make", "libc6-dev", "cmake"),
    ("golang-go",),
)

SPARSE_FILES = 4
SPARSE_FILE_SIZE = 5 << 30  # below the 8 GiB that a ustar header can say

EMPTY_DIRS = 3000
EMPTY_PER_DIR = 1000

MTIME = 1700000000


def say(text):
    print(f"[{time.strftime('%H:%M:%S')}] {text}", flush=True)


def run(*cmd, **kw):
    subprocess.run([str(c) for c in cmd], check=True, **kw)


def out_of(*cmd):
    return subprocess.run(
        [str(c) for c in cmd], check=True, stdout=subprocess.PIPE, text=True
    ).stdout


def sha256_of(path):
    h = hashlib.sha256()
    buf = bytearray(4 << 20)
    view = memoryview(buf)
    with open(path, "rb", buffering=0) as f:
        while n := f.readinto(buf):
            h.update(view[:n])
    return "sha256:" + h.hexdigest()


def missing_tools():
    return sorted({pkg for cmd, pkg in TOOLS.items() if not shutil.which(cmd)})


# ---- OCI layouts ----


def blob(oci, digest):
    return os.path.join(oci, "blobs", *digest.split(":"))


def load(path):
    with open(path, encoding="utf-8") as f:
        return json.load(f)


def manifest_of(oci):
    index = load(os.path.join(oci, "index.json"))
    if len(index["manifests"]) != 1:
        sys.exit(f"{oci}: expected one image, found {len(index['manifests'])}")
    return load(blob(oci, index["manifests"][0]["digest"]))


def set_config(ref):
    run(
        "umoci",
        "config",
        "--image",
        ref,
        "--config.cmd",
        "/bin/bash",
        "--os",
        "linux",
        "--architecture",
        arch(),
        "--created",
        time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(MTIME)),
        "--config.env",
        "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    )


def arch():
    return out_of("dpkg", "--print-architecture").strip()


def on_base(base, oci):
    """Start oci:image from the finished base image."""
    run("skopeo", "copy", "--quiet", f"oci:{base}/oci:image", f"oci:{oci}:image")


def add_layer(oci, tar):
    run("umoci", "raw", "add-layer", "--image", f"{oci}:image", tar)


def finish(d, name, what):
    """Plain layers, docker archive and image.json for the layout d/oci; checks every digest."""
    oci, plain = os.path.join(d, "oci"), os.path.join(d, "plain")
    run("umoci", "gc", "--layout", oci)
    os.makedirs(plain, exist_ok=True)
    manifest = manifest_of(oci)
    diff_ids = load(blob(oci, manifest["config"]["digest"]))["rootfs"]["diff_ids"]
    layers, entries = [], 0
    for i, (desc, diff_id) in enumerate(zip(manifest["layers"], diff_ids, strict=True)):
        src, dst = blob(oci, desc["digest"]), os.path.join(plain, f"{i:02}.tar")
        with open(dst, "wb") as f:
            run("igzip", "-dc", src, stdout=f)
        for path, digest in ((src, desc["digest"]), (dst, diff_id)):
            if sha256_of(path) != digest:
                sys.exit(f"{path}: content does not have the digest {digest}")
        entries += count_entries(dst)
        layers.append(layer_row(d, src, dst, desc["digest"], diff_id))
    archive = os.path.join(d, "docker.tar")
    if os.path.exists(archive):
        os.unlink(archive)
    run("skopeo", "copy", "--quiet", f"oci:{oci}:image", f"docker-archive:{archive}:bench/{name}:1")
    write_facts(d, name, what, layers, entries, oci=True, docker=True)


def layer_row(d, src, dst, digest, diff_id):
    return {
        "blob": src and os.path.relpath(src, d),
        "blob_bytes": src and os.path.getsize(src),
        "digest": digest,
        "plain": os.path.relpath(dst, d),
        "plain_bytes": os.path.getsize(dst),
        "diff_id": diff_id,
    }


def count_entries(tar):
    with subprocess.Popen(["tar", "-tf", tar], stdout=subprocess.PIPE) as p:
        n = sum(chunk.count(b"\n") for chunk in iter(lambda: p.stdout.read(1 << 20), b""))
    if p.returncode:
        sys.exit(f"{tar}: tar cannot list it")
    return n


def write_facts(d, name, what, layers, entries, oci, docker):
    facts = {
        "name": name,
        "what": what,
        "entries": entries,
        "oci": "oci" if oci else None,
        "docker": "docker.tar" if docker else None,
        "layers": layers,
    }
    tmp = os.path.join(d, "image.json.tmp")
    with open(tmp, "w", encoding="utf-8") as f:
        json.dump(facts, f, indent=1)
        f.write("\n")
    os.rename(tmp, os.path.join(d, "image.json"))


# ---- the images ----


def build_base(d, ctx):
    tar, oci = os.path.join(ctx.work, "base.tar"), os.path.join(d, "oci")
    run("mmdebstrap", "--quiet", "--variant=minbase", "--mode=root", SUITE, tar)
    run("umoci", "init", "--layout", oci)
    run("umoci", "new", "--image", f"{oci}:image")
    add_layer(oci, tar)
    set_config(f"{oci}:image")
    os.unlink(tar)
    finish(d, "base170", "Debian bookworm minbase, one layer")


def node_tar(ctx, name, packages):
    """A tar with srv/NAME/node_modules. Sorted, owner root, one time: same tree, same bytes."""
    stage = os.path.join(ctx.work, f"stage-{name}")
    app = os.path.join(stage, "srv", name)
    os.makedirs(app, exist_ok=True)
    with open(os.path.join(app, "package.json"), "w", encoding="utf-8") as f:
        json.dump(
            {"name": name, "version": "1.0.0", "private": True, "dependencies": packages},
            f,
            indent=1,
        )
    say(f"  npm install of {len(packages)} packages and what they need (minutes)")
    run(
        "npm",
        "install",
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
        "--legacy-peer-deps",
        "--silent",
        "--cache",
        os.path.join(ctx.work, "npm-cache"),
        cwd=app,
    )
    tar = os.path.join(ctx.work, f"{name}.tar")
    run(
        "tar",
        "-C",
        stage,
        "-cf",
        tar,
        "--sort=name",
        "--owner=0",
        "--group=0",
        "--numeric-owner",
        f"--mtime=@{MTIME}",
        "--format=pax",
        "--pax-option=delete=atime,delete=ctime",
        "srv",
    )
    shutil.rmtree(stage)
    return tar


def build_node(d, ctx):
    oci = os.path.join(d, "oci")
    on_base(ctx.base, oci)
    tar = node_tar(ctx, "shop", NODE_BIG)
    add_layer(oci, tar)
    os.unlink(tar)
    finish(d, "node1200", "base170 and one big layer of node_modules")


def add_debs(bundle, oci, packages):
    """One layer as a Dockerfile's RUN apt-get install would leave it."""
    root = os.path.join(bundle, "rootfs")
    resolv, policy = os.path.join(root, "etc/resolv.conf"), os.path.join(
        root, "usr/sbin/policy-rc.d"
    )
    had = None
    if os.path.exists(resolv):
        with open(resolv, "rb") as f:
            had = f.read()
    shutil.copyfile("/etc/resolv.conf", resolv)
    with open(policy, "w", encoding="ascii") as f:
        f.write("#!/bin/sh\nexit 101\n")
    os.chmod(policy, 0o755)
    script = (
        "set -e; apt-get -qq update; apt-get -qq -y --no-install-recommends install "
        + " ".join(packages)
        + "; apt-get clean; rm -rf /var/lib/apt/lists/* /var/log/apt/* /var/cache/ldconfig/*"
    )
    env = dict(os.environ, DEBIAN_FRONTEND="noninteractive", LC_ALL="C", HOME="/root")
    env["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    for var in ("TMPDIR", "LD_PRELOAD"):
        env.pop(var, None)
    with open(os.path.join(os.path.dirname(bundle), "apt.log"), "wb") as log:
        try:
            run(
                "chroot",
                root,
                "sh",
                "-c",
                script,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        except subprocess.CalledProcessError:
            print(f"see {log.name}", file=sys.stderr)
            raise
    os.unlink(policy)
    os.unlink(resolv)
    if had is not None:
        with open(resolv, "wb") as f:
            f.write(had)
    run("umoci", "repack", "--refresh-bundle", "--image", f"{oci}:image", bundle)


def build_multi(d, ctx):
    oci, bundle = os.path.join(d, "oci"), os.path.join(ctx.work, "bundle")
    on_base(ctx.base, oci)
    shutil.rmtree(bundle, ignore_errors=True)
    run("umoci", "unpack", "--image", f"{oci}:image", bundle)
    for packages in DEB_LAYERS:
        say(f"  layer: {' '.join(packages)}")
        add_debs(bundle, oci, packages)
    shutil.rmtree(bundle)
    tar = node_tar(ctx, "api", NODE_SMALL)
    add_layer(oci, tar)
    os.unlink(tar)
    finish(d, "multi1500", "base170 and layers of python, nginx, gcc, go and node_modules")


def sparse_layer(base_tar, path):
    """base_tar, but before its end marker SPARSE_FILES files of zeros, as holes."""
    with tarfile.open(base_tar) as t:
        entries = sum(1 for _ in t)
        end = t.offset
    with open(base_tar, "rb") as src, open(path, "wb") as dst:
        left = end
        while left:
            chunk = src.read(min(left, 4 << 20))
            dst.write(chunk)
            left -= len(chunk)
        for i in range(SPARSE_FILES):
            info = tarfile.TarInfo(f"var/lib/zeros{i}.img")
            info.size, info.mtime = SPARSE_FILE_SIZE, MTIME
            dst.write(info.tobuf(tarfile.USTAR_FORMAT))
            dst.seek(SPARSE_FILE_SIZE, os.SEEK_CUR)
        dst.truncate(-(-(dst.tell() + 1024) // 10240) * 10240)
    return entries + SPARSE_FILES


def sparse_copy(path, out):
    """Append path to out with its holes."""
    size = os.path.getsize(path)
    start = out.tell()
    with open(path, "rb") as src:
        pos = 0
        while pos < size:
            try:
                data = os.lseek(src.fileno(), pos, os.SEEK_DATA)
            except OSError:  # ENXIO: nothing but a hole is left
                break
            hole = os.lseek(src.fileno(), data, os.SEEK_HOLE)
            src.seek(data)
            out.seek(start + data)
            while data < hole:
                chunk = src.read(min(hole - data, 4 << 20))
                out.write(chunk)
                data += len(chunk)
            pos = hole
    out.seek(start + size)


def build_sparse(d, ctx):
    os.makedirs(os.path.join(d, "plain"))
    layer = os.path.join(d, "plain", "00.tar")
    entries = sparse_layer(os.path.join(ctx.base, "plain", "00.tar"), layer)
    say("  hashing 20 GiB of zeros")
    diff_id = sha256_of(layer)
    base = manifest_of(os.path.join(ctx.base, "oci"))
    config = load(blob(os.path.join(ctx.base, "oci"), base["config"]["digest"]))
    config["rootfs"]["diff_ids"] = [diff_id]
    config["history"] = [{"created_by": "sparse20g", "created": config["created"]}]
    config = json.dumps(config, separators=(",", ":")).encode()
    config_id = hashlib.sha256(config).hexdigest()
    tar_name = diff_id.split(":")[1] + ".tar"
    manifest = [
        {"Config": f"{config_id}.json", "RepoTags": ["bench/sparse20g:1"], "Layers": [tar_name]}
    ]
    with open(os.path.join(d, "docker.tar"), "wb") as out:
        info = tarfile.TarInfo(
            tar_name
        )  # above 8 GiB, so tobuf adds a pax header as docker and skopeo do
        info.size, info.mtime = os.path.getsize(layer), MTIME
        out.write(info.tobuf(tarfile.PAX_FORMAT))
        sparse_copy(layer, out)
        out.seek(-out.tell() % 512, os.SEEK_CUR)
        for name, data in (
            (f"{config_id}.json", config),
            ("manifest.json", json.dumps(manifest).encode()),
        ):
            info = tarfile.TarInfo(name)
            info.size, info.mtime = len(data), MTIME
            out.write(info.tobuf(tarfile.USTAR_FORMAT) + data + bytes(-len(data) % 512))
        out.truncate(out.tell() + 1024)
    row = layer_row(d, None, layer, None, diff_id)
    write_facts(
        d,
        "sparse20g",
        "one plain layer, 20 GiB of zeros as holes",
        [row],
        entries,
        oci=False,
        docker=True,
    )


def build_sparse_gz(d, ctx):
    src, oci = os.path.join(ctx.out, "sparse20g"), os.path.join(d, "oci")
    facts = load(os.path.join(src, "image.json"))
    plain = facts["layers"][0]
    os.makedirs(os.path.join(oci, "blobs", "sha256"))
    os.makedirs(os.path.join(d, "plain"))
    tmp = os.path.join(oci, "layer")
    with open(tmp, "wb") as f:
        run("igzip", "-1", "-n", "-c", os.path.join(src, plain["plain"]), stdout=f)

    def put(data, media):
        digest = "sha256:" + hashlib.sha256(data).hexdigest()
        with open(blob(oci, digest), "wb") as f:
            f.write(data)
        return {"mediaType": media, "digest": digest, "size": len(data)}

    digest = sha256_of(tmp)
    os.rename(tmp, blob(oci, digest))
    size = os.path.getsize(blob(oci, digest))
    oci_type = "application/vnd.oci.image."
    config = {
        "architecture": arch(),
        "os": "linux",
        "config": {"Cmd": ["/bin/bash"]},
        "rootfs": {"type": "layers", "diff_ids": [plain["diff_id"]]},
    }
    manifest = {
        "schemaVersion": 2,
        "mediaType": oci_type + "manifest.v1+json",
        "config": put(json.dumps(config).encode(), oci_type + "config.v1+json"),
        "layers": [{"mediaType": oci_type + "layer.v1.tar+gzip", "digest": digest, "size": size}],
    }
    index = {
        "schemaVersion": 2,
        "manifests": [put(json.dumps(manifest).encode(), manifest["mediaType"])],
    }
    index["manifests"][0]["annotations"] = {"org.opencontainers.image.ref.name": "image"}
    for name, content in (("index.json", index), ("oci-layout", {"imageLayoutVersion": "1.0.0"})):
        with open(os.path.join(oci, name), "w", encoding="utf-8") as f:
            json.dump(content, f)
    dst = os.path.join(d, "plain", "00.tar")
    os.link(os.path.join(src, plain["plain"]), dst)
    row = layer_row(d, blob(oci, digest), dst, digest, plain["diff_id"])
    write_facts(
        d,
        "sparse20g-gz",
        "sparse20g with a gzip layer",
        [row],
        facts["entries"],
        oci=True,
        docker=False,
    )


def empty_files(path):
    """A tar of EMPTY_DIRS folders of EMPTY_PER_DIR empty files.

    Only name and checksum differ between two headers, so they are patched into one template: a
    TarInfo per file would take minutes.
    """
    template = bytearray(tarfile.TarInfo("x" * 16).tobuf(tarfile.USTAR_FORMAT)[:512])
    template[136:148] = b"%011o\0" % MTIME
    template[0:16] = bytes(16)
    template[148:156] = b" " * 8
    rest, bare = bytes(template[16:148]), sum(template)
    tail = bytes(template[156:])
    with open(path, "wb", buffering=4 << 20) as f:
        info = tarfile.TarInfo("data")
        info.type, info.mode, info.mtime = tarfile.DIRTYPE, 0o755, MTIME
        f.write(info.tobuf(tarfile.USTAR_FORMAT))
        for i in range(EMPTY_DIRS):
            info.name = f"data/{i:04}"
            f.write(info.tobuf(tarfile.USTAR_FORMAT))
            block = []
            for j in range(EMPTY_PER_DIR):
                name = b"data/%04d/f%05d" % (i, j)
                block.append(name + rest + b"%06o\0 " % (bare + sum(name)) + tail)
            f.write(b"".join(block))
        f.write(bytes(1024))


def build_files(d, ctx):
    oci, tar = os.path.join(d, "oci"), os.path.join(ctx.work, "files.tar")
    on_base(ctx.base, oci)
    empty_files(tar)
    add_layer(oci, tar)
    os.unlink(tar)
    finish(d, "files3m", "base170 and a layer of 3,000,000 empty files")


IMAGES = {  # name: (builder, built by default), in order: later ones need base170
    "base170": (build_base, True),
    "node1200": (build_node, True),
    "multi1500": (build_multi, True),
    "sparse20g": (build_sparse, True),
    "files3m": (build_files, True),
    "sparse20g-gz": (build_sparse_gz, False),
}
NEEDS = {"sparse20g-gz": "sparse20g"}


class Context:
    def __init__(self, out):
        self.out = out
        self.base = os.path.join(out, "base170")
        self.work = os.path.join(out, "work")


def complete(out, name):
    return os.path.exists(os.path.join(out, name, "image.json"))


def build(ctx, name):
    if complete(ctx.out, name):
        say(f"{name}: there already")
        return
    for need in ("base170", NEEDS.get(name)):
        if need and need != name and not complete(ctx.out, need):
            build(ctx, need)
    d = os.path.join(ctx.out, name)
    shutil.rmtree(d, ignore_errors=True)
    os.makedirs(d)
    os.makedirs(ctx.work, exist_ok=True)
    start = time.monotonic()
    say(f"{name}: building")
    IMAGES[name][0](d, ctx)
    facts = load(os.path.join(d, "image.json"))
    plain = sum(row["plain_bytes"] for row in facts["layers"])
    gz = sum(row["blob_bytes"] or 0 for row in facts["layers"])
    say(
        f"{name}: {len(facts['layers'])} layers, {facts['entries']:,} entries, "
        f"{plain / 1e6:,.1f} MB plain, {gz / 1e6:,.1f} MB gzip; "
        f"took {time.monotonic() - start:.0f} s"
    )


def main():
    p = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    p.add_argument("--out", required=True, help="folder for the images, outside the source tree")
    p.add_argument("--only", help="comma-separated names instead of all")
    p.add_argument("--list", action="store_true", help="say what is there and stop")
    p.add_argument(
        "--keep-work", action="store_true", help="keep the work folder (npm's cache) afterwards"
    )
    args = p.parse_args()
    ctx = Context(os.path.abspath(args.out))
    names = (
        args.only.split(",") if args.only else [n for n, (_, default) in IMAGES.items() if default]
    )
    if unknown := [n for n in names if n not in IMAGES]:
        p.error(f"no image called {', '.join(unknown)}; there are {', '.join(IMAGES)}")
    if args.list:
        for name in IMAGES:
            print(f"{name:14} {'complete' if complete(ctx.out, name) else 'not built'}")
        return 0
    todo = [n for n in names if not complete(ctx.out, n)]
    if todo and (missing := missing_tools()):
        print(
            "missing; install with: apt-get install -y --no-install-recommends",
            *missing,
            file=sys.stderr,
        )
        return 2
    if todo and os.geteuid() != 0:
        print("needs root: it makes device nodes and changes root", file=sys.stderr)
        return 2
    for name in names:
        try:
            build(ctx, name)
        except subprocess.CalledProcessError as e:
            print(
                f"{name}: exit status {e.returncode} from: {' '.join(map(str, e.cmd))[:300]}",
                file=sys.stderr,
            )
            return 1
    if not args.keep_work:
        shutil.rmtree(ctx.work, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
