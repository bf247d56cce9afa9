# SPDX-License-Identifier: Apache-2.0
"""Packs of rules: what ships holds, what is wrong in one is told with its place."""
import json
import os
import pathlib
import re
import shutil
import subprocess

import pytest

PLIMSOLL = os.environ["PLIMSOLL"]

PACK = """\
pack: mine
rules:
  - id: no-vim
    title: vim in an image
    severity: low
    applies_to: dockerfile.command
    when: command.packages.exists(p, p.name == params.editor)
    message: 'installs {params.editor}'
    remedy: Edit outside.
    codes: [X1]
    parameters: {editor: vim}
    examples:
      fail: ["FROM a\\nRUN apt-get install vim\\n"]
      pass: ["FROM a\\nRUN apt-get install curl\\n"]
"""


def run(tmp_path, *words, status=0, stdin=None):
    done = subprocess.run([PLIMSOLL, *map(str, words)], cwd=tmp_path, capture_output=True,
                          text=True, timeout=120, input=stdin)
    assert done.returncode == status, done.stderr + done.stdout
    return done


def findings(tmp_path, dockerfile, *words, status=0):
    (tmp_path / "Dockerfile").write_text(dockerfile)
    done = run(tmp_path, "lint", "--format", "json", "Dockerfile", *words, status=status)
    return json.loads(done.stdout)["findings"]


def pack(tmp_path, text=PACK):
    path = tmp_path / "mine.yaml"
    path.write_text(text)
    return path


def test_every_shipped_example_holds(tmp_path):
    done = run(tmp_path, "rules", "test")
    rows = re.findall(r"^(\S+): (\d+) rules, (\d+) of (\d+) examples passed$", done.stdout, re.M)
    assert "dockerfile" in [row[0] for row in rows]
    assert all(passed == n and int(n) >= 2 * int(rules) for _, rules, passed, n in rows)


def test_an_own_pack_is_judged_and_tested(tmp_path):
    mine = pack(tmp_path)
    assert "mine: 1 rules, 2 of 2 examples passed" in run(
        tmp_path, "rules", "test", "no-vim", "--rules", mine).stdout
    found = findings(tmp_path, "FROM a\nRUN apt-get install vim\n", "--rules", mine)
    (one,) = [f for f in found if f["rule"] == "no-vim"]
    assert one["title"] == "installs vim" and one["locations"][0]["line"] == 2


@pytest.mark.parametrize("change, message", [
    (("exists(p, p.name == params.editor)", "size() > 100"), "is silent, but this example must fail"),
    (("p.name == params.editor", "true"), "but this example must pass"),
    (("RUN apt-get install curl", "LABEL a=b"), "is never asked in this example"),
])
def test_an_example_that_proves_nothing_fails(tmp_path, change, message):
    mine = pack(tmp_path, PACK.replace(*change))
    done = run(tmp_path, "rules", "test", "no-vim", "--rules", mine, status=1)
    assert message in done.stdout


@pytest.mark.parametrize("change, message", [
    (("severity: low", "severity: lo"), "mine.yaml:5: "),
    (("remedy:", "remedie:"), 'mine.yaml:9: a rule has no "remedie"; did you mean "remedy"?'),
    (("dockerfile.command", "dockerfile.comand"), 'did you mean "dockerfile.command"?'),
    (("    title: vim in an image\n", ""), "mine.yaml:3: rule no-vim has no title"),
    (("p.name ==", "p.nme =="), "mine.yaml:7: rule no-vim: when: line 1, column "),
    (("{params.editor}'", "{params.editor'"), "mine.yaml:8: rule no-vim: message: "),
    (("no-vim", "apt-recommends"), "rule apt-recommends is there already"),
    (("pack: mine", "pack: mine\nrulez: 1"), 'a pack has no "rulez"'),
])
def test_what_is_wrong_in_a_pack_is_told_with_its_place(tmp_path, change, message):
    mine = pack(tmp_path, PACK.replace(*change))
    (tmp_path / "Dockerfile").write_text("FROM a\nRUN x\n")
    assert message in run(tmp_path, "lint", "Dockerfile", "--rules", mine, status=2).stderr


