# SPDX-License-Identifier: Apache-2.0
"""plimsoll lint: Compose files."""
import json
import os
import subprocess

PLIMSOLL = os.environ["PLIMSOLL"]


def lint(tmp_path, text, name="compose.yaml"):
    (tmp_path / name).write_text(text)
    r = subprocess.run([PLIMSOLL, "lint", "--format", "json", name], cwd=tmp_path,
                       capture_output=True, text=True, timeout=60, check=False)
    return json.loads(r.stdout)


def rules_of(report):
    return {f["rule"] for f in report["findings"] if not f.get("suppressed_by")}


def test_found_by_content_too(tmp_path):
    text = "services:\n  web:\n    image: a:1\n    privileged: true\n"
    assert "compose-privileged" in rules_of(lint(tmp_path, text, "stack.yml"))


def test_finding_names_service_and_line(tmp_path):
    report = lint(tmp_path, "services:\n  web:\n    image: a:1\n    pid: host\n")
    (found,) = [f for f in report["findings"] if f["rule"] == "compose-pid-host"]
    assert found["subject"]["name"] == "service web"
    assert found["locations"][0]["line"] == 4


def test_both_forms_are_alike(tmp_path):
    short = "services: {web: {image: a:1, volumes: ['/etc:/e'], ports: ['80:80']}}\n"
    long = ("services: {web: {image: a:1, volumes: [{type: bind, source: /etc, target: /e}],"
            " ports: [{target: 80, published: '80'}]}}\n")
    assert rules_of(lint(tmp_path, short)) == rules_of(lint(tmp_path, long))


def test_comment_suppresses(tmp_path):
    text = ("services:\n  # plimsoll ignore=compose-privileged\n  web:\n    image: a:1\n"
            "    privileged: true\n")
    assert "compose-privileged" not in rules_of(lint(tmp_path, text))


def test_values_of_the_wrong_type_are_no_problem_of_a_rule(tmp_path):
    text = ("services:\n  a: 1\n  b: [x]\n  c: {image: [], ports: 1, volumes: {a: b}, deploy: x,\n"
            "      environment: 3, user: [a], tmpfs: {a: b}, extends: {service: c}}\n"
            "include: 5\n")
    assert not lint(tmp_path, text)["problems"]


def test_broken_yaml_is_a_problem(tmp_path):
    (problem,) = lint(tmp_path, "services:\n  a: [\n")["problems"]
    assert "line 3" in problem["message"]
