# SPDX-License-Identifier: Apache-2.0
"""plimsoll diff: what came, went and stayed, and the gate on what is new."""
import io
import json
import os
import pathlib
import subprocess
import tarfile

import jsonschema
import pytest

PLIMSOLL = os.environ["PLIMSOLL"]
SCHEMA = json.loads((pathlib.Path(__file__).resolve().parent.parent.parent /
                     "docs/diff.schema.json").read_text())


def run(tmp_path, *words):
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path / "home")}
    return subprocess.run([PLIMSOLL, "diff", *map(str, words)], cwd=tmp_path, env=env, timeout=120,
                          capture_output=True, text=True, check=False)


def package(name, version, **more):
    return {"purl": f"pkg:deb/debian/{name}@{version}?arch=amd64", "type": "deb", "name": name,
            "version": version, "arch": "amd64", "namespace": "debian", "licenses": [],
            "locations": [], "evidence": {"db": "dpkg", "db_path": "var/lib/dpkg/status",
                                          "n_files": 0, "attributes": []}, **more}


def finding(rule, name, version, severity="high", **more):
    return {"id": f"{rule}{name}", "kind": "vulnerability", "rule": rule, "title": rule,
            "severity": severity, "status": "affected", "confidence": 1, "locations": [],
            "subject": {"kind": "package", "name": name, "version": version, "arch": "amd64",
                        "namespace": "debian",
                        "purl": f"pkg:deb/debian/{name}@{version}?arch=amd64"}, **more}


def report(packages, findings, coverage=()):
    return {"schema": "plimsoll.report/1", "tool": {"name": "plimsoll", "version": "0.1.0"},
            "target": {"given": "x", "transport": "rootfs", "location": "x"}, "image": None,
            "distro": None, "layers": [], "coverage": list(coverage), "packages": packages,
            "findings": findings, "problems": [], "sandbox": {}, "summary": {}, "verdict": None}


def write(tmp_path, name, *parts):
    (tmp_path / name).write_text(json.dumps(report(*parts)))
    return name


@pytest.fixture
def pair(tmp_path):
    write(tmp_path, "a.json",
          [package("curl", "1"), package("openssl", "1"), package("gone", "1"),
           package("same", "1")],
          [finding("CVE-1", "curl", "1"), finding("CVE-2", "openssl", "1", "critical"),
           finding("CVE-3", "gone", "1", "low"), finding("CVE-4", "same", "1", "low")])
    write(tmp_path, "b.json",
          [package("curl", "2"), package("openssl", "2"), package("new", "1"),
           package("same", "1")],
          [finding("CVE-1", "curl", "2"), finding("CVE-5", "new", "1", "medium"),
           finding("CVE-4", "same", "1", "high",
                   fix={"action": "upgrade same to 2", "version": "2"})])
    return tmp_path


def test_the_table_says_what_came_went_and_changed(pair):
    done = run(pair, "a.json", "b.json")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == """\
a.json -> b.json

FINDINGS  1 added, 2 removed, 1 changed, 1 kept
  + CVE-5                medium     new 1
  - CVE-2                critical   openssl 1, now 2
  - CVE-3                low        gone 1, package removed
  ~ CVE-4                high       same 1; was low; fixed in 2

PACKAGES  1 added, 1 removed, 2 changed, 1 kept
  + new 1
  - gone 1
  ~ curl 1 -> 2
  ~ openssl 1 -> 2

1 new finding (1 medium), 2 gone
"""


@pytest.mark.parametrize("severity, status", [("critical", 0), ("high", 0), ("medium", 1),
                                              ("low", 1)])
def test_the_gate_looks_at_what_is_new_alone(pair, severity, status):
    assert run(pair, "--fail-on-new", severity, "a.json", "b.json").returncode == status
    assert run(pair, "--fail-on-new", severity, "a.json", "a.json").returncode == 0


def test_a_suppressed_finding_does_not_fail(tmp_path):
    write(tmp_path, "a.json", [package("x", "1")], [])
    write(tmp_path, "b.json", [package("x", "1")],
          [finding("CVE-1", "x", "1", suppressed_by={"by": "rule", "reason": "not reachable"})])
    done = run(tmp_path, "--fail-on-new", "low", "a.json", "b.json")
    assert done.returncode == 0
    assert "x 1, suppressed" in done.stdout
    assert "0 new findings, 0 gone" in done.stdout