def test_a_field_that_is_not_there_says_once_which_was_meant(tmp_path):
    (tmp_path / "mine.yaml").write_text(PACK.replace("p.name", "p.nam"))
    done = run(tmp_path, "rules", "test", "--rules", "mine.yaml", status=2)
    assert done.stderr.count("did you mean") == 1 and 'did you mean "name"?' in done.stderr


@pytest.mark.parametrize("words, message", [
    (["test", "sudo-usde"], 'rules: no rule "sudo-usde"; did you mean "sudo-used"?'),
    (["show", "sudo-usde"], 'rules: no rule "sudo-usde"; did you mean "sudo-used"?'),
    (["test", "zzzzzzzz"], 'rules: no rule "zzzzzzzz"; plimsoll rules list shows them'),
    (["list", "--rules", "empty"], "empty: no pack of rules in it: no NAME.yaml"),
])
def test_what_is_asked_for_has_to_be_there(tmp_path, words, message):
    (tmp_path / "empty").mkdir()
    done = run(tmp_path, "rules", *words, status=2)
    assert done.stderr == f"plimsoll: {message}\n" and not done.stdout


def test_settings_switch_grade_and_set_up_rules(tmp_path):
    mine = pack(tmp_path)
    text = "FROM a\nRUN apt-get install emacs\n"
    (tmp_path / ".plimsoll.yaml").write_text(
        "rules:\n  X1: {severity: high, parameters: {editor: emacs}}\n")
    (one,) = [f for f in findings(tmp_path, text, "--rules", mine) if f["rule"] == "no-vim"]
    assert one["severity"] == "high"
    (tmp_path / ".plimsoll.yaml").write_text("rules:\n  no-vim: off\n")
    assert "no-vim" not in [f["rule"] for f in findings(tmp_path, text, "--rules", mine)]
    (tmp_path / ".plimsoll.yaml").write_text("rules:\n  no-vin: off\n")
    assert 'there is no rule "no-vin"; did you mean "no-vim"?' in run(
        tmp_path, "lint", "Dockerfile", "--rules", mine, status=2).stderr


@pytest.mark.parametrize("comment", [
    "# plimsoll ignore=apt-recommends reason: why",
    "# hadolint ignore=DL3015",
    "# hadolint global ignore=DL3015",
    "#trivy:ignore:DS-0029",
    "# checkov:skip=apt-recommends:why",
    "# plimsoll ignore=apt-recommends until=2999-12-31",
])
def test_comments_switch_rules_off(tmp_path, comment):
    text = f"FROM a\n{comment}\nRUN apt-get install -y curl\n"
    marks = [f.get("suppressed_by") for f in findings(tmp_path, text)
             if f["rule"] == "apt-recommends"]
    assert len(marks) == 1 and marks[0]
    text = f"FROM a\n{comment.replace('2999', '2020').replace('DL3015', 'DL1').replace('apt-r', 'apt-x').replace('DS-0029', 'DS-1')}\nRUN apt-get install -y curl\n"
    marks = [f.get("suppressed_by") for f in findings(tmp_path, text)
             if f["rule"] == "apt-recommends"]
    assert marks == [None]


