# SPDX-License-Identifier: Apache-2.0
"""docs/report.schema.json: a schema, kept by the golden reports, and strict."""
import copy
import json
import pathlib
import re

import jsonschema
import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SCHEMA = json.loads((ROOT / "docs/report.schema.json").read_text())
REPORTS = sorted((ROOT / "tests/fixtures/render/json").glob("*.json"))

FINDING = {
    "id": "f-0123", "kind": "vulnerability", "rule": "CVE-2026-0001", "title": "curl reads too far",
    "severity": "high", "status": "affected",
    "subject": {"kind": "package", "name": "curl", "version": "7.88.1-10",
                "purl": "pkg:deb/debian/curl@7.88.1-10"},
    "locations": [{"layer": "sha256:aa", "path": "var/lib/dpkg/status", "line": 7}],
    "origin": "base", "evidence": [{"key": "compared", "value": "7.88.1-10 < 7.88.1-11"}],
    "fix": {"action": "upgrade curl", "version": "7.88.1-11", "remains": []},
    "references": ["https://example.com/advisory"], "aliases": ["DSA-1-1"], "codes": ["X1"],
    "cvss": [{"vector": "CVSS:3.1/AV:N", "source": "nvd", "version": "3.1", "score": 7.5}],
    "epss": {"probability": 0.1, "percentile": 0.9, "date": "2026-01-01"},
    "known_exploited": False, "risk": 70, "confidence": 0.9,
    "suppressed_by": {"by": "exception 3", "reason": "not reachable", "until": "2026-12-31"},
}
DESIGN_FIELDS = {
    "id", "kind", "rule", "title", "severity", "status", "subject", "locations", "origin",
    "evidence", "fix", "references", "aliases", "codes", "cvss", "epss", "known_exploited", "risk",
    "confidence", "suppressed_by"}


def validator():
    return jsonschema.Draft202012Validator(SCHEMA)


def report():
    return json.loads(REPORTS[0].read_text())


def objects(schema):
    """Every schema of an object in it."""
    if isinstance(schema, dict):
        if schema.get("type") == "object" and "properties" in schema:
            yield schema
        for value in schema.values():
            yield from objects(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from objects(value)


def test_is_a_schema():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_knows_no_unknown_field():
    assert all(o["additionalProperties"] is False for o in objects(SCHEMA))


@pytest.mark.parametrize("path", REPORTS, ids=lambda p: p.name)
def test_golden_reports_keep_it(path):
    validator().validate(json.loads(path.read_text()))


def test_a_finding_has_all_fields_of_the_design():
    assert set(SCHEMA["$defs"]["finding"]["properties"]) >= DESIGN_FIELDS == set(FINDING)
    doc = report()
    doc["findings"] = [FINDING]
    doc["verdict"] = {"decision": "deny", "policy": "team.yaml",
                      "reasons": [{"rule": "r1", "message": "too risky", "findings": ["f-0123"]}]}
    validator().validate(doc)


def broken(change):
    doc = copy.deepcopy(report())
    change(doc)
    return doc


@pytest.mark.parametrize("change", [
    lambda d: d.update(schema="plimsoll.report/2"),
    lambda d: d.update(extra=1),
    lambda d: d.pop("problems"),
    lambda d: d["packages"][0].update(colour="red"),
    lambda d: d["packages"][0].pop("purl"),
    lambda d: d["packages"][0]["evidence"].update(n_files=-1),
    lambda d: d["coverage"][0].update(state="skipped"),
    lambda d: d["problems"][0].update(code="oops"),
    lambda d: d.update(findings=[{**FINDING, "severity": "severe"}]),
    lambda d: d.update(findings=[{**FINDING, "risk": 101}]),
    lambda d: d.update(verdict={"decision": "maybe", "reasons": []}),
], ids=range(11))
def test_refuses_what_is_no_report(change):
    assert not validator().is_valid(broken(change))


def test_error_codes_are_those_of_the_program():
    source = (ROOT / "src/base/err.c").read_text()
    names = re.findall(r'return "([a-z-]+)";', source)
    assert set(SCHEMA["$defs"]["problem"]["properties"]["code"]["enum"]) == set(names) - {"ok"}
