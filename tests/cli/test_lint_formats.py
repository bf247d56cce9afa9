# SPDX-License-Identifier: Apache-2.0
"""plimsoll lint prints every format as its readers want it, with findings, and twice the same."""
import json
import pathlib
import re
import sys
import xml.etree.ElementTree as ET

import jsonschema
import pytest

from test_rules import run

TESTS = pathlib.Path(__file__).resolve().parent.parent
sys.path.append(str(TESTS / "conformance"))

import annotations  # noqa: E402

SCHEMA = json.loads((TESTS.parent / "docs/report.schema.json").read_text(encoding="utf-8"))
FILES = {
    "Dockerfile": "FROM debian\n# hadolint ignore=DL3008\nRUN apt-get install curl \\\n  é\nENV P=%1,2:3\nRUN\n",
    "a b,c:d/Dockerfile": "FROM x:latest\nUSER root\n",
    "compose.yaml": "services:\n  web:\n    image: a\n    privileged: true\n",
    "pod.yaml": "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  hostNetwork: true\n"
                "  containers: [{name: c, image: 'b:1'}]\n",
    "broken.yaml": "apiVersion: v1\nkind: Pod\nspec: [\n",
    "notes.txt": "nothing\n",
}


@pytest.fixture
def lint(tmp_path):
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")

    def show(form):
        text = run(tmp_path, "lint", "--format", form, *FILES).stdout
        assert text == run(tmp_path, "lint", "--format", form, *FILES).stdout
        return text

    return show


@pytest.mark.parametrize("form", sorted(annotations.CHECKS))
def test_formats_for_review_are_as_their_readers_want_them(lint, form):
    text = lint(form)
    assert annotations.CHECKS[form](text) is None
    assert "base-image-latest" in text and "privileged" in text


def test_other_formats_hold_the_same_findings(lint):
    doc = json.loads(lint("json"))
    jsonschema.Draft202012Validator(SCHEMA).validate(doc)
    spoken = [f for f in doc["findings"] if not f.get("suppressed_by")]
    assert len(spoken) > 8
    run_, = json.loads(lint("sarif"))["runs"]
    assert len(run_["results"]) == len(doc["findings"])
    assert len(ET.fromstring(lint("junit"))[0].findall("testcase/failure")) == len(spoken)
    markdown = lint("markdown")
    assert all(f["rule"] in markdown for f in spoken)


@pytest.mark.parametrize("form", ["codeclimate", "gitlab", "sarif", "github", "checkstyle"])
def test_paths_below_a_point_have_none_in_front(lint, tmp_path, form):
    assert not re.search(r'["=]\./', run(tmp_path, "lint", "--format", form, ".").stdout)


@pytest.mark.parametrize("form, change", [
    ("checkstyle", ('severity="', 'severity="x')),
    ("checkstyle", ('line="', 'line="0')),
    ("codeclimate", ('"severity": "', '"severity": "x')),
    ("codeclimate", ('"fingerprint"', '"print"')),
    ("codeclimate", ('"begin": 1', '"begin": 99')),
    ("gitlab", ('"type": "issue"', '"type": "x"')),
    ("github", ("::error ", "::fault ")),
    ("github", ("line=", "row=")),
])
def test_what_is_wrong_is_noticed(lint, form, change):
    text = lint(form)
    assert change[0] in text
    assert annotations.CHECKS[form](text.replace(*change)) is not None


def test_the_golden_files_are_valid():
    for form, suffix in (("checkstyle", "xml"), ("codeclimate", "json"), ("gitlab", "json"),
                         ("github", "txt")):
        for name in (f"expected.{suffix}", f"expected.findings.{suffix}"):
            text = (TESTS / "fixtures" / "render" / form / name).read_text(encoding="utf-8")
            assert annotations.CHECKS[form](text) is None, f"{form}/{name}"


SAME = "FROM alpine:3.20\nRUN sudo a\nRUN sudo a\nRUN sudo b\nRUN sudo a\n"


def test_equal_lines_are_findings_of_their_own(tmp_path):
    def ids(text):
        (tmp_path / "Dockerfile").write_text(text, encoding="utf-8")
        doc = json.loads(run(tmp_path, "lint", "--format", "json", "Dockerfile").stdout)
        return {f["locations"][0]["line"]: f["id"] for f in doc["findings"] if f["rule"] == "sudo-used"}

    before = ids(SAME)
    assert sorted(before) == [2, 3, 4, 5] and len(set(before.values())) == 4
    markdown = run(tmp_path, "lint", "--format", "markdown", "Dockerfile").stdout
    assert [int(n) for n in re.findall(r"sudo-used \| `Dockerfile:(\d)`", markdown)] == [2, 3, 4, 5]
    moved = ids(SAME.replace("\n", "\nENV A=1\n", 1))
    assert list(moved.values()) == list(before.values())


def test_the_report_names_its_program_and_what_it_is_of(lint):
    doc = json.loads(lint("json"))
    assert re.fullmatch(r"\d+\.\d+\.\d+.*", doc["tool"]["version"])
    assert doc["target"]["given"] == " ".join(FILES) and doc["target"]["transport"] == "files"
    driver = json.loads(lint("sarif"))["runs"][0]["tool"]["driver"]
    assert driver["version"] == doc["tool"]["version"]


def test_a_rule_in_sarif_is_told_in_general(tmp_path):
    (tmp_path / "Dockerfile").write_text(SAME, encoding="utf-8")
    doc = json.loads(run(tmp_path, "lint", "--format", "sarif", "Dockerfile").stdout)
    rule, = [r for r in doc["runs"][0]["tool"]["driver"]["rules"] if r["id"] == "sudo-used"]
    assert rule["name"] == "SudoUsed"
    assert rule["shortDescription"]["text"] == rule["fullDescription"]["text"] == "RUN uses sudo"
    assert "gosu" in rule["help"]["text"] and "gosu" in rule["help"]["markdown"]
