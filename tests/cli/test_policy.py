# SPDX-License-Identifier: Apache-2.0
"""plimsoll policy: list, show, facts, test and import."""
import json
import pathlib
import subprocess

import pytest

from small_scan import PLIMSOLL, environment, make, run

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SHIPPED = ["baseline", "cis-image", "new-and-fixable", "strict"]


def policy(tmp_path, *args, **how):
    return run(tmp_path, "policy", *args, **how)


def write(tmp_path, **files):
    for name, text in files.items():
        (tmp_path / name.replace("__", ".")).write_text(text)


def test_list_and_show(tmp_path):
    lines = policy(tmp_path, "list").stdout.splitlines()
    assert [line.split()[0] for line in lines] == SHIPPED
    shown = policy(tmp_path, "show", "baseline").stdout
    assert "exploited: Nothing that is known to be exploited\n    each       vulnerability\n" in shown
    source = policy(tmp_path, "show", "--source", "strict").stdout
    assert source == (ROOT / "rules/policies/strict.yaml").read_text()


def test_facts_are_a_manual(tmp_path):
    text = policy(tmp_path, "facts").stdout
    for part in ("known_exploited", "in_range", "runs_as_root", "each that is installed, as \"pkg\""):
        assert part in text


@pytest.mark.parametrize("args, message", [
    ([], "policy: list, show POLICY, facts, test DIR or import FILE..."),
    (["show"], "policy: list, show POLICY"),
    (["show", "nosuch"], 'there is no policy "nosuch"'),
    (["test", "nosuch"], "nosuch: No such file or directory"),
    (["import"], "policy import: needs a FILE"),
    (["import", "nosuch"], "nosuch: No such file or directory"),
    (["import", "--from", "clair", "x.yaml"], "policy import: --from takes anchore, dockle"),
    (["import", "x.yaml"], "x.yaml: of no tool that is known by its name or content"),
    (["import", "trivy.yaml", "--flags", "-q"], "policy import: --flags are Dockle's"),
    (["import", "trivy.yaml", ".grype.yaml"], ".grype.yaml is grype's, those before are trivy's"),
    (["import", "--from", "trivy", "bad.yaml"], "bad.yaml: line 2, column 1"),
    (["import", "--from", "anchore", "x.yaml"], "x.yaml: line 1"),
])
def test_mistakes_are_told(tmp_path, args, message):
    write(tmp_path, x__yaml="a: b\n", trivy__yaml="", bad__yaml="[")
    (tmp_path / ".grype.yaml").write_text("a: b\n")
    done = policy(tmp_path, *args, status=2)
    assert message in done.stderr and done.stdout == ""


def test_the_shipped_policies_keep_their_tests(tmp_path):
    done = policy(tmp_path, "test", ROOT / "rules/policies/tests")
    assert "FAILED" not in done.stdout
    assert done.stdout.count(" cases passed\n") == len(SHIPPED)
    assert "baseline.yaml: 8 of 8 cases passed\n" in done.stdout
    spoke = [line for line in done.stdout.splitlines() if line.startswith("  never spoke: ")]
    assert "  never spoke: 4.2-trusted-base, 4.5-content-trust, 4.12-signed-artefacts" in spoke


CASE = """policy: p.yaml
now: 2026-01-01
cases:
  - name: one
    report:
      image: {config: {user: app}}
      coverage: [{what: a, state: assessed}]
    verdict: %s
    rules: {root: %s}
"""
P = "policy: p\nrules:\n  - {id: root, deny: image.runs_as_root, message: m}\n"


def test_a_case_that_fails_says_what_it_got(tmp_path):
    write(tmp_path, p__yaml=P, t__yaml=CASE % ("allow", "pass"))
    done = policy(tmp_path, "test", ".")
    assert done.stdout == "./t.yaml: 1 of 1 cases passed\n  never spoke: root\n"
    write(tmp_path, t__yaml=CASE % ("deny", "deny"))
    done = policy(tmp_path, "test", "t.yaml", status=1)
    assert "FAILED t.yaml:4: one: the verdict is allow, not deny\n" in done.stdout
    assert "FAILED t.yaml:9: one: rule root gives pass, not deny\n" in done.stdout
    assert "t.yaml: 0 of 1 cases passed\n" in done.stdout


