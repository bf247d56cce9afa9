# SPDX-License-Identifier: Apache-2.0
"""plimsoll explain: the chain of evidence of a finding, and why there is none."""
import json
import subprocess

import pytest

from small_scan import PLIMSOLL, environment, make, package, report, run


@pytest.fixture(autouse=True)
def scanned(tmp_path):
    make(tmp_path)


def explain(tmp_path, name, target="root", *args, **how):
    return run(tmp_path, "explain", name, target, *args, **how)


def test_a_finding_is_explained_step_by_step(tmp_path):
    text = explain(tmp_path, "CVE-2026-0005").stdout
    lines = {}
    for line in text.splitlines()[2:]:
        lines.setdefault(line[2:14].strip(), line[15:])
    assert text.startswith("CVE-2026-0005  medium, exploited\n")
    assert lines["file"] == "var/lib/dpkg/status"
    assert lines["package"] == "libssl3 3.0.11-1 in var/lib/dpkg/status"
    assert lines["source"] == "openssl 3.0.11-1"
    assert lines["feed"].startswith("debian-tracker")
    assert lines["record"] == "CVE-2026-0005"
    assert lines["range"] == "from the first version, fixed in 3.0.17-1"
    assert lines["compared"] == "3.0.11-1 < 3.0.17-1 (debian)"
    assert lines["decision"] == "affected"
    assert lines["severity"] == "medium, says Debian"
    assert lines["exploited"].endswith("since 2025-11-30")
    assert lines["fix"] == "upgrade openssl to 3.0.17-1"
    assert all(len(line) <= 80 for line in text.splitlines())


def test_any_name_will_do_and_a_report_too(tmp_path):
    doc = report(tmp_path)
    (tmp_path / "report.json").write_text(json.dumps(doc))
    finding = next(f for f in doc["findings"] if f["rule"] == "CVE-2026-0005")
    want = explain(tmp_path, "CVE-2026-0005").stdout
    for name in ("cve-2026-0005", finding["id"]):
        for target in ("root", "report.json"):
            assert explain(tmp_path, name, target).stdout == want


@pytest.mark.parametrize("target", ["root", "report.json"])
@pytest.mark.parametrize("name, kind, text", [
    ("CVE-2026-0003", "fixed", "7.88.1-10 >= 7.88.1-9, the version with the fix (debian)"),
    ("CVE-2026-0006", "not installed", "it is about nginx, which is not installed"),
    ("CVE-2026-0007", "known elsewhere", "it is known in debian-11"),
    ("CVE-1999-9999", "unknown", "no record of this release speaks of it"),
    ("CVE-1999-9999", "unknown", "no advisory in the database speaks of it: is the id right"),
])
def test_what_is_not_found_is_explained_too(tmp_path, target, name, kind, text):
    (tmp_path / "report.json").write_text(json.dumps(report(tmp_path)))
    shown = explain(tmp_path, name, target).stdout
    assert f"{name} is not among the findings of root\n" in shown
    assert kind in shown and text in " ".join(shown.split())
    doc = json.loads(explain(tmp_path, name, target, "--format", "json").stdout)
    assert doc["findings"] == []
    assert any(r["kind"] == kind and text in r["text"] for r in doc["reasons"])


@pytest.mark.parametrize("name", ["CVE-2026-0008", "DSA-9001-1"])
def test_a_notice_outweighs_what_a_tracker_still_lists(tmp_path, name):
    doc = json.loads(explain(tmp_path, name, "root", "--format", "json").stdout)
    kinds = {r["record"]: r["kind"] for r in doc["reasons"]}
    assert kinds["DSA-9001-1"] == "fixed"
    assert kinds.get("CVE-2026-0008", "outweighed") == "outweighed"
    assert ("CVE-2026-0008" in kinds) == (name == "CVE-2026-0008")
    assert all("; another record of the same CVE decides" in r["text"]
               for r in doc["reasons"] if r["kind"] == "outweighed")


