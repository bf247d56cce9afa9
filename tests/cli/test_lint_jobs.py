# SPDX-License-Identifier: Apache-2.0
"""plimsoll lint: however many files are checked at the same time, the report is the same."""
import json
import os
import stat
import subprocess

PLIMSOLL = os.environ["PLIMSOLL"]

FAKE = """#!/bin/sh
echo run >> "{log}"
shift 5
printf '{{"comments":['; comma=
for f; do
    text=$(cat "$f")
    case $text in *'$x'*)
        printf '%s{{"file":"%s","line":2,"column":1,"level":"info","code":2086,"message":"m"}}' \\
            "$comma" "$f"
        comma=,
    esac
done
printf ']}}'
"""


def run(tmp_path, *args, path=None, stdin=None):
    env = dict(os.environ, SOURCE_DATE_EPOCH="1767225600", PATH=path or "/nonexistent")
    done = subprocess.run([PLIMSOLL, "lint", *args], cwd=tmp_path, capture_output=True, text=True,
                          env=env, input=stdin, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def write_files(tmp_path, n=70):
    """Dockerfiles in folders and side by side, manifests of one set, and what is none of ours."""
    for i in range(n):
        folder = tmp_path / "files" / f"f{i % 7}"
        folder.mkdir(parents=True, exist_ok=True)
        lines = ["FROM debian:12", "ENV TOKEN=abcdef123456" if i % 5 == 0 else "ENV A=b",
                 f"RUN apt-get install curl{i % 3} && echo $x", "RUN sudo ls", "COPY . ."]
        (folder / f"d{i}.Dockerfile").write_text("\n".join(lines[:2 + i % 4]) + "\n")
        (folder / f"n{i}.txt").write_text("nothing\n")
        (folder / f"m{i}.yaml").write_text(
            f"apiVersion: v1\nkind: Pod\nmetadata: {{name: p{i}, namespace: a}}\n"
            f"spec: {{serviceAccountName: s{i % 9}, containers: [{{name: c, image: 'a:1'}}]}}\n")
    (tmp_path / "files" / "broken.yaml").write_text("apiVersion: v1\nkind: Pod\nspec: [\n")
    (tmp_path / "files" / "sa.yaml").write_text(
        "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: s1, namespace: a}\n")
    (tmp_path / "files" / ".env").write_text("A=b\n")


def test_the_report_does_not_depend_on_the_number_of_threads(tmp_path):
    write_files(tmp_path)
    args = ["--format", "json", "files", "files/f0/n0.txt", "-", "files/f1/d1.Dockerfile"]
    one = run(tmp_path, "-j", "1", *args, stdin="FROM a\nRUN cd /x\n")
    report = json.loads(one)
    assert len(report["findings"]) > 300
    assert len(report["problems"]) == 1
    assert {c["what"] for c in report["coverage"]} >= {
        "Dockerfile", "Kubernetes", "file files/broken.yaml", "file files/f0/n0.txt",
        "shell of RUN"}
    for jobs in ("2", "5", "64"):
        assert run(tmp_path, "-j", jobs, *args, stdin="FROM a\nRUN cd /x\n") == one


def test_a_secret_is_not_quoted_whoever_found_it(tmp_path):
    write_files(tmp_path)
    for jobs in ("1", "4"):
        assert "abcdef123456" not in run(tmp_path, "-j", jobs, "--format", "json", "files")


def test_fixes_do_not_depend_on_the_number_of_threads(tmp_path):
    write_files(tmp_path)
    one = run(tmp_path, "--fix", "-j", "1", "files")
    assert "+++ " in one
    assert run(tmp_path, "--fix", "-j", "4", "files") == one


def test_shellcheck_is_asked_about_many_files_at_once_and_once_about_equal_scripts(tmp_path):
    log = tmp_path / "runs"
    tools = tmp_path / "bin"
    tools.mkdir()
    fake = tools / "shellcheck"
    fake.write_text(FAKE.format(log=log))
    fake.chmod(fake.stat().st_mode | stat.S_IXUSR)
    write_files(tmp_path)
    path = f"{tools}:/bin:/usr/bin"
    out = run(tmp_path, "-j", "2", "--format", "json", "files", path=path)
    findings = [f for f in json.loads(out)["findings"] if f["rule"] == "shell-lint"]
    with_variable = sum("echo $x" in p.read_text() for p in tmp_path.glob("files/*/*.Dockerfile"))
    assert len(findings) == with_variable > 30
    assert len(log.read_text().splitlines()) <= 12
    assert run(tmp_path, "-j", "1", "--format", "json", "files", path=path) == out
