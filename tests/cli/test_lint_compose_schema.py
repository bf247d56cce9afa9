# SPDX-License-Identifier: Apache-2.0
"""plimsoll lint: keys, values and names that Compose refuses."""
import json
import os
import subprocess

import pytest

PLIMSOLL = os.environ["PLIMSOLL"]
RULES = ("compose-schema-invalid", "compose-undeclared-name")


def lint(tmp_path, files, *names):
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    r = subprocess.run([PLIMSOLL, "lint", "--format", "json", *(names or files)], cwd=tmp_path,
                       capture_output=True, text=True, timeout=60, check=False)
    found = [f for f in json.loads(r.stdout)["findings"] if f["rule"] in RULES]
    return sorted((f["locations"][0]["path"], f["locations"][0]["line"],
                   f["locations"][0]["column"], f["rule"]) for f in found)


@pytest.mark.parametrize("text,line,column,rule", [
    ("services:\n  a:\n    image: b:1\n    restrat: always\n", 4, 5, RULES[0]),
    ("services:\n  a:\n    imagee: b:1\n", 3, 5, RULES[0]),
    ("services:\n  a:\n    image: b:1\n    ports: 5\n", 4, 12, RULES[0]),
    ("services: {a: {image: 'b:1'}}\nvolums: {}\n", 2, 1, RULES[0]),
    ("services: {db: [x]}\n", 1, 16, RULES[0]),
    ("servces: {db: {image: 'a:1'}}\n", 1, 1, RULES[0]),
    ("services:\n  a: {image: 'b:1', depends_on: [nope]}\n", 2, 34, RULES[1]),
])
def test_what_compose_refuses_has_a_place(tmp_path, text, line, column, rule):
    assert lint(tmp_path, {"compose.yaml": text}) == [("compose.yaml", line, column, rule)]


def test_a_file_is_told_once_whoever_takes_it_in(tmp_path):
    files = {
        "compose.yaml": "include: [db/compose.yaml]\nservices:\n"
                        "  web: {extends: {file: common.yaml, service: base}}\n"
                        "  two: {extends: {file: common.yaml, service: base}}\n",
        "compose.override.yaml": "services:\n  web: {imagee: 'c:1'}\n",
        "common.yaml": "services:\n  base: {image: 'a:1', restrat: always}\n",
        "db/compose.yaml": "services:\n  db: {image: 'b:1', tyt: true}\n",
    }
    places = [("common.yaml", 2, 24, RULES[0]), ("compose.override.yaml", 2, 9, RULES[0]),
              ("db/compose.yaml", 2, 22, RULES[0])]
    assert lint(tmp_path, files) == places
    assert lint(tmp_path, files, "compose.yaml") == places


def test_names_may_be_declared_in_any_file_of_the_project(tmp_path):
    files = {
        "compose.yaml": "include: [db.yaml]\nservices:\n"
                        "  web: {image: 'a:1', depends_on: [db], networks: [front]}\n",
        "compose.override.yaml": "services: {web: {tty: true}}\nnetworks: {front: {}}\n",
        "db.yaml": "services:\n  db: {image: 'b:1', depends_on: [web]}\n",
    }
    assert not lint(tmp_path, files)
    assert not lint(tmp_path, files, "compose.yaml")


@pytest.mark.parametrize("name,text", [
    # One of several of docker compose -f: who knows what the others declare?
    ("compose.dev.yaml", "services:\n  a: {image: 'b:1', depends_on: [db]}\n"),
    # What is included could not be read.
    ("compose.yaml", "include: [gone.yaml]\nservices:\n  a: {image: 'b:1', depends_on: [db]}\n"),
    # Of another program.
    ("compose.yaml", "pack: a\nrules: []\n"),
    ("ci.yml", "image: a:1\nservices:\n  - docker:dind\nbuild:\n  script: make\n"),
])
def test_what_may_be_right_is_not_told(tmp_path, name, text):
    assert not lint(tmp_path, {name: text})


def test_a_comment_suppresses_it(tmp_path):
    text = ("services:\n  a:\n    image: b:1\n"
            "    restrat: always # plimsoll ignore=compose-schema-invalid\n")
    (tmp_path / "compose.yaml").write_text(text)
    r = subprocess.run([PLIMSOLL, "lint", "--format", "json", "compose.yaml"], cwd=tmp_path,
                       capture_output=True, text=True, timeout=60, check=False)
    (found,) = [f for f in json.loads(r.stdout)["findings"] if f["rule"] == RULES[0]]
    assert found["suppressed_by"]