def test_json_has_the_findings_of_both_sides(pair):
    first, second = (json.loads(run(pair, "-f", "json", *names).stdout)
                     for names in (("a.json", "b.json"), ("b.json", "a.json")))
    for document in (first, second):
        jsonschema.Draft202012Validator(SCHEMA).validate(document)
    assert first["summary"] == {
        "complete": True,
        "findings": {"added": 1, "removed": 2, "changed": 1, "kept": 1},
        "packages": {"added": 1, "removed": 1, "changed": 2, "kept": 1}}
    assert second["summary"]["findings"] == {"added": 2, "removed": 1, "changed": 1, "kept": 1}
    changed, = [f for f in first["findings"] if f["change"] == "changed"]
    assert (changed["before"]["severity"], changed["after"]["severity"]) == ("low", "high")
    assert [p for p in first["packages"] if p["name"] == "curl"] == [
        {"change": "changed", "type": "deb", "namespace": "debian", "name": "curl",
         "arch": "amd64", "from": "1", "to": "2", "purl": "pkg:deb/debian/curl@2?arch=amd64"}]


def test_markdown_is_tables(pair):
    out = run(pair, "-f", "markdown", "a.json", "b.json").stdout
    assert "| added | CVE-5 | medium | new 1 |\n" in out
    assert "| changed | curl | 1 \u2192 2 |\n" in out


def test_several_versions_of_one_package_are_paired(tmp_path):
    write(tmp_path, "a.json", [package("k", "1"), package("k", "2"), package("k", "3")], [])
    write(tmp_path, "b.json", [package("k", "2"), package("k", "4")], [])
    out = run(tmp_path, "a.json", "b.json").stdout
    assert "PACKAGES  0 added, 1 removed, 1 changed, 1 kept\n  - k 3\n  ~ k 1 -> 4\n" in out


def test_what_was_not_assessed_is_said_and_counts(tmp_path):
    gap = {"what": "vulnerabilities", "state": "not-assessed", "reason": "no database"}
    write(tmp_path, "a.json", [package("x", "1")], [finding("CVE-1", "x", "1")])
    write(tmp_path, "b.json", [package("x", "1")], [], [gap])
    done = run(tmp_path, "--require-complete", "a.json", "b.json")
    assert done.returncode == 3
    assert "NOT ASSESSED  1\n  ! second: vulnerabilities: no database\n" in done.stdout
    assert done.stdout.endswith("not everything was assessed on both sides\n")


def test_targets_are_scanned(tmp_path):
    for name, version in (("a.tar", "1.0-1"), ("b.tar", "1.0-2")):
        text = (f"Package: x\nStatus: install ok installed\nArchitecture: amd64\n"
                f"Version: {version}\n\n").encode()
        with tarfile.open(tmp_path / name, "w") as tar:
            member = tarfile.TarInfo("var/lib/dpkg/status")
            member.size = len(text)
            tar.addfile(member, io.BytesIO(text))
    done = run(tmp_path, "rootfs:a.tar", "b.tar")
    assert (done.returncode, done.stderr) == (0, "")
    assert "  ~ x 1.0-1 -> 1.0-2\n" in done.stdout


@pytest.mark.parametrize("change, message", [
    ({"schema": "plimsoll.report/2"}, 'schema "plimsoll.report/2": plimsoll.report/1 is read'),
    ({"findings": [finding("CVE-1", "x", "1", "awful")]},
     'findings 1: severity: "awful" is not known'),
])
def test_a_broken_report_is_refused_with_the_place(tmp_path, change, message):
    (tmp_path / "bad.json").write_text(json.dumps({**report([], []), **change}))
    done = run(tmp_path, "bad.json", "bad.json")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"plimsoll: bad.json: {message}\n"


def test_errors_of_a_scan_are_told_once(tmp_path):
    write(tmp_path, "a.json", [], [])
    done = run(tmp_path, "a.json", "./nothing.tar")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "plimsoll: ./nothing.tar: no such file or directory\n"
    assert run(tmp_path, "a.json").stderr == (
        "plimsoll: diff: needs two targets; see plimsoll diff --help\n")


def test_the_output_goes_to_a_file_that_is_replaced_as_a_whole(pair):
    shown = run(pair, "a.json", "b.json", "--format", "json").stdout
    (pair / "out").write_text("x" * 100_000)
    done = run(pair, "a.json", "b.json", "--format", "json", "-o", "out")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (pair / "out").read_text() == shown
    assert run(pair, "a.json", "b.json", "-o", "-").stdout
    done = run(pair, "a.json", "b.json", "--output", "no/such/place")
    assert (done.returncode, done.stdout) == (2, "")
    assert "no/such/place: No such file or directory" in done.stderr