def test_a_report_that_scan_printed_is_an_example(tmp_path):
    make(tmp_path)
    (tmp_path / "r.json").write_text(run(tmp_path, "scan", "root", "--format", "json").stdout)
    write(tmp_path, t__yaml="policy: baseline\nnow: 2026-01-01\ncases:\n"
                            "  - {name: a, report: r.json, verdict: deny, rules: {exploited: deny}}\n"
                            "  - {name: b, report: no.json, verdict: deny}\n")
    done = policy(tmp_path, "test", ".", status=1)
    assert "./t.yaml: 1 of 2 cases passed\n" in done.stdout
    assert "FAILED ./t.yaml:5: b: ./no.json: No such file or directory" in done.stdout


@pytest.mark.parametrize("text, message", [
    ("cases: []\npolicy: p.yaml\nnow: 2026-01-01\n", "t.yaml:1: cases is a list of maps"),
    ("cases: [1]\npolicy: p.yaml\n", "t.yaml:1: a test of a policy says now: 2026-01-01"),
    ("cases: [1]\nnow: 2026-01-01\n", "t.yaml:1: a test of a policy says which: policy: FILE"),
    (CASE % ("allow", "pass") + "    oops: 1\n", 't.yaml:10: a case has no "oops"'),
    ((CASE % ("allow", "pass")).replace("root:", "rot:"), 'has no rule "rot"; did you mean "root"?'),
    (CASE % ("allow", "pass") + "tea: 1\n", 't.yaml:10: a test of a policy has no "tea"; there are policy'),
    (CASE % ("allow", "pass") + "---\na: b\n", "t.yaml:11: a test of a policy is one document"),
    ((CASE % ("allow", "pass")).replace("{root: pass}", "[root]"),
     "rules of a case is a map"),
    (CASE % ("maybe", "pass"), "t.yaml:4: a case says verdict: allow, warn or deny"),
])
def test_a_broken_test_names_file_and_line(tmp_path, text, message):
    write(tmp_path, p__yaml=P, t__yaml=text)
    assert message in policy(tmp_path, "test", "t.yaml", status=2).stderr


# ---- import ----

TRIVY = """severity: [HIGH, CRITICAL]
exit-code: 1
exit-on-eol: 1
vulnerability: {ignore-unfixed: true, ignore-status: [will_not_fix]}
scan: {scanners: [vuln, secret, license], skip-dirs: [usr]}
license: {forbidden: [AGPL-3.0-only]}
quiet: true
"""
GRYPE = """fail-on-severity: high
only-fixed: true
exclude: [/etc/**]
ignore:
  - vulnerability: CVE-2026-0001
    package: {name: 'lib.*', version: '7.*', type: deb}
  - namespace: debian:distro:debian:12
"""
ANCHORE = {"version": "2", "name": "D", "rule_sets": [{"id": "a", "rules": [
    {"action": action, "gate": gate, "trigger": trigger,
     "params": [{"name": k, "value": v} for k, v in params.items()]}
    for action, gate, trigger, params in [
        ("STOP", "vulnerabilities", "package", {"package_type": "os", "severity": "high",
                                                "severity_comparison": ">=",
                                                "max_days_since_fix": "3"}),
        ("STOP", "vulnerabilities", "denylist", {"vulnerability_ids": "CVE-1, CVE-2"}),
        ("STOP", "vulnerabilities", "kev_list", {}),
        ("STOP", "dockerfile", "effective_user", {"users": "root,docker", "type": "denylist"}),
        ("STOP", "dockerfile", "exposed_ports", {"ports": "22,80", "type": "allowlist"}),
        ("WARN", "dockerfile", "instruction", {"instruction": "HEALTHCHECK",
                                               "check": "not_exists"}),
        ("STOP", "dockerfile", "instruction", {"instruction": "FROM", "check": "=", "value": "a"}),
        ("STOP", "metadata", "attribute", {"attribute": "size", "check": ">", "value": "5"}),
        ("STOP", "distro", "deny", {"distro": "debian", "version": "8", "check": "="}),
        ("STOP", "packages", "denylist", {"name": "telnet\"'\\ {x}"}),
        ("STOP", "packages", "required_package", {"name": "curl", "version": "7",
                                                  "version_match_type": "minimum"}),
        ("STOP", "licenses", "denylist_exact_match", {"licenses": "GPL-2.0-only"}),
        ("STOP", "secret_scans", "content_regex_checks", {}),
        ("GO", "always", "always", {}),
        ("STOP", "files", "suid_or_guid_set", {}),
    ]]}], "allowlists": [{"items": [
        {"gate": "vulnerabilities", "trigger_id": "CVE-2026-0005+*"},
        {"gate": "vulnerabilities", "trigger_id": "CVE-1+a", "expires_on": 1767225600},
        {"gate": "vulnerabilities", "trigger_id": "CVE-1+b", "expires_on": "2026-02-31T00:00:00Z"},
        {"gate": "vulnerabilities", "trigger_id": "*+*"}]}],
    "denylisted_images": [{}]}