@pytest.mark.parametrize("name, text, message", [
    ("Dockerfile", "FROM a:1\nUSER 1\n# plimsoll ignore=sudo-usde\nRUN sudo x\n",
     'line 4: ignore=sudo-usde: there is no such rule; did you mean "sudo-used"?'),
    ("Dockerfile", "# plimsoll ignore-file=zzzzzzzzzz\nFROM a:1\nUSER 1\n",
     "ignore=zzzzzzzzzz: there is no such rule"),
    ("Dockerfile", "FROM a:1\nUSER 1\n# plimsoll ignore=sudo-used until=tomorrow\nRUN sudo x\n",
     "line 4: ignore=sudo-used: until=tomorrow is no day, such as 2026-12-31: it is not ignored"),
    ("compose.yaml", "services:\n  a:\n    image: b:1 # plimsoll ignore=compose-privilegd\n",
     'line 3: ignore=compose-privilegd: there is no such rule; did you mean "compose-privileged"?'),
    ("a.yaml", "# plimsoll ignore=privilegd\napiVersion: v1\nkind: Pod\nmetadata: {name: a}\n",
     'line 2: ignore=privilegd: there is no such rule; did you mean "privileged"?'),
])
def test_a_comment_that_names_no_rule_is_told(tmp_path, name, text, message):
    (tmp_path / name).write_text(text)
    report = json.loads(run(tmp_path, "lint", "--format", "json", name).stdout)
    assert [p["message"] for p in report["problems"]] == [message]


def test_a_comment_may_name_codes_of_other_tools_and_of_shellcheck(tmp_path):
    (tmp_path / "Dockerfile").write_text("FROM a:1\nUSER 1\n# hadolint ignore=DL9999\n"
                                         "# plimsoll ignore=DL3004,SC2086 until=2999-01-01\n"
                                         "RUN sudo x\n")
    assert not json.loads(run(tmp_path, "lint", "--format", "json", "Dockerfile").stdout)["problems"]


def test_a_message_that_fails_is_a_problem(tmp_path):
    (tmp_path / "mine.yaml").write_text("""\
pack: mine
rules:
  - id: bad-message
    title: t
    severity: low
    applies_to: dockerfile.instruction
    when: instruction.keyword == "USER"
    message: 'user {instruction.words[7]}'
    remedy: r
""")
    (tmp_path / "Dockerfile").write_text("FROM a:1\nUSER 1\n")
    report = json.loads(run(tmp_path, "lint", "--format", "json", "--rules", "mine.yaml",
                            "Dockerfile").stdout)
    assert [(p["parser"], p["message"].split(":")[0]) for p in report["problems"]] == [
        ("rule bad-message", "line 2")]
    assert [f["title"] for f in report["findings"] if f["rule"] == "bad-message"] == ["user (?)"]


def test_a_rule_is_shown_by_the_code_of_another_tool(tmp_path):
    assert "apt-recommends" in run(tmp_path, "rules", "show", "DL3015").stdout
    assert 'no rule "nothing"' in run(tmp_path, "rules", "show", "nothing", status=2).stderr


def test_defects_of_the_shell_are_told_and_switched_off_by_their_codes(tmp_path):
    text = "FROM a\nRUN cd /src && rm -r $DIR\n"
    shell = [f for f in findings(tmp_path, text) if f["rule"] == "shell-lint"]
    (one,) = [f for f in shell if f["codes"] == ["SC2086"]]
    assert one["severity"] == "low" and one["title"].startswith("SC2086: ")
    assert (one["locations"][0]["line"], one["locations"][0]["column"]) == (2, 22)
    for comment in ("# hadolint ignore=SC2086", "# plimsoll ignore=shell-lint"):
        shell = [f for f in findings(tmp_path, text.replace("RUN", f"{comment}\nRUN"))
                 if f["rule"] == "shell-lint"]
        assert [f for f in shell if not f.get("suppressed_by")] == []
        assert "SC2086" in [code for f in shell for code in f["codes"]]


