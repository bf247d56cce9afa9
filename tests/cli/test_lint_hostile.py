# SPDX-License-Identifier: Apache-2.0
"""plimsoll lint: broken and hostile files end in a clear message, in time, and nothing is silent."""
import json
import os
import shutil
import subprocess

import pytest

PLIMSOLL = os.environ["PLIMSOLL"]
SECONDS = 60
POD = "apiVersion: v1\nkind: Pod\n"


def run(tmp_path, *args, stdin=None):
    return subprocess.run([PLIMSOLL, "lint", *args], cwd=tmp_path, capture_output=True, text=True,
                          input=stdin, timeout=SECONDS, check=False)


def lint(tmp_path, text, name="Dockerfile", *args):
    (tmp_path / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    done = run(tmp_path, "--format", "json", *args, name)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def gaps(report):
    return [c["what"] for c in report["coverage"] if c["state"] == "not-assessed"]


def rules_of(report):
    return [f["rule"] for f in report["findings"]]


def bomb():
    lines = [POD + "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"]
    for i in range(1, 30):
        lines.append(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n")
    return "".join(lines)


REFUSED = [
    ("a.yaml", POD + "metadata:\n  name: [a\nspec: }\n",
     "line 5, column 5: did not find expected ',' or ']'"
     " while parsing a flow sequence that begins on line 4"),
    ("compose.yaml", "services:\n  web:\n   image: a\n - x\n", "line 4, column 2: "),
    ("a.yaml", POD + "spec:\n\tx: y\n", "line 4, column 1: found character that cannot start"),
    ("a.yaml", POD + "kind: Job\n", 'line 3, column 1: key "kind" is there twice'),
    ("a.yaml", POD + "spec: &a\n  x: *a\n", 'line 4, column 6: no anchor "a" before this'),
    ("a.yaml", POD + "spec: " + "[" * 5000, "line 3: nested deeper than yaml_depth (100)"),
    ("a.yaml", bomb(), None),
    ("a.yaml", POD.encode() + b"metadata: {name: \xff}\n", "line 3, byte 18 of it: not UTF-8: 0xff"),
    ("a.yaml", POD + "\0", "control characters are not allowed"),
    ("compose.yaml", "services: {}\n".encode("utf-16"), "line 1, byte 1 of it: not UTF-8: 0xff"),
    ("Dockerfile", b"FROM a:1\nRUN x\0y\n", "no text: byte 15 is NUL"),
    ("Dockerfile", "FROM a:1\n".encode("utf-16"), "UTF-16, which no build reads: save it as UTF-8"),
    ("Dockerfile", "RUN a\n" * 600000, "more than dockerfile_instructions (524288)"),
    ("Dockerfile", "RUN a\n" * 1800000, "larger than dockerfile_bytes (10485760)"),
    ("Dockerfile", "RUN a\n" * 3000000, "larger than dockerfile_bytes (10485760)"),
    ("Dockerfile", "FROM a:1\n" + "RUN echo hello world this is it\n" * 300000,
     "takes more memory than arena_bytes (1073741824)"),
]


@pytest.mark.parametrize("name, text, message", REFUSED, ids=range(len(REFUSED)))
def test_what_cannot_be_read_is_told_and_not_assessed(tmp_path, name, text, message):
    report = lint(tmp_path, text, name)
    if message is None:  # aliases share what they name: it costs nothing
        assert not report["problems"] and not gaps(report)
        return
    (problem,) = report["problems"]
    assert message in problem["message"] and problem["path"] == name
    assert gaps(report) == ["file " + name] and not report["findings"]
    assert run(tmp_path, "--require-complete", name).returncode == 3


def test_a_file_that_takes_too_much_memory_does_not_keep_others_from_being_checked(tmp_path):
    (tmp_path / "Dockerfile").write_text("FROM a:1\n" + "RUN echo hello world\n" * 400000)
    (tmp_path / "b.Dockerfile").write_text("FROM a:1\nUSER 1\nRUN sudo x\n")
    done = run(tmp_path, "--format", "json", ".")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    paths = {os.path.normpath(f["locations"][0]["path"]) for f in report["findings"]}
    assert paths == {"b.Dockerfile"}
    (problem,) = report["problems"]
    assert problem["path"].endswith("Dockerfile") and "arena_bytes" in problem["message"]
    (gap,) = gaps(report)
    assert gap.startswith("file ")


@pytest.mark.skipif(not shutil.which("shellcheck"), reason="ShellCheck is not installed")
def test_shellcheck_is_asked_about_so_much_of_a_file(tmp_path):
    (tmp_path / ".plimsoll.yaml").write_text("rules: {shell-lint: {severity: low}}\n")
    script = "RUN : " + "x" * 60000 + "\n"
    few, many = script * 4, script * 5
    assert not gaps(lint(tmp_path, "FROM a:1\nUSER 1\n" + few))
    report = lint(tmp_path, "FROM a:1\nUSER 1\n" + many + "RUN rm $X\n")
    (gap,) = [c for c in report["coverage"] if c["state"] == "not-assessed"]
    assert gap["what"] == "shell of RUN"
    assert gap["reason"] == "more script than shellcheck_file_bytes (262144) in a file"
    assert gap["remedy"] == "split the file, or switch shell-lint off"
    assert any("SC2086: the value is split" in f["title"] for f in report["findings"])


def test_the_text_says_how_many_were_not_assessed(tmp_path):
    (tmp_path / "a.yaml").write_text(POD + "spec: [\n")
    (tmp_path / "Dockerfile").write_text("FROM a:1\nUSER 10001\n")
    done = run(tmp_path, "a.yaml", "Dockerfile")
    assert done.returncode == 0 and "file a.yaml: NOT ASSESSED: it cannot be read" in done.stdout
    assert done.stdout.splitlines()[-1] == "no findings in 1 file; 1 not assessed"


@pytest.mark.parametrize("text, rule, message", [
    ("", "build-refused", "there is no instruction in the file"),
    ("# escape=x\nFROM a:1\n", "build-refused",
     'escape: "x" is neither a backslash nor a backtick'),
    ("FROM a:1\nEXPOSE http\n", "build-refused", 'EXPOSE: "http" is no port, such as 80/tcp'),
    ("FROM a:1\nMAINTAINER\n", "missing-arguments", "MAINTAINER: needs an argument"),
    ("FROM a:1\nentrypint x\n", "unknown-instruction",
     'there is no instruction "entrypint"; did you mean ENTRYPOINT?'),
])
def test_what_a_build_refuses_is_a_finding(tmp_path, text, rule, message):
    found = [f for f in lint(tmp_path, text)["findings"] if f["rule"] == rule]
    assert [f["title"] for f in found] == [message]


@pytest.mark.parametrize("text", [
    "RUN pip install a\n" * 6000,
    "RUN " + " && ".join(["apt-get update"] * 5000) + "\n",
    "RUN " + " && ".join(["wget a"] * 8000) + "\n",
], ids=["pip", "one-line", "wget"])
def test_rules_do_bounded_work_and_say_where_they_stop(tmp_path, text):
    (tmp_path / ".plimsoll.yaml").write_text("rules: {shell-lint: off}\n")
    report = lint(tmp_path, "FROM a:1\n" + text)
    (problem,) = report["problems"]
    assert "more work than rule_cost (500000000)" in problem["message"]
    assert [c["state"] for c in report["coverage"]] == ["assessed", "partial"]


def test_one_file_that_cannot_be_had_does_not_keep_others_from_being_checked(tmp_path):
    project = tmp_path / "project"
    project.mkdir()
    (project / "Dockerfile").write_text("FROM a:1\nUSER 1\nRUN sudo x\n")
    (project / "large.yaml").write_text(POD + "#" * 17000000)
    (project / "data.yaml").write_text("#" * 17000000)
    (project / ".devcontainer").mkdir()
    (project / ".devcontainer/Dockerfile").write_text("FROM a:1\nUSER 1\nRUN sudo x\n")
    (project / ".git").mkdir()
    (project / ".git/Dockerfile").write_text("FROM a:1\nUSER 1\nRUN sudo x\n")
    (project / "fifo.yaml").parent.joinpath("link").symlink_to("nowhere")
    os.mkfifo(project / "fifo.yaml")
    deep = project
    for _ in range(3):
        deep = deep / "a"
    deep.mkdir(parents=True)
    done = run(tmp_path, "--format", "json", "project")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert [f["locations"][0]["path"] for f in report["findings"]] == [
        "project/.devcontainer/Dockerfile", "project/Dockerfile"]
    assert [p["message"] for p in report["problems"]] == ["larger than yaml_bytes (16777216)"]
    assert gaps(report) == ["file project/large.yaml"]
    named = run(tmp_path, "--format", "json", "project/data.yaml", "project/Dockerfile")
    assert named.returncode == 0 and gaps(json.loads(named.stdout)) == ["file project/data.yaml"]
    assert run(tmp_path, "nowhere").returncode == 2


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads all")
def test_a_folder_without_rights_is_told(tmp_path):
    (tmp_path / "closed").mkdir(mode=0)
    (tmp_path / "Dockerfile").write_text("FROM a:1\nUSER 1\n")
    done = run(tmp_path, "--format", "json", ".")
    assert gaps(json.loads(done.stdout)) == ["file ./closed"]


def test_many_findings_on_one_long_line_take_no_more_than_as_many_lines(tmp_path):
    (tmp_path / ".plimsoll.yaml").write_text("rules: {shell-lint: off}\n")
    line = "RUN " + "sudo \u00e9 && " * 20000 + "true\n"
    (tmp_path / "Dockerfile").write_text("FROM a:1\nUSER 1\n" + line)
    done = run(tmp_path, "--format", "json", "Dockerfile")
    found = [f for f in json.loads(done.stdout)["findings"] if f["rule"] == "sudo-used"]
    assert len(found) == 20000 and len(done.stdout) < 40000000
    assert [f["locations"][0]["column"] for f in found[:3]] == [5, 15, 25]
    assert found[-1]["locations"][0]["column"] == 5 + 19999 * 10


def test_more_problems_than_are_listed_are_counted(tmp_path):
    report = lint(tmp_path, "FROM a:1\n" + "FOO x\n" * 1200)
    assert rules_of(report).count("unknown-instruction") == 1000
    assert [p["message"] for p in report["problems"]] == [
        "a build would refuse 200 more things in it"]


def test_what_is_only_named_after_a_dockerfile_is_none(tmp_path):
    for name, text in {"dockerfile.md": "About it.\n", "dockerfile.h": "#pragma once\nint a;\n",
                       "dockerfile.yaml": "pack: dockerfile\nrules: []\n",
                       "Dockerfile.py": "# for Python\nFROM python\n",
                       "Dockerfile.web": "nothing that is known\n"}.items():
        (tmp_path / name).write_text(text)
    report = json.loads(run(tmp_path, "--format", "json", ".").stdout)
    paths = {f["locations"][0]["path"].removeprefix("./") for f in report["findings"]}
    paths |= {p["path"].removeprefix("./") for p in report["problems"]}
    assert paths == {"Dockerfile.py", "Dockerfile.web"}
