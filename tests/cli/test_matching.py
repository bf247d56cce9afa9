# SPDX-License-Identifier: Apache-2.0
"""What a scan finds with a database of small feeds, in root file systems made here."""
import json
import os
import subprocess

import pytest

PLIMSOLL = os.environ["PLIMSOLL"]


def put(root, path, text):
    place = root / path
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text if isinstance(text, str) else json.dumps(text), encoding="utf-8")


def osv(identifier, ecosystem, name, *events, **more):
    return {"id": identifier, "modified": "2024-01-01T00:00:00Z", **more, "affected": [
        {"package": {"ecosystem": ecosystem, "name": name},
         "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, *events]}]}]}


def ubuntu(identifier, *affected):
    return {"id": identifier, "modified": "2024-01-01T00:00:00Z", "upstream": [identifier[7:]],
            "affected": [{"package": {"ecosystem": ecosystem, "name": name},
                          "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}] + (
                              [{"fixed": fixed}] if fixed else [])}]}
                         for ecosystem, name, fixed in affected]}


def tracker(release, **cves):
    return {"openssl": {cve.replace("_", "-"): {"description": "A flaw.", "releases": {
        release: {"urgency": "not yet assigned", "repositories": {}, **words}}}
                        for cve, words in cves.items()}}


@pytest.fixture
def world(tmp_path):
    """feeds/ with a little of everything; call it to build the database and scan a root."""
    feeds = tmp_path / "feeds"
    put(feeds, "tracker/data/json", tracker(
        "bullseye",
        CVE_2023_0001={"status": "resolved", "fixed_version": "1.1.1n-0+deb11u4"},
        CVE_2023_0002={"status": "open", "nodsa": "Minor issue", "nodsa_reason": "postponed"},
        CVE_2023_0003={"status": "open", "nodsa": "Minor issue", "nodsa_reason": ""},
        CVE_2023_0004={"status": "resolved", "fixed_version": "0"},
        CVE_2023_0005={"status": "open", "nodsa": "too hard", "nodsa_reason": "ignored"}))
    put(feeds, "data/DLA/list",
        "[01 Feb 2023] DLA-3000-1 openssl - security update\n"
        "\t{CVE-2023-0003}\n\t[bullseye] - openssl 1.1.1n-0+deb11u3\n")
    put(feeds, "osv/UBUNTU-CVE-2022-1111.json", ubuntu(
        "UBUNTU-CVE-2022-1111", ("Ubuntu:Pro:18.04:LTS", "curl", "7.58.0-2ubuntu3.24+esm1"),
        ("Ubuntu:18.04:LTS", "curl", None)))
    put(feeds, "alpine/secdb/v3.20/main.json", {
        "distroversion": "v3.20", "reponame": "main", "archs": ["x86_64"], "packages": [
            {"pkg": {"name": "busybox", "secfixes": {
                "1.36.1-r2": ["CVE-2023-42366"], "0": ["CVE-2022-0001"],
                "1.36.1-r10": ["CVE-2023-42363 ALPINE-1"]}}}]})
    put(feeds, "kev/known_exploited_vulnerabilities.json", {
        "title": "CISA Catalog", "catalogVersion": "1", "dateReleased": "2024-05-01T00:00:00Z",
        "count": 1, "vulnerabilities": [{
            "cveID": "CVE-2023-0001", "dateAdded": "2024-04-01", "dueDate": "2024-05-01",
            "knownRansomwareCampaignUse": "Unknown"}]})
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path / "home"), "LANG": "C.UTF-8",
           "PLIMSOLL_DB": str(tmp_path / "db"), "SOURCE_DATE_EPOCH": "1714521600"}  # 2024-05-01

    def run(*words):
        done = subprocess.run([PLIMSOLL, *words], cwd=tmp_path, env=env, capture_output=True,
                              text=True, timeout=120, check=False)
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout

    run("db", "build", "--feeds", "feeds")
    run.root = tmp_path / "root"
    run.report = lambda: json.loads(run("scan", "rootfs:root", "--format", "json"))
    return run


def findings(report):
    return [(f["rule"], f["subject"]["name"], f["status"], (f.get("fix") or {}).get("version"))
            for f in sorted(report["findings"], key=lambda f: (f["rule"], f["subject"]["name"]))
            if f["kind"] == "vulnerability"]


def debian(root, release, *packages):
    put(root, "etc/os-release", f"ID={release[0]}\nVERSION_ID=\"{release[1]}\"\n")
    put(root, "var/lib/dpkg/status", "".join(
        f"Package: {name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: {version}\n"
        f"Source: {source}\n\n" for name, version, source in packages))


