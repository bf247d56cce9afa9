# SPDX-License-Identifier: Apache-2.0
"""plimsoll lint --fix: a difference that applies, files rewritten only for the better."""
import os
import shutil
import subprocess

import pytest

PLIMSOLL = os.environ["PLIMSOLL"]
BEFORE = "FROM debian:12\nRUN yum install a # it's é\n\tRUN apt install b\n"
AFTER = ("FROM debian:12\nRUN yum install -y a # it's é\n"
         "\tRUN apt-get install -y --no-install-recommends b\n")
PACK = """\
pack: mine
rules:
  - id: no-vim
    title: vim in an image
    severity: low
    applies_to: dockerfile.command
    when: command.name == "vim"
    message: runs vim
    remedy: Edit outside.
    fix: '[{"start": 0, "end": 4, "text": "FRUM"}]'
    examples:
      fail: ["FROM a\\nRUN vim\\n"]
      pass: ["FROM a\\nRUN ls\\n"]
"""


def run(tmp_path, *words, status=0, stdin=None):
    done = subprocess.run([PLIMSOLL, "lint", *words], cwd=tmp_path, capture_output=True,
                          text=True, timeout=120, input=stdin)
    assert done.returncode == status, done.stderr + done.stdout
    return done


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "Dockerfile"
    path.write_text(BEFORE)
    path.chmod(0o640)
    return path


def test_the_difference_is_shown_and_nothing_is_written(tmp_path, file):
    done = run(tmp_path, "--fix", "Dockerfile")
    assert done.stdout.startswith("--- a/Dockerfile\n+++ b/Dockerfile\n@@ -1,3 +1,3 @@\n FROM")
    assert "-RUN yum install a # it's é\n" in done.stdout and done.stderr == ""
    assert file.read_text() == BEFORE
    assert run(tmp_path, "--fix", "-", stdin=BEFORE).stdout == done.stdout
    run(tmp_path, "--fix", "-o", "p", ".")
    assert (tmp_path / "p").read_text() == done.stdout.replace("/Dockerfile", "/./Dockerfile")
    if shutil.which("git"):
        subprocess.run(["git", "apply", "-"], cwd=tmp_path, input=done.stdout, text=True, check=True)
        assert file.read_text() == AFTER


def test_a_file_is_rewritten_with_its_mode_and_then_checked(tmp_path, file):
    (tmp_path / "link").symlink_to("Dockerfile")
    done = run(tmp_path, "--fix=write", "link")
    assert file.read_text() == AFTER and file.stat().st_mode & 0o777 == 0o640
    assert (tmp_path / "link").is_symlink() and "plimsoll: link: " in done.stderr
    assert "yum-no-yes" not in done.stdout
    assert sorted(os.listdir(tmp_path)) == ["Dockerfile", "link"]
    again = run(tmp_path, "--fix=write", "Dockerfile")
    assert again.stderr == "" and again.stdout.replace("Dockerfile", "link") == done.stdout
    assert run(tmp_path, "--fix", "Dockerfile").stdout == ""


def test_a_fix_that_breaks_the_file_is_taken_back_and_told(tmp_path):
    (tmp_path / "mine.yaml").write_text(PACK)
    (tmp_path / "Dockerfile").write_text("FROM debian:12\nRUN vim\nRUN yum install a\n")
    done = run(tmp_path, "--fix=write", "--rules", "mine.yaml", "Dockerfile")
    assert (tmp_path / "Dockerfile").read_text() == "FROM debian:12\nRUN vim\nRUN yum install -y a\n"
    assert "plimsoll: Dockerfile: the fix of no-vim is taken back" in done.stderr
    assert "no-vim" in done.stdout


@pytest.mark.parametrize("words, message", [
    (["--fix=all", "Dockerfile"], 'lint: --fix takes diff or write, not "all"'),
    (["--fix=write", "-"], "lint: --fix=write cannot rewrite standard input"),
])
def test_mistakes_are_told(tmp_path, file, words, message):
    assert message in run(tmp_path, *words, status=2).stderr
    assert file.read_text() == BEFORE


def test_a_value_follows_only_behind_a_sign(tmp_path, file):
    (tmp_path / "write").write_text(BEFORE)
    assert run(tmp_path, "--fix", "write").stdout.startswith("--- a/write\n")
    assert file.read_text() == BEFORE == (tmp_path / "write").read_text()


def test_a_project_cannot_have_files_rewritten(tmp_path, file):
    (tmp_path / ".plimsoll.yaml").write_text("lint:\n  fix: write\n")
    assert "cannot set fix" in run(tmp_path, "Dockerfile", status=2).stderr
    assert file.read_text() == BEFORE
