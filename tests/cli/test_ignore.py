# SPDX-License-Identifier: Apache-2.0
"""Ignore files: what they take off the list, what is told of them, and what is refused."""
import json

import pytest

from small_scan import AFFECTED, make, report, rules, run


@pytest.fixture(autouse=True)
def scanned(tmp_path):
    make(tmp_path)


@pytest.mark.parametrize("name, text, taken", [
    (".plimsollignore", "- id: CVE-2026-0001\n  reason: not reachable\n", ["CVE-2026-0001"]),
    (".plimsollignore", "- package: openssl\n", ["CVE-2026-0005"]),
    (".plimsollignore", "- fix: none\n- severity: high\n", ["CVE-2026-0001", "CVE-2026-0002"]),
    (".trivyignore", "CVE-2026-0005 exp:2026-02-01\n", ["CVE-2026-0005"]),
    (".trivyignore.yaml", "vulnerabilities:\n- id: CVE-2026-0002\n", ["CVE-2026-0002"]),
    (".grype.yaml", "ignore:\n- package: {name: curl, type: deb}\n",
     ["CVE-2026-0001", "CVE-2026-0002"]),
])
def test_files_of_the_working_directory_suppress(tmp_path, name, text, taken):
    (tmp_path / name).write_text(text)
    doc = report(tmp_path)
    assert rules(doc, suppressed=True) == taken
    assert rules(doc) == sorted(set(AFFECTED) - set(taken))
    assert doc["summary"]["findings_suppressed"] == len(taken)
    assert all(f["suppressed_by"]["by"].startswith(name + ":")
               for f in doc["findings"] if "suppressed_by" in f)
    table = run(tmp_path, "scan", "root").stdout
    assert not any(rule in table for rule in taken)
    assert "suppressed by" in table
    assert rules(report(tmp_path, "--no-ignore")) == AFFECTED


def test_a_suppressed_finding_never_decides(tmp_path):
    run(tmp_path, "scan", "root", "--fail-on", "high", status=1)
    (tmp_path / ".plimsollignore").write_text("- severity: high\n")
    run(tmp_path, "scan", "root", "--fail-on", "high")


def test_rules_end_by_source_date_epoch(tmp_path):
    (tmp_path / ".plimsollignore").write_text("- id: CVE-2026-0001\n  until: 2026-01-01\n")
    assert rules(report(tmp_path), suppressed=True) == ["CVE-2026-0001"]
    later = report(tmp_path, SOURCE_DATE_EPOCH=str(1767225600 + 86400))
    assert rules(later, suppressed=True) == []
    assert later["ignore_rules"][0]["state"] == "expired"


def test_expired_and_unused_rules_are_told(tmp_path):
    (tmp_path / ".plimsollignore").write_text(
        "- id: CVE-2026-0001\n  until: 2020-01-01\n  owner: team\n- id: CVE-1999-0001\n"
        "- id: CVE-2026-0002\n")
    doc = report(tmp_path)
    assert [(r["line"], r["state"], r["findings"]) for r in doc["ignore_rules"]] == [
        (1, "expired", 1), (4, "unused", 0), (5, "used", 1)]
    table = " ".join(run(tmp_path, "scan", "root").stdout.split())
    assert ".plimsollignore:1 expired on 2020-01-01, would suppress 1: id CVE-2026-0001" in table
    assert ".plimsollignore:4 matches nothing: id CVE-1999-0001" in table
    assert ".plimsollignore:5" not in table


def test_named_files_replace_those_of_the_directory(tmp_path):
    (tmp_path / ".plimsollignore").write_text("- id: CVE-2026-0001\n")
    (tmp_path / "a.yaml").write_text("- id: CVE-2026-0002\n")
    (tmp_path / "b.txt").write_text("CVE-2026-0005\n")
    doc = report(tmp_path, "--ignore-file", "a.yaml", "--ignore-file", "b.txt")
    assert rules(doc, suppressed=True) == ["CVE-2026-0002", "CVE-2026-0005"]


@pytest.mark.parametrize("name, text, message", [
    (".plimsollignore", "- id: CVE-1\n- idd: x\n",
     '.plimsollignore:2: no condition is called "idd"; there are id, '
     "purl, package, version, type, path, layer, severity, status, fix, until, owner, reason, fingerprint\n"),
    (".plimsollignore", "- id: [CVE-1\n", ".plimsollignore:"),
    (".plimsollignore", "- reason: everything\n", ".plimsollignore:1: a rule without a condition"),
    (".trivyignore", "CVE-1 CVE-2\n", ".trivyignore:1:"),
    (".grype.yaml", "ignore:\n- vulnerabilty: x\n", ".grype.yaml:2: no condition is called"),
])
def test_a_broken_file_is_an_error_with_its_line(tmp_path, name, text, message):
    (tmp_path / name).write_text(text)
    done = run(tmp_path, "scan", "root", status=2)
    assert message in done.stderr and done.stdout == ""


def test_a_named_file_must_be_there(tmp_path):
    done = run(tmp_path, "scan", "root", "--ignore-file", "nowhere.yaml", status=2)
    assert "nowhere.yaml" in done.stderr


def test_suppressions_are_in_sarif_and_junit(tmp_path):
    (tmp_path / ".plimsollignore").write_text("- id: CVE-2026-0001\n  reason: behind a proxy\n")
    text = run(tmp_path, "scan", "root", "--format", "sarif").stdout
    results = {r["ruleId"]: r["suppressions"] for r in json.loads(text)["runs"][0]["results"]}
    assert results["CVE-2026-0001"] == [{"kind": "external", "status": "accepted",
                                         "justification": ".plimsollignore:1: behind a proxy"}]
    assert results["CVE-2026-0002"] == []
    assert 'skipped="1"' in run(tmp_path, "scan", "root", "--format", "junit").stdout