def imported(tmp_path, *files, status=0, **how):
    done = policy(tmp_path, "import", *files)
    (tmp_path / "made.yaml").write_text(done.stdout)
    assert policy(tmp_path, "show", "made.yaml").stderr == ""
    return done


def told(tmp_path, status):
    text = run(tmp_path, "check", "root", "--policy", "made.yaml", "--format", "json",
               status=status).stdout
    return {r["rule"]: (r["outcome"], r["count"]) for r in json.loads(text)["verdict"]["reasons"]}


def test_trivy(tmp_path):
    make(tmp_path)
    write(tmp_path, trivy__yaml=TRIVY)
    (tmp_path / ".trivyignore").write_text("# x\nCVE-2026-0001 exp:2026-12-31 not reachable\n")
    done = imported(tmp_path, "trivy.yaml", ".trivyignore")
    assert "#   trivy.yaml:5: scan.skip-dirs: there is no equivalent\n" in done.stdout
    assert "#   trivy.yaml:7: quiet: it is about how Trivy runs" in done.stdout
    assert "until: '2026-12-31T00:00:00Z'" in done.stdout
    assert "#   trivy.yaml: secret scanner: where nothing has looked for secrets" in done.stdout
    assert done.stderr == "plimsoll: 3 settings are not carried over; the comments say which and why\n"
    (tmp_path / ".trivyignore").unlink()
    reasons = told(tmp_path, 0)  # it warns
    assert reasons == {"secrets": ("unknown", 0)}  # the exception took CVE-2026-0001 out


@pytest.mark.parametrize("text, left", [
    ("bogus: 1\n", "1: bogus: Trivy is not known to have it"),
    ("sevrity: HIGH\n", '1: sevrity: Trivy is not known to have it; did you mean "severity"?'),
    ("ignore-unfixed: true\n", "1: ignore-unfixed: Trivy is not known to have it; "
                               'did you mean "vulnerability.ignore-unfixed"?'),
    ("vulnerability:\n  ignore-unfixd: true\n", "2: vulnerability.ignore-unfixd: Trivy is not "
     'known to have it; did you mean "ignore-unfixed"?'),
    ("scan: {severity: HIGH}\n", '1: scan.severity: Trivy is not known to have it; '
                                 'did you mean "severity"?'),
    ("debug: true\n", "1: debug: it is about how Trivy runs and prints, not about what is allowed"),
])
def test_a_setting_that_trivy_has_not_is_called_so(tmp_path, text, left):
    write(tmp_path, trivy__yaml=text)
    assert f"#   trivy.yaml:{left}\n" in imported(tmp_path, "trivy.yaml").stdout


def test_trivy_ignores_alone_except_from_everything(tmp_path):
    make(tmp_path)
    (tmp_path / ".trivyignore").write_text("CVE-2026-0001\n")
    done = imported(tmp_path, ".trivyignore")
    assert "# 1 exception without an end: give each one.\n" in done.stdout
    (tmp_path / ".trivyignore").unlink()
    assert told(tmp_path, 1) == {"vulnerabilities": ("deny", 2)}


def test_grype(tmp_path):
    make(tmp_path)
    (tmp_path / ".grype.yaml").write_text(GRYPE)
    done = imported(tmp_path, ".grype.yaml")
    assert "#   .grype.yaml:3: exclude: a scan reads all of the image\n" in done.stdout
    assert "#   .grype.yaml:7: the rule: exceptions know neither layers" in done.stdout
    (tmp_path / ".grype.yaml").unlink()
    assert told(tmp_path, 1) == {"vulnerabilities": ("deny", 1)}  # curl is no lib.*


def test_a_setting_that_grype_has_not_is_called_so(tmp_path):
    (tmp_path / ".grype.yaml").write_text("bogus: 1\nonly-fixd: true\nquiet: true\n")
    text = imported(tmp_path, ".grype.yaml").stdout
    assert "#   .grype.yaml:1: bogus: Grype is not known to have it\n" in text
    assert 'only-fixd: Grype is not known to have it; did you mean "only-fixed"?\n' in text
    assert "#   .grype.yaml:3: quiet: it is about how Grype runs, matches and prints\n" in text


