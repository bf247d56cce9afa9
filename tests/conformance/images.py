#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Scans images and compares the packages of the operating system with the lists beside them.

    images.py --plimsoll BIN --suite DIR

DIR holds NAME.tar, NAME.tar.gz or NAME.tar.xz with NAME.expected.tsv beside it, whose first line
says what its columns are: name, version, arch and source as dpkg, apk or rpm know them. A list that
begins with "type" has other packages too: of those only the rows of the system count. A list
without such a head has none of them.

Prints each row that is missing or too much, then "images: N of M"; exit status 1 unless N is M. An
image for which nothing is expected counts as one row.
"""
import argparse
import collections
import json
import pathlib
import re
import subprocess
import sys

SYSTEM = {"deb", "apk", "rpm"}
SOURCE_RPM = re.compile(r"^(.+)-([^-]+-[^-]+)\.(?:no)?src\.rpm$")


def rpm_row(cells):
    epoch = "" if cells["epoch"] in ("(none)", "0") else cells["epoch"] + ":"
    source = SOURCE_RPM.match(cells["sourcerpm"])
    arch = "" if cells["arch"] == "(none)" else cells["arch"]
    return (cells["name"], f"{epoch}{cells['version']}-{cells['release']}", arch,
            source.group(1) if source else cells["name"])


def expected_row(columns, line):
    """(name, version, arch, source), None for a package of another kind."""
    cells = dict(zip(columns, line.split("\t")))
    if "type" in cells:
        return (cells["name"], cells["version"]) if cells["type"] in SYSTEM else None
    if "sourcerpm" in cells:
        return rpm_row(cells)
    return (cells["name"], cells["version"], cells["arch"],
            cells.get("source") or cells.get("origin") or cells["name"])


def read_expected(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    if not lines or not lines[0].startswith("# "):
        return collections.Counter(), 4
    columns = [re.sub(r" .*", "", cell) for cell in lines[0][2:].split("\t")]
    rows = [row for row in (expected_row(columns, line) for line in lines[1:]) if row]
    return collections.Counter(rows), 2 if "type" in columns else 4


def scanned_rows(plimsoll, image, width):
    done = subprocess.run([plimsoll, "scan", str(image), "--format", "json"], capture_output=True,
                          check=False, timeout=300)
    if done.returncode != 0:
        raise ValueError(done.stderr.decode(errors="replace").strip())
    rows = collections.Counter()
    for package in json.loads(done.stdout)["packages"]:
        if package["type"] in SYSTEM:
            source = (package.get("source") or {}).get("name") or package["name"]
            row = (package["name"], package["version"], package.get("arch") or "", source)
            rows[row[:width]] += 1
    return rows


def check(plimsoll, image, expected):
    """(rows that are right, rows there should be)"""
    want, width = read_expected(expected)
    try:
        got = scanned_rows(plimsoll, image, width)
    except ValueError as error:
        print(f"{image.name}: {error}")
        return 0, max(1, want.total())
    for row in sorted((want - got).elements()):
        print(f"{image.name}: missing: {' '.join(row)}")
    for row in sorted((got - want).elements()):
        print(f"{image.name}: too much: {' '.join(row)}")
    total = (want | got).total()
    return ((want & got).total(), total) if total else (1, 1)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--plimsoll", required=True)
    parser.add_argument("--suite", required=True, type=pathlib.Path)
    options = parser.parse_args()
    right = total = 0
    for image in sorted(options.suite.iterdir()):
        stem = re.sub(r"\.tar(\.gz|\.xz)?$", "", image.name)
        expected = image.parent / f"{stem}.expected.tsv"
        if stem != image.name and expected.exists():
            image_right, image_total = check(options.plimsoll, image, expected)
            right, total = right + image_right, total + image_total
    print(f"images: {right} of {total}")
    return 0 if right == total > 0 else 1


if __name__ == "__main__":
    sys.exit(main())