def test_without_shellcheck_our_own_checks_speak_and_that_is_told(tmp_path):
    (tmp_path / "Dockerfile").write_text("FROM a\nRUN rm -r $DIR\n")
    done = subprocess.run([PLIMSOLL, "lint", "--format", "json", "Dockerfile"], cwd=tmp_path,
                          env={"PATH": str(tmp_path)}, capture_output=True, check=True, text=True)
    report = json.loads(done.stdout)
    assert [f["codes"] for f in report["findings"] if f["rule"] == "shell-lint"] == [["SC2086"]]
    (row,) = [row for row in report["coverage"] if row["what"] == "shell of RUN"]
    assert row["state"] == "not-assessed" and "ShellCheck" in row["reason"]
    (tmp_path / ".plimsoll.yaml").write_text("rules:\n  shell-lint: off\n")
    assert "shell of RUN" not in run(tmp_path, "lint", "--format", "json", "Dockerfile").stdout


@pytest.mark.skipif(not shutil.which("shellcheck"), reason="needs ShellCheck")
@pytest.mark.parametrize("image, speaks", [
    ("debian:12", True), ("alpine:3.22", False), ("node:22-alpine", False), ("fedora:43", False),
    ("registry.access.redhat.com/ubi9/ubi-minimal:9.4", False), ("ghcr.io/a/b:1", True),
])
def test_the_shell_is_that_of_the_base_image(tmp_path, image, speaks):
    text = f"FROM {image}\nRUN set -o pipefail && a | b\n"
    about = [f for f in findings(tmp_path, text) if "SC3040" in f["codes"]]
    assert bool(about) == speaks


def test_the_severity_of_a_defect_is_its_own_unless_settings_say_one(tmp_path):
    text = "FROM a\nRUN echo $(cat a)\n"
    pick = [f["severity"] for f in findings(tmp_path, text) if "SC2046" in f["codes"]]
    assert pick == ["medium"]
    (tmp_path / ".plimsoll.yaml").write_text("rules:\n  shell-lint: negligible\n")
    pick = [f["severity"] for f in findings(tmp_path, text) if "SC2046" in f["codes"]]
    assert pick == ["negligible"]


@pytest.mark.parametrize("text, status", [("emacs", 0), ("vim", 1)])
def test_a_fix_has_to_help(tmp_path, text, status):
    fix = ('    fix: \'[{"start": command.packages[0].start, "end": command.packages[0].end, '
           f'"text": "{text}"}}]\'\n')
    mine = pack(tmp_path, PACK.replace("    codes:", fix + "    codes:"))
    done = run(tmp_path, "rules", "test", "no-vim", "--rules", mine, status=status)
    assert ("speaks still when its fix is applied" in done.stdout) == bool(status)


def test_scopes_tell_their_variables_and_fields(tmp_path):
    assert "dockerfile.command" in run(tmp_path, "rules", "scopes").stdout
    shown = run(tmp_path, "rules", "scopes", "dockerfile.command").stdout
    assert "command              Command" in shown and "packages             list(Package)" in shown
    assert 'no scope "x"' in run(tmp_path, "rules", "scopes", "x", status=2).stderr


def test_no_rule_quotes_a_line_that_holds_a_secret(tmp_path):
    text = "FROM a\nENV API_TOKEN d41d8cd98f00b204e980\nENV OTHER x\n"
    found = findings(tmp_path, text)
    about = {f["rule"] for f in found if f["locations"][0]["line"] == 2}
    assert {"secret-in-arg-env", "legacy-key-value"} <= about
    for form in ("json", "lint", "sarif", "markdown", "junit", "github"):
        done = run(tmp_path, "lint", "--format", form, "Dockerfile")
        assert "d41d8cd98f00b204e980" not in done.stdout + done.stderr
    assert any("ENV OTHER x" in str(f) for f in found)


