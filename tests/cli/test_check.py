# SPDX-License-Identifier: Apache-2.0
"""plimsoll check and scan --policy: the verdict of a policy, and what is never a pass."""
import json
import pathlib

import jsonschema
import pytest

from small_scan import make, report, run

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SCHEMA = json.loads((ROOT / "docs/report.schema.json").read_text())
POLICY_SCHEMA = json.loads((ROOT / "docs/policy.schema.json").read_text())


@pytest.fixture(autouse=True)
def scanned(tmp_path):
    make(tmp_path)


def policy(tmp_path, *rules, **head):
    (tmp_path / "p.yaml").write_text(json.dumps({"policy": "p", **head, "rules": list(rules)}))


def rule(**more):
    return {"id": "r", "message": "m", **more}


def check(tmp_path, target="root", *args, name="p.yaml", **how):
    return run(tmp_path, "check", target, "--policy", name, *args, **how)


def verdict(tmp_path, target="root", **how):
    return json.loads(check(tmp_path, target, "--format", "json", **how).stdout)["verdict"]


def test_deny_exits_with_1_and_shows_its_evidence(tmp_path):
    policy(tmp_path, rule(each="vulnerability", deny="vulnerability.known_exploited",
                          message="{vulnerability.rule} in {vulnerability.package}"))
    done = check(tmp_path, status=1)
    assert done.stderr == ""
    assert "  deny     r\n           CVE-2026-0005 in libssl3\n" in done.stdout
    assert done.stdout.endswith("\nDENY by policy p: 1 rule, 1 denies.\n")


def test_warn_and_allow_exit_with_0(tmp_path):
    policy(tmp_path, rule(warn="report.size > 0"))
    assert check(tmp_path).stdout.endswith("\nWARN by policy p: 1 rule, 1 warns.\n")
    policy(tmp_path, rule(deny="report.size == 0"))
    assert check(tmp_path).stdout.endswith("\nALLOW by policy p: 1 rule, 1 passed.\n")


def test_a_stored_report_gets_the_same_verdict(tmp_path):
    policy(tmp_path, rule(each="vulnerability", deny="vulnerability.level >= HIGH"),
           rule(id="s", each="package", warn="pkg.name == 'curl' && pkg.in_range('< 7.88.1-11')"))
    (tmp_path / "r.json").write_text(json.dumps(report(tmp_path)))
    first, second = (verdict(tmp_path, t, status=1) for t in ("root", "r.json"))
    assert first == second
    assert [r["rule"] for r in first["reasons"]] == ["r", "s"]


def test_an_sbom_is_judged_and_has_no_user(tmp_path):
    policy(tmp_path, rule(deny="image.runs_as_root"),
           rule(id="s", each="vulnerability", deny="vulnerability.known_exploited"))
    sbom = run(tmp_path, "sbom", "root", "--format", "cyclonedx-json").stdout
    (tmp_path / "s.json").write_text(sbom)
    first, second = verdict(tmp_path, "s.json", status=1)["reasons"]
    assert (first["outcome"], first["effect"]) == ("unknown", "deny")
    assert second["outcome"] == "deny"


def test_without_a_database_nothing_passes(tmp_path):
    policy(tmp_path, rule(each="vulnerability", deny="vulnerability.level >= CRITICAL"))
    reason, = verdict(tmp_path, status=1, PLIMSOLL_DB=None)["reasons"]
    assert (reason["outcome"], reason["effect"], reason["count"]) == ("unknown", "deny", 0)
    assert "vulnerabilities: NOT ASSESSED, no vulnerability database" in reason["not_assessed"][0]
    policy(tmp_path, rule(each="vulnerability", deny="vulnerability.level >= CRITICAL"),
           unknown="allow")
    assert verdict(tmp_path, PLIMSOLL_DB=None)["decision"] == "allow"


def test_a_suppressed_finding_does_not_decide(tmp_path):
    policy(tmp_path, rule(each="vulnerability", deny="vulnerability.known_exploited"))
    (tmp_path / ".plimsollignore").write_text("- id: CVE-2026-0005\n  reason: x\n")
    assert verdict(tmp_path)["decision"] == "allow"
    check(tmp_path, "root", "--no-ignore", status=1)


def test_scan_judges_what_a_filter_hides(tmp_path):
    policy(tmp_path, rule(each="vulnerability", deny="vulnerability.known_exploited"))
    done = run(tmp_path, "scan", "root", "--policy", "p.yaml", "--severity", "critical", status=1)
    assert "DENY by policy p" in done.stdout and "not shown" in done.stdout


def test_a_report_that_was_filtered_is_not_all(tmp_path):
    policy(tmp_path, rule(each="vulnerability", deny="vulnerability.known_exploited"))
    (tmp_path / "r.json").write_text(json.dumps(report(tmp_path, "--severity", "critical")))
    reason, = verdict(tmp_path, "r.json", status=1)["reasons"]
    assert reason["outcome"] == "unknown"
    assert "left out by --severity critical" in reason["not_assessed"][0]


