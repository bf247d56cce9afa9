# SPDX-License-Identifier: Apache-2.0
"""plimsoll lsp with the language client of a real editor: a session of Neovim, from the start of the
server to its end (editor_session.lua)."""
import json
import os
import pathlib
import shutil
import subprocess

import pytest

PLIMSOLL = os.environ["PLIMSOLL"]
SCRIPT = pathlib.Path(__file__).with_name("editor_session.lua")
DOCKERFILE = "FROM debian:12\nMAINTAINER me\nRUN apt-get update && apt-get install curl\n"


@pytest.fixture(scope="module")
def session(tmp_path_factory):
    if not shutil.which("nvim"):
        pytest.skip("Neovim is not installed")
    folder = tmp_path_factory.mktemp("work")
    home = tmp_path_factory.mktemp("home")
    (folder / "Dockerfile").write_text(DOCKERFILE)
    (folder / "compose.yaml").write_text("services:\n  web:\n    image: nginx:1\n    privileged: true\n")
    (folder / ".plimsoll.yaml").write_text("rules: {shell-lint: off}\n")
    env = {**os.environ, "FOLDER": str(folder), "RESULT": str(home / "result"), "HOME": str(home),
           **{f"XDG_{n}_HOME": str(home / n) for n in ("CONFIG", "DATA", "STATE", "CACHE")}}
    done = subprocess.run(["nvim", "--headless", "-u", "NONE", "-i", "NONE", "-n",
                           "-c", f"luafile {SCRIPT}"], cwd=folder, env=env, capture_output=True,
                          text=True, timeout=300, stdin=subprocess.DEVNULL)
    result = json.loads((home / "result").read_text())
    assert "error" not in result, (result, done.stderr)
    result["saved"] = (folder / "Dockerfile").read_text()
    return result


def find(diagnostics, code):
    return next(d for d in diagnostics if d["code"] == code)


def test_what_is_wrong_shows_when_a_file_is_opened(session):
    d = find(session["opened"], "apt-no-yes")
    assert (d["line"], d["column"], d["end_column"], d["severity"]) == (2, 22, 42, 2)
    assert (d["source"], d["message"]) == ("plimsoll", "apt-get install without -y\nAdd -y.")
    assert d["href"].startswith("https://")
    assert find(session["opened"], "maintainer-deprecated")["tags"] == [2]


def test_the_editor_learns_what_the_server_can(session):
    can = session["capabilities"]
    assert can["positionEncoding"] == "utf-16" and can["textDocumentSync"]["change"] == 2


def test_marks_move_with_wide_characters(session):
    """In bytes, as Neovim counts: six for two wide characters."""
    front = len('echo "é😀" && '.encode())
    assert session["shifted"] == [22 + front, 42 + front]


def test_a_fix_is_applied(session):
    assert any(t.startswith("Add -y (apt-no-yes)") for t in session["offered"])
    assert session["fixed"] == (
        'FROM debian:12\nMAINTAINER me\n'
        'RUN echo "é😀" && apt-get update && apt-get install -y curl\n')


def test_a_rule_is_ignored_by_a_comment(session):
    assert "\n# plimsoll ignore=apt-recommends\nRUN echo" in session["ignored"]


def test_a_hover_explains(session):
    assert session["hover"]["kind"] == "markdown"
    assert "**MAINTAINER**" in session["hover"]["value"]
    assert "`maintainer-deprecated`" in session["hover"]["value"]


def test_all_fixes_are_applied_and_saved(session):
    assert 'LABEL org.opencontainers.image.authors="me"\n' in session["all_fixed"]
    assert "install -y --no-install-recommends curl" in session["all_fixed"]
    assert session["saved"] == session["all_fixed"]


def test_compose_is_checked_in_the_same_session(session):
    assert find(session["compose"], "compose-privileged")["line"] == 3


def test_the_session_ends_as_it_should(session):
    assert session["exit"] == [0, 0]
    assert session["messages"] == []