@pytest.mark.parametrize("name, text", [
    ("compose.yaml", "services:\n  a:\n    image: b:1\n    environment: {A_TOKEN: d41d8cd98f00, X: y,"
     " B_PASSWORD: e41d8cd98f00}\n    pid: host\n"),
    ("compose.yaml", "services:\n  a:\n    build:\n      args: {A_TOKEN: d41d8cd98f00,"
     " B_PASSWORD: e41d8cd98f00}\n    pid: host\n"),
    ("pod.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  hostPID: true\n"
     "  containers:\n  - name: a\n    image: b:1\n    env: [{name: A_TOKEN, value: d41d8cd98f00},"
     " {name: B_PASSWORD, value: e41d8cd98f00}]\n"),
])
def test_no_rule_quotes_a_secret_of_yaml_and_all_are_named(tmp_path, name, text):
    (tmp_path / name).write_text(text)
    for form in ("json", "lint", "sarif", "markdown", "junit", "github"):
        done = run(tmp_path, "lint", "--format", form, name)
        assert "1d8cd98f00" not in done.stdout + done.stderr
        assert form != "json" or "A_TOKEN, B_PASSWORD" in done.stdout
    found = json.loads(run(tmp_path, "lint", "--format", "json", name).stdout)["findings"]
    assert any("pid: host" in str(f) or "hostPID: true" in str(f) for f in found)


def test_the_source_shown_is_that_of_the_place(tmp_path):
    mine = pack(tmp_path, """\
pack: mine
rules:
  - id: last
    title: the last instruction
    severity: low
    applies_to: dockerfile.stage
    when: size(stage.instructions) > 0
    at: stage.instructions[size(stage.instructions) - 1]
    message: here
    remedy: none
""")
    (one,) = [f for f in findings(tmp_path, "FROM a\nRUN b\nUSER c\n", "--rules", mine)
              if f["rule"] == "last"]
    assert one["locations"][0]["line"] == 3
    assert {"key": "source", "value": "USER c"} in one["evidence"]


def test_the_example_of_the_manual_holds(tmp_path):
    manual = pathlib.Path(__file__).resolve().parents[2] / "docs" / "formats" / "rules.md"
    example = re.search(r"^```yaml\n(.*?)^```", manual.read_text(encoding="utf-8"), re.M | re.S)[1]
    done = run(tmp_path, "rules", "test", "no-curl-in-run", "--rules", pack(tmp_path, example))
    assert "mine: 1 rules, 2 of 2 examples passed" in done.stdout


@pytest.mark.parametrize("setting, message", [
    ("DL3026: {parameters: {registries: 5}}",
     '.plimsoll.yaml:2: parameter "registries" of rule base-image-registry-not-allowed is a list'),
    ("DL3026: {severity: hgh}", '"hgh" is not one of on, off, a severity'),
    ("DL3026: {severity: hgh}", 'did you mean "high"?'),
])
def test_a_setting_of_another_type_is_refused_with_its_place(tmp_path, setting, message):
    (tmp_path / "Dockerfile").write_text("FROM a\n")
    (tmp_path / ".plimsoll.yaml").write_text(f"rules:\n  {setting}\n")
    assert message in run(tmp_path, "lint", "Dockerfile", status=2).stderr


def test_a_parameter_that_there_is_not_is_refused_with_the_pack(tmp_path):
    mine = pack(tmp_path, PACK.replace("p.name == params.editor", "p.name == params.editer"))
    done = run(tmp_path, "rules", "test", "--rules", mine, status=2)
    assert 'params has no "editer"' in done.stderr and 'did you mean "editor"?' in done.stderr


def test_show_tells_parameters_examples_and_the_fix(tmp_path):
    shown = run(tmp_path, "rules", "show", "no-vim", "--rules", pack(tmp_path)).stdout
    assert re.search(r"^parameters +editor: vim$", shown, re.M)
    assert re.search(r"^fix +none$", shown, re.M)
    assert "\nis wrong:\n    FROM a\n    RUN apt-get install vim\n" in shown
    assert "\nis right:\n    FROM a\n    RUN apt-get install curl\n" in shown
    assert not re.search(r"^fix +none$", run(tmp_path, "rules", "show", "DL3015").stdout, re.M)


def test_only_packs_of_the_named_rules_are_told(tmp_path):
    done = run(tmp_path, "rules", "test", "DL3004")
    assert len(done.stdout.splitlines()) == 1 and "0 of 0" not in done.stdout