def test_dockle(tmp_path):
    (tmp_path / ".dockleignore").write_text("CIS-DI-0006\n# a comment\nNO-SUCH\n")
    done = imported(tmp_path, ".dockleignore", "--flags", "--exit-code 1 --exit-level fatal -i DKL-DI-0006")
    assert "#   .dockleignore:3: NO-SUCH: it is no code of a checkpoint\n" in done.stdout
    assert "id: 'CIS-DI-0006'" not in done.stdout and "id: 'DKL-DI-0006'" not in done.stdout
    assert "  - id: 'CIS-DI-0001'\n    title: 'A user that is not root'\n    each: 'misconfiguration'\n    warn: " in done.stdout
    assert "  - id: 'DKL-DI-0002'\n    title: 'No sensitive directory as a volume'\n    each: 'misconfiguration'\n    deny: " in done.stdout
    assert "    deny: " not in imported(tmp_path, ".dockleignore").stdout


def test_anchore(tmp_path):
    make(tmp_path)
    write(tmp_path, bundle__json=json.dumps(ANCHORE))
    done = imported(tmp_path, "bundle.json")
    for left in ("vulnerabilities package max_days_since_fix: there is no equivalent: the rule is "
                 "stricter", "dockerfile instruction FROM =: there is no equivalent",
                 "always always: GO decides nothing", "files suid_or_guid_set: there is no",
                 "allowlist item CVE-1+a: its expires_on is no time",
                 "allowlist item CVE-1+b: its expires_on is no time",
                 "allowlist item *+*: it would except everything", "denylisted_images: add a rule"):
        assert f"#   bundle.json: {left}" in done.stdout
    reasons = told(tmp_path, 1)
    assert reasons["vulnerabilities"] == ("deny", 1)
    assert reasons["attribute"] == ("deny", 1)
    assert reasons["user"][0] == "unknown"  # a directory has none
    assert reasons["secrets"][0] == "unknown"
    assert "required-package" not in reasons and "distribution" not in reasons
    assert "exploited" not in reasons  # CVE-2026-0005 is on the allowlist


def test_hadolint_becomes_settings_that_lint_takes(tmp_path):
    (tmp_path / ".hadolint.yaml").write_text(
        "ignored: [DL3008, SC2086]\noverride: {error: [DL3026], info: [DL3015]}\n"
        "trustedRegistries: [docker.io]\nlabel-schema: {url: url}\nfailure-threshold: warning\n"
        "format: json\n")
    done = policy(tmp_path, "import", ".hadolint.yaml")
    assert "#   .hadolint.yaml:1: SC2086: single codes of ShellCheck" in done.stdout
    assert "#   .hadolint.yaml:6: format: there is no equivalent\n" in done.stdout
    assert '  DL3026: {severity: high, parameters: {registries: ["docker.io"]}}\n' in done.stdout
    assert "  DL3008: off\n" in done.stdout and "  DL3015: low\n" in done.stdout
    (tmp_path / ".plimsoll.yaml").write_text(done.stdout)
    (tmp_path / "Dockerfile").write_text("FROM other.example.com/debian:12\nUSER a\n")
    shown = run(tmp_path, "lint", "Dockerfile", status=1)
    assert "other.example.com" in shown.stdout and shown.stderr == ""


@pytest.mark.parametrize("name, text", [
    ("trivy.yaml", "severity: [\"a\\nb: c\"]\nscan: {scanners: [\"x\\n#y\"]}\n"),
    ("trivy.yaml", "license: {forbidden: [\"'\\\"\\\\ {a}\\n\"]}\nscan: {scanners: license}\n"),
    (".trivyignore.yaml", "vulnerabilities:\n  - id: \"a'\\\"\\\\\\nb\"\n    statement: \"x\\ny\"\n"),
    (".grype.yaml", "ignore:\n  - package: {name: 'a\"\\\\', version: \"*'?\"}\n"),
    ("b.json", json.dumps({"policies": [{"rules": [
        {"gate": "packages\n", "trigger": "x\n  - y", "action": "STOP"},
        {"gate": "metadata", "trigger": "attribute", "action": "STOP", "params": [
            {"name": "attribute", "value": "os_type"}, {"name": "check", "value": "like"},
            {"name": "value", "value": "a{b}\n\"'"}]}]}]})),
])
def test_what_a_file_holds_never_becomes_yaml_of_its_own(tmp_path, name, text):
    (tmp_path / name).write_text(text)
    done = subprocess.run([PLIMSOLL, "policy", "import", name], cwd=tmp_path, text=True,
                          env=environment(tmp_path), capture_output=True, check=False)
    if done.returncode == 0:
        (tmp_path / "made.yaml").write_text(done.stdout)
        policy(tmp_path, "show", "made.yaml")
    assert done.returncode in (0, 2) and "made of it" not in done.stderr
