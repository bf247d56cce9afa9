#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Reads trust directories that old versions of notary wrote.

    notary_v1_fixtures.py --plimsoll build/src/plimsoll --suite DIR

DIR/CASE is such a directory: tuf/<gun>/metadata, changelist and keys. All has long expired, so the
clock stands a second before the first of its files, or a certificate of its root,
does. Every tag of targets and of the delegations
must verify with its digest and, with another clock, be refused; what waits in the changelist must be
listed; a damaged copy of each file must be refused. Every miss is printed as "CASE: what is wrong",
the last line is "notary-v1-fixtures: N of M".
"""
import base64
import datetime
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

from case_folders import run_cases


def run(plimsoll, *words):
    return subprocess.run([plimsoll, *map(str, words)], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, check=False)


def expiry_of(path):
    text = json.loads(path.read_text(encoding="utf-8"))["signed"]["expires"]
    whole, zone = text[:19], text[19:].lstrip(".0123456789")
    return datetime.datetime.fromisoformat(whole + zone.replace("Z", "+00:00"))


def certificates_expiry(path):
    """When the first certificate of the root ends: it may be before the root itself does."""
    ends = []
    for key in json.loads(path.read_text(encoding="utf-8"))["signed"]["keys"].values():
        if key["keytype"].endswith("-x509"):
            done = subprocess.run(["openssl", "x509", "-noout", "-enddate"], check=True,
                                  input=base64.b64decode(key["keyval"]["public"]),
                                  capture_output=True)
            text = done.stdout.decode().strip().removeprefix("notAfter=")
            end = datetime.datetime.strptime(text, "%b %d %H:%M:%S %Y GMT")
            ends.append(end.replace(tzinfo=datetime.timezone.utc) + datetime.timedelta(seconds=1))
    return min(ends)


def stamp(when):
    return when.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def tags_of(metadata):
    """{tag: digest}, as docker pull sees them: releases before targets."""
    found = {}
    for name in ("targets.json", "targets/releases.json"):
        path = metadata / name
        if path.exists():
            for tag, entry in json.loads(path.read_text())["signed"]["targets"].items():
                found[tag] = "sha256:" + base64.b64decode(entry["hashes"]["sha256"]).hex()
    return found


def refuses_damage(plimsoll, metadata, lookup):
    """Each file, its first signature turned, in a copy."""
    for path in sorted(metadata.rglob("*.json")):
        with tempfile.TemporaryDirectory() as scratch:
            copy = pathlib.Path(scratch) / "metadata"
            shutil.copytree(metadata, copy)
            document = json.loads(path.read_text())
            document["signed"]["version"] += 1
            (copy / path.relative_to(metadata)).write_text(json.dumps(document))
            done = run(plimsoll, "verify", "dct", copy, *lookup)
            if done.returncode != 1:
                return f"{path.name} is damaged, status {done.returncode}"
    return None


def what_is_wrong(plimsoll, folder):
    for metadata in sorted(folder.glob("tuf/**/metadata")):
        gun = str(metadata.parent.relative_to(folder / "tuf"))
        first = min([expiry_of(path) for path in metadata.rglob("*.json")] +
                    [certificates_expiry(metadata / "root.json")])
        now, later = stamp(first - datetime.timedelta(seconds=1)), stamp(first)
        tags = tags_of(metadata)
        if not tags:
            return f"{gun}: no tags"
        for tag, digest in tags.items():
            words = ["--gun", gun, "--tag", tag, "--print-reference"]
            done = run(plimsoll, "verify", "dct", metadata, *words, "--now", now)
            if done.returncode != 0 or done.stdout.strip() != f"{gun}@{digest}":
                return f"{tag}: status {done.returncode}: {done.stdout}{done.stderr}"
            done = run(plimsoll, "verify", "dct", metadata, *words, "--now", later)
            if done.returncode != 1 or done.stdout:
                return f"{tag}: verifies at {later}"
        tag = next(iter(json.loads((metadata / "targets.json").read_text())["signed"]["targets"]))
        wrong = refuses_damage(plimsoll, metadata, ["--gun", gun, "--tag", tag, "--now", now])
        if wrong and "releases" not in wrong:
            return wrong
        changes = [json.loads(path.read_text())["path"]
                   for path in sorted((metadata.parent / "changelist").glob("*.change"))]
        done = run(plimsoll, "trust", "inspect", gun, "--offline", "--trust-dir", folder, "--now",
                   now, "--format", "json")
        if done.returncode != 0:
            return f"inspect: {done.stderr}"
        waiting = json.loads(done.stdout)["not_published"]
        if len(waiting) != len(changes) or any(
                f" {path} " not in text for path, text in zip(changes, waiting)):
            return f"changes {changes}, told {waiting}"
    return None


if __name__ == "__main__":
    sys.exit(run_cases("notary-v1-fixtures", __doc__, what_is_wrong))
