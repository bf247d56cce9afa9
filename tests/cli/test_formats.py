# SPDX-License-Identifier: Apache-2.0
"""plimsoll scan: the same findings in every format, the filters, and what is counted."""
import json
import pathlib
import re
import xml.etree.ElementTree as ET

import jsonschema
import pytest

from small_scan import AFFECTED, make, report, rules, run

SCHEMA = json.loads((pathlib.Path(__file__).parent.parent.parent
                     / "docs/report.schema.json").read_text())
FORMATS = ["table", "json", "sarif", "markdown", "junit", "cyclonedx-json", "cyclonedx-xml",
           "gitlab", "github", "checkstyle", "codeclimate"]


@pytest.fixture(autouse=True)
def scanned(tmp_path):
    make(tmp_path)


def show(tmp_path, form, *args, **how):
    return run(tmp_path, "scan", "root", "--format", form, *args, **how).stdout


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_names_each_finding_and_is_the_same_again(tmp_path, form):
    text = show(tmp_path, form)
    assert set(re.findall(r"CVE-2026-\d{4}", text)) == set(AFFECTED)
    assert text == show(tmp_path, form, "--no-cache", "-j", "1")


def test_the_json_report_keeps_its_schema_and_counts(tmp_path):
    doc = report(tmp_path)
    jsonschema.Draft202012Validator(SCHEMA).validate(doc)
    assert rules(doc) == AFFECTED
    summary = doc["summary"]
    assert sum(summary["findings_by_severity"].values()) == 3 == summary["findings"]
    assert sum(summary["findings_by_status"].values()) == 3
    assert (summary["findings_exploited"], summary["findings_fixable"]) == (1, 2)
    ids = {f["id"]: f["rule"] for f in doc["findings"]}
    actions = {a["package"]: [ids[i] for i in a["findings"]] for a in doc["actions"]}
    assert actions == {"curl": ["CVE-2026-0001"], "openssl": ["CVE-2026-0005"]}
    assert doc["actions"][0]["risk"] >= doc["actions"][1]["risk"]
    assert next(a for a in doc["actions"] if a["package"] == "openssl")["exploited"] == 1


def test_sarif_results_point_at_the_database_file(tmp_path):
    run_, = json.loads(show(tmp_path, "sarif"))["runs"]
    assert [r["id"] for r in run_["tool"]["driver"]["rules"]] == AFFECTED
    for result in run_["results"]:
        place = result["locations"][0]["physicalLocation"]["artifactLocation"]
        assert place == {"uri": "var/lib/dpkg/status", "uriBaseId": "IMAGE"}
        assert result["locations"][0]["logicalLocations"][0]["kind"] == "package"
        assert result["suppressions"] == []
    by_rule = {r["ruleId"]: r for r in run_["results"]}
    assert by_rule["CVE-2026-0001"]["level"] == "error"
    assert by_rule["CVE-2026-0002"]["level"] == "note"


def test_junit_fails_findings_and_skips_what_was_not_assessed(tmp_path):
    root = ET.fromstring(show(tmp_path, "junit"))
    findings, coverage = root
    assert len(findings.findall("testcase/failure")) == 3 == int(findings.get("failures"))
    assert coverage.get("failures") == "0" and len(coverage) > 0
    (tmp_path / "root/etc/os-release").write_text("ID=debian\nVERSION_ID=3\n")
    root = ET.fromstring(show(tmp_path, "junit"))
    skipped = [case.get("name") for case in root[1] if case.find("skipped") is not None]
    assert any(name.startswith("vulnerabilities") for name in skipped) and \
        [case.get("classname") for case in root[0]] == ["misconfiguration"]  # past its end of support


def test_cyclonedx_vulnerabilities_name_components_that_are_there(tmp_path):
    doc = json.loads(show(tmp_path, "cyclonedx-json"))
    refs = {c["bom-ref"] for c in doc["components"]}
    assert sorted(v["id"] for v in doc["vulnerabilities"]) == AFFECTED
    assert {a["ref"] for v in doc["vulnerabilities"] for a in v["affects"]} < refs
    sbom = json.loads(run(tmp_path, "sbom", "root").stdout)
    assert "vulnerabilities" not in sbom and sbom["serialNumber"] != doc["serialNumber"]


@pytest.mark.parametrize("words, left", [
    (["--severity", "low"], ["CVE-2026-0002"]),
    (["--severity", "high,low"], ["CVE-2026-0001", "CVE-2026-0002"]),
    (["--fixable"], ["CVE-2026-0001", "CVE-2026-0005"]),
    (["--known-exploited"], ["CVE-2026-0005"]),
    (["--fixable", "--severity", "low"], []),
])
def test_filters_leave_out_and_say_so(tmp_path, words, left):
    doc = report(tmp_path, *words)
    assert rules(doc) == left
    assert doc["summary"]["findings_hidden"] == 3 - len(left)
    assert doc["summary"]["hidden_by"].split()[0] in words
    n = 3 - len(left)
    said = f"{n} finding{'s' if n > 1 else ''} not shown ("
    assert said in show(tmp_path, "table", *words)


def test_fail_on_looks_at_what_is_shown(tmp_path):
    show(tmp_path, "table", "--fail-on", "high", status=1)
    show(tmp_path, "table", "--fail-on", "high", "--known-exploited")


def test_a_severity_that_is_none_is_refused(tmp_path):
    done = run(tmp_path, "scan", "root", "--severity", "high,huge", status=2)
    assert '--severity: "huge" is no severity' in done.stderr and done.stdout == ""