def test_not_affected_names_who_says_so(tmp_path):
    reason, = json.loads(
        explain(tmp_path, "CVE-2026-0004", "root", "--format", "json").stdout)["reasons"]
    assert (reason["kind"], reason["shard"]) == ("not affected", "debian-12")
    assert (reason["package"], reason["record"]) == ("curl 7.88.1-10", "CVE-2026-0004")
    assert reason["text"].startswith("the publisher says: not affected; ")


def test_not_assessed_is_never_silence(tmp_path):
    done = run(tmp_path, "explain", "CVE-2026-0001", "root", PLIMSOLL_DB=None)
    assert "NOT ASSESSED" in done.stdout and "no vulnerability database" in done.stdout
    (tmp_path / "root/etc/os-release").write_text("ID=debian\nVERSION_ID=3\n")
    done = explain(tmp_path, "CVE-2026-0001")
    assert "debian-3: NOT ASSESSED" in done.stdout
    assert "the database has nothing on debian-3" in " ".join(done.stdout.split())


def test_a_newer_database_may_know_what_a_report_does_not(tmp_path):
    doc = report(tmp_path)
    doc["findings"] = []
    (tmp_path / "report.json").write_text(json.dumps(doc))
    shown = explain(tmp_path, "CVE-2026-0001", "report.json").stdout
    assert "debian-12: affected" in shown


def test_a_version_without_order_is_told(tmp_path):
    (tmp_path / "root/var/lib/dpkg/status").write_text(package("curl", "x:7-1", "curl"))
    shown = explain(tmp_path, "CVE-2026-0003").stdout
    assert "is not among" in shown
    assert "debian-12: undecided" in shown


def test_a_source_without_an_epoch_is_compared_as_the_matcher_does(tmp_path):
    record = {"id": "RLSA-2026:0001", "modified": "2025-12-01T00:00:00Z",
              "upstream": ["CVE-2026-0200"], "summary": "Important: bind security update",
              "affected": [{"package": {"ecosystem": "Rocky Linux:9", "name": "bind"},
                            "ranges": [{"type": "ECOSYSTEM", "events": [
                                {"introduced": "0"}, {"fixed": "32:9.16.23-8.el9"}]}]}]}
    path = tmp_path / "feeds/osv/Rocky Linux/RLSA-2026:0001.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(record))
    run(tmp_path, "db", "build", "--feeds", "feeds")
    bom = {"bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1, "components": [
        {"type": "operating-system", "name": "rocky", "version": "9.3"},
        {"type": "library", "name": "bind-libs", "version": "32:9.16.23-1.el9",
         "purl": "pkg:rpm/rocky/bind-libs@9.16.23-1.el9?arch=x86_64&distro=rocky-9.3&epoch=32"
                 "&upstream=bind-9.16.23-9.el9.src.rpm"}]}
    (tmp_path / "bom.json").write_text(json.dumps(bom))
    shown = " ".join(explain(tmp_path, "CVE-2026-0200", "sbom:bom.json").stdout.split())
    assert "rocky-9: fixed" in shown
    assert "9.16.23-9.el9 >= 32:9.16.23-8.el9, the version with the fix (redhat)" in shown


