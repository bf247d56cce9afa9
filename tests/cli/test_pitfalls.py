# SPDX-License-Identifier: Apache-2.0
"""Pitfalls of the feeds that show in a whole scan only; docs/matching.md lists all of them."""
import json
import os
import pathlib
import re
import subprocess
import zipfile

from small_scan import OS_RELEASE, environment, package

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


def found(tmp_path, os_release, files, feeds):
    """(rule, fix) of what a scan finds with a database of those feeds."""
    for path, text in {"etc/os-release": os_release, **files}.items():
        place = tmp_path / "root" / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
    for path, content in feeds.items():
        place = tmp_path / "feeds" / path
        place.parent.mkdir(parents=True, exist_ok=True)
        if path.endswith(".zip"):
            with zipfile.ZipFile(place, "w") as archive:
                for record in content:
                    archive.writestr(record["id"] + ".json", json.dumps(record))
        else:
            place.write_text(json.dumps(content), encoding="utf-8")
    for words in (["db", "build", "--feeds", "feeds", "--out", "db"],
                  ["scan", "rootfs:root", "--format", "json"]):
        done = subprocess.run([os.environ["PLIMSOLL"], *words], cwd=tmp_path, check=False,
                              env=environment(tmp_path), capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    return [(f["rule"], f["fix"]["version"]) for f in json.loads(done.stdout)["findings"]]


def record(identifier, fixed, **more):
    return {"id": identifier, "modified": "2025-01-01T00:00:00Z", "affected": [{
        "package": {"ecosystem": "Debian:12", "name": "curl"},
        "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": fixed}]}]}],
            **more}


DPKG = {"var/lib/dpkg/status": package("curl", "7.88.1-10", "curl")}


def test_a_withdrawn_record_finds_nothing(tmp_path):
    assert found(tmp_path, OS_RELEASE, DPKG, {"osv/Debian/all.zip": [
        record("DEBIAN-CVE-2025-1", "8-1"),
        record("DEBIAN-CVE-2025-2", "8-1", withdrawn="2025-02-01T00:00:00Z")]}) == [
            ("CVE-2025-1", "8-1")]


def test_a_record_of_two_folders_is_one_finding(tmp_path):
    assert found(tmp_path, OS_RELEASE, DPKG, {
        "osv/Debian/all.zip": [record("DEBIAN-CVE-2025-1", "8-1")],
        "osv/Ubuntu/all.zip": [record("DEBIAN-CVE-2025-1", "8-1")]}) == [("CVE-2025-1", "8-1")]


def test_fixes_of_alpine_need_no_order(tmp_path):
    fixes = {"1.35.0-r17": ["CVE-2025-0002"], "1.35.0-r7": ["CVE-2025-0001"],
             "1.36.0-r0": ["CVE-2025-0003"], "0": ["CVE-2025-0004"]}
    assert found(tmp_path, "ID=alpine\nVERSION_ID=3.20.3\n", {
        "lib/apk/db/installed": "P:busybox-binsh\nV:1.35.0-r9\nA:x86_64\no:busybox\n\n"}, {
            "alpine/secdb/v3.20/main.json": {"distroversion": "v3.20", "reponame": "main", "packages": [
                {"pkg": {"name": "busybox", "secfixes": fixes}}]}}) == [
                    ("CVE-2025-0002", "1.35.0-r17"), ("CVE-2025-0003", "1.36.0-r0")]


def test_every_pitfall_has_tests():
    text = "".join(p.read_text(encoding="utf-8") for pattern in ("unit/**/*.c", "cli/test_*.py")
                   for p in (ROOT / "tests").glob(pattern))
    rows = re.findall(r"^\| [^|]+ \| [^|]+ \| (`.*`) \|$",
                      (ROOT / "docs/matching.md").read_text(encoding="utf-8"), re.M)
    names = [name for row in rows for name in re.findall(r"`(\w+)`", row)]
    assert len(rows) >= 34
    assert [n for n in names if f"TEST({n})" not in text and f"def {n}(" not in text] == []