def test_exceptions_are_told(tmp_path):
    x = {"match": "vulnerability.is_called('CVE-2026-0005')", "owner": "me", "reason": "why"}
    policy(tmp_path, rule(each="vulnerability", deny="vulnerability.known_exploited",
                          **{"except": [{**x, "until": "2025-12-31"},
                                        {**x, "until": "2026-01-01"}]}))
    told = verdict(tmp_path)
    assert told["decision"] == "allow" and told["passed"] == 1
    assert [e["state"] for e in told["exceptions"]] == ["expired", "used"]
    assert "why (me)" in check(tmp_path).stdout
    assert verdict(tmp_path, status=1, SOURCE_DATE_EPOCH="1767312000")["decision"] == "deny"


@pytest.mark.parametrize("fmt", ["json", "markdown", "table", "sarif", "junit", "verdict"])
def test_every_format_has_the_status(tmp_path, fmt):
    policy(tmp_path, rule(deny="report.size > 0"))
    done = check(tmp_path, "root", "--format", fmt, status=1)
    if fmt == "json":
        jsonschema.Draft202012Validator(SCHEMA).validate(json.loads(done.stdout))


@pytest.mark.parametrize("args, message", [
    ([], "check: needs --policy FILE"),
    (["--policy", "nothing"], 'there is no policy "nothing", neither as a file nor among'),
    (["--policy", "baselin"], 'did you mean "baseline"?'),
    (["--policy", "./x.yaml"], "./x.yaml: No such file or directory"),
])
def test_what_is_wrong_is_told_before_anything_is_read(tmp_path, args, message):
    done = run(tmp_path, "check", "no-such-target", *args, status=2)
    assert message in done.stderr and done.stdout == ""


def test_a_broken_policy_names_file_line_and_hint(tmp_path):
    (tmp_path / "p.yaml").write_text(
        "policy: p\nrules:\n  - id: r\n    message: m\n    deny: imge.runs_as_root\n")
    done = check(tmp_path, status=2)
    assert done.stderr.startswith("plimsoll: p.yaml:5: rule r: deny: line 1, column 1: ")
    assert 'did you mean "image"?' in done.stderr


@pytest.mark.parametrize("text", [
    "policy: p\nrules: " + "[" * 5000,
    "policy: p\nrules: &a [*a]\n",
    "a: &a [x, x]\nb: &b [*a, *a]\n" * 1,
    "policy: \xff\n",
    "policy: p\nrules:\n  - {id: r, message: m, deny: '" + "(" * 5000 + "'}\n",
    "policy: p\nrules:\n  - {id: r, message: m, deny: '" + "!" * 200000 + "true'}\n",
    "policy: p\nrules:\n  - {id: r, message: '" + "{1}" * 50 + "', deny: 'true'}\n",
    "policy: p\nrules:\n  - {id: r, message: m, deny: 'true', except: [[[]]]}\n",
    "\0policy: p\n",
])
def test_a_hostile_policy_is_refused_in_a_line(tmp_path, text):
    (tmp_path / "p.yaml").write_bytes(text.encode("latin-1"))
    done = check(tmp_path, status=2)
    assert done.stderr.startswith("plimsoll: p.yaml") and done.stderr.count("\n") == 1


def test_a_policy_that_never_ends_ends(tmp_path):
    policy(tmp_path, rule(each="package", deny="report.packages.all(a, report.packages.all(b, "
                          "report.packages.all(c, [1, 2, 3, 4, 5, 6, 7, 8, 9].all(d, "
                          "[1, 2, 3, 4, 5, 6, 7, 8, 9].all(e, [1, 2, 3, 4, 5, 6, 7, 8, 9].all(f, "
                          "[1, 2, 3, 4, 5, 6, 7, 8, 9].all(g, [1, 2, 3, 4, 5, 6, 7, 8, 9].all(h, "
                          "d + e + f + g + h > 0 && a.name + b.name + c.name != 'x'))))))))"))
    reason, = verdict(tmp_path, status=1)["reasons"]
    assert reason["outcome"] == "unknown" and "cost" in reason["message"]


def test_messages_keep_control_characters_out_of_the_terminal(tmp_path):
    policy(tmp_path, rule(deny="report.size > 0", message="\x1b[31mred"))
    assert "\x1b" not in check(tmp_path, status=1).stdout


@pytest.mark.parametrize("path", sorted((ROOT / "rules/policies").glob("*.yaml")),
                         ids=lambda p: p.stem)
def test_a_shipped_policy_keeps_the_schema_and_gives_a_verdict(tmp_path, path):
    yaml = pytest.importorskip("yaml")
    jsonschema.Draft202012Validator(POLICY_SCHEMA).validate(yaml.safe_load(path.read_text()))
    done = run(tmp_path, "check", "root", "--policy", path.stem, "--format", "json",
               status=1)
    told = json.loads(done.stdout)["verdict"]
    assert told["policy"] == path.stem
    assert told["decision"] != "allow"  # nobody has looked for secrets yet