def test_an_output_that_takes_nothing_is_told_once(tmp_path):
    with open("/dev/full", "w", encoding="utf-8") as full:
        done = subprocess.run([PLIMSOLL, "explain", "CVE-2026-0005", "root"], cwd=tmp_path,
                              env=environment(tmp_path), stdout=full, stderr=subprocess.PIPE,
                              text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert [line for line in done.stderr.splitlines() if line.startswith("plimsoll: ")] == [
        "plimsoll: standard output: write: No space left on device"]


@pytest.mark.parametrize("change, message", [
    (lambda d: d.update(schema="plimsoll.report/9"), 'schema "plimsoll.report/9"'),
    (lambda d: d["findings"][0].update(severity="grave"), 'findings 1: severity: "grave"'),
    (lambda d: d["coverage"][0].update(state="maybe"), 'coverage 1: state: "maybe"'),
])
def test_a_broken_report_is_told_with_its_place(tmp_path, change, message):
    doc = report(tmp_path)
    change(doc)
    (tmp_path / "report.json").write_text(json.dumps(doc))
    done = explain(tmp_path, "CVE-2026-0001", "report.json", status=2)
    assert f"report.json: {message}" in done.stderr and done.stdout == ""


@pytest.mark.parametrize("words, message", [
    ((), "needs an ID and a TARGET"), (("CVE-1",), "needs an ID and a TARGET"),
    (("CVE-1", "root", "--format", "xml"), 'no format "xml"'),
    (("CVE-1", "nowhere.tar"), "nowhere.tar"),
])
def test_mistakes_are_told(tmp_path, words, message):
    done = run(tmp_path, "explain", *words, status=2)
    assert message in done.stderr and done.stdout == ""


def test_a_suppressed_finding_says_by_which_rule(tmp_path):
    (tmp_path / ".plimsollignore").write_text(
        "- id: CVE-2026-0005\n  reason: not reachable\n  until: 2026-03-01\n")
    shown = " ".join(explain(tmp_path, "CVE-2026-0005").stdout.split())
    assert "medium, exploited, suppressed" in shown
    assert "suppressed by .plimsollignore:1 until 2026-03-01: not reachable" in shown
    assert "suppressed" not in explain(tmp_path, "CVE-2026-0001").stdout
    assert "suppressed" not in explain(tmp_path, "CVE-2026-0005", "root", "--no-ignore").stdout
    (tmp_path / "other").write_text("- id: CVE-2026-0005\n  untill: 2026-03-01\n")
    done = explain(tmp_path, "CVE-2026-0005", "root", "--ignore-file", "other", status=2)
    assert "other:2: " in done.stderr and done.stdout == ""


OSV = {"id": "GHSA-aaaa-bbbb-cccc", "modified": "2025-12-01T00:00:00Z", "aliases": ["CVE-2026-0100"],
       "affected": [{"package": {"ecosystem": "npm", "name": "left"},
                     "versions": ["1.0.0", "1.0.1"]}]}
NVD = {"vulnerabilities": [{"cve": {"id": name, "vulnStatus": "Rejected"}}
                           for name in ("CVE-2026-0001", "CVE-2026-0300")]}


def add_feeds(tmp_path, installed):
    place = tmp_path / "root/srv/app"
    place.mkdir(parents=True)
    bom = {"bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1, "components": [
        {"type": "library", "name": "left", "version": installed,
         "purl": f"pkg:npm/left@{installed}"}]}
    (tmp_path / "bom.json").write_text(json.dumps(bom))
    for name, doc in (("osv/npm/GHSA-aaaa-bbbb-cccc.json", OSV),
                      ("nvd/nvdcve-2.0-2026.json", NVD)):
        path = tmp_path / "feeds" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(doc))
    run(tmp_path, "db", "build", "--feeds", "feeds")


def test_a_list_of_versions_is_compared_too(tmp_path):
    add_feeds(tmp_path, "1.0.2")
    shown = " ".join(explain(tmp_path, "CVE-2026-0100", "sbom:bom.json").stdout.split())
    assert "npm: outside the range" in shown
    assert "1.0.2 is none of the 2 versions listed as affected" in shown


def test_what_nvd_has_rejected_is_told(tmp_path):
    add_feeds(tmp_path, "1.0.2")
    shown = " ".join(explain(tmp_path, "CVE-2026-0001").stdout.split())
    assert "rejected NVD says that the id names no vulnerability after all" in shown
    finding = next(f for f in report(tmp_path)["findings"] if f["rule"] == "CVE-2026-0001")
    assert finding["confidence"] == 0.5
    shown = " ".join(explain(tmp_path, "CVE-2026-0300").stdout.split())
    assert "NVD: withdrawn" in shown and "the id was rejected" in shown


def test_a_deb_of_another_vendor_is_judged_with_a_doubt(tmp_path):
    status = package("curl", "7.88.1-10.pgdg120+1", "curl")
    (tmp_path / "root/var/lib/dpkg/status").write_text(status)
    doc = report(tmp_path)
    assert {f["confidence"] for f in doc["findings"]} == {0.6}
    assert any(c["what"] == "vulnerabilities (packages perhaps of other vendors)"
               and c["state"] == "partial" for c in doc["coverage"])
    assert "may have made it" in " ".join(explain(tmp_path, "CVE-2026-0001").stdout.split())
