#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Scans rpm databases and compares the packages with what rpm itself lists.

    rpmdb.py --plimsoll BIN --suite DIR [CASE...]

DIR holds one folder a case: expected.tsv and a database named Packages (Berkeley DB), Packages.db
(NDB), rpmdb.sqlite (with rpmdb.sqlite-wal beside it or not) or container-manifest-2. Each is put at
its place below an otherwise empty root and scanned.

expected.tsv: # comments, then name, epoch, version, release, arch, sourcerpm, size, license, vendor,
modularitylabel between tabs, "(none)" for what is absent, as `rpm -qa --qf` prints them.

Prints each row that is missing or too much, then `rpmdb: N of M`; exit status 1 unless N is M. A row
that is too much counts as one that should not be there: it raises M.
"""

import argparse
import collections
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

PLACES = {
    "Packages": "var/lib/rpm",
    "Packages.db": "var/lib/rpm",
    "rpmdb.sqlite": "var/lib/rpm",
    "rpmdb.sqlite-wal": "var/lib/rpm",
    "container-manifest-2": "var/lib/rpmmanifest",
}
COLUMNS = ["name", "epoch", "version", "release", "arch", "sourcerpm", "size", "license", "vendor",
           "modularitylabel"]


def read_expected(path):
    rows = []
    for line in path.read_text(encoding="utf-8", errors="surrogateescape").splitlines():
        if line and not line.startswith("#"):
            rows.append(tuple((line.split("\t") + ["(none)"] * len(COLUMNS))[:len(COLUMNS)]))
    return rows


def attributes_of(package):
    """The "key=value" list of the evidence, or an object of them."""
    evidence = package.get("evidence") or {}
    found = evidence.get("attributes", evidence)
    if isinstance(found, list):
        return dict(item.split("=", 1) for item in found if "=" in item)
    return {key: str(value) for key, value in found.items()}


def row_of(package):
    attributes = attributes_of(package)
    epoch, _, rest = package.get("version", "").rpartition(":")
    version, _, release = rest.rpartition("-")
    licenses = package.get("licenses") or []
    modularity = package.get("modularity") or attributes.get("modularity")
    return tuple(str(value) if value not in (None, "") else "(none)" for value in (
        package.get("name"), epoch or attributes.get("epoch"), version, release,
        package.get("arch"), attributes.get("sourcerpm"), attributes.get("size"),
        " AND ".join(licenses), package.get("vendor"), modularity))


def source_of(row):
    """(name, version-release) that SOURCERPM means."""
    stem = row[COLUMNS.index("sourcerpm")]
    for suffix in (".src.rpm", ".nosrc.rpm"):
        if stem.endswith(suffix):
            name, version, release = stem[:-len(suffix)].rsplit("-", 2)
            return name, f"{version}-{release}"
    return None


def scan(plimsoll, case, root):
    for name, place in PLACES.items():
        if (case / name).exists():
            (root / place).mkdir(parents=True, exist_ok=True)
            shutil.copyfile(case / name, root / place / name)
    done = subprocess.run([plimsoll, "scan", f"rootfs:{root}", "--format", "json"],
                          capture_output=True, check=False)
    if not done.stdout:
        print(f"{case.name}: exit status {done.returncode}: "
              f"{done.stderr.decode(errors='replace').strip()}")
        return []
    report = json.loads(done.stdout)
    for problem in report.get("problems") or []:
        print(f"{case.name}: problem: {problem.get('path')}: {problem.get('message')}")
    return [package for package in report.get("packages") or [] if package.get("type") == "rpm"]


def check_sources(case, packages):
    """Rows whose source package is not what their own sourcerpm says."""
    wrong = 0
    for package in packages:
        row, source = row_of(package), package.get("source") or {}
        want = source_of(row)
        got = (source.get("name") or package.get("name"),
               source.get("version") or package.get("version"))
        if want and got != want:
            print(f"{case.name}: {row[0]}: source {got}, expected {want}")
            wrong += 1
    return wrong


def check(plimsoll, case):
    """(rows that are right, rows there should be)"""
    want = collections.Counter(read_expected(case / "expected.tsv"))
    with tempfile.TemporaryDirectory() as root:
        packages = scan(plimsoll, case, pathlib.Path(root))
    got = collections.Counter(row_of(package) for package in packages)
    for row in sorted((want - got).elements()):
        print(f"{case.name}: missing: {' '.join(row)}")
    for row in sorted((got - want).elements()):
        print(f"{case.name}: too much: {' '.join(row)}")
    right = sum((want & got).values()) - check_sources(case, packages)
    return right, sum((want | got).values())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--plimsoll", required=True)
    parser.add_argument("--suite", required=True, type=pathlib.Path)
    parser.add_argument("cases", nargs="*", help="folders in the suite; all when none is given")
    options = parser.parse_args()
    right = total = 0
    for case in sorted(options.suite.iterdir()):
        if (case / "expected.tsv").exists() and (not options.cases or case.name in options.cases):
            case_right, case_total = check(options.plimsoll, case)
            right, total = right + case_right, total + case_total
    print(f"rpmdb: {right} of {total}")
    return 0 if right == total else 1


if __name__ == "__main__":
    sys.exit(main())
