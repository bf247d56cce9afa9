# SPDX-License-Identifier: Apache-2.0
"""From records of feeds to findings: what a mirror says of a small root file system."""
import json
import os
import subprocess
import zipfile

PLIMSOLL = os.environ["PLIMSOLL"]


def run(tmp_path, *words):
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path / "home"),
           "PLIMSOLL_DB": str(tmp_path / "db")}
    return subprocess.run([PLIMSOLL, *words], cwd=tmp_path, env=env, capture_output=True,
                          text=True, timeout=120, check=False)


def put(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def put_secdb(tmp_path, package, fixes):
    put(tmp_path / "feeds/alpine/secdb/v3.20/main.json", json.dumps(
        {"packages": [{"pkg": {"name": package, "secfixes": fixes}}]}))


def put_osv(tmp_path, ecosystem, *records):
    path = tmp_path / "feeds/osv" / ecosystem / "all.zip"
    path.parent.mkdir(parents=True)
    with zipfile.ZipFile(path, "w") as archive:
        for record in records:
            archive.writestr(record["id"] + ".json", json.dumps(record))


def findings(tmp_path, packages):
    """{(package, rule): finding} of an Alpine 3.20 with these packages."""
    put(tmp_path / "root/etc/os-release", "ID=alpine\nVERSION_ID=3.20.3\n")
    put(tmp_path / "root/lib/apk/db/installed", "".join(
        f"P:{name}\nV:{version}\nA:x86_64\no:{name}\n\n" for name, version in packages))
    built = run(tmp_path, "db", "build", "--feeds", "feeds")
    assert (built.returncode, built.stderr) == (0, "")
    done = run(tmp_path, "scan", "rootfs:root", "--format", "json")
    report = json.loads(done.stdout)
    return {(f["subject"]["name"], f["rule"]): f for f in report["findings"]
            if f["kind"] == "vulnerability"}


def test_an_advisory_of_two_cves_does_not_make_them_one(tmp_path):
    put_secdb(tmp_path, "xen", {"4.11.0-r1": ["CVE-2018-3620 XSA-273", "CVE-2018-3646 XSA-273"]})
    assert set(findings(tmp_path, [("xen", "4.11.0-r0")])) == {
        ("xen", "CVE-2018-3620"), ("xen", "CVE-2018-3646")}


def test_a_record_that_is_another_name_of_two_cves_is_a_finding_of_each(tmp_path):
    put_osv(tmp_path, "Alpine", {
        "id": "GHSA-aaaa-bbbb-cccc", "modified": "2024-01-01T00:00:00Z",
        "aliases": ["CVE-2018-3646", "CVE-2018-3620"],
        "affected": [{"package": {"ecosystem": "Alpine:v3.20", "name": "xen"}, "ranges": [
            {"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2-r0"}]}]}]})
    assert set(findings(tmp_path, [("xen", "1-r5")])) == {
        ("xen", "CVE-2018-3620"), ("xen", "CVE-2018-3646")}


def record_of_releases(number, releases):
    return {"id": f"DEBIAN-CVE-2024-{number}", "modified": "2024-01-01T00:00:00Z", "affected": [
        {"package": {"ecosystem": f"Debian:{release}", "name": "x"}, "versions": ["1"]}
        for release in releases]}


def test_a_record_that_names_releases_without_end_is_refused(tmp_path):
    put_osv(tmp_path, "Debian", record_of_releases(1, range(257)),
            record_of_releases(2, range(256)))
    done = run(tmp_path, "db", "build", "--feeds", "feeds")
    assert done.returncode == 0
    assert done.stderr.count("\n") == 1
    assert "DEBIAN-CVE-2024-1: more than 256 shards (advisory_shards)" in done.stderr
    assert len(list((tmp_path / "db/shards").iterdir())) == 256


def test_records_that_name_releases_without_end_together_are_refused(tmp_path):
    put_osv(tmp_path, "Debian", *(record_of_releases(n, range(n * 250, n * 250 + 250))
                                  for n in range(1, 20)))
    done = run(tmp_path, "db", "build", "--feeds", "feeds")
    assert done.returncode == 2
    assert "more than 4096 shards in all (db_shards)" in done.stderr
    assert list((tmp_path / "db/shards").iterdir()) == []