def test_debian_by_source_with_the_words_of_its_tracker_and_notices(world):
    debian(world.root, ("debian", "11"), ("libssl1.1", "1.1.1n-0+deb11u3+b1",
                                          "openssl (1.1.1n-0+deb11u3)"))
    assert findings(world.report()) == [
        ("CVE-2023-0001", "libssl1.1", "affected", "1.1.1n-0+deb11u4"),
        ("CVE-2023-0002", "libssl1.1", "fix_deferred", None),
        ("CVE-2023-0005", "libssl1.1", "will_not_fix", None)]


def test_a_machine_without_pro_is_vulnerable_and_an_esm_build_is_judged_by_esm(world):
    debian(world.root, ("ubuntu", "18.04"), ("curl", "7.58.0-2ubuntu3.24", "curl"))
    report = world.report()
    assert findings(report) == [("CVE-2022-1111", "curl", "affected", "7.58.0-2ubuntu3.24+esm1")]
    fix = next(f for f in report["findings"] if f["kind"] == "vulnerability")["fix"]
    assert "(from esm)" in fix["action"]
    debian(world.root, ("ubuntu", "18.04"), ("curl", "7.58.0-2ubuntu3.24+esm1", "curl"))
    assert not findings(world.report())


@pytest.mark.parametrize("version, want", [
    ("1.36.1-r1", ["CVE-2023-42363", "CVE-2023-42366"]), ("1.36.1-r9", ["CVE-2023-42363"]),
    ("1.36.1-r10", [])])
def test_alpine_by_origin(world, version, want):
    put(world.root, "etc/os-release", "ID=alpine\nVERSION_ID=3.20.3\n")
    put(world.root, "lib/apk/db/installed", f"P:ssl_client\nV:{version}\nA:x86_64\no:busybox\n\n")
    assert [rule for rule, *_ in findings(world.report())] == want


def test_the_table_says_what_to_do_first_and_fits(world):
    debian(world.root, ("debian", "11"),
           ("libssl1.1", "1.1.1n-0+deb11u3", "openssl"), ("openssl", "1.1.1n-0+deb11u3", "openssl"))
    out = world("scan", "rootfs:root")
    lines = out.splitlines()
    assert all(len(line) <= 80 for line in lines[1:])
    at = lines.index("FIX FIRST  1 action removes 1 finding")
    assert lines[at + 1].startswith("   1  upgrade openssl 1.1.1n-0+deb11u3 → 1.1.1n-0+deb11u4")
    assert "1 finding in 2 packages, 1 exploited" in out
    assert "REMAINS  2 findings without a fix" in lines
    assert any("CVE-2023-0005" in l and "2 packages  will not fix" in l for l in lines)
    assert "2 packages, 3 findings (3 unknown; 1 exploited)." in " ".join(out.split())


def test_a_release_the_database_does_not_have_is_not_assessed(world):
    debian(world.root, ("debian", "5"), ("openssl", "0.1", "openssl"))
    report = world.report()
    assert [f["rule"] for f in report["findings"]] == ["image-distribution-eol"]
    gap = next(c for c in report["coverage"] if c["what"].startswith("vulnerabilities"))
    assert (gap["what"], gap["state"]) == ("vulnerabilities (debian-5)", "not-assessed")
    assert "the database has nothing on debian-5" in gap["reason"]


def test_a_finding_names_its_evidence(world):
    debian(world.root, ("debian", "11"), ("libssl1.1", "1.1.1n-0+deb11u3", "openssl"))
    finding = next(f for f in world.report()["findings"] if f["rule"] == "CVE-2023-0001")
    assert finding["known_exploited"]
    assert [f"{e['key']}={e['value']}" for e in finding["evidence"]] == [
        "package=libssl1.1 1.1.1n-0+deb11u3 in var/lib/dpkg/status",
        "source=openssl 1.1.1n-0+deb11u3", "shard=debian-11", "feed=debian-tracker",
        "record=CVE-2023-0001", "range=from the first version, fixed in 1.1.1n-0+deb11u4",
        "compared=1.1.1n-0+deb11u3 < 1.1.1n-0+deb11u4 (debian)", "decision=affected"]


def test_a_scan_finds_its_shards_verified_already(world, tmp_path):
    memory = tmp_path / "home/.cache/plimsoll/database-1"
    n_shards = len(list((tmp_path / "db/shards").iterdir()))
    assert len(list(memory.glob("at-*"))) == n_shards
