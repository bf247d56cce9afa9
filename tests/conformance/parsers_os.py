#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Scans the files of operating-system package databases and compares name, version and type.

    parsers_os.py --plimsoll BIN --suite DIR [-v]

DIR holds INDEX.tsv (extractor, input, case, number of packages) and, for each extractor, input/ and
expected/*.tsv (name, version, purl type between tabs). Only the extractors below os/ are taken. Each
input is put where its database lies in a real root file system, alone, and that root is scanned.

Two kinds of cases need a decision:

* "including not installed" (the .2.tsv files) lists what dpkg or opkg only remembers: removed with
  its configuration left, half unpacked, never there. No file of these is installed, so Plimsoll does
  not report them and has no option to; such cases are counted apart.
* The suite's words for purl types are not purl types. TYPES says which type of ours stands for each.

Prints each row that is missing or too much, then `parsers-os: N of M`; exit status 1 unless N is M. A
row that is too much raises M; a case that expects nothing counts as one row.
"""

import argparse
import collections
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

# The suite's word for the purl type: ours.
TYPES = {
    "": "generic",  # kernel modules: there is no purl type for them
    "Brew": "brew",
    "COS": "cos",
    "Chocolatey": "chocolatey",
    "Debian": "deb",
    "Flatpak": "flatpak",
    "MacApps": "macapps",
    "Nix": "nix",
    "Opkg": "opkg",
    "Pacman": "alpm",
    "Portage": "ebuild",
    "RPM": "rpm",
    "Snap": "snap",
    "Spack": "spack",
    "apk": "apk",
}

# Where the input of an extractor lies in a root file system; {base} is its file name.
PLACES = {
    "os/apk": "lib/apk/db/installed",
    "os/chisel": "var/lib/chisel/manifest.wall",
    "os/chocolatey": "ProgramData/chocolatey/lib/package/{base}",
    "os/cos": "etc/cos-package-info.json",
    "os/flatpak": "var/lib/flatpak/app/org.example.App/current/active/export/share/metainfo/"
                  "org.example.App.metainfo.xml",
    "os/kernel/module": "lib/modules/6.1.0/kernel/drivers/module.ko",
    "os/macapps": "Applications/Example.app/Contents/Info.plist",
    "os/pacman": "var/lib/pacman/local/package-1-1/desc",
    "os/portage": "var/db/pkg/category/package-1/PF",
    "os/snap": "snap/example/1/meta/snap.yaml",
    "os/spack": "opt/spack/package/.spack/spec.json",
}


def place_of(extractor, path):
    """Where `path`, relative to input/, belongs; None when no reader looks for it."""
    base = pathlib.PurePosixPath(path).name
    if extractor == "os/homebrew":
        return f"usr/local/{path}"
    if extractor == "os/rpm":
        return f"var/lib/rpm/{base}"
    if extractor == "os/dpkg":
        if path.startswith("opkg/"):
            return "usr/lib/opkg/status"
        if "status.d/" in path:
            return f"var/lib/dpkg/status.d/{base}"
        return "var/lib/dpkg/status"
    place = PLACES.get(extractor)
    return place and place.format(base=base)


def read_cases(suite):
    """(extractor, input, case, expected file) for each row of the index below os/."""
    seen = collections.Counter()
    for line in (suite / "INDEX.tsv").read_text(encoding="utf-8").splitlines():
        if line.startswith("#") or not line.startswith("os/"):
            continue
        extractor, source, case = line.split("\t")[:3]
        path = source.removeprefix("testdata/")
        seen[extractor, path] += 1
        nth = seen[extractor, path]
        name = path.replace("/", "_") + (f".{nth}" if nth > 1 else "") + ".tsv"
        expected = suite / extractor / "expected" / name
        # In the index two cases of one input may stand in another order than in the folder.
        for other in sorted(expected.parent.glob(path.replace("/", "_") + "*.tsv")):
            if other.read_text(encoding="utf-8").startswith(f"# {case} |"):
                expected = other
        yield extractor, path, case, expected


def read_expected(path):
    rows = collections.Counter()
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        name, version, kind = (line.split("\t") + ["", ""])[:3]
        rows[name, version, TYPES.get(kind, kind)] += 1
    return rows


def scan(plimsoll, source, place):
    """The packages that a scan of a root with nothing but this file reports, and its stderr."""
    with tempfile.TemporaryDirectory() as top:
        target = pathlib.Path(top, "root", place)
        target.parent.mkdir(parents=True)
        shutil.copyfile(source, target)
        run = subprocess.run([plimsoll, "scan", f"rootfs:{top}/root", "--format", "json"], cwd=top,
                             capture_output=True, text=True, timeout=120, check=False)
    try:
        packages = json.loads(run.stdout)["packages"]
    except (ValueError, KeyError):
        return None, f"exit status {run.returncode}: {run.stderr.strip()}"
    rows = collections.Counter((p.get("name", ""), p.get("version", ""), p.get("type", ""))
                               for p in packages)
    return rows, run.stderr


def describe(row):
    return "\t".join(row)


def check_case(plimsoll, suite, case, verbose):
    """(rows met, rows in all) of one case, printing the others."""
    extractor, path, name, expected_file = case
    label = f"{extractor}/{path} ({name})"
    expected = read_expected(expected_file)
    place = place_of(extractor, path)
    if place is None:
        print(f"{label}: no reader looks for such a file")
        return 0, max(1, expected.total())
    got, said = scan(plimsoll, suite / extractor / "input" / path, place)
    if got is None:
        print(f"{label}: no report: {said}")
        return 0, max(1, expected.total())
    for row in (expected - got).elements():
        print(f"{label}: missing\t{describe(row)}")
    for row in (got - expected).elements():
        print(f"{label}: too much\t{describe(row)}")
    met, wanted = (expected & got).total(), (expected | got).total()
    if wanted == 0:
        met = wanted = 1
    if verbose:
        print(f"{label}: {met} of {wanted}")
    return met, wanted


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--plimsoll", required=True)
    parser.add_argument("--suite", required=True, type=pathlib.Path)
    parser.add_argument("-v", "--verbose", action="store_true", help="a line for each case")
    args = parser.parse_args()
    met = wanted = apart = 0
    for case in read_cases(args.suite):
        if "including not installed" in case[2]:
            apart += 1
            continue
        m, n = check_case(str(pathlib.Path(args.plimsoll).resolve()), args.suite, case, args.verbose)
        met += m
        wanted += n
    if apart:
        print(f"{apart} cases list packages that are not installed; not asked of Plimsoll")
    print(f"parsers-os: {met} of {wanted}")
    return 0 if met == wanted and wanted else 1


if __name__ == "__main__":
    sys.exit(main())
