#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Puts documents of the OCI image specification into image layouts and scans them.

    oci_vectors.py --plimsoll BIN --suite DIR

DIR holds <kind>/{valid,invalid}-NN.json with the kinds config, descriptor, imageindex, imagelayout
and manifest. The blobs that a document names are not there: a valid document is one that the scan
gets past, so that it stumbles over the first of them, or over a digest algorithm that it does not
know, or finds no image for this platform. An invalid one must be refused with a message that names
the document. Any other answer is a miss.

Prints each miss with what was said, then `oci_vectors: N of M`; exit status 1 unless N is M.
"""

import argparse
import hashlib
import json
import pathlib
import re
import subprocess
import sys
import tempfile

OCI = "application/vnd.oci.image."
EMPTY_TAR = bytes(10240)
CONFIG = {"architecture": "amd64", "os": "linux", "rootfs": {"type": "layers", "diff_ids": []}}
BEHIND = re.compile(r"open blobs/|algorithm \"[^\"]*\" is not known|for platform ")
REFUSED = {
    "config": re.compile(r": config sha256:[0-9a-f]{64}: "),
    "descriptor": re.compile(r": index\.json: manifests: entry 1: "),
    "imageindex": re.compile(r": index\.json: "),
    "imagelayout": re.compile(r": oci-layout: "),
    "manifest": re.compile(r": manifest sha256:[0-9a-f]{64}: "),
}


def sha256(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


class Layout:
    """An image layout with the document in the place of its kind."""

    def __init__(self, root):
        self.root = root
        self.put("oci-layout", b'{"imageLayoutVersion": "1.0.0"}')

    def put(self, name, data):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

    def blob(self, media_type, data):
        self.put("blobs/" + sha256(data).replace(":", "/"), data)
        return {"mediaType": OCI + media_type, "digest": sha256(data), "size": len(data)}

    def index(self, manifest):
        self.put("index.json", b'{"schemaVersion": 2, "manifests": [' + manifest + b"]}")

    def manifest(self, data):
        self.index(json.dumps(self.blob("manifest.v1+json", data)).encode())

    def config(self, data, layers):
        self.manifest(json.dumps({"schemaVersion": 2, "layers": layers,
                                  "config": self.blob("config.v1+json", data)}).encode())


def diff_ids_of(data):
    try:
        return json.loads(data)["rootfs"]["diff_ids"]
    except (ValueError, KeyError, TypeError):
        return []


def build(layout, kind, data):
    if kind == "config":
        absent = {"mediaType": OCI + "layer.v1.tar", "digest": sha256(b"absent"), "size": 1}
        layout.config(data, [absent] * max(1, len(diff_ids_of(data))))
    elif kind == "descriptor":
        layout.index(data)
    elif kind == "imageindex":
        layout.put("index.json", data)
    elif kind == "manifest":
        layout.manifest(data)
    elif kind == "imagelayout":
        config = json.loads(json.dumps(CONFIG))
        config["rootfs"]["diff_ids"] = [sha256(EMPTY_TAR)]
        layout.config(json.dumps(config).encode(), [layout.blob("layer.v1.tar", EMPTY_TAR)])
        layout.put("oci-layout", data)


def verdict(plimsoll, kind, data):
    """("valid" or "invalid" or "unclear", what was said)"""
    with tempfile.TemporaryDirectory() as root:
        build(Layout(pathlib.Path(root)), kind, data)
        done = subprocess.run([plimsoll, "scan", f"oci:{root}", "--format", "json", "--no-cache"],
                              capture_output=True, check=False)
    said = done.stderr.decode(errors="replace").strip()
    if done.returncode == 0:
        return "valid", "scanned"
    if BEHIND.search(said):
        return "valid", said
    return ("invalid" if REFUSED[kind].search(said) else "unclear"), said


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--plimsoll", required=True)
    parser.add_argument("--suite", required=True, type=pathlib.Path)
    options = parser.parse_args()
    right = total = 0
    for path in sorted(options.suite.glob("*/*.json")):
        want = path.name.split("-")[0]
        got, said = verdict(options.plimsoll, path.parent.name, path.read_bytes())
        total += 1
        right += got == want
        if got != want:
            print(f"{path.parent.name}/{path.name}: {got}: {said}")
    print(f"oci_vectors: {right} of {total}")
    return 0 if right == total > 0 else 1


if __name__ == "__main__":
    sys.exit(main())
